//! What a hub counts, for Prometheus.

use std::sync::atomic::AtomicI64;

use ferroquery::engine::protocol::ByeReason;
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Handles to the metrics; clones share them. A registry of its own for each hub.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) connections: Gauge<i64, AtomicI64>,
    pub(crate) opened: Counter,
    pub(crate) closed: Family<Reason, Counter>,
    pub(crate) refused: Family<Code, Counter>,
    pub(crate) published: Counter,
    pub(crate) operations: Counter,
    pub(crate) queued: Counter,
    pub(crate) replayed: Counter,
    pub(crate) replays: Family<Ending, Counter>,
    pub(crate) resets: Family<Reason, Counter>,
    pub(crate) upstream_up: Gauge<i64, AtomicI64>,
    pub(crate) upstream_losses: Counter,
    pub(crate) mirror_leads: Gauge<i64, AtomicI64>,
    pub(crate) mirror_knows: Gauge<i64, AtomicI64>,
    pub(crate) mirrored: Counter,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Reason {
    pub(crate) reason: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Code {
    pub(crate) code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Ending {
    pub(crate) ending: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("ferroquery_hub"),
            connections: Gauge::default(),
            opened: Counter::default(),
            closed: Family::default(),
            refused: Family::default(),
            published: Counter::default(),
            operations: Counter::default(),
            queued: Counter::default(),
            replayed: Counter::default(),
            replays: Family::default(),
            resets: Family::default(),
            upstream_up: Gauge::default(),
            upstream_losses: Counter::default(),
            mirror_leads: Gauge::default(),
            mirror_knows: Gauge::default(),
            mirrored: Counter::default(),
        };
        metrics.upstream_up.set(1);
        let registry = &mut metrics.registry;
        registry.register("connections", "Open streams", metrics.connections.clone());
        registry.register("opened", "Streams opened", metrics.opened.clone());
        registry.register(
            "closed",
            "Streams closed by the server with this bye, or left by the client",
            metrics.closed.clone(),
        );
        registry.register("refused", "Requests refused", metrics.refused.clone());
        registry.register("published", "Events passed on", metrics.published.clone());
        registry.register(
            "operations",
            "Operations in the events passed on",
            metrics.operations.clone(),
        );
        registry.register(
            "queued",
            "Frames queued for connections",
            metrics.queued.clone(),
        );
        registry.register("replayed", "Events replayed", metrics.replayed.clone());
        registry.register(
            "replays",
            "Replays by how they ended",
            metrics.replays.clone(),
        );
        registry.register(
            "resets",
            "Resets of everybody, by reason",
            metrics.resets.clone(),
        );
        registry.register(
            "upstream_up",
            "1 while the history can be reached",
            metrics.upstream_up.clone(),
        );
        registry.register(
            "upstream_losses",
            "Times that the shared history was lost or out of reach",
            metrics.upstream_losses.clone(),
        );
        registry.register(
            "mirror_leads",
            "1 while this hub is the one that mirrors",
            metrics.mirror_leads.clone(),
        );
        registry.register(
            "mirror_knows",
            "1 while this hub knows which keys exist, and can tell a first value from a change",
            metrics.mirror_knows.clone(),
        );
        registry.register(
            "mirrored",
            "Keys whose invalidation was mirrored",
            metrics.mirrored.clone(),
        );
        metrics
    }

    pub(crate) fn count_bye(&self, reason: &ByeReason) {
        self.closed
            .get_or_create(&Reason {
                reason: reason.as_str().to_owned(),
            })
            .inc();
    }

    pub(crate) fn count_ending(&self, ending: &'static str) {
        self.replays.get_or_create(&Ending { ending }).inc();
    }

    pub(crate) fn count_refusal(&self, code: &'static str) {
        self.refused.get_or_create(&Code { code }).inc();
    }

    /// In the text format of OpenMetrics.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to memory succeeds");
        text
    }
}
