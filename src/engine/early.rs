//! Probabilistic early refresh: XFetch (Vattani, Chierichetti, Lowenstein 2015, "Optimal Probabilistic Cache Stampede
//! Prevention").
//!
//! There, each reader refreshes when now − Δ·β·ln(rand) ≥ expiry, with Δ the time that the last fetch took. Many pages that
//! fetched at one moment so refresh one after the other instead of all at the expiry. Here a page draws once for each answer,
//! not at each read: what is left is a moment, which a mounted observer can wait for.

use super::query::{Query, STATIC};

/// How long it is until data is refreshed early by an observer of this β (ms, below 0 where the moment has passed); nothing
/// where it never is.
pub(super) fn until_early(query: &Query, stale_time: f64, beta: f32, now: f64) -> Option<f64> {
    let ends = stale_time != STATIC && stale_time.is_finite() && query.state.has_data;
    (ends && query.lead > 0.0 && beta > 0.0).then(|| {
        let lead = f64::from(query.lead) * f64::from(beta);
        query.state.data_updated_at + stale_time - lead - now
    })
}
