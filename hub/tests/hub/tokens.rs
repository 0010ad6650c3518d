//! Who is let in.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ferroquery_hub::{Globs, HubConfig, Keys, Tokens};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::program::Program;
use crate::support::{PATIENCE, Server, Stream, tag, unjoined};

pub const SECRET: &str = "a secret that is long enough for HS256";
// Made for these tests, and good for nothing else.
const RSA: &[u8] = include_bytes!("keys/rsa.pem");
const EC: &[u8] = include_bytes!("keys/ec.pem");

#[allow(clippy::disallowed_methods)] // Tokens are dated by the calendar.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

pub fn sign(claims: Value) -> String {
    encode(
        &Header::default(),
        &claims,
        &EncodingKey::from_secret(SECRET.as_bytes()),
    )
    .unwrap()
}

/// A token that lasts an hour.
pub fn token(subscribe: &[&str], publish: &[&str]) -> String {
    let inv = json!({ "subscribe": subscribe, "publish": publish });
    sign(json!({ "exp": now() + 3_600, "inv": inv }))
}

fn guarded(tokens: Tokens) -> HubConfig {
    HubConfig {
        authorize: Some(Arc::new(tokens)),
        ..unjoined()
    }
}

fn secret() -> Tokens {
    Tokens::new(Arc::new(Keys::secret(SECRET).unwrap())).cookie(Some("token".into()))
}

async fn get(server: &Server, query: &str, header: Option<(&str, &str)>) -> reqwest::Response {
    let url = server.url(&format!("/inv/v1/stream{query}"));
    let mut request = reqwest::Client::new().get(url);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.send().await.unwrap()
}

async fn status(server: &Server, token: &str) -> (u16, String) {
    let response = get(
        server,
        "",
        Some(("authorization", &format!("Bearer {token}"))),
    )
    .await;
    let status = response.status().as_u16();
    if status == 200 {
        return (status, String::new());
    }
    assert_eq!(
        response.headers().contains_key("www-authenticate"),
        status == 401
    );
    let body: Value = response.json().await.unwrap();
    (
        status,
        body["error"]["message"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn a_token_comes_in_a_header_or_a_cookie_and_never_in_the_url() {
    let server = Server::start(guarded(secret())).await;
    let token = token(&["*"], &[]);
    for (query, header, expected) in [
        (String::new(), None, 401),
        (
            String::new(),
            Some(("authorization", format!("Bearer {token}"))),
            200,
        ),
        (
            String::new(),
            Some(("authorization", format!("bearer {token}"))),
            200,
        ),
        (
            String::new(),
            Some(("authorization", format!("Basic {token}"))),
            401,
        ),
        (String::new(), Some(("authorization", token.clone())), 401),
        (
            String::new(),
            Some(("cookie", format!("a=b; token={token}; c=d"))),
            200,
        ),
        (
            String::new(),
            Some(("cookie", format!("other={token}"))),
            401,
        ),
        (format!("?token={token}"), None, 401),
        (format!("?access_token={token}"), None, 401),
        (format!("?authorization=Bearer%20{token}"), None, 401),
    ] {
        let header = header.as_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(
            get(&server, &query, header).await.status(),
            expected,
            "{query} {header:?}"
        );
    }
}

#[tokio::test]
async fn bad_tokens_are_refused() {
    let server = Server::start(guarded(secret())).await;
    let inv = json!({ "subscribe": ["*"] });
    let good = token(&["*"], &[]);
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let wider = token(&["*"], &["*"]);
    let other_body = wider.split('.').nth(1).unwrap();
    let other_key = EncodingKey::from_secret(b"another secret that is also long enough");
    let forged = encode(
        &Header::default(),
        &json!({ "exp": now() + 60, "inv": inv }),
        &other_key,
    );
    let hs512 = encode(
        &Header::new(Algorithm::HS512),
        &json!({ "exp": now() + 60, "inv": inv }),
        &EncodingKey::from_secret(SECRET.as_bytes()),
    );
    let long = vec!["x".repeat(200); 64];
    for (token, words) in [
        (String::new(), "of the form Bearer"),
        ("nonsense".into(), "can't be read"),
        (format!("{none}.{body}."), "algorithm"),
        (format!("{none}.{body}.{signature}"), "algorithm"),
        (format!("{head}.{body}."), "signature"),
        (format!("{head}.{other_body}.{signature}"), "signature"),
        (forged.unwrap(), "signature"),
        (hs512.unwrap(), "algorithm that is not accepted"),
        (sign(json!({ "exp": now() - 1, "inv": inv })), "expired"),
        (sign(json!({ "exp": "soon", "inv": inv })), ""),
        (sign(json!({ "inv": inv })), "exp"),
        (
            sign(json!({ "exp": now() + 60, "nbf": now() + 3_600, "inv": inv })),
            "not valid yet",
        ),
        (
            sign(json!({ "exp": now() + 60, "inv": { "subscribe": long } })),
            "at most 8192",
        ),
    ] {
        let (status, message) = status(&server, &token).await;
        assert_eq!(status, 401, "{message}");
        assert!(message.contains(words), "{words}: {message}");
        assert!(token.len() < 20 || !message.contains(&token), "{message}");
    }
    for (claims, words) in [
        (json!({}), "no claim to subscribe"),
        (
            json!({ "inv": { "publish": ["*"] } }),
            "no claim to subscribe",
        ),
        (json!({ "inv": { "subscribe": [""] } }), "inv.subscribe"),
        (
            json!({ "inv": { "subscribe": ["x".repeat(300)] } }),
            "300 bytes",
        ),
    ] {
        let mut claims = claims;
        claims["exp"] = json!(now() + 60);
        let (status, message) = status(&server, &sign(claims)).await;
        assert_eq!(status, 403, "{message}");
        assert!(message.contains(words), "{words}: {message}");
    }
    assert_eq!(server.hub.stats().connections, 0);
    assert_eq!(status(&server, &good).await.0, 200);
}

#[tokio::test]
async fn audience_and_issuer_are_checked_where_they_are_asked_for() {
    let tokens = secret().issued(Some("hub".into()), Some("app".into()));
    let server = Server::start(guarded(tokens)).await;
    let claims = |aud: &str, iss: &str| {
        let inv = json!({ "subscribe": ["*"] });
        sign(json!({ "exp": now() + 60, "aud": aud, "iss": iss, "inv": inv }))
    };
    assert_eq!(status(&server, &claims("hub", "app")).await.0, 200);
    assert_eq!(status(&server, &claims("other", "app")).await.0, 401);
    assert_eq!(status(&server, &claims("hub", "other")).await.0, 401);
    assert_eq!(status(&server, &token(&["*"], &[])).await.0, 401);
}

fn jwk(key: &EncodingKey, algorithm: Algorithm, id: &str) -> Jwk {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).unwrap();
    jwk.common.key_id = Some(id.into());
    jwk
}

fn set_of(keys: Vec<Jwk>) -> String {
    serde_json::to_string(&JwkSet { keys }).unwrap()
}

fn signed(algorithm: Algorithm, key: &EncodingKey, id: Option<&str>) -> String {
    let claims = json!({ "exp": now() + 60, "inv": { "subscribe": ["*"] } });
    let mut header = Header::new(algorithm);
    header.kid = id.map(str::to_owned);
    encode(&header, &claims, key).unwrap()
}

/// A key set of one key, `e`.
pub fn ec_set() -> String {
    let ec = EncodingKey::from_ec_pem(EC).unwrap();
    set_of(vec![jwk(&ec, Algorithm::ES256, "e")])
}

/// A token that the key of this set has signed.
pub fn ec_token() -> String {
    let ec = EncodingKey::from_ec_pem(EC).unwrap();
    signed(Algorithm::ES256, &ec, Some("e"))
}

#[tokio::test]
async fn a_key_set_takes_its_algorithms_and_no_other() {
    let rsa = EncodingKey::from_rsa_pem(RSA).unwrap();
    let ec = EncodingKey::from_ec_pem(EC).unwrap();
    let set = set_of(vec![
        jwk(&rsa, Algorithm::RS256, "r"),
        jwk(&ec, Algorithm::ES256, "e"),
    ]);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &set).unwrap();
    // A key set holds public keys; as a secret, each of its texts could be tried by anyone.
    let public = set.clone();

    let served = serve_text(set).await;
    for source in [file.path().to_str().unwrap().to_owned(), served] {
        let keys = Keys::set(&source).await.unwrap();
        let server = Server::start(guarded(Tokens::new(Arc::new(keys)))).await;
        let hmac = EncodingKey::from_secret(public.as_bytes());
        for (token, expected) in [
            (signed(Algorithm::RS256, &rsa, Some("r")), 200),
            (signed(Algorithm::RS256, &rsa, None), 200),
            (signed(Algorithm::ES256, &ec, Some("e")), 200),
            (signed(Algorithm::RS256, &rsa, Some("e")), 401),
            (signed(Algorithm::RS256, &rsa, Some("unknown")), 401),
            (signed(Algorithm::RS512, &rsa, Some("r")), 401),
            (signed(Algorithm::HS256, &hmac, Some("r")), 401),
            (signed(Algorithm::HS256, &hmac, None), 401),
        ] {
            assert_eq!(status(&server, &token).await.0, expected, "{token}");
        }
    }
}

#[tokio::test]
async fn a_new_key_is_asked_for_but_not_by_every_token() {
    let rsa = EncodingKey::from_rsa_pem(RSA).unwrap();
    let ec = EncodingKey::from_ec_pem(EC).unwrap();
    let text = Arc::new(Mutex::new(ec_set()));
    let (url, asked) = serve_changing(Arc::clone(&text)).await;
    let keys = Keys::set(&url).await.unwrap();
    let server = Server::start(guarded(Tokens::new(Arc::new(keys)))).await;
    let later = async |by: Duration| {
        tokio::time::pause();
        tokio::time::advance(by).await;
        tokio::time::resume();
    };
    let new = signed(Algorithm::RS256, &rsa, Some("r"));
    *text.lock().unwrap() = set_of(vec![jwk(&rsa, Algorithm::RS256, "r")]);
    // Anyone can make up names of keys: these must not become requests.
    for _ in 0..3 {
        assert_eq!(status(&server, &new).await.0, 401);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    later(Duration::from_secs(31)).await;
    assert_eq!(status(&server, &new).await.0, 200);
    let old = signed(Algorithm::ES256, &ec, Some("e"));
    assert_eq!(status(&server, &old).await.0, 401, "it was withdrawn");
    assert_eq!(asked.load(Ordering::Relaxed), 2);

    // What can't be had, or holds no key, leaves the last set in force.
    *text.lock().unwrap() = "<html>".into();
    later(Duration::from_secs(31)).await;
    assert_eq!(status(&server, &old).await.0, 401);
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    assert_eq!(status(&server, &new).await.0, 200);

    // A key that is known by an old set is taken, while the next set comes for those after.
    *text.lock().unwrap() = ec_set();
    later(Duration::from_secs(601)).await;
    assert_eq!(status(&server, &new).await.0, 200);
    let started = Instant::now();
    while status(&server, &new).await.0 == 200 {
        assert!(started.elapsed() < PATIENCE, "a withdrawn key stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub async fn serve_text(text: String) -> String {
    serve_changing(Arc::new(Mutex::new(text))).await.0
}

/// Serves what the text is at the time; how often it was asked for.
async fn serve_changing(text: Arc<Mutex<String>>) -> (String, Arc<AtomicU32>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let answer = async move || {
        count.fetch_add(1, Ordering::Relaxed);
        text.lock().unwrap().clone()
    };
    let router = axum::Router::new().route("/keys", axum::routing::get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (format!("http://{address}/keys"), asked)
}

#[tokio::test]
async fn unusable_keys_are_refused_in_words() {
    let error = Keys::secret("short").err().unwrap().to_string();
    assert!(
        error.contains("5 bytes") && error.contains("at least 32"),
        "{error}"
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    for (text, words) in [
        ("{", "no JSON Web Key Set"),
        (r#"{"keys":[]}"#, "no key for"),
    ] {
        std::fs::write(file.path(), text).unwrap();
        let error = Keys::set(file.path().to_str().unwrap())
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains(words), "{error}");
    }
    assert!(Keys::set("/nowhere/keys.json").await.is_err());
}

#[tokio::test]
async fn the_stream_ends_with_its_token() {
    let server = Server::start(guarded(secret())).await;
    let exp = now() + 3;
    let token = sign(json!({ "exp": exp, "inv": { "subscribe": ["*"] } }));
    let response = get(
        &server,
        "",
        Some(("authorization", &format!("Bearer {token}"))),
    )
    .await;
    let mut stream = Stream::new(response);
    assert_eq!(stream.event().await.body["exp"], exp);
    assert_eq!(stream.event().await.name, "sync");
    server.hub.publish(tag("before"));
    assert_eq!(stream.event().await.tags(), ["before"]);
    let bye = stream.event().await;
    assert_eq!(
        (bye.name.as_str(), &bye.body["reason"]),
        ("bye", &json!("exp"))
    );
    assert!((exp..=exp + 3).contains(&now()));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn publishing_needs_its_claim_for_each_operation() {
    let server = Server::start(guarded(secret())).await;
    let post = async |header: (&str, String), ops: Value| {
        let request = reqwest::Client::new().post(server.url("/inv/v1/publish"));
        let request = request
            .header(header.0, header.1)
            .body(json!({ "ops": ops }).to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (
            status,
            response.json::<Value>().await.unwrap()["error"]["message"].to_string(),
        )
    };
    let bearer = |token: String| ("authorization", format!("Bearer {token}"));
    let own = || bearer(token(&[], &["exec:ws1:*", "exec:ws1", "tag:ws1"]));
    let tag = json!([{ "k": "tag", "t": "ws1" }]);
    assert_eq!(post(bearer(token(&["*"], &[])), tag.clone()).await.0, 403);
    assert_eq!(post(("x-nothing", String::new()), tag.clone()).await.0, 401);
    // Any page can make a browser send a cookie.
    let cookie = ("cookie", format!("token={}", token(&["*"], &["*"])));
    assert_eq!(post(cookie, tag.clone()).await.0, 401);
    for (ops, expected) in [
        (tag.clone(), 202),
        (json!([{ "k": "glob", "p": "exec:ws1:*" }]), 202),
        (json!([{ "k": "prefix", "key": ["exec", "ws1"] }]), 202),
        (
            json!([{ "k": "key", "key": ["exec", "ws1", { "page": 1 }] }]),
            202,
        ),
        (json!([{ "k": "glob", "p": "exec:ws*" }]), 403),
        (json!([{ "k": "prefix", "key": ["exec"] }]), 403),
        (json!([{ "k": "prefix", "key": [] }]), 403),
        (json!([{ "k": "event", "name": "ws1" }]), 403),
        (
            json!([{ "k": "tag", "t": "ws1" }, { "k": "tag", "t": "ws2" }]),
            403,
        ),
    ] {
        let (status, message) = post(own(), ops.clone()).await;
        assert_eq!(status, expected, "{ops} {message}");
        assert!(status != 403 || message.contains("ops["), "{message}");
    }
    assert_eq!(
        server.hub.stats().position,
        4,
        "none of a refused publication goes out"
    );
}

#[tokio::test]
async fn without_a_token_only_what_is_open_to_all() {
    let open = Globs::parse(vec!["news:*".into()]).unwrap();
    let server = Server::start(guarded(secret().anonymous(Some(open)))).await;
    let mut stream = Stream::new(get(&server, "", None).await);
    assert_eq!(stream.event().await.name, "hello");
    assert_eq!(stream.event().await.name, "sync");
    server.hub.publish(tag("secret"));
    server.hub.publish(crate::support::inv(
        serde_json::from_value(json!([{ "k": "key", "key": ["news", 1] }])).unwrap(),
    ));
    assert_eq!(stream.event().await.position(), 2);
    let hopeless = get(&server, "?sub=user:*", None).await;
    assert_eq!(hopeless.status(), 403);
    // A bad token is not the same as none.
    let bad = get(&server, "", Some(("authorization", "Bearer x"))).await;
    assert_eq!(bad.status(), 401);
}

#[tokio::test]
async fn logs_hold_no_tokens() {
    let program = Program::start(&["--jwt-secret", SECRET, "--log-format", "json"]);
    let good = token(&["*"], &["*"]);
    let bad = format!("{}x", token(&["*"], &[]));
    assert_eq!(program.get("", Some(&good), None).await.status(), 200);
    assert_eq!(program.get("", Some(&bad), None).await.status(), 401);
    assert_eq!(
        program
            .get(&format!("?token={good}"), None, None)
            .await
            .status(),
        401
    );
    assert_eq!(
        program
            .publish(&good, json!([{ "k": "tag", "t": "a" }]))
            .await
            .0,
        202
    );
    tokio::time::sleep(Duration::from_millis(50)).await;
    let log = program.log();
    assert!(
        log.lines()
            .filter(|line| line.contains("/inv/v1/stream"))
            .count()
            >= 3,
        "{log}"
    );
    for line in log.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    for secret in [SECRET, &good, &bad, good.rsplit('.').next().unwrap()] {
        assert!(!log.contains(secret), "{log}");
    }
}
