//! An event as an entry of a stream.

use ferroquery::engine::protocol::{Inv, Message, Op, Reset, ResetReason};

use crate::content::Content;

pub(super) fn write(content: &Content) -> (&'static str, String) {
    match content {
        Content::Inv { inv, .. } => ("inv", Message::Inv(inv.clone()).body()),
        Content::Reset(reset) => ("reset", Message::Reset(reset.clone()).body()),
    }
}

/// `None` for an entry without meaning to clients. One that can't be read may have meant anything.
pub(super) fn read(fields: &[(String, String)]) -> Option<Content> {
    let body = |name: &str| {
        let field = fields.iter().find(|(field, _)| field == name);
        field.map(|(_, body)| body.as_str())
    };
    if let Some(body) = body("inv") {
        return Some(match Inv::parse(body) {
            Ok(inv) if !inv.ops.contains(&Op::Unknown) => Content::of(inv),
            Ok(_) => unreadable("an operation of an unknown kind"),
            Err(error) => unreadable(&error.to_string()),
        });
    }
    if let Some(body) = body("reset") {
        return Some(match Message::parse("reset", body) {
            Ok(Some(Message::Reset(reset))) => Content::Reset(reset),
            _ => unreadable("a reset that is none"),
        });
    }
    if body("epoch").is_some() {
        return None;
    }
    Some(unreadable("neither inv nor reset"))
}

fn unreadable(why: &str) -> Content {
    tracing::warn!(
        why,
        "an entry of the stream can't be read, resetting everything"
    );
    let reason = ResetReason::Other("unreadable".into());
    Content::Reset(Reset::everything(reason, 0))
}
