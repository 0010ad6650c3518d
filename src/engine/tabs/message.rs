//! What the tabs of an origin say to each other. Any script of the origin could speak here too: what can't be read is dropped,
//! and what is lost by that shows as a gap.

use std::fmt::Write;

use crate::engine::protocol::is_id;

/// The longest message that is read, in bytes.
pub const MAX_MESSAGE: usize = 4 << 20;
/// The longest name of a tab, in bytes.
const MAX_NAME: usize = 32;
/// No text of the protocol holds it: JSON escapes it.
pub(super) const SEPARATOR: char = '\u{1f}';
/// Begins each message.
pub const VERSION: &str = "ferroquery-1";

/// One tab's time as the leader. Later terms are greater.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term {
    pub number: u64,
    pub leader: String,
}

/// How the leader's connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Connecting,
    Replaying,
    Live,
    Offline,
}

/// An event that was applied, and the position after it; empty if it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub id: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Message {
    /// A tab wants to follow from its cursor.
    Ask {
        from: String,
        number: u64,
        cursor: Option<String>,
    },
    /// A tab wants to hear whether the leader is there, and names the latest term that it knows.
    Ping { term: Term },
    /// A tab's user is back: time to look whether the connection is alive.
    Wake,
    /// The leader is there. `seq`: of its last event.
    Beat {
        term: Term,
        seq: u64,
        standing: Standing,
    },
    /// An event of the leader's stream.
    Event { term: Term, seq: u64, entry: Entry },
    /// To one tab's `Ask`.
    Answer {
        term: Term,
        seq: u64,
        to: String,
        number: u64,
        standing: Standing,
        verdict: Verdict,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// These events lie between; then follow. `cursor`: where the leader is.
    Follow {
        cursor: Option<String>,
        entries: Vec<Entry>,
    },
    /// The leader can't know what lies between: get it from the server.
    CatchUp,
    /// The leader does not know yet: ask again once it is live.
    Wait,
}

impl Standing {
    fn letter(self) -> &'static str {
        match self {
            Standing::Connecting => "c",
            Standing::Replaying => "r",
            Standing::Live => "l",
            Standing::Offline => "o",
        }
    }

    fn parse(letter: &str) -> Option<Standing> {
        Some(match letter {
            "c" => Standing::Connecting,
            "r" => Standing::Replaying,
            "l" => Standing::Live,
            "o" => Standing::Offline,
            _ => return None,
        })
    }
}

impl Message {
    pub fn write(&self) -> String {
        let mut line = Line(VERSION.into());
        match self {
            Message::Ask {
                from,
                number,
                cursor,
            } => {
                line.add("ask").add(from).number(*number);
                line.add(cursor.as_deref().unwrap_or_default());
            }
            Message::Ping { term } => {
                line.add("ping").term(term);
            }
            Message::Wake => {
                line.add("wake");
            }
            Message::Beat {
                term,
                seq,
                standing,
            } => {
                line.add("beat").term(term).number(*seq);
                line.add(standing.letter());
            }
            Message::Event { term, seq, entry } => {
                line.add("event").term(term).number(*seq);
                line.add(&entry.id).add(&entry.text);
            }
            Message::Answer {
                term,
                seq,
                to,
                number,
                standing,
                verdict,
            } => {
                line.add("answer").term(term).number(*seq);
                line.add(to).number(*number).add(standing.letter());
                match verdict {
                    Verdict::CatchUp => line.add("catch-up"),
                    Verdict::Wait => line.add("wait"),
                    Verdict::Follow { cursor, entries } => {
                        line.add("follow");
                        line.add(cursor.as_deref().unwrap_or_default());
                        for Entry { id, text } in entries {
                            line.add(id).add(text);
                        }
                        &mut line
                    }
                };
            }
        }
        line.0
    }

    pub fn parse(text: &str) -> Option<Message> {
        if text.len() > MAX_MESSAGE {
            return None;
        }
        let mut fields = Fields(text.split(SEPARATOR));
        if fields.text()? != VERSION {
            return None;
        }
        let message = match fields.text()? {
            "ask" => Message::Ask {
                from: fields.name()?,
                number: fields.number()?,
                cursor: fields.cursor()?,
            },
            "ping" => Message::Ping {
                term: fields.term()?,
            },
            "wake" => Message::Wake,
            "beat" => Message::Beat {
                term: fields.term()?,
                seq: fields.place()?,
                standing: Standing::parse(fields.text()?)?,
            },
            "event" => Message::Event {
                term: fields.term()?,
                seq: fields.place()?,
                entry: fields.entry()??,
            },
            "answer" => Message::Answer {
                term: fields.term()?,
                seq: fields.place()?,
                to: fields.name()?,
                number: fields.number()?,
                standing: Standing::parse(fields.text()?)?,
                verdict: match fields.text()? {
                    "catch-up" => Verdict::CatchUp,
                    "wait" => Verdict::Wait,
                    "follow" => Verdict::Follow {
                        cursor: fields.cursor()?,
                        entries: std::iter::from_fn(|| fields.entry()).collect::<Option<_>>()?,
                    },
                    _ => return None,
                },
            },
            _ => return None,
        };
        fields.0.next().is_none().then_some(message)
    }
}

pub(super) struct Line(pub String);

impl Line {
    pub fn add(&mut self, field: &str) -> &mut Line {
        self.0.push(SEPARATOR);
        self.0.push_str(field);
        self
    }

    pub fn number(&mut self, number: u64) -> &mut Line {
        // Writing to memory succeeds.
        let _ = write!(self.0, "{SEPARATOR}{number}");
        self
    }

    fn term(&mut self, term: &Term) -> &mut Line {
        self.number(term.number).add(&term.leader)
    }
}

pub(super) struct Fields<'a>(pub std::str::Split<'a, char>);

impl<'a> Fields<'a> {
    pub fn text(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    pub fn number(&mut self) -> Option<u64> {
        self.text()?.parse().ok()
    }

    /// A place in an order, with room for the next one.
    fn place(&mut self) -> Option<u64> {
        self.number().filter(|place| *place < u64::MAX)
    }

    pub fn name(&mut self) -> Option<String> {
        let name = self.text()?;
        (name.len() <= MAX_NAME).then(|| name.into())
    }

    fn term(&mut self) -> Option<Term> {
        Some(Term {
            number: self.place()?,
            leader: self.name()?,
        })
    }

    fn cursor(&mut self) -> Option<Option<String>> {
        let cursor = self.text()?;
        (cursor.is_empty() || is_id(cursor))
            .then(|| Some(cursor.into()).filter(|_| !cursor.is_empty()))
    }

    /// `None` at the end, `Some(None)` for one that can't be read.
    fn entry(&mut self) -> Option<Option<Entry>> {
        let id = self.text()?;
        let text = self.text();
        Some(
            text.filter(|_| id.is_empty() || is_id(id))
                .map(|text| Entry {
                    id: id.into(),
                    text: text.into(),
                }),
        )
    }
}
