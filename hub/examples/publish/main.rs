//! Publishes over HTTP: `HUB_URL=… HUB_TOKEN=… cargo run -p ferroquery-hub --example publish`.

include!("snippet.rs");
