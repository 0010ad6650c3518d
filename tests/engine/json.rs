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

/// Numbers of many digits, beside Rust's own parser, which serde_json's takes after.
fn is_nearest(text: &str) {
    let ours = parse(text).ok().and_then(|value| value.as_f64());
    let rusts = text.parse::<f64>().ok().filter(|number| number.is_finite());
    assert_eq!(ours.map(f64::to_bits), rusts.map(f64::to_bits), "{text}");
}

#[test]
fn numbers_at_the_ends() {
    for text in [
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072012e-308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "0e999999999999999999999",
        "1e-999999999999999999999",
        "0.000000000000000000000000000000000000000001e42",
        "100000000000000000000000000000000000000000e-41",
        "9007199254740993e0",
        "9007199254740993.00000000000000000000000000000000000000000000000000001",
    ] {
        is_nearest(text);
        is_nearest(&format!("-{text}"));
    }
    // The smallest double's half, and what is just beside it, in all their digits.
    let half = format!("{:.1080}", f64::from_bits(1));
    let half = half.trim_end_matches('0');
    let tail = |tail: &str| format!("{half}{tail}");
    for text in [tail(""), tail("1e-1"), tail(&"0".repeat(900)), tail("e-1")] {
        is_nearest(&text);
    }
    is_nearest(&format!("0.{}1e300000", "0".repeat(300_000)));
    is_nearest(&format!("{}e-300000", "7".repeat(300_000)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn doubles_come_back(bits in any::<u64>()) {
        let number = f64::from_bits(bits);
        if number.is_finite() {
            is_nearest(&format!("{number:?}"));
            is_nearest(&format!("{number:e}"));
            is_nearest(&format!("{number:.17e}"));
            is_nearest(&format!("{number:.16e}"));
            is_nearest(&format!("{number:.400}"));
        }
    }

    #[test]
    fn decimals_are_rounded(digits in "[1-9][0-9]{0,60}", fraction in "[0-9]{1,60}", exponent in -400_i32..400) {
        is_nearest(&format!("{digits}.{fraction}e{exponent}"));
        is_nearest(&format!("0.{fraction}{digits}e{exponent}"));
    }

    /// Exactly between two doubles, and one digit to either side.
    #[test]
    fn halves_are_rounded_to_even(mantissa in 1_u128 << 52..1 << 53, power in 0_u32..31, zeros in 0_usize..900) {
        let half = (2 * mantissa + 1) * 5_u128.pow(power);
        is_nearest(&format!("{half}e-{power}"));
        is_nearest(&format!("{half}.{}1e-{power}", "0".repeat(zeros)));
        is_nearest(&format!("{}.{}e-{power}", half - 1, "9".repeat(zeros + 1)));
    }
}
