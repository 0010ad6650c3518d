//! `ferroquery-hub token`: a token for trying things out, or for a backend that publishes.

use std::process::ExitCode;

use clap::Args;
use jsonwebtoken::{EncodingKey, Header, encode};

use crate::expiry;
use crate::globs::Globs;
use crate::tokens::{Claims, InvClaims, Keys};

#[derive(Args)]
pub(super) struct Token {
    /// The secret that the hub was given
    #[arg(
        long,
        env = "FERROQUERY_HUB_JWT_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    jwt_secret: String,
    /// What its bearer may hear: a glob (repeatable)
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    subscribe: Vec<String>,
    /// What its bearer may publish: a glob (repeatable)
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    publish: Vec<String>,
    /// Seconds until it ends
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    expires_in: u64,
}

impl Token {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        Keys::secret(&self.jwt_secret).map_err(|error| error.to_string())?;
        for (flag, globs) in [("subscribe", &self.subscribe), ("publish", &self.publish)] {
            Globs::parse(globs.clone()).map_err(|error| format!("--{flag}: {error}"))?;
        }
        let claims = Claims {
            exp: Some((expiry::now().as_secs() + self.expires_in) as f64),
            nbf: None,
            inv: InvClaims {
                subscribe: self.subscribe,
                publish: self.publish,
            },
        };
        let key = EncodingKey::from_secret(self.jwt_secret.as_bytes());
        let token = encode(&Header::default(), &claims, &key).map_err(|error| error.to_string())?;
        println!("{token}");
        Ok(ExitCode::SUCCESS)
    }
}
