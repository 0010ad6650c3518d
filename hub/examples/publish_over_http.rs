//! A hub of its own, for backends that publish over HTTP: `PUBLISH_KEY=… cargo run --example publish_over_http`.

use std::sync::Arc;

use axum::http::{header, request::Parts};
use ferroquery_hub::{Hub, HubConfig, Refusal};

#[tokio::main]
async fn main() -> Result<(), String> {
    let key =
        std::env::var("PUBLISH_KEY").map_err(|_| "set PUBLISH_KEY to a secret of your choice")?;
    let expected = format!("Bearer {key}");
    let guard = move |parts: &Parts| match parts.headers.get(header::AUTHORIZATION) {
        Some(given) if given.as_bytes() == expected.as_bytes() => Ok(()),
        Some(_) => Err(Refusal::forbidden("this key may not publish")),
        None => Err(Refusal::unauthorized(
            "send the key as Authorization: Bearer <key>",
        )),
    };
    let hub = Hub::new(HubConfig {
        publish_guard: Some(Arc::new(guard)),
        ..HubConfig::default()
    });
    let address = "127.0.0.1:4180";
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| format!("can't listen on {address}: {error}"))?;
    println!("hub: http://{address}/inv/v1/stream");
    axum::serve(listener, hub.router())
        .await
        .map_err(|error| error.to_string())
}
