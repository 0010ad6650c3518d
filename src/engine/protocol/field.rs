//! Members whose values are plain.

use super::MAX_TEXT;
use super::json::{Kind, NotJson, Reader};

/// A whole number; what is negative or no number counts as 0, a fraction is cut off.
pub(super) fn number(reader: &mut Reader<'_>) -> Result<u64, NotJson> {
    if reader.kind()? != Kind::Number {
        reader.skip()?;
        return Ok(0);
    }
    let number = reader.number()?;
    Ok(number.as_f64().map_or(0, |number| number as u64))
}

/// A text of at most [`MAX_TEXT`] bytes, if it is one.
pub(super) fn text(reader: &mut Reader<'_>) -> Result<Option<String>, NotJson> {
    if reader.kind()? != Kind::Text {
        reader.skip()?;
        return Ok(None);
    }
    let text = reader.text()?;
    Ok((text.len() <= MAX_TEXT).then(|| text.into_owned()))
}
