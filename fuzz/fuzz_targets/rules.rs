//! `template \n value`: a template that compiles expands to a glob; a value put in stands for itself.
#![no_main]

use ferroquery::engine::glob::Glob;
use ferroquery::engine::rules::{Rules, Target};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let (template, value) = data.split_once('\n').unwrap_or((data, ""));
    let own = Target::Glob("k:{a}".into());
    let given = [
        Target::Glob(template.into()),
        Target::Tag {
            tag: template.into(),
        },
    ];
    for target in given {
        if let Ok(rules) = Rules::compile(&[("e".into(), vec![target])])
            && let Ok(expansion) = rules.expand("e", &[("a", value)])
        {
            assert!(
                expansion
                    .globs()
                    .all(|glob| Glob::parse(glob.as_bytes()).is_ok())
            );
        }
    }
    let rules = Rules::compile(&[("e".into(), vec![own])]).unwrap();
    if let Ok(expansion) = rules.expand("e", &[("a", value)]) {
        let glob = Glob::parse(expansion.globs().next().unwrap().as_bytes()).unwrap();
        assert!(glob.is_literal() && glob.matches(format!("k:{value}").as_bytes()));
    }
});
