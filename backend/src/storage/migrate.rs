//! The schema's versions. Each is applied once, in order, and never edited once released: a hash tells.

use super::{Result, StoreError, chain};

/// One step of the schema.
pub(super) struct Migration {
    pub(super) version: i64,
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $file:literal;)*) => {
        pub(super) const MIGRATIONS: &[Migration] = &[$(Migration {
            version: $version,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../../migrations/postgres/", $file)),
        }),*];
    };
}

migrations! {
    1 "0001_streams.sql";
    2 "0002_auth.sql";
    3 "0003_receipts.sql";
    4 "0004_login_record.sql";
}

/// What is still to be done, given the versions and hashes that the database has.
pub(super) fn pending(
    applied: &[(i64, String)],
    text: fn(&Migration) -> &'static str,
) -> Result<Vec<(i64, String, &'static str)>> {
    let newest = MIGRATIONS.last().map_or(0, |migration| migration.version);
    if let Some((version, _)) = applied.iter().find(|(version, _)| *version > newest) {
        return Err(StoreError::Other(format!(
            "the database has schema version {version}, and this program knows {newest}: use a newer devmentor"
        )));
    }
    let mut todo = Vec::new();
    for migration in MIGRATIONS {
        let hash = chain("", text(migration));
        match applied.iter().find(|(version, _)| *version == migration.version) {
            None => todo.push((migration.version, hash, text(migration))),
            Some((_, stored)) if *stored == hash => {}
            Some(_) => {
                return Err(StoreError::Other(format!(
                    "schema version {} of the database is not the one of this program: it was edited after its release",
                    migration.version
                )));
            }
        }
    }
    Ok(todo)
}
