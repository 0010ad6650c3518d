//! JSON Web Tokens: who somebody is, by what it sends along.
//!
//! The token comes in `Authorization: Bearer …`, or in an HttpOnly cookie where a page can't set headers. One in the URL
//! is never read: URLs end up in logs. Only streams take the cookie; a browser sends it along with any page's requests,
//! so publishing by it could be forged.
//!
//! Claims: `{"exp": …, "inv": {"subscribe": ["exec:ws1:*", "tag:ws1"], "publish": ["*"]}}`.

mod keys;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Header, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};

use crate::authorize::{Authorize, BoxFuture, Grant, Purpose};
use crate::expiry;
use crate::globs::Globs;
use crate::refusal::Refusal;

pub use keys::{Keys, KeysError};

/// The longest token, in bytes: what servers take in one header.
const MAX_TOKEN: usize = 8 * 1024;
/// How far ahead of this server's clock a token's `nbf` may lie, in seconds. Its end is taken exactly.
const NBF_LEEWAY: u64 = 60;

/// Checks tokens.
pub struct Tokens {
    keys: Arc<Keys>,
    cookie: Option<String>,
    audience: Option<String>,
    issuer: Option<String>,
    anonymous: Option<Globs>,
}

/// What a token says, as far as it is read.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Claims {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exp: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nbf: Option<f64>,
    #[serde(default)]
    pub(crate) inv: InvClaims,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct InvClaims {
    #[serde(default)]
    pub(crate) subscribe: Vec<String>,
    #[serde(default)]
    pub(crate) publish: Vec<String>,
}

impl Tokens {
    /// Takes tokens that these keys have signed.
    pub fn new(keys: Arc<Keys>) -> Self {
        Self {
            keys,
            cookie: None,
            audience: None,
            issuer: None,
            anonymous: None,
        }
    }

    /// The cookie in which a stream's token may come.
    pub fn cookie(self, name: Option<String>) -> Self {
        Self {
            cookie: name,
            ..self
        }
    }

    /// The `aud` and the `iss` that a token must have.
    pub fn issued(self, audience: Option<String>, issuer: Option<String>) -> Self {
        Self {
            audience,
            issuer,
            ..self
        }
    }

    /// What may be heard without a token.
    pub fn anonymous(self, globs: Option<Globs>) -> Self {
        Self {
            anonymous: globs,
            ..self
        }
    }

    async fn grant(&self, headers: &HeaderMap, purpose: Purpose) -> Result<Grant, Refusal> {
        let Some(token) = self.find(headers, purpose)? else {
            return match (&self.anonymous, purpose) {
                (Some(globs), Purpose::Stream) => Ok(Grant {
                    subscribe: globs.clone(),
                    ..Grant::default()
                }),
                _ => Err(Refusal::unauthorized(
                    "there is no token: send one as Authorization: Bearer <token>; one in the URL is not read",
                )),
            };
        };
        if token.len() > MAX_TOKEN {
            return Err(Refusal::unauthorized(format!(
                "the token has {} bytes, at most {MAX_TOKEN} are taken: put less into it",
                token.len()
            )));
        }
        let claims = self.verify(token).await?;
        let nbf = claims.nbf.map_or(0, |nbf| nbf as u64);
        if nbf > expiry::now().as_secs() + NBF_LEEWAY {
            return Err(Refusal::unauthorized("the token is not valid yet"));
        }
        let globs = |claim: &str, globs: Vec<String>| {
            Globs::parse(globs)
                .map_err(|error| Refusal::forbidden(format!("the claim inv.{claim}: {error}")))
        };
        let grant = Grant {
            subscribe: globs("subscribe", claims.inv.subscribe)?,
            publish: globs("publish", claims.inv.publish)?,
            expires_at: claims.exp.map(|exp| exp as u64),
        };
        if purpose == Purpose::Stream && grant.subscribe.is_empty() {
            return Err(Refusal::forbidden(
                "the token has no claim to subscribe: inv.subscribe lists globs",
            ));
        }
        Ok(grant)
    }

    fn find<'a>(
        &self,
        headers: &'a HeaderMap,
        purpose: Purpose,
    ) -> Result<Option<&'a str>, Refusal> {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            let value = value.to_str().unwrap_or_default();
            return match value.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                    Ok(Some(token.trim()))
                }
                _ => Err(Refusal::unauthorized(
                    "the Authorization header is not of the form Bearer <token>",
                )),
            };
        }
        let Some(name) = self
            .cookie
            .as_deref()
            .filter(|_| purpose == Purpose::Stream)
        else {
            return Ok(None);
        };
        let cookies = headers.get_all(header::COOKIE).into_iter();
        let mut pairs = cookies
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        Ok(pairs
            .find(|(given, _)| *given == name)
            .map(|(_, token)| token))
    }

    async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        // An algorithm that isn't known, such as `none`, fails here.
        let header: Header = decode_header(token).map_err(|error| refused(error.kind()))?;
        let mut why = None;
        for key in self.keys.candidates(&header).await {
            let mut validation = Validation::new(key.algorithm);
            validation.leeway = 0;
            validation.validate_aud = self.audience.is_some();
            if let Some(audience) = &self.audience {
                validation.set_audience(&[audience]);
                validation.required_spec_claims.insert("aud".into());
            }
            if let Some(issuer) = &self.issuer {
                validation.set_issuer(&[issuer]);
                validation.required_spec_claims.insert("iss".into());
            }
            match decode::<Claims>(token, &key.key, &validation) {
                Ok(data) => return Ok(data.claims),
                Err(error) => why = Some(refused(error.kind())),
            }
        }
        Err(why.unwrap_or_else(|| {
            Refusal::unauthorized(
                "the token was signed with a key or an algorithm that is not accepted here",
            )
        }))
    }
}

impl Authorize for Tokens {
    fn authorize<'a>(
        &'a self,
        headers: &'a HeaderMap,
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Grant, Refusal>> {
        Box::pin(self.grant(headers, purpose))
    }
}

/// Says what is wrong without repeating anything of the token.
fn refused(kind: &ErrorKind) -> Refusal {
    Refusal::unauthorized(match kind {
        ErrorKind::ExpiredSignature => "the token has expired: get a new one",
        ErrorKind::InvalidSignature => "the token's signature is wrong",
        ErrorKind::InvalidAudience => "the token is for another audience",
        ErrorKind::InvalidIssuer => "the token is of another issuer",
        ErrorKind::MissingRequiredClaim(_) => {
            "the token lacks a required claim: exp, or aud or iss where they are asked for"
        }
        ErrorKind::Json(_) => {
            "the token's claims are of the wrong form, or its algorithm is not accepted here"
        }
        _ => "the token can't be read, or its algorithm is not accepted here",
    })
}
