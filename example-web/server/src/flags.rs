//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// The server of the ferroquery dashboard: an API over SQLite, the built page, and the live stream.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Flags {
    /// Port to listen on; 0 picks a free one
    #[arg(long, default_value_t = 4173)]
    pub port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Folder of the built page; without it only the API is served
    #[arg(long)]
    pub dist: Option<PathBuf>,
    /// Database file, filled with seed data if it is new; without it the data lives in memory
    #[arg(long)]
    pub db: Option<PathBuf>,
    /// Agents in each workspace of a new database
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub agents: u32,
    /// Seed of the data and of the generator
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Whether other users' writes are simulated
    #[arg(long, value_enum, default_value_t = Switch::On)]
    pub generator: Switch,
    /// Time between two simulated writes, on average, in ms
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(u64).range(10..))]
    pub generator_ms: u64,
    /// Extra time before each answer of the API, in ms
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

impl Flags {
    /// The extra time before each answer.
    pub fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }

    /// The average time between simulated writes; `None` if there are none.
    pub fn generator_interval(&self) -> Option<Duration> {
        (self.generator == Switch::On).then(|| Duration::from_millis(self.generator_ms))
    }
}
