//! The bindings: everything that talks to JavaScript. Converts; decides nothing.
mod clock;
mod delta;
mod engine;
mod events;
mod fetching;
mod filters;
mod http;
mod live;
mod memory;
mod mutations;
mod observers;
mod pack;
mod panic;
mod persist;
mod queries;
mod share;
mod stampedes;
