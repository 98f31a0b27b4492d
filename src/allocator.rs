//! How the memory of this process is asked for: from which size on a block of it is given back when it is done with.

/// Holds the GNU C library to a size in bytes from which memory is asked from the system by itself, and given back when it
/// is done with. Left alone it begins with 128 KiB and raises that to the largest that was ever given back, up to 32 MiB; what
/// is done with then stays with whoever asked first. Elsewhere nothing is done. To be called while there is one
/// thread.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "a call of the C library")
)]
pub(crate) fn give_back_from(size: i32) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: this hands over two numbers and no memory. No other thread may set such a number meanwhile: `cli::main`
        // calls this once, when it knows its verb, before anything is begun that has threads.
        let set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, size) };
        debug_assert_eq!(set, 1, "the size is one that is allowed");
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _ = size;
}
