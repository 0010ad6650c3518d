//! Tests of the engine's pure modules: one binary, a module for each concept.
mod glob;
mod glob_redis;
mod live;
mod protocol;
mod rules;
mod sse;
