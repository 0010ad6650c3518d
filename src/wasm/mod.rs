//! The bindings: everything that talks to JavaScript. Converts; decides nothing.
mod clock;
mod engine;
mod events;
mod live;
mod mutations;
mod panic;
