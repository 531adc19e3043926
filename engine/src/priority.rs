//! Background work gives way to the editor and to requests.

/// Lowers the priority of the calling thread, and of the threads that it starts, where the system can do that for a thread alone.
pub(crate) fn lower() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    lower_on_linux();
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(unsafe_code)]
fn lower_on_linux() {
    /// Low enough to leave an editor its frames, high enough to finish on a busy machine. The idle policy would stand still beside a compiler.
    const NICENESS: i32 = 10;
    /// How long a thread may finish what it is at before it gives way to one that wakes up, in nanoseconds: the least that Linux takes. By default
    /// it is some milliseconds, and each hop of a request on its way through processes would wait for them (EEVDF, `sched_setattr(2)`; kernels before 6.12
    /// do not look at it).
    const SLICE: u64 = 100_000;
    let attributes = libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_policy: libc::SCHED_BATCH as u32,
        sched_flags: 0,
        sched_nice: NICENESS,
        sched_priority: 0,
        sched_runtime: SLICE,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: the kernel reads `size` bytes of the structure, which lives until the call returns; 0 means the calling thread, not the process.
    let result = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
    if result != 0 {
        tracing::debug!("the priority of background work could not be lowered");
    }
}
