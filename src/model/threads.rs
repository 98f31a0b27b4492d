//! Threads, for those who have work for several and start none.

/// Where work can be done side by side.
pub trait Threads {
    /// Does the same with each of several things; what comes of it in their order.
    fn each<I: Send, O: Send>(&self, all: Vec<I>, make: impl Fn(I) -> O + Sync + Send) -> Vec<O>;
}

/// This thread, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Here;

impl Threads for Here {
    fn each<I: Send, O: Send>(&self, all: Vec<I>, make: impl Fn(I) -> O + Sync + Send) -> Vec<O> {
        all.into_iter().map(make).collect()
    }
}
