//! The bindings: everything that talks to JavaScript. Converts; decides nothing.
mod clock;
mod engine;
mod events;
mod fetching;
mod filters;
mod live;
mod mutations;
mod observers;
mod panic;
mod queries;
