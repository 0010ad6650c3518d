//! Text with `{field}` placeholders, split in advance.

use crate::engine::glob::escape_into;

#[derive(Clone, Debug)]
pub(super) struct Template {
    parts: Vec<Part>,
    is_glob: bool,
}

#[derive(Clone, Debug)]
enum Part {
    Text(Box<str>),
    Field(Box<str>),
}

/// Why a template was refused.
pub(super) enum Fault {
    UnclosedBrace,
    EmptyPlaceholder,
    PlaceholderInClass,
}

impl Template {
    /// Splits a template. In one of a glob a backslash takes the next character out of play and stays, as the glob needs
    /// it; elsewhere only `\{` is special.
    pub(super) fn parse(template: &str, is_glob: bool) -> Result<Template, Fault> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut in_class = false;
        let mut rest = template;
        while let Some(char) = rest.chars().next() {
            let tail = &rest[char.len_utf8()..];
            let next = tail.chars().next();
            match (char, next) {
                ('\\', Some(escaped)) if is_glob || escaped == '{' => {
                    if is_glob {
                        text.push('\\');
                    }
                    text.push(escaped);
                    rest = &tail[escaped.len_utf8()..];
                    continue;
                }
                ('{', _) => {
                    let end = tail
                        .find(['{', '}'])
                        .filter(|&end| tail.as_bytes()[end] == b'}');
                    let field = &tail[..end.ok_or(Fault::UnclosedBrace)?];
                    if field.trim().is_empty() {
                        return Err(Fault::EmptyPlaceholder);
                    }
                    if in_class {
                        return Err(Fault::PlaceholderInClass);
                    }
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text).into()));
                    }
                    parts.push(Part::Field(field.into()));
                    rest = &tail[field.len() + 1..];
                    continue;
                }
                ('[', _) if is_glob && !in_class => in_class = true,
                (start, Some('-')) if in_class && start != ']' => {
                    // In a range even a `]` is only a bound.
                    if let Some(end) = tail.chars().nth(1) {
                        if end == '{' {
                            return Err(Fault::PlaceholderInClass);
                        }
                        text.extend([start, '-', end]);
                        rest = &tail[1 + end.len_utf8()..];
                        continue;
                    }
                }
                (']', _) => in_class = false,
                _ => {}
            }
            text.push(char);
            rest = tail;
        }
        if !text.is_empty() {
            parts.push(Part::Text(text.into()));
        }
        Ok(Template { parts, is_glob })
    }

    /// The text without the placeholders.
    pub(super) fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(&**text),
            Part::Field(_) => None,
        });
        texts.collect()
    }

    /// Appends the text with the fields' values to `out`; a field that `value` does not know is the error.
    pub(super) fn expand<'a, 'v>(
        &'a self,
        out: &mut String,
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<(), &'a str> {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Field(field) => {
                    let value = value(field).ok_or(&**field)?;
                    if self.is_glob {
                        escape_into(value, out)
                    } else {
                        out.push_str(value)
                    }
                }
            }
        }
        Ok(())
    }
}
