//! Making secrets, and comparing what is kept of them.

use crate::problem::Problem;
use crate::storage::hex;

/// What is kept of a secret: its SHA-256. The secrets are random and long, so that nothing slower is needed.
pub(crate) fn digest(secret: &str) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(secret.as_bytes()))
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(internal)?;
    Ok(bytes)
}

/// An identity of a row.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) fn fresh_id() -> Result<String, Problem> {
    Ok(hex(&random::<12>()?))
}

/// A fresh secret of 256 bits.
///
/// # Errors
/// The system gives no random numbers.
pub fn fresh_secret() -> Result<String, Problem> {
    Ok(hex(&random::<32>()?))
}

pub(crate) fn internal(error: impl std::fmt::Display) -> Problem {
    crate::storage::StoreError::Other(error.to_string()).into()
}
