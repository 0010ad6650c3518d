//! `POST /inv/v1/publish`.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header, request::Parts};
use ferroquery::engine::protocol::{Inv, Op, ProtocolError};
use serde::Serialize;

use crate::authorize::Purpose;
use crate::globs::Globs;
use crate::hub::Hub;
use crate::refusal::Refusal;

/// Where the publication is, or in a moment will be, in history.
#[derive(Serialize)]
pub(crate) struct Published {
    id: String,
}

pub(crate) async fn publish(
    State(hub): State<Hub>,
    request: Request,
) -> Result<(StatusCode, Json<Published>), Refusal> {
    let id = accept(&hub, request)
        .await
        .inspect_err(|refusal| hub.shared().metrics.count_refusal(refusal.code()))?;
    Ok((StatusCode::ACCEPTED, Json(Published { id })))
}

async fn accept(hub: &Hub, request: Request) -> Result<String, Refusal> {
    let (parts, body) = request.into_parts();
    let claims = claims(hub, &parts).await?;
    let limit = hub.shared().config.max_publish_bytes;
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large(limit));
    }
    let body = to_bytes(body, limit).await.map_err(|error| {
        use std::error::Error;
        // axum tells a body that is too long from one that broke off only by the source of its error.
        match error
            .source()
            .is_some_and(|source| source.to_string().contains("length limit"))
        {
            true => too_large(limit),
            false => Refusal::invalid("incomplete_body", "the body broke off: send it again"),
        }
    })?;
    let body = std::str::from_utf8(&body).map_err(|error| {
        Refusal::invalid("invalid_json", format!("the body is not UTF-8: {error}"))
    })?;
    let inv = read(body)?;
    if let Some(claims) = claims {
        check(&inv, &claims)?;
    }
    Ok(hub.publish_confirmed(inv).await?.to_string())
}

/// What may be published; `None`: everything.
async fn claims(hub: &Hub, parts: &Parts) -> Result<Option<Globs>, Refusal> {
    if let Some(authorize) = &hub.shared().config.authorize {
        let grant = authorize
            .authorize(&parts.headers, Purpose::Publish)
            .await?;
        return match grant.publish.is_empty() {
            true => Err(Refusal::forbidden("the token has no claim to publish")),
            false => Ok(Some(grant.publish)),
        };
    }
    match &hub.shared().config.publish_guard {
        None => Err(Refusal::forbidden(
            "publishing over HTTP is off on this server: have it check tokens (--jwt-secret or --jwks), or publish in its process",
        )),
        Some(guard) => guard(parts).map(|()| None),
    }
}

fn check(inv: &Inv, claims: &Globs) -> Result<(), Refusal> {
    match inv
        .ops
        .iter()
        .position(|op| !claims.cover(op, &op.subject()))
    {
        Some(at) => Err(Refusal::forbidden(format!(
            "ops[{at}] reaches beyond the token's claim to publish: name less, or get a token that allows it"
        ))),
        None => Ok(()),
    }
}

fn read(body: &str) -> Result<Inv, Refusal> {
    let refused =
        |message: String| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_inv", message);
    let inv = Inv::parse(body).map_err(|error| match error {
        ProtocolError::NotJson(_) => Refusal::invalid("invalid_json", error.to_string()),
        ProtocolError::Malformed { .. } => refused(error.to_string()),
    })?;
    if inv.ops.is_empty() {
        return Err(refused("ops is empty: name at least one operation".into()));
    }
    // A client would take it for a reset of everything, which nobody means by a typing error.
    match inv.ops.iter().position(|op| *op == Op::Unknown) {
        Some(at) => Err(refused(format!(
            "ops[{at}].k is not known: use key, prefix, glob, tag or event"
        ))),
        None => Ok(inv),
    }
}

fn too_large(limit: usize) -> Refusal {
    let message =
        format!("the body is larger than {limit} bytes: publish fewer operations at a time");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
}
