//! The hub over real HTTP.

mod support;

mod acl;
mod checking;
mod claims;
mod closing;
mod command_line;
mod filters;
mod gapless;
mod gapless_shared;
mod joining;
mod mirror_example;
mod mirroring;
mod program;
mod publishing;
mod redis_server;
mod resuming;
mod rules;
mod shared_history;
mod slow;
mod snippets;
mod tls;
mod tokens;
