//! A plan, carried out on the old value, gives the new one; and only what changed is parsed.

use ferroquery::engine::delta::kept::{Kept, MAX_KEPT, NO_BODY, Verdict};
use ferroquery::engine::delta::plan::Plan;
use ferroquery::engine::delta::{Change, Document, MAX_BODY, WHOLE};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Carries out a plan as the package does, with plain values.
struct Model<'a> {
    words: std::slice::Iter<'a, u32>,
    values: std::vec::IntoIter<Value>,
    /// Of members that edits change.
    changed: Vec<String>,
}

impl Model<'_> {
    fn word(&mut self) -> usize {
        *self.words.next().expect("a word") as usize
    }

    fn value(&mut self) -> Value {
        self.values.next().expect("a value")
    }

    fn names(&mut self) -> Vec<String> {
        serde_json::from_value(self.value()).expect("names")
    }

    fn run(&mut self, old: &Value) -> Value {
        match self.word() {
            0 => self.array(old.as_array().expect("an array")),
            1 => self.patched(old.as_object().expect("an object")),
            2 => self.rebuilt(old.as_object().expect("an object")),
            3 => self.inserted(old.as_object().expect("an object")),
            other => panic!("{other}"),
        }
    }

    fn array(&mut self, old: &[Value]) -> Value {
        let (count, gone, segments) = (self.word(), self.word(), self.word());
        for _ in 0..gone {
            let (from, count) = (self.word(), self.word());
            assert!(count > 0 && from + count <= old.len());
        }
        let mut made = Vec::new();
        for _ in 0..segments {
            match self.word() {
                0 => {
                    let (from, count) = (self.word(), self.word());
                    made.extend_from_slice(&old[from..from + count]);
                }
                1 => {
                    let (count, from, old_count) = (self.word(), self.word(), self.word());
                    assert!(from + old_count <= old.len());
                    made.extend((0..count).map(|_| self.value()));
                }
                2 => {
                    let ordinal = self.word();
                    made.push(self.run(&old[ordinal]));
                }
                _ => {
                    let ordinal = self.word();
                    made.push(self.edit(&old[ordinal]));
                }
            }
        }
        assert_eq!(made.len(), count);
        Value::Array(made)
    }

    fn edit(&mut self, old: &Value) -> Value {
        let mut made = old.clone();
        let (count, changes) = (self.word(), self.word());
        match old {
            Value::Array(old) => assert_eq!(old.len(), count),
            Value::Object(old) => assert_eq!(old.len(), count),
            other => panic!("{other}"),
        }
        for _ in 0..changes {
            let place = self.word();
            let name = |model: &Self| model.changed[place / 2].clone();
            let before = match old {
                Value::Array(old) => &old[place / 2],
                old => &old[&name(self)],
            };
            let value = match place % 2 {
                1 => self.edit(before),
                _ => self.value(),
            };
            match &mut made {
                Value::Array(made) => made[place / 2] = value,
                made => made[&name(self)] = value,
            }
        }
        made
    }

    fn patched(&mut self, old: &Map<String, Value>) -> Value {
        let mut made = old.clone();
        for name in self.names() {
            made.remove(&name);
        }
        let (_count, _old_count, segments) = (self.word(), self.word(), self.word());
        for _ in 0..segments {
            match self.word() {
                0 => {
                    self.word();
                    self.word();
                }
                1 => {
                    self.word();
                    made.extend(self.value().as_object().expect("members").clone());
                }
                segment => {
                    let name = self.value();
                    let name = name.as_str().expect("a name");
                    let value = match segment {
                        2 => self.run(&old[name]),
                        _ => self.edit(&old[name]),
                    };
                    made.insert(name.to_owned(), value);
                }
            }
        }
        Value::Object(made)
    }

    fn inserted(&mut self, old: &Map<String, Value>) -> Value {
        let (count, old_count, segments) = (self.word(), self.word(), self.word());
        let (mut made, mut copied, mut new) = (old.clone(), 0, 0);
        for _ in 0..segments {
            match self.word() {
                0 => {
                    assert!(self.word() < old_count);
                    copied += self.word();
                }
                1 => {
                    new += self.word();
                    made.extend(self.value().as_object().expect("members").clone());
                }
                other => panic!("{other}"),
            }
        }
        assert_eq!((copied, copied + new), (old_count, count));
        Value::Object(made)
    }

    fn rebuilt(&mut self, old: &Map<String, Value>) -> Value {
        let names = self.names();
        let (count, _old_count, segments) = (self.word(), self.word(), self.word());
        assert_eq!(names.len(), count);
        let mut names = names.into_iter();
        let mut made = Map::new();
        for _ in 0..segments {
            match self.word() {
                0 => {
                    self.word();
                    for _ in 0..self.word() {
                        let name = names.next().expect("a name");
                        made.insert(name.clone(), old[&name].clone());
                    }
                }
                1 => {
                    let count = self.word();
                    let members = self.value();
                    let members = members.as_object().expect("members");
                    for _ in 0..count {
                        let name = names.next().expect("a name");
                        made.insert(name.clone(), members[&name].clone());
                    }
                }
                _ => {
                    let name = names.next().expect("a name");
                    assert_eq!(self.value(), Value::from(name.clone()));
                    let value = self.run(&old[&name]);
                    made.insert(name, value);
                }
            }
        }
        Value::Object(made)
    }
}

fn carried_out(plan: &Plan, old: &Value) -> Value {
    let text = if plan.text.is_empty() {
        "[]"
    } else {
        str::from_utf8(&plan.text).expect("UTF-8")
    };
    let mut values: Vec<Value> = serde_json::from_str(text).expect("valid JSON");
    let (names, words) = plan.words.split_last().expect("a word");
    let changed = match names {
        0 => Vec::new(),
        _ => serde_json::from_value(values.pop().expect("names")).expect("names"),
    };
    let mut model = Model {
        words: words.iter(),
        values: values.into_iter(),
        changed,
    };
    let value = model.run(old);
    assert_eq!(model.words.len(), 0, "words are left");
    assert_eq!(model.values.len(), 0, "values are left");
    value
}

/// Compares two texts; the bytes that were to be parsed, all of them if there was no plan.
fn parsed(document: Document, old: &str, new: &str) -> (usize, Document) {
    let old: Value = serde_json::from_str(old).expect("valid JSON");
    let value: Value = serde_json::from_str(new).expect("valid JSON");
    match document.compare(new.as_bytes().to_vec()) {
        Change::None(_) => {
            assert_eq!(old, value);
            (0, document)
        }
        Change::Parts(plan, document) => {
            assert_eq!(carried_out(&plan, &old), value, "{plan:?}");
            (plan.text.len(), document)
        }
        Change::All(document) => (new.len(), document),
    }
}

fn bytes_parsed(old: &str, new: &str) -> usize {
    parsed(Document::new(old.into()), old, new).0
}

fn row(id: u32) -> Value {
    json!({ "id": id, "name": format!("Agent {id}"), "load": [id % 7, 0.5], "owner": { "id": id % 3, "mail": "a@example.com" } })
}

fn table(ids: impl Iterator<Item = u32>) -> Value {
    let rows: Vec<Value> = ids.map(row).collect();
    json!({ "page": 1, "data": rows, "next": null })
}

#[test]
fn the_same_bytes_are_no_change() {
    let text = table(0..100).to_string();
    assert_eq!(bytes_parsed(&text, &text), 0);
}

#[test]
fn a_changed_row_is_parsed_alone() {
    let old = table(0..1000);
    for at in [0, 1, 500, 998, 999] {
        let mut new = old.clone();
        new["data"][at]["name"] = "changed".into();
        assert!(bytes_parsed(&old.to_string(), &new.to_string()) < 150);
        let pretty = |value| serde_json::to_string_pretty(value).unwrap();
        assert!(bytes_parsed(&pretty(&old), &pretty(&new)) < 400);
    }
}

#[test]
fn rows_that_moved_are_not_parsed() {
    let old = table(0..1000).to_string();
    let moved = [500].into_iter().chain(0..500).chain(501..1000);
    for (new, bytes) in [
        (table([2000].into_iter().chain(0..1000)), 150),
        (table(1..1000), 20),
        (table(300..1000), 20),
        (table((0..400).chain(403..1000)), 20),
        (table((0..1000).rev()), 20),
        (table((0..1000).map(|id| id * 7 % 1000)), 20),
        (table(moved), 20),
        (table((0..500).chain([2000, 2001]).chain(500..1000)), 300),
        (table((0..1000).chain([2000])), 150),
        (table(0..999), 20),
    ] {
        let parsed = bytes_parsed(&old, &new.to_string());
        assert!(parsed <= bytes, "{parsed} of {bytes}");
    }
}

#[test]
fn a_container_that_is_no_list_of_rows_is_guided_too() {
    let panel = |id: u32, from: u32| json!({ "id": id, "series": (from..from + 500).map(|at| json!([at, at % 10])).collect::<Vec<_>>() });
    let old = json!([panel(1, 0), panel(2, 1000), panel(3, 2000)]);
    let slid = json!([panel(1, 0), panel(2, 1001), panel(3, 2000)]);
    assert!(bytes_parsed(&old.to_string(), &slid.to_string()) < 60);
    let removed = json!([panel(2, 1000), panel(3, 2001)]);
    assert!(bytes_parsed(&old.to_string(), &removed.to_string()) < 60);
    let inserted = json!([panel(4, 9000), panel(1, 0), panel(2, 1000), panel(3, 2001)]);
    assert!(bytes_parsed(&old.to_string(), &inserted.to_string()) < 7000);
}

#[test]
fn members_are_guided_too() {
    let object = |ids: &mut dyn Iterator<Item = u32>| {
        let mut text = String::from("{");
        for id in ids {
            text += &format!(
                "{}\"k{id}\":{}",
                if text.len() > 1 { "," } else { "" },
                row(id)
            );
        }
        text + "}"
    };
    let old = object(&mut (0..500));
    assert!(bytes_parsed(&old, &object(&mut (1..500))) < 20);
    assert!(bytes_parsed(&old, &object(&mut (0..500).chain([900]))) < 150);
    assert!(bytes_parsed(&old, &object(&mut [900].into_iter().chain(0..500))) < 5000);
    assert!(bytes_parsed(&old, &object(&mut (0..500).rev())) < 5000);
}

#[test]
fn what_is_no_json_has_no_plan() {
    let old = table(0..200).to_string();
    let document = Document::new(old.clone().into_bytes());
    for broken in [
        old[..old.len() - 1].to_owned(),
        old.replacen("},{", "}{", 1),
        old.replacen("},{", "},,{", 1),
        old.replacen("}],", "},],", 1),
        old.replacen("\"data\":", "\"data\"", 1),
        format!("{old}x"),
        format!("{old}]"),
        old.replacen('}', "]", 1),
    ] {
        match document.compare(broken.clone().into_bytes()) {
            Change::All(_) => {}
            Change::Parts(plan, _) => {
                let values: Result<Vec<Value>, _> = serde_json::from_slice(&plan.text);
                assert!(values.is_err(), "{broken}");
            }
            Change::None(_) => panic!("{broken}"),
        }
    }
}

#[test]
fn depth_is_bounded() {
    for depth in [10, 1000, 200_000] {
        let deep = "[".repeat(depth) + &"1,".repeat(4000) + "1" + &"]".repeat(depth);
        let document = Document::new(deep.clone().into_bytes());
        let change = document.compare(deep.replacen('1', "2", 1).into_bytes());
        assert!(!matches!(change, Change::None(_)));
        let open = "[".repeat(depth);
        assert!(matches!(
            document.compare(open.into_bytes()),
            Change::All(_)
        ));
    }
}

#[test]
fn what_is_kept_is_a_small_part_of_the_body() {
    let text = table(0..5000).to_string();
    let document = Document::new(text.clone().into_bytes());
    let _ = document.compare(text.replacen("Agent", "Other", 1).into_bytes());
    assert!(document.bytes() - text.len() < text.len() / 8);
    assert!(text.len() > WHOLE);
}

#[test]
fn bodies_are_bounded_and_those_used_longest_ago_go_first() {
    let mut kept = Kept::default();
    let body = || vec![b' '; 15 << 20];
    let stamps: Vec<u32> = (0..4)
        .map(|query| kept.decode(query, NO_BODY, body()).1)
        .collect();
    assert_eq!(kept.queries(), 4);
    let (verdict, stamp) = kept.decode(0, stamps[0], body());
    assert!(matches!(verdict, Verdict::Unchanged));
    assert_eq!(stamp, stamps[0]);
    kept.decode(9, NO_BODY, body());
    assert!(kept.bytes() <= MAX_KEPT);
    assert_eq!(kept.decoded.dropped, 1.0);
    assert_eq!(kept.bytes_of(1), 0);
    assert!(kept.bytes_of(0) >= 15 << 20);
    let (verdict, stamp) = kept.decode(2, NO_BODY, vec![b' '; MAX_BODY + 1]);
    assert!(matches!(verdict, Verdict::All));
    assert_eq!((stamp, kept.bytes_of(2)), (NO_BODY, 0));
    for query in 0..10 {
        kept.forget(query);
    }
    assert_eq!((kept.queries(), kept.bytes()), (0, 0));
}

#[test]
fn a_first_body_is_held_elsewhere_until_there_is_another() {
    let mut kept = Kept::default();
    let text = |id: u32| format!("[{}{id}]", "1,".repeat(4_000)).into_bytes();
    let first = kept.hold(1, text(0).len(), 2 * text(0).len());
    assert_eq!(kept.bytes(), 2 * text(0).len());
    kept.bring(1, first, text(0));
    assert!(matches!(
        kept.decode(1, first, text(0)).0,
        Verdict::Unchanged
    ));
    assert!(matches!(
        kept.decode(1, first, text(1)).0,
        Verdict::Parts(_)
    ));
    kept.hold(2, 20 << 20, 40 << 20);
    assert!(!kept.has_dropped());
    kept.hold(3, 20 << 20, 40 << 20);
    assert!(kept.bytes() <= MAX_KEPT);
    assert_eq!(kept.take_dropped(), [1, 2]);
    assert!(!kept.has_dropped());
    kept.bring(2, first, text(0));
    assert_eq!(kept.bytes_of(2), 0);
}

#[test]
fn bodies_of_fetches_in_flight_stay_until_one_is_the_data() {
    let mut kept = Kept::default();
    let text = |id: u32| table(id..id + 200).to_string().into_bytes();
    let (_, first) = kept.decode(1, NO_BODY, text(0));
    kept.settle(1, first);
    let (_, second) = kept.decode(1, first, text(1));
    let (_, third) = kept.decode(1, first, text(2));
    assert!(matches!(
        kept.decode(1, second, text(1)).0,
        Verdict::Unchanged
    ));
    kept.settle(1, third);
    assert!(matches!(kept.decode(1, first, text(0)).0, Verdict::All));
    assert!(matches!(
        kept.decode(1, third, text(2)).0,
        Verdict::Unchanged
    ));
    // Whatever comes, one query keeps few.
    for id in 3..50 {
        kept.decode(1, third, text(id));
    }
    assert!(matches!(
        kept.decode(1, third, text(2)).0,
        Verdict::Unchanged
    ));
    assert!(kept.bytes() < 8 * text(0).len());
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..30).prop_map(Value::from),
        "[a-c\\\\\"{}\\[\\],:é ]{0,6}".prop_map(Value::from),
    ]
}

fn document() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 120, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((leaf(), inner.clone()), 0..8).prop_map(|rows| rows
                .into_iter()
                .map(|(id, value)| json!({ "id": id, "value": value }))
                .collect()),
            prop::collection::btree_map("[a-e\"]{0,2}", inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[derive(Debug, Clone)]
enum Edit {
    Replace(Value),
    Remove(usize),
    Insert(usize, Value),
    Swap(usize, usize),
    Double(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        leaf().prop_map(Edit::Replace),
        any::<usize>().prop_map(Edit::Remove),
        (any::<usize>(), document()).prop_map(|(at, value)| Edit::Insert(at, value)),
        any::<(usize, usize)>().prop_map(|(a, b)| Edit::Swap(a, b)),
        any::<usize>().prop_map(Edit::Double),
    ]
}

/// Goes down along `path` and edits what is there.
fn apply(value: &mut Value, path: &[usize], edit: Edit) {
    match (value, path) {
        (Value::Array(items), [step, rest @ ..]) if !items.is_empty() => {
            let at = step % items.len();
            apply(&mut items[at], rest, edit);
        }
        (Value::Object(members), [step, rest @ ..]) if !members.is_empty() => {
            let at = step % members.len();
            apply(members.values_mut().nth(at).unwrap(), rest, edit);
        }
        (Value::Array(items), _) if !items.is_empty() => match edit {
            Edit::Replace(value) => items[0] = value,
            Edit::Remove(at) => drop(items.remove(at % items.len())),
            Edit::Insert(at, value) => items.insert(at % (items.len() + 1), value),
            Edit::Swap(a, b) => {
                let length = items.len();
                items.swap(a % length, b % length);
            }
            Edit::Double(at) => items.push(items[at % items.len()].clone()),
        },
        (Value::Object(members), _) if !members.is_empty() => {
            let at = |at: usize| members.keys().nth(at % members.len()).unwrap().clone();
            match edit {
                Edit::Remove(step) => drop(members.remove(&at(step))),
                Edit::Insert(step, value) => {
                    let name = at(step) + "x";
                    members.insert(name, value);
                }
                Edit::Replace(value) => {
                    let name = at(0);
                    members.insert(name, value);
                }
                _ => {}
            }
        }
        (value, _) => {
            if let Edit::Replace(new) | Edit::Insert(_, new) = edit {
                *value = new;
            }
        }
    }
}

fn written(value: &Value, pretty: bool) -> String {
    if pretty {
        serde_json::to_string_pretty(value).unwrap()
    } else {
        value.to_string()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_edits_come_to_what_json_says(
        value in document(),
        edits in prop::collection::vec((prop::collection::vec(any::<usize>(), 0..4), edit()), 1..6),
        whole in 1usize..80,
        pretty in any::<[bool; 2]>(),
    ) {
        let mut now = value;
        let mut text = written(&now, pretty[0]);
        let mut document = Document::with(text.clone().into_bytes(), whole);
        for (path, edit) in edits {
            apply(&mut now, &path, edit);
            let new = written(&now, pretty[1]);
            let (_, next) = parsed(document, &text, &new);
            document = next;
            text = new;
        }
    }

    #[test]
    fn any_text_is_taken_only_as_json_takes_it(
        value in document(),
        at in any::<prop::sample::Index>(),
        length in 0usize..4,
        with in "[\\[\\]{}\",:0-9a \\\\]{0,3}",
        whole in 1usize..80,
    ) {
        let old = value.to_string();
        let from = (0..=at.index(old.len())).rev().find(|at| old.is_char_boundary(*at)).unwrap();
        let to = (from + length..).find(|at| *at >= old.len() || old.is_char_boundary(*at)).unwrap().min(old.len());
        let new = format!("{}{with}{}", &old[..from], &old[to..]);
        match Document::with(old.into_bytes(), whole).compare(new.clone().into_bytes()) {
            Change::None(_) | Change::All(_) => {}
            Change::Parts(plan, _) => {
                let text: &[u8] = if plan.text.is_empty() { b"[]" } else { &plan.text };
                if serde_json::from_slice::<Vec<Value>>(text).is_ok() {
                    let theirs: Result<Value, _> = serde_json::from_str(&new);
                    prop_assert!(theirs.is_ok(), "{new}");
                    // Members that come twice are found out by their number.
                    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| carried_out(&plan, &value)));
                }
            }
        }
    }
}
