//! `GET /inv/v1/stream`.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::attach::Asked;
use crate::authorize::Purpose;
use crate::connection::Connection;
use crate::cursor::Cursor;
use crate::expiry;
use crate::filter::Filter;
use crate::globs::Globs;
use crate::hub::Hub;
use crate::refusal::Refusal;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

pub(crate) async fn open(
    State(hub): State<Hub>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let connection = accept(&hub, query.as_deref().unwrap_or_default(), &headers)
        .await
        .inspect_err(|refusal| hub.shared().metrics.count_refusal(refusal.code()))?;
    let chunks = stream::unfold(connection, async |mut connection| {
        let chunk: Bytes = connection.next().await?;
        Some((Ok::<_, Infallible>(chunk), connection))
    });
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // nginx would collect the stream until its buffer is full.
        (ACCEL_BUFFERING, HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

async fn accept(hub: &Hub, query: &str, headers: &HeaderMap) -> Result<Connection, Refusal> {
    let grant = match &hub.shared().config.authorize {
        Some(authorize) => Some(authorize.authorize(headers, Purpose::Stream).await?),
        None => None,
    };
    let Wanted {
        subs,
        cursor,
        age_ms,
    } = Wanted::read(query, headers)?;
    let exp = grant
        .as_ref()
        .and_then(|grant| grant.expires_at)
        .map(|exp| (exp, expiry::instant(exp)));
    let filter = Filter::new(subs, grant.map(|grant| grant.subscribe));
    if filter.is_hopeless() {
        return Err(Refusal::forbidden(
            "the token's claims have nothing in common with what was asked for: ask for other subs, or get a token that allows these",
        ));
    }
    hub.attach(Asked {
        filter,
        cursor,
        age_ms,
        exp,
    })
    .await
}

/// What a request asks for, claims aside.
struct Wanted {
    subs: Globs,
    cursor: Option<Cursor>,
    age_ms: Option<u64>,
}

impl Wanted {
    /// Other parameters are left alone: a later version of the protocol may have them.
    fn read(query: &str, headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut subs = Vec::new();
        let mut cursor = None;
        let mut age_ms = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "sub" => subs.push(value.into_owned()),
                // One that is no number asks for nothing.
                "age_ms" => age_ms = value.parse().ok(),
                "cursor" => cursor = Some(value.into_owned().into_bytes()),
                _ => {}
            }
        }
        // A browser repeats the address of its first connect on every reconnect, with the header as the newer news.
        if let Some(last) = headers.get(LAST_EVENT_ID).filter(|last| !last.is_empty()) {
            cursor = Some(last.as_bytes().to_vec());
        }
        let cursor = cursor
            .filter(|cursor| !cursor.is_empty())
            .map(|cursor| Cursor::parse(&cursor))
            .transpose();
        Ok(Self {
            subs: Globs::parse(subs)
                .map_err(|error| Refusal::invalid("invalid_sub", format!("sub: {error}")))?,
            age_ms,
            cursor: cursor
                .map_err(|error| Refusal::invalid("invalid_cursor", error.to_string()))?,
        })
    }
}
