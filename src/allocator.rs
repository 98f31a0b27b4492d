//! How the memory of this process is asked for: what is done with, is given back.

/// The size from which memory is asked from the system by itself, and given back when it is done with, bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: libc::c_int = 128 * 1024;

/// Holds the GNU C library to the size that it begins with. Left alone it raises that to the largest that was ever given
/// back, up to 32 MiB, and what is done with then stays with whoever asked first: a tenth of what `report` takes.
/// Elsewhere nothing is done. To be called first of all, while there is one thread.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "a call of the C library")
)]
pub(crate) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: this hands over two numbers and no memory. No other thread may set such a number meanwhile: there is none
        // when the program begins, and nothing else calls this.
        let set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM) };
        debug_assert_eq!(set, 1, "the size is one that is allowed");
    }
}
