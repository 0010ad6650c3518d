//! The protocol's JSON, beside serde_json: it takes the same texts for the same values, and refuses the same.

use ferroquery::engine::protocol::json::parse;
use proptest::prelude::*;
use serde_json::Value;

fn agrees(text: &str) {
    let theirs: Result<Value, _> = serde_json::from_str(text);
    match (parse(text), theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs, "{text}");
            // Equality takes 0 and -0 for one.
            assert_eq!(ours.to_string(), theirs.to_string(), "{text}");
        }
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("{text:?}: ours {ours:?}, serde_json's {theirs:?}"),
    }
}

#[test]
fn numbers() {
    for text in [
        "0",
        "-0",
        "-0.0",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e5",
        "1E+5",
        "1e",
        "1e400",
        "-1e400",
        "1e-400",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "0.1",
        "2.2250738585072011e-308",
        "1.7976931348623157e308",
        "4.9e-324",
        "9007199254740993",
        "9007199254740993.0",
        "1 2",
        "0x1",
        "NaN",
        "Infinity",
        "-Infinity",
        "1_000",
        "00",
        "-01",
        "1e1.5",
    ] {
        agrees(text);
    }
}

#[test]
fn texts() {
    for text in [
        r#""""#,
        r#""a\"b\\c\/d\b\f\n\r\t""#,
        r#""\u0041\u00e9\u20ac""#,
        r#""\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ud83d\u0041""#,
        r#""\ude00""#,
        r#""\u12""#,
        r#""\x""#,
        r#""unfinished"#,
        r#""\"#,
        "\"a\nb\"",
        "\"a\tb\"",
        "\"\u{7f}\u{80}é😀\"",
        r#""\u0000""#,
        r#""\uD83D\uDE00x""#,
        r#""\u+123""#,
        "'a'",
    ] {
        agrees(text);
    }
}

#[test]
fn shapes() {
    for text in [
        "",
        " ",
        "null",
        "nul",
        "nullx",
        "true",
        "false",
        "True",
        "[]",
        "[ ]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "]",
        "{}",
        "{ }",
        "{\"a\":1}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" : 1 , \"b\":[ ]}",
        "{\"a\"}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":}",
        "[1]x",
        " [1] ",
        "\u{feff}[]",
        "[1]\u{a0}",
        "[1]\u{b}",
        "{\"a\":1 \"b\":2}",
        "[[[[]]]]",
        "{\"\":{\"\":null}}",
        "// comment\n1",
    ] {
        agrees(text);
    }
}

#[test]
fn depth() {
    for depth in 120..135 {
        agrees(&("[".repeat(depth) + &"]".repeat(depth)));
        agrees(&("{\"a\":".repeat(depth) + "1" + &"}".repeat(depth)));
    }
    agrees(&"[".repeat(1_000_000));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_is_read_as_it_was(value in any_value()) {
        agrees(&value.to_string());
        agrees(&serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn a_broken_value_is_refused_alike(value in any_value(), at in any::<prop::sample::Index>(), with in "[\\[\\]{}\",:0-9eE.+\\\\ntu -]{0,3}") {
        let mut text = value.to_string();
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let rest = text.split_off(at);
        let mut left = rest.chars();
        left.next();
        agrees(&(text + &with + left.as_str()));
    }

    #[test]
    fn any_text_is_judged_alike(text in "[\\[\\]{}\",:0-9eE.+\\\\/bfnrtu a-f-]{0,24}") {
        agrees(&text);
    }
}
