//! The example's server over real HTTP.

mod support;

mod live;
mod page;
mod process;
mod reading;
mod writing;
