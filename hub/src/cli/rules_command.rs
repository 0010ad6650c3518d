//! `ferroquery-hub rules`: look at rules without a server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use ferroquery::engine::protocol::{Inv, Op};
use serde_json::json;

use crate::rules::RuleBook;

#[derive(Subcommand)]
pub(super) enum RulesCommand {
    /// Say whether a rules file is right
    Check {
        /// The rules, as JSON
        file: PathBuf,
    },
    /// Say what an event would invalidate, and why
    Try {
        /// The rules, as JSON
        file: PathBuf,
        /// The event's name
        event: String,
        /// Its arguments, as a JSON object
        #[arg(default_value = "{}")]
        args: String,
    },
}

impl RulesCommand {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        match self {
            RulesCommand::Check { file } => {
                let rules = read(&file)?;
                println!("{}: {} rules, all fine", file.display(), rules.len());
                Ok(ExitCode::SUCCESS)
            }
            RulesCommand::Try { file, event, args } => explain(&read(&file)?, &event, &args),
        }
    }
}

/// Reads a rules file; errors name it.
pub(super) fn read(file: &Path) -> Result<RuleBook, String> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    RuleBook::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn explain(rules: &RuleBook, event: &str, args: &str) -> Result<ExitCode, String> {
    let args = read_args(event, args)?;
    if !rules.knows(event) {
        println!("{event}: no rule, so nothing is invalidated");
        return Ok(ExitCode::FAILURE);
    }
    let lines = rules
        .explain(event, &args)
        .map_err(|error| error.to_string())?;
    for line in &lines {
        println!("{line}");
    }
    println!("\npublished as:");
    for op in rules
        .expand(event, &args)
        .map_err(|error| error.to_string())?
    {
        println!("{}", json!(op));
    }
    Ok(ExitCode::SUCCESS)
}

/// As a publication would be read, so that both agree on what numbers and booleans become.
fn read_args(event: &str, args: &str) -> Result<BTreeMap<String, String>, String> {
    let args: serde_json::Value = serde_json::from_str(args)
        .map_err(|error| format!("the arguments are not JSON: {error}"))?;
    let body = json!({ "ops": [{ "k": "event", "name": event, "args": args }] });
    match Inv::try_from(body)
        .map_err(|error| error.to_string())?
        .ops
        .pop()
    {
        Some(Op::Event { args, .. }) => Ok(args),
        _ => Err("the arguments are no object".into()),
    }
}
