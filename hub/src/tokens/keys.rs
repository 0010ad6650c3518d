//! The keys that tokens are checked with: a secret, or a set of public keys from a file or an address.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use parking_lot::RwLock;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::trust;

/// A secret for HS256 has at least as many bytes as the hash (RFC 7518, section 3.2).
const MIN_SECRET: usize = 32;
/// Keys of one set, at most.
const MAX_KEYS: usize = 64;
/// The largest key set, in bytes.
const MAX_SET: u64 = 256 * 1024;
/// A key set is fetched again when a token names an unknown key, but not more often than this.
const REFETCH_AFTER: Duration = Duration::from_secs(30);
/// How old a key set may get; a key that was withdrawn goes with the next fetch.
const MAX_AGE: Duration = Duration::from_secs(600);
const FETCH_PATIENCE: Duration = Duration::from_secs(10);

/// Keys, each with the one algorithm it is for. Which algorithm is used is never the token's choice.
pub struct Keys {
    keys: RwLock<Arc<[Key]>>,
    address: Option<Address>,
}

pub(crate) struct Key {
    id: Option<String>,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

struct Address {
    url: String,
    fetched: Mutex<Instant>,
}

/// Why there are no keys; a text for whoever configures the server.
#[derive(Debug)]
pub struct KeysError(String);

impl Keys {
    /// One secret, for HS256.
    ///
    /// # Errors
    /// A secret of less than 32 bytes: it could be guessed.
    pub fn secret(secret: &str) -> Result<Self, KeysError> {
        if secret.len() < MIN_SECRET {
            return Err(KeysError(format!(
                "the secret has {} bytes, HS256 needs at least {MIN_SECRET}: make one with `openssl rand -base64 48`",
                secret.len()
            )));
        }
        let key = Key {
            id: None,
            algorithm: Algorithm::HS256,
            key: DecodingKey::from_secret(secret.as_bytes()),
        };
        Ok(Self {
            keys: RwLock::new([key].into()),
            address: None,
        })
    }

    /// A JSON Web Key Set from a file or an `https://` address; from an address it is fetched again when it ages or a
    /// token names a key that it doesn't have.
    ///
    /// # Errors
    /// A set that can't be had or read, or has no key for RS256, ES256 or HS256.
    pub async fn set(source: &str) -> Result<Self, KeysError> {
        let named = |error: KeysError| KeysError(format!("{source}: {}", error.0));
        if !source.starts_with("https://") && !source.starts_with("http://") {
            let text = std::fs::read_to_string(Path::new(source))
                .map_err(|error| KeysError(format!("{source}: {error}")))?;
            return Ok(Self {
                keys: RwLock::new(parse(text.as_bytes()).map_err(named)?),
                address: None,
            });
        }
        let address = Address {
            url: source.to_owned(),
            fetched: Mutex::new(Instant::now()),
        };
        let keys = RwLock::new(address.fetch().await.map_err(named)?);
        Ok(Self {
            keys,
            address: Some(address),
        })
    }

    /// The keys that a token with this header may have been signed with.
    pub(crate) async fn candidates(self: &Arc<Self>, header: &Header) -> Vec<KeyRef> {
        let found = self.known(header);
        let Some(address) = &self.address else {
            return found;
        };
        if !found.is_empty() {
            // Nobody waits for the next set while this one will do.
            if let Ok(mut fetched) = address.fetched.try_lock()
                && fetched.elapsed() > MAX_AGE
            {
                *fetched = Instant::now();
                let keys = Arc::clone(self);
                tokio::spawn(async move { keys.refetch().await });
            }
            return found;
        }
        // Others wait for the one that fetches, and then find what it got.
        let mut fetched = address.fetched.lock().await;
        if self.known(header).is_empty() && fetched.elapsed() > REFETCH_AFTER {
            *fetched = Instant::now();
            self.refetch().await;
        }
        self.known(header)
    }

    async fn refetch(&self) {
        let Some(address) = &self.address else { return };
        match address.fetch().await {
            Ok(keys) => *self.keys.write() = keys,
            Err(error) => {
                tracing::warn!(%error, "the key set can't be fetched, going on with the last one");
            }
        }
    }

    fn known(&self, header: &Header) -> Vec<KeyRef> {
        let keys = self.keys.read();
        let fits = |key: &Key| {
            key.algorithm == header.alg
                && (header.kid.is_none() || key.id.is_none() || key.id == header.kid)
        };
        (0..keys.len())
            .filter(|at| fits(&keys[*at]))
            .map(|at| KeyRef {
                keys: Arc::clone(&keys),
                at,
            })
            .collect()
    }
}

/// A key that stays while its set is replaced.
pub(crate) struct KeyRef {
    keys: Arc<[Key]>,
    at: usize,
}

impl std::ops::Deref for KeyRef {
    type Target = Key;

    fn deref(&self) -> &Key {
        &self.keys[self.at]
    }
}

impl Address {
    async fn fetch(&self) -> Result<Arc<[Key]>, KeysError> {
        let url = self.url.clone();
        let body = tokio::task::spawn_blocking(move || {
            let config = ureq::Agent::config_builder()
                .timeout_global(Some(FETCH_PATIENCE))
                .tls_config(trust::of_machine())
                .build();
            let mut response = ureq::Agent::new_with_config(config).get(&url).call()?;
            response
                .body_mut()
                .with_config()
                .limit(MAX_SET)
                .read_to_vec()
        })
        .await
        .map_err(|error| KeysError(error.to_string()))?
        .map_err(|error| KeysError(error.to_string()))?;
        parse(&body)
    }
}

fn parse(text: &[u8]) -> Result<Arc<[Key]>, KeysError> {
    let set: JwkSet = serde_json::from_slice(text)
        .map_err(|error| KeysError(format!("no JSON Web Key Set: {error}")))?;
    let keys: Vec<Key> = set.keys.iter().filter_map(key).take(MAX_KEYS).collect();
    if keys.is_empty() {
        return Err(KeysError(
            "the key set has no key for RS256, ES256 or HS256".into(),
        ));
    }
    Ok(keys.into())
}

/// A key that can't be used, or is for something else, is passed over: sets hold such as well.
fn key(jwk: &Jwk) -> Option<Key> {
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKey(_) => Algorithm::HS256,
        _ => return None,
    };
    let declared = jwk.common.key_algorithm;
    if declared.is_some_and(|declared| declared.to_string() != format!("{algorithm:?}")) {
        return None;
    }
    Some(Key {
        id: jwk.common.key_id.clone(),
        algorithm,
        key: DecodingKey::from_jwk(jwk).ok()?,
    })
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeysError {}
