//! Which tabs share.

/// The name of the lock and of the channel: of tabs with the same address, subscriptions, credentials and scope, and of no
/// others. A 128-bit FNV-1a hash, as a scope may be nothing for everybody to read.
pub fn lock_name(url: &str, subscribe: &[String], credentials: &str, scope: &str) -> String {
    let mut patterns = Vec::new();
    for pattern in subscribe {
        if let Err(at) = patterns.binary_search(&pattern.as_str()) {
            patterns.insert(at, pattern.as_str());
        }
    }
    let fields = [url, credentials, scope].into_iter().chain(patterns);
    format!("ferroquery-live-{}", hash(fields))
}

/// The same of tabs that share answers.
pub fn answers_name(channel: &str, scope: &str) -> String {
    format!("ferroquery-answers-{}", hash([channel, scope].into_iter()))
}

fn hash<'a>(fields: impl Iterator<Item = &'a str>) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for field in fields {
        // No UTF-8 holds 0xFF: fields don't run into each other.
        for byte in field.bytes().chain([0xff]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
    }
    format!("{hash:032x}")
}
