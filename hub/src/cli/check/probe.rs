//! Connections to the server that is checked.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use ferroquery::engine::protocol::{Hello, Message};
use ferroquery::engine::sse::{MAX_EVENT, Parser};
use serde_json::Value;
use tokio::time::Instant;
use ureq::http::{HeaderMap, StatusCode};

use crate::trust;

const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Probe {
    agent: ureq::Agent,
    stream: String,
    pub(super) token: Option<String>,
    pub(super) publish_token: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) patience: Duration,
}

/// What a request for a stream asks for.
#[derive(Clone, Default)]
pub(super) struct Ask {
    /// `?cursor=`
    pub(super) cursor: Option<String>,
    /// `Last-Event-ID`
    pub(super) last: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) token: Token,
}

#[derive(Clone, Default)]
pub(super) enum Token {
    #[default]
    Given,
    None,
    InUrl,
    Forged,
}

/// An answer; its body is read in a thread of its own, since a stream may be silent for long.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    chunks: Receiver<Vec<u8>>,
    parser: Parser,
    events: VecDeque<Event>,
    patience: Duration,
}

pub(super) struct Event {
    pub(super) name: String,
    /// The last id of the stream, empty if there was none.
    pub(super) id: String,
    pub(super) message: Message,
}

impl Probe {
    pub(super) fn new(
        stream: String,
        token: Option<String>,
        publish_token: Option<String>,
        sub: Option<String>,
        patience: Duration,
    ) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .tls_config(trust::of_machine())
            .timeout_connect(Some(CONNECT_PATIENCE))
            .timeout_recv_response(Some(CONNECT_PATIENCE))
            .max_idle_connections(0)
            .build();
        Self {
            agent: config.into(),
            stream,
            token,
            publish_token,
            sub,
            patience,
        }
    }

    pub(super) fn ask(&self, ask: &Ask) -> Result<Answer, String> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("sub", ask.sub.as_ref().or(self.sub.as_ref())),
            ("cursor", ask.cursor.as_ref()),
        ] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let given = self.token.as_deref().unwrap_or_default();
        if let Token::InUrl = ask.token {
            for name in ["token", "access_token", "jwt", "authorization"] {
                query.append_pair(name, given);
            }
        }
        let url = format!("{}?{}", self.stream, query.finish());
        let mut request = self.agent.get(url).header("accept", "text/event-stream");
        let token = match ask.token {
            Token::Given => self.token.clone(),
            Token::Forged => Some(forged(given)),
            Token::None | Token::InUrl => None,
        };
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(last) = &ask.last {
            request = request.header("last-event-id", last);
        }
        let answer = request.call().map_err(|error| error.to_string())?;
        Ok(self.answer(answer))
    }

    /// Opens a stream that must be one, and reads its `hello`.
    pub(super) fn open(&self, ask: &Ask) -> Result<(Answer, Hello), String> {
        let mut answer = self.ask(ask)?;
        if answer.status != 200 {
            return Err(format!("the answer is {}", answer.status));
        }
        let first = answer.event()?;
        match first.message {
            Message::Hello(hello) => Ok((answer, hello)),
            _ => Err(format!("the first event is {:?}, not hello", first.name)),
        }
    }

    /// Opens a stream and reads up to the `sync` or `reset` that ends its replay.
    pub(super) fn resume(&self, ask: &Ask) -> Result<(Answer, Vec<Event>, Event), String> {
        let (mut answer, _) = self.open(ask)?;
        let mut replayed = Vec::new();
        loop {
            let event = answer.event()?;
            match event.name.as_str() {
                "sync" | "reset" => return Ok((answer, replayed, event)),
                "inv" => replayed.push(event),
                other => return Err(format!("{other:?} came before the end of the replay")),
            }
        }
    }

    pub(super) fn publish(
        &self,
        token: Option<&str>,
        body: &str,
    ) -> Result<(StatusCode, Value), String> {
        let url = match self.stream.strip_suffix("/stream") {
            Some(base) => format!("{base}/publish"),
            None => return Err("the address of the stream doesn't end in /stream".into()),
        };
        let mut request = self.agent.post(url).content_type("application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut answer = request.send(body).map_err(|error| error.to_string())?;
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok((answer.status(), body))
    }

    fn answer(&self, answer: ureq::http::Response<ureq::Body>) -> Answer {
        let (parts, body) = answer.into_parts();
        let (sender, chunks) = channel();
        std::thread::spawn(move || {
            let mut reader = body.into_reader();
            let mut chunk = vec![0; 16 * 1024];
            while let Ok(length @ 1..) = reader.read(&mut chunk) {
                if sender.send(chunk[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Answer {
            status: parts.status,
            headers: parts.headers,
            chunks,
            parser: Parser::new(MAX_EVENT, ""),
            events: VecDeque::new(),
            patience: self.patience,
        }
    }
}

impl Answer {
    /// The next event that this version knows.
    pub(super) fn event(&mut self) -> Result<Event, String> {
        self.event_within(self.patience)
    }

    pub(super) fn event_within(&mut self, patience: Duration) -> Result<Event, String> {
        let until = Instant::now() + patience;
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            let left = until.saturating_duration_since(Instant::now());
            let chunk = self
                .chunks
                .recv_timeout(left)
                .map_err(|error| match error {
                    RecvTimeoutError::Timeout => {
                        format!("no event within {} s", patience.as_secs_f32())
                    }
                    RecvTimeoutError::Disconnected => "the server closed the stream".to_owned(),
                })?;
            let mut wrong = None;
            let events = &mut self.events;
            let mut sink = |event: ferroquery::engine::sse::Event<'_>| match Message::parse(
                event.name, event.data,
            ) {
                Ok(Some(message)) => events.push_back(Event {
                    name: event.name.to_owned(),
                    id: event.id.to_owned(),
                    message,
                }),
                Ok(None) => {}
                Err(error) => wrong = Some(format!("the body of {:?}: {error}", event.name)),
            };
            self.parser
                .push(&chunk, &mut sink)
                .map_err(|error| error.to_string())?;
            if let Some(wrong) = wrong {
                return Err(wrong);
            }
        }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// The token with another signature.
fn forged(token: &str) -> String {
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return format!("{token}x");
    };
    format!("{signed}.{}", signature.chars().rev().collect::<String>())
}
