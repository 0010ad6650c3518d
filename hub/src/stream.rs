//! `GET /inv/v1/stream`.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::cursor::Cursor;
use crate::filter::Filter;
use crate::hub::Hub;
use crate::refusal::Refusal;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

pub(crate) async fn open(
    State(hub): State<Hub>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let asked = Asked::read(query.as_deref().unwrap_or_default(), &headers)?;
    let connection = hub.attach(asked.filter, asked.cursor.as_ref())?;
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

struct Asked {
    filter: Filter,
    cursor: Option<Cursor>,
}

impl Asked {
    /// Other parameters are left alone: a later version of the protocol may have them.
    fn read(query: &str, headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut subs = Vec::new();
        let mut cursor = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "sub" => subs.push(value.into_owned()),
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
            filter: Filter::parse(subs)
                .map_err(|error| Refusal::invalid("invalid_sub", error.to_string()))?,
            cursor: cursor
                .map_err(|error| Refusal::invalid("invalid_cursor", error.to_string()))?,
        })
    }
}
