//! Operations in the words of a hub are read in one go, all others value by value: both mean the same.

use ferroquery::engine::protocol::Inv;

/// With a space that no hub writes, so that operations are read value by value. In JSON this can't be the inside of a text.
fn spaced(body: &str) -> String {
    body.replace(r#"{"k""#, r#"{ "k""#)
}

fn reads_alike(body: &str) {
    let (usual, other) = (Inv::parse(body).ok(), Inv::parse(&spaced(body)).ok());
    let written = |inv: &Inv| serde_json::to_string(inv).unwrap();
    // Equality takes 0 and -0 for one.
    assert_eq!(
        usual.as_ref().map(written),
        other.as_ref().map(written),
        "{body}"
    );
    assert_eq!(usual, other, "{body}");
}

const OPS: [&str; 7] = [
    r#"{"k":"key","key":["exec","ws123",7]}"#,
    r#"{"k":"prefix","key":[0,123456789,"ä"]}"#,
    r#"{"k":"glob","p":"agent:*:[a-c]\\:*"}"#,
    r#"{"k":"glob","p":"agent:*:a1:*"}"#,
    r#"{"k":"tag","t":"workspace:ws123"}"#,
    r#"{"k":"event","name":"done","args":{"id":"x"}}"#,
    r#"{"k":"flag","t":"x"}"#,
];

#[test]
fn changed_at_any_byte() {
    for op in OPS {
        let body = format!(r#"{{"ops":[{op},{{"k":"tag","t":"last"}}],"mode":"stale"}}"#);
        assert!(Inv::parse(&body).is_ok(), "{body}");
        reads_alike(&body);
        for at in (0..body.len()).filter(|at| body.is_char_boundary(*at)) {
            let (head, tail) = body.split_at(at);
            reads_alike(head);
            for other in "\"\\ ,:[]{}0195.e-kptn\u{1}ä".chars() {
                reads_alike(&format!("{head}{other}{tail}"));
                let mut rest = tail.chars();
                rest.next();
                reads_alike(&format!("{head}{other}{}", rest.as_str()));
                reads_alike(&format!("{head}{}", rest.as_str()));
            }
        }
    }
}

#[test]
fn at_the_limits() {
    let texts = [4096, 4097].map(|length| format!(r#""{}""#, "x".repeat(length)));
    let parts = [0, 1, 4, 5, 64, 65].map(|count| vec!["1"; count].join(","));
    let numbers = [
        "999999999",
        "1234567890",
        "18446744073709551616",
        "0",
        "00",
        "07",
        "-0",
        "-7",
        "7.0",
        "7e2",
    ];
    for text in &texts {
        reads_alike(&format!(r#"{{"ops":[{{"k":"tag","t":{text}}}]}}"#));
        reads_alike(&format!(r#"{{"ops":[{{"k":"glob","p":{text}}}]}}"#));
        reads_alike(&format!(r#"{{"ops":[{{"k":"key","key":[{text}]}}]}}"#));
    }
    for list in parts.iter().map(String::as_str).chain(numbers) {
        reads_alike(&format!(r#"{{"ops":[{{"k":"key","key":[{list}]}}]}}"#));
        reads_alike(&format!(
            r#"{{"ops":[{{"k":"prefix","key":["a",{list}]}}]}}"#
        ));
    }
    assert!(Inv::parse(r#"{"ops":[{"k":"key","key":[07]}]}"#).is_err());
    for count in [4096, 4097] {
        let ops = vec![OPS[4]; count].join(",");
        reads_alike(&format!(r#"{{"ops":[{ops}]}}"#));
    }
}
