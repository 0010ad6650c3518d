//! The hub's place in a router.

use axum::Router;
use axum::routing::{get, post};

use crate::hub::Hub;
use crate::{publish, stream};

impl Hub {
    /// `GET /inv/v1/stream` and `POST /inv/v1/publish`, to be merged into an application's router.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/inv/v1/stream", get(stream::open))
            .route("/inv/v1/publish", post(publish::publish))
            .with_state(self.clone())
    }
}
