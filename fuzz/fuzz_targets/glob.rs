//! `pattern \n other pattern \n subject`: fed in pieces or whole, a glob decides the same; relations keep their word.
#![no_main]

use ferroquery::engine::glob::Glob;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(3, |&byte| byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (Ok(glob), Ok(other), subject) = (Glob::parse(part()), Glob::parse(part()), part()) else {
        return;
    };
    let matches = glob.matches(subject);
    for cut in [0, subject.len() / 2, subject.len()] {
        let mut state = glob.start();
        glob.advance(&mut state, &subject[..cut]);
        assert!(!(glob.is_dead(&state) && matches));
        assert!(!glob.accepts_everything(&state) || matches);
        glob.advance(&mut state, &subject[cut..]);
        assert_eq!(glob.accepts(&state), matches);
    }
    assert!(!matches || subject.starts_with(glob.literal_prefix()));
    let both = matches && other.matches(subject);
    assert!(!both || glob.intersects(&other));
    assert!(!(glob.covers(&other) && other.matches(subject)) || matches);
});
