//! What the administrator says of the organisation, read while logs are: it is asked for only when they have been.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::topology::Topology;

type Load = Box<dyn FnOnce() -> Topology + Send>;

/// A topology that may still be read.
pub struct Told {
    topology: OnceLock<Arc<Topology>>,
    load: Mutex<Option<Load>>,
}

impl Told {
    /// One that `load` gives, when it is first asked for.
    pub fn new(load: impl FnOnce() -> Topology + Send + 'static) -> Self {
        Self { topology: OnceLock::new(), load: Mutex::new(Some(Box::new(load))) }
    }

    /// The topology; waits for it if somebody else is reading it.
    pub fn get(&self) -> &Arc<Topology> {
        self.topology.get_or_init(|| {
            let load = self.load.lock().unwrap_or_else(PoisonError::into_inner).take();
            Arc::new(load.map_or_else(Topology::default, |load| load()))
        })
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Told").field(&self.topology.get().is_some()).finish()
    }
}
