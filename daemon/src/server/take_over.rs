//! There is one daemon of a state folder at a time: the lock decides, and a newer program takes the place of an older one.

use std::fs::{File, TryLockError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::api::{ControlClient, connect};
use crate::ipc::record::Build;
use crate::ipc::{Place, Record};

/// An older daemon ends what it is doing and closes its indexes within this time.
const PATIENCE: Duration = Duration::from_secs(25);
/// Between two looks at the lock.
const PAUSE: Duration = Duration::from_millis(10);

/// The lock of the daemon, or nothing when another daemon of this program or a newer one has it.
///
/// # Errors
/// When an older daemon does not leave.
pub(super) async fn take_over(place: &Place, own: &Build) -> Result<Option<File>> {
    let lock = place.daemon_lock().with_context(|| format!("cannot write into {}", place.folder().display()))?;
    let begun = Instant::now();
    let mut asked = None;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", place.folder().display()));
            }
        }
        // Without a record it is about to listen, or to leave.
        if let Some(record) = Record::read(place)
            && asked != Some(record.process)
        {
            if !own.is_newer_than(&record.build) {
                return Ok(None);
            }
            ask_to_leave(&record, own).await;
            asked = Some(record.process);
        }
        if begun.elapsed() > PATIENCE {
            bail!(
                "the daemon of DevMentor {} does not leave; end its process and try again",
                Record::read(place).map_or_else(
                    || "another version".to_owned(),
                    |record| format!("{} (process {})", record.build.version, record.process)
                )
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask_to_leave(record: &Record, own: &Build) {
    let reason = format!("DevMentor {} takes its place", own.version);
    // One that cannot be asked may be leaving already, which the lock will tell.
    match connect(&record.control).await {
        Ok(older) => {
            let _ = older.shutdown(reason).await;
        }
        Err(error) => tracing::debug!(%error, "the older daemon cannot be asked to leave"),
    }
}
