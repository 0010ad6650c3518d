//! `ferroquery-hub check`: does a server, of whatever make, speak the protocol?

mod probe;
mod rules;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use probe::Probe;

#[derive(Args)]
pub(super) struct Check {
    /// The server, such as https://live.example.com; with a path, that of its stream
    url: String,
    /// The token for streams; with it, access without one is checked too
    #[arg(
        long,
        env = "FERROQUERY_HUB_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    token: Option<String>,
    /// A token that may publish tag:ferroquery-check-*: with it, delivery is checked too. Clients with such tags don't exist
    #[arg(
        long,
        env = "FERROQUERY_HUB_PUBLISH_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    publish_token: Option<String>,
    /// What to subscribe to [default: everything that the token allows]
    #[arg(long, value_name = "GLOB")]
    sub: Option<String>,
    /// How long to wait for an event, in seconds; a heartbeat that is rarer is not checked
    #[arg(long, value_name = "SECONDS", default_value_t = 35)]
    patience: u64,
}

/// What became of a rule.
pub(super) enum Verdict {
    Pass,
    Fail(String),
    Skip(String),
}

impl Check {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        let base = self.url.trim_end_matches('/');
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(format!(
                "{base}: write the address with http:// or https://"
            ));
        }
        let stream = match base
            .split_once("://")
            .is_some_and(|(_, rest)| rest.contains('/'))
        {
            true => base.to_owned(),
            false => format!("{base}/inv/v1/stream"),
        };
        let probe = Probe::new(
            stream,
            self.token,
            self.publish_token,
            self.sub,
            Duration::from_secs(self.patience),
        );
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for rule in rules::ALL {
            let (word, why) = match (rule.check)(&probe) {
                Verdict::Pass => {
                    passed += 1;
                    ("pass", String::new())
                }
                Verdict::Fail(why) => {
                    failed += 1;
                    ("FAIL", format!("\n        {why}"))
                }
                Verdict::Skip(why) => {
                    skipped += 1;
                    ("skip", format!(" ({why})"))
                }
            };
            println!("{word}  {}{why}", rule.name);
        }
        println!("\n{passed} passed, {failed} failed, {skipped} skipped");
        Ok(match failed {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }
}
