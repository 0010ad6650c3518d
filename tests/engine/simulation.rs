//! The whole engine on a virtual clock, beside a plain model of the same rules.
//!
//! `host` carries out the engine's effects as the package does; `model` says what should come of it with lists and linear
//! scans; `script` decides for both how long query functions take and whether they fail.

mod host;
mod model;
mod run;
mod script;
