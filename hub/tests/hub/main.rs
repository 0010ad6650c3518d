//! The hub over real HTTP.

mod support;

mod closing;
mod filters;
mod gapless;
mod joining;
mod publishing;
mod resuming;
mod slow;
