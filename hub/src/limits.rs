//! How often one address may ask.
//!
//! On governor itself: the tower layer on top of it answers in a form of its own and can't tell streams from
//! publications.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderName;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::hub::Hub;
use crate::refusal::Refusal;

/// What may come at once, as a multiple of what may come in a second.
const BURST: u32 = 5;
/// After so many addresses, those that haven't asked for a while are forgotten.
const FORGET_ABOVE: usize = 10_000;

/// Limits for both kinds of requests; `None`: no limit.
pub(crate) struct Limits {
    connects: Option<DefaultKeyedRateLimiter<IpAddr>>,
    publishes: Option<DefaultKeyedRateLimiter<IpAddr>>,
    /// Where a trusted proxy names the client.
    client_ip: Option<HeaderName>,
    hub: Hub,
}

impl Limits {
    pub(crate) fn new(
        hub: Hub,
        connects_per_second: u32,
        publishes_per_second: u32,
        client_ip: Option<HeaderName>,
    ) -> Self {
        let limiter = |per_second: u32| {
            let rate = NonZeroU32::new(per_second)?;
            let burst = rate.saturating_mul(NonZeroU32::new(BURST)?);
            Some(RateLimiter::keyed(
                Quota::per_second(rate).allow_burst(burst),
            ))
        };
        Self {
            connects: limiter(connects_per_second),
            publishes: limiter(publishes_per_second),
            client_ip,
            hub,
        }
    }

    fn check(&self, request: &Request) -> Result<(), Refusal> {
        let limiter = match request.uri().path() {
            "/inv/v1/stream" => &self.connects,
            "/inv/v1/publish" => &self.publishes,
            _ => return Ok(()),
        };
        let (Some(limiter), Some(address)) = (limiter, self.address(request)) else {
            return Ok(());
        };
        if limiter.len() > FORGET_ABOVE {
            limiter.retain_recent();
        }
        limiter.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Refusal::too_many(
                "this address asks too often: wait as long as Retry-After says",
                wait.as_secs_f64().ceil().max(1.0) as u32,
            )
        })
    }

    fn address(&self, request: &Request) -> Option<IpAddr> {
        let named = self.client_ip.as_ref().and_then(|name| {
            let value = request.headers().get(name)?.to_str().ok()?;
            // A proxy adds to the end of a list; what stands in front of it anyone can have written.
            value.rsplit(',').next()?.trim().parse().ok()
        });
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        named.or_else(|| peer.map(|peer| peer.0.ip()))
    }
}

/// Middleware: refuses what exceeds the limits, before anything else is looked at.
pub(crate) async fn limit(
    State(limits): State<Arc<Limits>>,
    request: Request,
    next: Next,
) -> Response {
    match limits.check(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            limits.hub.shared().metrics.count_refusal(refusal.code());
            refusal.into_response()
        }
    }
}
