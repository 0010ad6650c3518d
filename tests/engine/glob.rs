//! Redis globs: a table of edge cases and a plain reference matcher. The judge, a real server, is in `glob_redis`.

use ferroquery::engine::glob::{Glob, GlobError, MAX_PATTERN, escape};
use proptest::prelude::*;

fn glob(pattern: impl AsRef<[u8]>) -> Glob {
    Glob::parse(pattern.as_ref()).unwrap()
}

/// pattern, what it matches, what it doesn't.
pub const TABLE: &[(&str, &[&str], &[&str])] = &[
    ("", &[""], &["a"]),
    ("*", &["a", "*", "abc"], &[""]),
    ("***", &["a", "ab"], &[""]),
    ("a*", &["a", "ab", "a*"], &["", "b", "ba"]),
    ("*a", &["a", "ba", "aaa"], &["", "ab"]),
    (
        "a*b*c",
        &["abc", "axbxc", "abbcc", "abcbc"],
        &["ac", "ab", "abcx"],
    ),
    ("*a*a*a*", &["aaa", "xaxaxax"], &["aa", "xaxbxa"]),
    ("?", &["a", "?"], &["", "ab", "é"]),
    ("??", &["ab", "é"], &["a", "abc"]),
    ("*?", &["a", "ab"], &[""]),
    ("[abc]", &["a", "b", "c"], &["", "d", "ab"]),
    ("[^a]", &["b", "^"], &["a", ""]),
    ("[!a]", &["!", "a"], &["b"]),
    ("[a-c]x", &["ax", "bx", "cx"], &["dx", "-x"]),
    ("[c-a]", &["a", "b", "c"], &["d", "-"]),
    ("[]", &[], &["", "]", "[]", "a"]),
    ("[]a", &[], &["a", "]a"]),
    ("[^]", &["a", "]", "^"], &["", "ab"]),
    ("[^]a", &["xa"], &["a", "x"]),
    ("[", &[], &["", "["]),
    ("[^", &["a"], &["", "ab"]),
    ("[abc", &["a", "b", "c"], &["[", "abc", "d"]),
    // The range from `]` to `a`, and the class stays open.
    ("[a-]", &["]", "^", "_", "`", "a"], &["-", "b"]),
    ("[a-]b]", &["b", "_", "a"], &["-", "ab", "ab]"]),
    ("[-a]", &["-", "a"], &["b"]),
    ("[a-", &["a", "-"], &["b"]),
    (r"[\]]", &["]"], &["\\"]),
    (r"[\a-z]", &["a", "-", "z"], &["b", "\\"]),
    (r"[a-\]", &["\\", "a", "]", "`"], &["b", "["]),
    (r"[a\", &["a", "\\"], &["b"]),
    (r"[\^a]", &["^", "a"], &["b"]),
    (r"\*", &["*"], &["a", "\\*"]),
    (r"a\", &["a\\"], &["a"]),
    (r"\", &["\\"], &[""]),
    (r"\\", &["\\"], &["\\\\"]),
    (r"\a", &["a"], &["\\a"]),
    ("{a,b}", &["{a,b}"], &["a", "b"]),
    (
        "exec:dashboard:ws123:*",
        &["exec:dashboard:ws123:7d", "exec:dashboard:ws123:a:b/c"],
        &["exec:dashboard:ws12", "exec:dashboard:ws1234:7d"],
    ),
    (
        "agent:*:42:*",
        &["agent:runs:42:x", "agent:a:b:42:"],
        &["agent:42:x", "agent:runs:420:x"],
    ),
];

#[test]
fn the_table_of_edge_cases() {
    for (pattern, hits, misses) in TABLE {
        for (subject, expected) in hits
            .iter()
            .map(|s| (s, true))
            .chain(misses.iter().map(|s| (s, false)))
        {
            let glob = glob(pattern);
            assert_eq!(
                glob.matches(subject.as_bytes()),
                expected,
                "{pattern:?} {subject:?}"
            );
            assert_eq!(
                reference(pattern.as_bytes(), subject.as_bytes()),
                expected,
                "reference {pattern:?} {subject:?}"
            );
        }
    }
}

#[test]
fn ten_thousand_stars_are_one() {
    let stars = glob("*".repeat(10_000));
    assert!(stars.matches(b"x") && !stars.matches(b""));
    let many = glob(format!("{}b", "*a".repeat(2_000)));
    let subject = "a".repeat(100_000);
    assert!(!many.matches(subject.as_bytes()));
    let mut state = many.start();
    many.advance(&mut state, subject.as_bytes());
    many.advance(&mut state, b"b");
    assert!(many.accepts(&state));
}

#[test]
fn a_pattern_has_a_bounded_length() {
    assert!(Glob::parse(&[b'a'; MAX_PATTERN]).is_ok());
    assert_eq!(
        Glob::parse(&[b'a'; MAX_PATTERN + 1]),
        Err(GlobError::TooLong(MAX_PATTERN + 1))
    );
    assert!(Glob::parse(format!("[{}", "a".repeat(MAX_PATTERN)).as_bytes()).is_err());
    assert!(Glob::parse(&b"[]".repeat(MAX_PATTERN / 2)).is_ok());
    assert!(GlobError::TooLong(5000).to_string().contains("5000"));
}

#[test]
fn literals_and_prefixes() {
    assert_eq!(glob(r"a\*b*c").literal_prefix(), b"a*b");
    assert_eq!(glob("[a]b?c").literal_prefix(), b"ab");
    assert!(glob(r"user:\[7\]").is_literal());
    assert!(glob("").is_literal());
    assert!(
        !glob("*").is_literal()
            && !glob("a*").is_literal()
            && !glob("a?").is_literal()
            && !glob("[]").is_literal()
    );
}

#[test]
fn a_walk_knows_when_to_stop() {
    let tail = glob("user:*");
    let mut state = tail.start();
    tail.advance(&mut state, b"user:");
    assert!(tail.accepts_everything(&state) && tail.accepts(&state));
    let all = glob("*");
    let mut state = all.start();
    assert!(!all.accepts_everything(&state) && !all.accepts(&state));
    all.advance(&mut state, b"");
    assert!(!all.accepts_everything(&state));
    all.advance(&mut state, b"x");
    assert!(all.accepts_everything(&state));
    let dead = glob("a:b");
    let mut state = dead.start();
    dead.advance(&mut state, b"a:c");
    assert!(dead.is_dead(&state));
    let mut state = dead.start();
    dead.advance(&mut state, b"a:bb");
    assert!(dead.is_dead(&state) && !dead.accepts(&state));
}

#[test]
fn a_long_segment_after_a_star_spans_words() {
    for len in [62, 63, 64, 65, 127, 128, 129, 300] {
        let pattern = glob(format!("x*{}b", "a".repeat(len)));
        let mut state = pattern.start();
        pattern.advance(&mut state, b"x");
        pattern.advance(&mut state, "a".repeat(len + 7).as_bytes());
        assert!(!pattern.accepts(&state));
        pattern.advance(&mut state, b"b");
        assert!(pattern.accepts(&state), "{len}");
        pattern.advance(&mut state, "a".repeat(len - 1).as_bytes());
        pattern.advance(&mut state, b"b");
        assert!(!pattern.accepts(&state), "{len}");
    }
}

#[test]
fn intersections_and_covers() {
    for (a, b, meet) in [
        ("a*", "*b", true),
        ("a*", "b*", false),
        ("*", "", false),
        ("", "", true),
        ("*", "*", true),
        ("[ab]*", "[bc]?", true),
        ("[ab]", "[cd]", false),
        ("[]*", "*", false),
        ("a?c", "*bc", true),
        ("a?c", "*bd", false),
        ("ws1:*", "ws2:*", false),
        ("ws1:*:x", "*:y", false),
        ("*?*?", "?", false),
    ] {
        assert_eq!(glob(a).intersects(&glob(b)), meet, "{a} {b}");
        assert_eq!(glob(b).intersects(&glob(a)), meet, "{b} {a}");
    }
    for (wide, narrow, covers) in [
        ("*", "a*b", true),
        ("*", "*", true),
        ("*", "", false),
        ("", "", true),
        ("ws1:*", "ws1:a:*", true),
        ("ws1:*", "ws1*", false),
        ("ws1:a", "ws1:*", false),
        ("[a-c]?*", "b[xy]*z", true),
        ("?*", "[ab]", true),
        ("a*c", "a*b*c", true),
        ("a*b*c", "a*c", false),
        ("*b", "*ab", true),
        (r"\*", "*", false),
    ] {
        assert_eq!(
            glob(wide).covers(&glob(narrow)),
            covers,
            "{wide} over {narrow}"
        );
    }
}

/// The plain recursive definition, exponential and obvious.
fn reference(pattern: &[u8], subject: &[u8]) -> bool {
    if subject.is_empty() && !pattern.is_empty() {
        return false;
    }
    fn go(pattern: &[u8], subject: &[u8]) -> bool {
        match pattern {
            [] => subject.is_empty(),
            [b'*', rest @ ..] => (0..=subject.len()).any(|at| go(rest, &subject[at..])),
            [b'?', rest @ ..] => !subject.is_empty() && go(rest, &subject[1..]),
            [b'[', rest @ ..] => {
                let Some((&byte, left)) = subject.split_first() else {
                    return false;
                };
                let (class, rest) = class(rest);
                class(byte) && go(rest, left)
            }
            [b'\\', byte, rest @ ..] | [byte, rest @ ..] => {
                subject.first() == Some(byte) && go(rest, &subject[1..])
            }
        }
    }
    fn class(mut rest: &[u8]) -> (impl Fn(u8) -> bool, &[u8]) {
        let negated = rest.first() == Some(&b'^');
        rest = &rest[usize::from(negated)..];
        let mut ranges = Vec::new();
        loop {
            let (start, end, left) = match rest {
                [] => break,
                [b'\\', byte, left @ ..] => (*byte, *byte, left),
                [b']', left @ ..] => {
                    rest = left;
                    break;
                }
                [start, b'-', end, left @ ..] => (*start, *end, left),
                [byte, left @ ..] => (*byte, *byte, left),
            };
            ranges.push((start as i8, end as i8));
            rest = left;
        }
        let inside = move |byte: u8| {
            let byte = byte as i8;
            ranges
                .iter()
                .any(|&(a, b)| a.min(b) <= byte && byte <= a.max(b))
                != negated
        };
        (inside, rest)
    }
    go(pattern, subject)
}

pub fn pattern() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        prop::sample::select(b"aabbc**??[[]]^-\\:\xc3\xa9\x00z".to_vec()),
        0..12,
    )
}

pub fn subject() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        prop::sample::select(b"aaabbbc*?[]^-\\:\xc3\xa9\x00_z".to_vec()),
        0..10,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn agrees_with_the_reference(pattern in pattern(), subject in subject(), cut in 0usize..10) {
        let glob = glob(&pattern);
        let expected = reference(&pattern, &subject);
        prop_assert_eq!(glob.matches(&subject), expected);
        let cut = cut.min(subject.len());
        let mut state = glob.start();
        for piece in [&subject[..cut], &subject[cut..]] {
            let before = state.clone();
            glob.advance(&mut state, piece);
            prop_assert!(!glob.is_dead(&before) || glob.is_dead(&state));
            prop_assert!(!glob.accepts_everything(&before) || glob.accepts(&state));
        }
        prop_assert_eq!(glob.accepts(&state), expected);
        prop_assert!(!expected || subject.starts_with(glob.literal_prefix()));
        if glob.is_literal() {
            prop_assert_eq!(glob.literal_prefix() == subject, expected);
        }
        let mut at_once = glob.start();
        glob.advance(&mut at_once, &subject);
        prop_assert_eq!(at_once, state);
    }

    #[test]
    fn an_escaped_value_matches_itself_only(value in ".{0,8}", other in subject()) {
        let glob = glob(escape(&value));
        prop_assert!(glob.is_literal() && glob.matches(value.as_bytes()));
        prop_assert_eq!(glob.matches(&other), value.as_bytes() == other);
    }

    #[test]
    fn common_subjects_and_covers(a in pattern(), b in pattern(), subject in subject()) {
        let (a, b) = (glob(a), glob(b));
        prop_assert_eq!(a.intersects(&b), b.intersects(&a));
        if a.matches(&subject) && b.matches(&subject) {
            prop_assert!(a.intersects(&b));
        }
        if a.covers(&b) && b.matches(&subject) {
            prop_assert!(a.matches(&subject));
        }
    }
}

/// `intersects` claims to be exact: over two letters and short patterns, all short subjects decide it.
#[test]
fn intersects_is_exact_on_a_small_world() {
    let alphabet = b"ab*?";
    let patterns: Vec<Vec<u8>> = words(alphabet, 4);
    let subjects: Vec<Vec<u8>> = words(b"ab", 7);
    let compiled: Vec<(Glob, Vec<bool>)> = patterns
        .iter()
        .map(|pattern| {
            (
                glob(pattern),
                subjects.iter().map(|s| glob(pattern).matches(s)).collect(),
            )
        })
        .collect();
    for (a, hits_a) in compiled.iter().step_by(3) {
        for (b, hits_b) in &compiled {
            let meet = hits_a.iter().zip(hits_b).any(|(a, b)| *a && *b);
            assert_eq!(a.intersects(b), meet, "{a:?} {b:?}");
        }
    }
}

fn words(alphabet: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for at in from..to {
            for &byte in alphabet {
                let mut word = all[at].clone();
                word.push(byte);
                all.push(word);
            }
        }
        from = to;
    }
    all
}
