//! What tabs that share answers say to each other. Any script of the origin could speak here too: what can't be read is dropped
//! and counted, and what is lost by that leads to a fetch of one's own.

use super::super::message::{Fields, Line, SEPARATOR};

/// The longest key (its hash text) that is shared, in bytes.
pub const MAX_KEY: usize = 8 << 10;
/// The longest text about live connections, in bytes.
const MAX_POSITIONS: usize = 1 << 10;
/// Begins each message.
pub const VERSION: &str = "ferroquery-answers-2";

/// What a tab wants, and what it would take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The hash text of the key.
    pub key: String,
    /// The tab's tick (`answers.rs`) of which a fetch has to have begun after, if its answer is to be taken.
    pub required: u32,
    /// The tick of the wish itself: an answer whose fetch began after it is as good as one's own.
    pub fresh: u32,
    /// How old an answer may be that is there already, in ms.
    pub max_age: u64,
    /// When the own data came, in ms: nothing older is taken.
    pub updated_at: u64,
    /// Where the tab's live connections are; empty without any.
    pub positions: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A tab has come.
    Hello,
    /// A tab leaves.
    Bye,
    /// Who fetches this, or has it? `stamp`: of several that ask, the one of the least goes first.
    Want { number: u64, stamp: u64, wish: Wish },
    /// Not this tab.
    No { to: String, number: u64 },
    /// This tab fetches it. `proof`: the asking tab's tick that the fetch began after.
    Busy { to: String, number: u64, proof: u32 },
    /// This tab has it.
    Have { to: String, number: u64, held: Held },
    /// Send it.
    Give { to: String, number: u64, wish: Wish },
    /// Here it is.
    Value { to: String, number: u64, held: Held },
    /// It won't come from here.
    Gone { to: String, number: u64 },
    /// Is this tab there?
    Ping { to: String },
    /// It is.
    Pong { to: String },
}

/// An answer, as the tab that wants it has to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// The asking tab's tick that the fetch began after.
    pub proof: u32,
    /// When it came, in ms.
    pub updated_at: u64,
}

/// A message and who says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub from: String,
    pub tick: u32,
    pub message: Message,
}

impl Said {
    pub fn write(&self) -> String {
        let mut line = Line(VERSION.into());
        line.add(&self.from).number(u64::from(self.tick));
        match &self.message {
            Message::Hello => line.add("hello"),
            Message::Bye => line.add("bye"),
            Message::Want {
                number,
                stamp,
                wish,
            } => wish.add_to(line.add("want").number(*number).number(*stamp)),
            Message::No { to, number } => line.add("no").add(to).number(*number),
            Message::Busy { to, number, proof } => {
                let line = line.add("busy").add(to).number(*number);
                line.number(u64::from(*proof))
            }
            Message::Have { to, number, held } => {
                held.add_to(line.add("have").add(to).number(*number))
            }
            Message::Give { to, number, wish } => {
                wish.add_to(line.add("give").add(to).number(*number))
            }
            Message::Value { to, number, held } => {
                held.add_to(line.add("value").add(to).number(*number))
            }
            Message::Gone { to, number } => line.add("gone").add(to).number(*number),
            Message::Ping { to } => line.add("ping").add(to),
            Message::Pong { to } => line.add("pong").add(to),
        };
        line.0
    }

    pub fn parse(text: &str) -> Option<Said> {
        if text.len() > MAX_KEY + MAX_POSITIONS + 512 {
            return None;
        }
        let mut fields = Fields(text.split(SEPARATOR));
        if fields.text()? != VERSION {
            return None;
        }
        let from = fields.name()?;
        let tick = tick(&mut fields)?;
        let message = match fields.text()? {
            "hello" => Message::Hello,
            "bye" => Message::Bye,
            "want" => Message::Want {
                number: fields.number()?,
                stamp: fields.number()?,
                wish: Wish::read(&mut fields)?,
            },
            "ping" => Message::Ping { to: fields.name()? },
            "pong" => Message::Pong { to: fields.name()? },
            kind => {
                let (to, number) = (fields.name()?, fields.number()?);
                match kind {
                    "no" => Message::No { to, number },
                    "busy" => Message::Busy {
                        to,
                        number,
                        proof: self::tick(&mut fields)?,
                    },
                    "have" => Message::Have {
                        to,
                        number,
                        held: Held::read(&mut fields)?,
                    },
                    "give" => Message::Give {
                        to,
                        number,
                        wish: Wish::read(&mut fields)?,
                    },
                    "value" => Message::Value {
                        to,
                        number,
                        held: Held::read(&mut fields)?,
                    },
                    "gone" => Message::Gone { to, number },
                    _ => return None,
                }
            }
        };
        let is_whole = fields.0.next().is_none() && !from.is_empty();
        is_whole.then_some(Said {
            from,
            tick,
            message,
        })
    }
}

impl Wish {
    /// Whether others can be asked for it.
    pub(super) fn is_sayable(&self) -> bool {
        let fits = self.key.len() <= MAX_KEY && self.positions.len() <= MAX_POSITIONS;
        fits && !self.key.contains(SEPARATOR) && !self.positions.contains(SEPARATOR)
    }

    fn add_to<'a>(&self, line: &'a mut Line) -> &'a mut Line {
        line.number(u64::from(self.required))
            .number(u64::from(self.fresh))
            .number(self.max_age)
            .number(self.updated_at)
            .add(&self.positions)
            .add(&self.key)
    }

    fn read(fields: &mut Fields<'_>) -> Option<Wish> {
        Some(Wish {
            required: tick(fields)?,
            fresh: tick(fields)?,
            max_age: fields.number()?,
            updated_at: fields.number()?,
            positions: fields.text()?.into(),
            key: fields.text()?.into(),
        })
    }
}

impl Held {
    fn add_to<'a>(&self, line: &'a mut Line) -> &'a mut Line {
        line.number(u64::from(self.proof)).number(self.updated_at)
    }

    fn read(fields: &mut Fields<'_>) -> Option<Held> {
        Some(Held {
            proof: tick(fields)?,
            updated_at: fields.number()?,
        })
    }
}

fn tick(fields: &mut Fields<'_>) -> Option<u32> {
    fields.number()?.try_into().ok()
}
