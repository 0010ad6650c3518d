//! The program speaks TLS to whom it asks: a key set, a Redis, a hub to check.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::program::{Program, hub};
use crate::redis_server::RedisServer;
use crate::tokens::{SECRET, ec_set, ec_token, serve_text, token};

/// An authority of our own, in a file, and a certificate of it for `localhost`.
struct Authority {
    file: tempfile::NamedTempFile,
    server: Arc<ServerConfig>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec!["localhost".into()]).unwrap();
        let server = server.signed_by(&key, &issuer).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), issuer.pem()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![server.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        Self {
            file,
            server: Arc::new(config),
        }
    }

    fn path(&self) -> &str {
        self.file.path().to_str().unwrap()
    }

    /// Ends TLS in front of a server that speaks none; the port.
    async fn in_front_of(&self, plain: SocketAddr) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(Arc::clone(&self.server));
        tokio::spawn(async move {
            loop {
                let (incoming, _) = listener.accept().await.unwrap();
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Who doesn't trust us hangs up.
                    let Ok(mut secret) = acceptor.accept(incoming).await else {
                        return;
                    };
                    let mut open = TcpStream::connect(plain).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut secret, &mut open).await;
                });
            }
        });
        port
    }
}

fn address(url: &str) -> SocketAddr {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split('/').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_set_comes_from_whom_the_machine_trusts() {
    let authority = Authority::new();
    let port = authority
        .in_front_of(address(&serve_text(ec_set()).await))
        .await;
    let keys = format!("https://localhost:{port}/keys");
    let env = [("SSL_CERT_FILE", authority.path())];
    let program = Program::start_with(&["--jwks", &keys], &env);
    assert_eq!(program.get("", Some(&ec_token()), None).await.status(), 200);

    let stranger = Authority::new();
    let mut command = tokio::process::Command::from(hub());
    let output = command
        .args(["--listen", "127.0.0.1:0", "--jwks", &keys])
        .env("SSL_CERT_FILE", stranger.path())
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains(&keys), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_is_checked_over_https() {
    let authority = Authority::new();
    let program = Program::start(&["--jwt-secret", SECRET, "--heartbeat-ms", "200"]);
    let port = authority.in_front_of(address(&program.base)).await;
    let output = tokio::process::Command::from(hub())
        .args(["check", &format!("https://localhost:{port}")])
        .args(["--token", &token(&["*"], &[])])
        .args(["--publish-token", &token(&[], &["tag:ferroquery-check-*"])])
        .env("SSL_CERT_FILE", authority.path())
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("0 failed, 0 skipped"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_kept_in_a_redis_over_tls() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let authority = Authority::new();
    let plain = SocketAddr::from(([127, 0, 0, 1], redis.port));
    let port = authority.in_front_of(plain).await;
    let url = format!("rediss://localhost:{port}");
    let args = ["--jwt-secret", SECRET, "--redis-url", &url];
    let program = Program::start_with(&args, &[("SSL_CERT_FILE", authority.path())]);
    let token = token(&["*"], &["*"]);
    let (mut stream, ..) = program.resume("", Some(&token), None).await;
    let ops = json!([{ "k": "tag", "t": "over-tls" }]);
    assert_eq!(program.publish(&token, ops).await.0, 202);
    assert_eq!(stream.event().await.tags(), ["over-tls"]);
}
