//! The bindings: everything that talks to JavaScript. Converts; decides nothing.
mod engine;
mod events;
mod live;
mod panic;
