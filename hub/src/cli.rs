//! The command line.

mod accept;
mod check;
mod rules_command;
mod serve;
mod settings;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use settings::Settings;

const EXAMPLES: &str = "\
Examples:
  To look around, from pages of one origin (everybody hears everything, nobody publishes over HTTP):
    ferroquery-hub --cors-origin http://localhost:5173
  With tokens, so that backends publish and each user hears what is theirs:
    export FERROQUERY_HUB_JWT_SECRET=\"$(openssl rand -base64 48)\"
    ferroquery-hub --listen 0.0.0.0:4180 --cors-origin https://app.example.com
    ferroquery-hub token --publish '*'
  Several hubs, with one history in Redis:
    ferroquery-hub --redis-url redis://127.0.0.1:6379
  To tell browsers which keys a backend deletes in its Redis cache:
    ferroquery-hub --mirror-url redis://127.0.0.1:6379 --mirror-prefix exec:";

/// Tells browsers what turned stale: a hub for ferroquery's live protocol.
///
/// Without a subcommand it serves. Streams are at /inv/v1/stream, publications go to /inv/v1/publish. Settings come from
/// flags, the environment (the names in brackets) and a TOML file with the flags' names, in this order.
#[derive(Parser)]
#[command(
    name = "ferroquery-hub",
    version,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(clap::Args)]
struct Serve {
    /// A TOML file with settings
    #[arg(long, env = "FERROQUERY_HUB_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (what is done without a subcommand)
    Serve(Box<Serve>),
    /// Verify that a server, of whatever make, speaks the live protocol
    Check(check::Check),
    /// Check rules, or try them without a server
    Rules {
        #[command(subcommand)]
        command: rules_command::RulesCommand,
    },
    /// Make a token, signed with the secret of --jwt-secret
    Token(token::Token),
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let Cli { command, serve } = Cli::parse();
    let done = match command {
        None => run(serve::serve(serve.config, serve.settings)),
        Some(Command::Serve(serve)) => run(serve::serve(serve.config, serve.settings)),
        Some(Command::Check(check)) => check.run(),
        Some(Command::Rules { command }) => command.run(),
        Some(Command::Token(token)) => token.run(),
    };
    match done {
        Ok(code) => code,
        Err(message) => {
            eprintln!("ferroquery-hub: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(task: impl Future<Output = Result<ExitCode, String>>) -> Result<ExitCode, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    runtime.block_on(task)
}
