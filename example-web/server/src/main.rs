//! The server of the example dashboard.
fn main() {}
