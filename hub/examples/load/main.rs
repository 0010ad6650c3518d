//! What 10,000 streams cost, beside nginx with nchan where it is installed:
//! `cargo run --profile server -p ferroquery-hub --example load`. `LOAD_CONNECTIONS` sets another number.
//!
//! "Own filters": each stream subscribes to something that no other does, so that no two share the work of matching.
//!
//! Both servers get the same: streams on loopback, one event that all of them hear at a time (for the latencies), then
//! events one after the other without a pause (for the rate). The clients run on the same machine and take their share of
//! it. Memory is what the server's processes hold (VmRSS), without what the kernel keeps for the sockets.

mod clients;
mod servers;

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use clients::Clients;
use servers::Server;
use tokio::time::{Instant, sleep};

/// Events for the latencies, and the pause between them.
const ROUNDS: usize = 20;
const PAUSE: Duration = Duration::from_millis(150);
/// Events for the rate.
const BURST: usize = 50;

fn main() {
    if std::env::var_os("LOAD_SERVES").is_some() {
        let _ = ferroquery_hub::main();
        return;
    }
    if std::env::var_os("LOAD_LIMITED").is_none() {
        // As many open files as this user may have.
        let this = std::env::current_exe().expect("a path to this program");
        let error = Command::new("sh")
            .args(["-c", "ulimit -n $(ulimit -Hn); exec \"$0\""])
            .arg(this)
            .env("LOAD_LIMITED", "1")
            .exec();
        panic!("sh: {error}");
    }
    let count = std::env::var("LOAD_CONNECTIONS").map_or(10_000, |count| {
        count.parse().expect("LOAD_CONNECTIONS is no number")
    });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(count));
}

async fn run(count: usize) {
    println!("{count} streams, {ROUNDS} events one by one, {BURST} in a row; times in ms");
    println!(
        "{:<16} {:>8} {:>8} {:>8} {:>8} {:>14} {:>12}",
        "server", "connect", "p50", "p99", "worst", "deliveries/s", "kB/stream"
    );
    measure("ferroquery-hub", Server::hub(count, false), count).await;
    measure("… own filters", Server::hub(count, true), count).await;
    match Server::nchan(count) {
        Ok(nchan) => measure("nginx + nchan", nchan, count).await,
        Err(why) => println!("{:<16} {why}", "nginx + nchan"),
    }
}

async fn measure(name: &str, server: Server, count: usize) {
    server.ready().await;
    let idle = server.memory_kb();
    let started = Instant::now();
    let mut clients = Clients::connect(&server, count).await;
    let connected = started.elapsed();
    // What was needed to connect has settled.
    sleep(Duration::from_secs(1)).await;
    let memory = server.memory_kb().saturating_sub(idle);

    let mut latencies = Vec::with_capacity(ROUNDS * count);
    for round in 0..ROUNDS {
        let sent = Instant::now();
        server.publish(round).await;
        let heard = clients.heard(round).await;
        latencies.extend(heard.into_iter().map(|heard| heard - sent));
        sleep(PAUSE).await;
    }
    latencies.sort();
    let started = Instant::now();
    for event in ROUNDS..ROUNDS + BURST {
        server.publish(event).await;
    }
    for event in ROUNDS..ROUNDS + BURST {
        clients.heard(event).await;
    }
    let rate = (count * BURST) as f64 / started.elapsed().as_secs_f64();

    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let at = |share: f64| ms(latencies[(latencies.len() as f64 * share) as usize]);
    println!(
        "{name:<16} {:>8.0} {:>8.1} {:>8.1} {:>8.1} {rate:>14.0} {:>12.1}",
        ms(connected),
        at(0.5),
        at(0.99),
        ms(latencies[latencies.len() - 1]),
        memory as f64 / count as f64,
    );
}
