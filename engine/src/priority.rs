//! Background work gives way to the editor and to requests.

/// Lowers the priority of the calling thread, and of the threads that it starts, where the system can do that for a thread alone.
pub(crate) fn lower() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    lower_on_linux();
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(unsafe_code)]
fn lower_on_linux() {
    /// Low enough to leave an editor its frames, high enough to finish on a busy machine.
    const NICENESS: libc::c_int = 10;
    // SAFETY: `setpriority` takes three integers and touches no memory of ours. On Linux 0 means the calling thread, not the process.
    let result = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS) };
    if result != 0 {
        tracing::debug!("the priority of background work could not be lowered");
    }
}
