//! Tests of the engine's pure modules: one binary, a module for each concept.
mod churn;
mod clock;
mod glob;
mod glob_redis;
mod interner;
mod json;
mod keys;
mod live;
mod live_world;
mod mutations;
mod operations;
mod protocol;
mod rules;
mod simulation;
mod sse;
mod tabs;
mod timers;
