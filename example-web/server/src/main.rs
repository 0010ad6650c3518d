//! Starts the server of the example dashboard.

use std::process::ExitCode;

use clap::Parser;
use example_server::{Flags, Server};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let result = async {
        let server = Server::bind(Flags::parse()).await?;
        let stop = stop_signal().map_err(|error| format!("can't listen for signals: {error}"))?;
        println!("ferroquery dashboard: {}", server.url());
        server
            .run(stop)
            .await
            .map_err(|error| format!("the listener broke: {error}"))
    };
    match result.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("example-server: {message}");
            ExitCode::FAILURE
        }
    }
}

fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
