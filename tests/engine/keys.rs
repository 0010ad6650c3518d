//! The index (trie, symbols, tags, globs) beside a plain list of keys that is searched from end to end.

use ferroquery::engine::core::Engine;
use ferroquery::engine::glob::Glob;
use ferroquery::engine::select::Source;
use proptest::prelude::*;

use crate::interner::{Interner, Part, backend_key};

const TAGS: [&str; 4] = ["red", "green", "blue", "workspace:1"];

type Key = Vec<Part>;

/// Queries in insertion order, each with its key and tags.
#[derive(Debug, Default)]
struct Model(Vec<(u32, Key, Vec<&'static str>)>);

impl Model {
    fn ids(&self, mut says: impl FnMut(&Key, &[&str]) -> bool) -> Vec<u32> {
        self.0
            .iter()
            .filter(|(_, key, tags)| says(key, tags))
            .map(|(id, ..)| *id)
            .collect()
    }
}

#[derive(Debug, Clone)]
enum Step {
    Insert(Key, Vec<&'static str>),
    Remove(prop::sample::Index),
    Retag(prop::sample::Index, Vec<&'static str>),
    Select(Question),
}

#[derive(Debug, Clone)]
enum Question {
    Prefix(Key),
    Exact(Key),
    Glob(String),
    Tags(Vec<&'static str>),
    PrefixGlobTag(Key, String, &'static str),
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        1 => Just(Part::Null),
        3 => (1_u32..4).prop_map(Part::Number),
        6 => prop::sample::select(vec!["a", "b", "ab", "1", "", "*"]).prop_map(Part::Text),
        1 => prop::sample::select(vec!["a:b", "b:1", ":"]).prop_map(Part::Text),
        1 => prop::sample::select(vec!["{\"a\":1}", "[1]"]).prop_map(Part::Json),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    prop::collection::vec(part(), 0..4)
}

fn tags() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(TAGS.to_vec()), 0..4)
}

fn pattern() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "*",
        "?",
        "a",
        "b",
        "ab",
        "1",
        "",
        "a*",
        "*b",
        "[ab]",
        "[^a]",
        "[:]",
        "[a:]",
        "\\*",
        "\\a",
        "\\:",
        "[",
        "{\"a\":1}",
    ]);
    let joint = prop::sample::select(vec![":", ":", ":", ""]);
    prop::collection::vec((piece, joint), 0..5)
        .prop_map(|pieces| {
            pieces
                .into_iter()
                .map(|(piece, joint)| format!("{piece}{joint}"))
                .collect::<String>()
        })
        .prop_flat_map(|text| {
            let cut = text.strip_suffix(':').unwrap_or(&text).to_owned();
            prop_oneof![3 => Just(cut), 1 => Just(text)]
        })
}

fn question() -> impl Strategy<Value = Question> {
    prop_oneof![
        key().prop_map(Question::Prefix),
        key().prop_map(Question::Exact),
        pattern().prop_map(Question::Glob),
        tags()
            .prop_filter("a tag at least", |tags| !tags.is_empty())
            .prop_map(Question::Tags),
        (key(), pattern(), prop::sample::select(TAGS.to_vec()))
            .prop_map(|(key, glob, tag)| Question::PrefixGlobTag(key, glob, tag)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (key(), tags()).prop_map(|(key, tags)| Step::Insert(key, tags)),
        2 => any::<prop::sample::Index>().prop_map(Step::Remove),
        1 => (any::<prop::sample::Index>(), tags()).prop_map(|(which, tags)| Step::Retag(which, tags)),
        4 => question().prop_map(Step::Select),
    ]
}

fn matches(glob: &str, key: &[Part]) -> bool {
    let glob = Glob::parse(glob.as_bytes()).unwrap();
    backend_key(key).is_some_and(|key| glob.matches(key.as_bytes()))
}

fn by_key(
    engine: &mut Engine,
    interner: &Interner,
    key: &[Part],
    prefix: bool,
) -> (Vec<u32>, bool) {
    let Some(symbols) = interner.look_up(key) else {
        return (Vec::new(), false);
    };
    let unsure = engine.select_by_key(&if prefix {
        Source::Prefix(&symbols)
    } else {
        Source::Exact(&symbols)
    });
    (engine.selection().to_vec(), unsure)
}

fn answer(engine: &mut Engine, interner: &Interner, question: &Question) -> Vec<u32> {
    match question {
        Question::Prefix(key) => by_key(engine, interner, key, true).0,
        Question::Exact(key) => by_key(engine, interner, key, false).0,
        Question::Glob(glob) => {
            engine.select_by_glob(true, &Glob::parse(glob.as_bytes()).unwrap());
            engine.selection().to_vec()
        }
        Question::Tags(tags) => {
            engine.select_by_tags(true, tags.iter().copied());
            engine.selection().to_vec()
        }
        Question::PrefixGlobTag(key, glob, tag) => {
            let (list, _) = by_key(engine, interner, key, true);
            engine.set_selection(&list);
            engine.select_by_glob(false, &Glob::parse(glob.as_bytes()).unwrap());
            engine.select_by_tags(false, std::iter::once(*tag));
            engine.selection().to_vec()
        }
    }
}

fn expected(model: &Model, question: &Question) -> Vec<u32> {
    match question {
        Question::Prefix(wanted) => model.ids(|key, _| key.starts_with(wanted)),
        Question::Exact(wanted) => model.ids(|key, _| key == wanted),
        Question::Glob(glob) => model.ids(|key, _| matches(glob, key)),
        Question::Tags(wanted) => model.ids(|_, tags| wanted.iter().any(|tag| tags.contains(tag))),
        Question::PrefixGlobTag(wanted, glob, tag) => model
            .ids(|key, tags| key.starts_with(wanted) && matches(glob, key) && tags.contains(tag)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn selections_are_those_of_a_linear_search(steps in prop::collection::vec(step(), 0..60)) {
        let mut engine = Engine::new(1);
        let mut interner = Interner::default();
        let mut model = Model::default();
        let empty = engine.census();
        for step in steps {
            match step {
                Step::Insert(key, tags) => {
                    let query = interner.index(&mut engine, &key);
                    engine.set_tags(query, tags.iter().copied());
                    prop_assert_eq!(engine.backend_key(query), backend_key(&key).map(String::into_bytes));
                    model.0.push((query, key, tags));
                }
                Step::Remove(which) if !model.0.is_empty() => {
                    let (query, ..) = model.0.remove(which.index(model.0.len()));
                    interner.unindex(&mut engine, query);
                    prop_assert!(engine.release(query));
                }
                Step::Retag(which, tags) if !model.0.is_empty() => {
                    let at = which.index(model.0.len());
                    engine.set_tags(model.0[at].0, tags.iter().copied());
                    model.0[at].2 = tags;
                }
                Step::Remove(_) | Step::Retag(..) => {}
                Step::Select(question) => {
                    let found = answer(&mut engine, &interner, &question);
                    prop_assert_eq!(found, expected(&model, &question), "{:?}", question);
                }
            }
            for (_, key, _) in &model.0 {
                let found = engine.find(&interner.look_up(key).unwrap());
                prop_assert!(found.is_some_and(|id| model.0.iter().any(|(other, name, _)| *other == id && name == key)));
            }
            prop_assert_eq!(engine.query_count(), model.0.len());
        }
        for (query, ..) in model.0.drain(..) {
            interner.unindex(&mut engine, query);
            engine.release(query);
        }
        let left = engine.census();
        prop_assert_eq!((left.queries, left.symbols, left.nodes, left.tags), (0, empty.symbols, empty.nodes, 0));
        prop_assert_eq!((left.deadlines, left.frames), (0, 0));
    }
}

#[test]
fn only_what_is_not_a_scalar_needs_its_raw_key() {
    let mut engine = Engine::new(1);
    let mut interner = Interner::default();
    interner.index(&mut engine, &[Part::Text("a"), Part::Number(1)]);
    assert!(!by_key(&mut engine, &interner, &[Part::Text("a")], true).1);
    interner.index(&mut engine, &[Part::Text("a"), Part::Json("{\"a\":1}")]);
    assert!(by_key(&mut engine, &interner, &[Part::Text("a")], true).1);
}

#[test]
fn a_lookup_interns_nothing() {
    let mut engine = Engine::new(1);
    let mut interner = Interner::default();
    interner.index(&mut engine, &[Part::Text("a")]);
    let before = engine.symbol_count();
    for question in [
        Question::Exact(vec![Part::Text("nowhere")]),
        Question::Glob("no:*:where".into()),
        Question::Tags(vec!["red"]),
    ] {
        assert!(answer(&mut engine, &interner, &question).is_empty());
    }
    assert_eq!(engine.symbol_count(), before);
}
