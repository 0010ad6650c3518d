use proptest::prelude::*;

use super::*;

fn both_ways(text: &str) -> Option<usize> {
    let (rest, columns) = take_out(text.as_bytes(), <[u8]>::len)?;
    let back = put_back(&rest, &columns, text.len());
    assert!(
        back.as_deref() == Some(text.as_bytes()),
        "{text:.200} became {:.200}",
        String::from_utf8_lossy(&back.unwrap_or_default())
    );
    Some(rest.len() + columns.len())
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[0,{}]", items.collect::<Vec<_>>().join(","))
}

/// Numbers that look random and are always the same.
fn noise(at: u64) -> u64 {
    (at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

#[test]
fn columns_take_little_more_than_what_they_differ_by() {
    let n = 300;
    let bits = |bits: usize| n * bits / 8 + 60;
    for (text, most) in [
        (
            list((0..n as u64).map(|at| format!("\"agent {at}\""))),
            bits(0),
        ),
        (
            list((0..n as u64).map(|at| (noise(at) % 1_000).to_string())),
            bits(10),
        ),
        (
            list((0..n as u64).map(|at| format!("{}", (noise(at) % 1_000_000) as f64 / 1e4))),
            bits(20),
        ),
        (
            list((0..n as u64).map(|at| format!("-{}", noise(at) % 100 + 1))),
            bits(7),
        ),
        (
            list((0..n as u64).map(|at| {
                let at = noise(at);
                format!(
                    "\"2026-{:02}-{:02}T{:02}:00:00.{:03}Z\"",
                    at % 12 + 1,
                    at % 28 + 1,
                    at % 24,
                    at % 1_000
                )
            })),
            bits(23),
        ),
        (
            list((0..n as u64).map(|at| format!("\"run_{:x}\"", noise(at) % (1 << 32)))),
            bits(34),
        ),
        (
            list(
                (0..n as u64)
                    .map(|at| ["true", "false", "null"][noise(at) as usize % 3].to_owned()),
            ),
            bits(2),
        ),
    ] {
        let size = both_ways(&text);
        assert!(
            size.is_some_and(|size| size <= most),
            "{text:.80}: {size:?} > {most}"
        );
    }
}

#[test]
fn what_isnt_written_as_numbers_are_stays_as_it_is() {
    for odd in [
        "-0",
        "01",
        "1.0",
        "1.50",
        "1e5",
        "1.",
        ".5",
        "-",
        "9007199254740993",
        "\"a\"",
    ] {
        let numbers = (0..60).map(|at| noise(at).to_string());
        let text = list(numbers.chain([odd.to_owned()]));
        assert_eq!(both_ways(&text), None, "{odd}");
    }
    for odd in [
        "\"no 07\"",
        "\"no \"",
        "\"no 7 \"",
        "\"no 7\\\"\"",
        "\"no 99999999999999999\"",
    ] {
        let texts = (0..60).map(|at| format!("\"no {}\"", noise(at) % 100_000));
        both_ways(&list(texts.chain([odd.to_owned()])));
    }
}

#[test]
fn texts_with_brackets_and_quotes_are_no_lists() {
    let rows = (0..40)
        .map(|at| format!("\"[{at},\\\\\\\"]\""))
        .collect::<Vec<_>>()
        .join(",");
    both_ways(&format!("{{\"a[\":[0,{rows}],\"b\":[1,[2,{rows}]]}}"));
    assert_eq!(both_ways("\u{1}"), None);
    assert_eq!(both_ways("[[[["), None);
    assert_eq!(both_ways("\"abc"), None);
}

#[test]
fn nothing_is_put_back_from_what_was_changed() {
    let text = list((0..60).map(|at| noise(at).to_string()));
    let (rest, columns) = take_out(text.as_bytes(), <[u8]>::len).unwrap();
    assert_eq!(put_back(&rest, &columns, text.len() - 1), None);
    assert_eq!(put_back(&rest, &columns, text.len() + 1), None);
    assert_eq!(
        put_back(&rest, &columns[..columns.len() - 1], text.len()),
        None
    );
    assert_eq!(put_back(&[1, 1], &columns, text.len()), None);
}

fn item() -> impl Strategy<Value = String> {
    prop_oneof![
        (any::<i32>(), 0..6_u32).prop_map(|(number, places)| format!(
            "{}",
            f64::from(number) / 10_f64.powi(places as i32)
        )),
        any::<i64>().prop_map(|number| number.to_string()),
        "[a-c0-9 .-]{0,12}".prop_map(|text| format!("\"{text}\"")),
        (0..400_u32, 0..3_u32)
            .prop_map(|(number, width)| format!("\"n{number:0width$}\"", width = width as usize)),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("\"é\\n\\\"\"".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 256 } else { 20_000 }))]

    #[test]
    fn any_list_comes_back_byte_by_byte(items in prop::collection::vec(item(), 0..60), kind in 0..7_usize) {
        // Mostly of one kind, so that it is a column.
        let chosen: Vec<String> = items.iter().filter(|one| one.starts_with('"') == (kind < 4)).cloned().collect();
        both_ways(&list(chosen.into_iter()));
        both_ways(&list(items.into_iter()));
    }

    #[test]
    fn no_bytes_make_it_panic(
        rest in prop::collection::vec(prop_oneof![Just(1_u8), any::<u8>()], 0..20),
        columns in prop::collection::vec(any::<u8>(), 0..80),
        changed in any::<(u8, usize)>(),
    ) {
        let _ = put_back(&rest, &columns, 1_000);
        let text = list((0..60).map(|at| format!("\"a{} {}\"", noise(at) % 50, noise(at + 99) % 7)));
        let (rest, mut columns) = take_out(text.as_bytes(), <[u8]>::len).unwrap();
        let at = changed.1 % columns.len();
        columns[at] = changed.0;
        let _ = put_back(&rest, &columns, text.len());
    }
}
