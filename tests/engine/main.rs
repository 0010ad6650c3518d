//! Tests of the engine's pure modules: one binary, a module for each concept.
mod clock;
mod glob;
mod glob_redis;
mod interner;
mod keys;
mod live;
mod protocol;
mod rules;
mod sse;
mod timers;
