//! `ferroquery-hub check`.
use std::process::ExitCode;
#[derive(clap::Args)]
pub(super) struct Check {}
impl Check {
    pub(super) async fn run(self) -> Result<ExitCode, String> {
        Ok(ExitCode::SUCCESS)
    }
}
