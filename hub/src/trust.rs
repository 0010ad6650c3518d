//! Which servers are trusted over TLS.

use std::sync::{Arc, LazyLock};

use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Those that the machine trusts, as for `rediss://`: a company's own authority counts, and `SSL_CERT_FILE` names another
/// file of them. A machine that has none trusts what Mozilla does.
pub(crate) fn of_machine() -> TlsConfig {
    static ROOTS: LazyLock<RootCerts> = LazyLock::new(|| {
        let found = rustls_native_certs::load_native_certs().certs;
        let certs: Vec<_> = found
            .iter()
            .map(|cert| Certificate::from_der(cert).to_owned())
            .collect();
        if certs.is_empty() {
            RootCerts::WebPki
        } else {
            RootCerts::Specific(Arc::new(certs))
        }
    });
    TlsConfig::builder().root_certs(ROOTS.clone()).build()
}
