//! Certificates for TLS, read again when their files change: renewing one needs no restart.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Where a certificate and its key are, both in PEM form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// The certificate of now.
pub(crate) struct Certificates {
    acceptor: TlsAcceptor,
    current: Arc<Current>,
    files: Files,
}

#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

fn read(files: &Files) -> Result<CertifiedKey, String> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(&files.certificate, &error))?;
    if chain.is_empty() {
        return Err(wrong(&files.certificate, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| wrong(&files.key, &error))?;
    let key = ring::sign::any_supported_type(&key).map_err(|error| wrong(&files.key, &error))?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().map_err(|error| wrong(&files.key, &format!("it is not the certificate's key ({error})")))?;
    Ok(certified)
}

fn changed(files: &Files) -> Option<(SystemTime, SystemTime)> {
    let time = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    Some((time(&files.certificate)?, time(&files.key)?))
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// In words: which file, and what is wrong with it.
    pub(crate) fn open(files: Files) -> Result<Self, String> {
        let current = Arc::new(Current(ArcSwap::from_pointee(read(&files)?)));
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let mut config = config.with_no_client_auth().with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), current, files })
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// Reads the files again whenever they change, until `stop`. A pair that does not fit is left alone: the old one
    /// serves on, and the log says why.
    pub(crate) async fn follow(self: Arc<Self>, stop: CancellationToken) {
        let mut seen = changed(&self.files);
        while stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_some() {
            let now = changed(&self.files);
            if now == seen {
                continue;
            }
            match self.reload() {
                Ok(()) => {
                    seen = now;
                    tracing::info!("the TLS certificate was renewed");
                }
                Err(error) => tracing::error!(error, "the TLS certificate was not renewed; the old one is used on"),
            }
        }
    }

    fn reload(&self) -> Result<(), String> {
        self.current.0.store(Arc::new(read(&self.files)?));
        Ok(())
    }
}
