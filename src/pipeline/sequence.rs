//! In which order files are read one after the other: by name, or by the time they begin at.

use hashbrown::HashMap;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::overlap::Reach;
use crate::model::threads::Threads;
use crate::model::time::Timestamp;
use crate::parse::sniff::Family;

/// The order, by numbers of files.
#[derive(Debug)]
pub(super) struct Sequence {
    files: Vec<usize>,
    /// By number of the file: nothing that comes with it or behind it begins earlier.
    settled: Vec<Timestamp>,
}

/// When rows are taken: what is settled by then, and the threads to work on them.
#[derive(Debug)]
pub struct Turn<'p> {
    /// No file that is still to come, or being read, begins earlier.
    pub settled: Timestamp,
    pub(super) pool: &'p rayon::ThreadPool,
}

impl Threads for Turn<'_> {
    fn each<I: Send, O: Send>(&self, all: Vec<I>, make: impl Fn(I) -> O + Sync + Send) -> Vec<O> {
        self.pool.install(|| all.into_par_iter().map(make).collect())
    }
}

impl Sequence {
    /// By name, as files are numbered.
    pub(super) fn by_name(files: usize) -> Self {
        Self { files: (0..files).collect(), settled: vec![Timestamp(i64::MIN); files] }
    }

    /// By time. Of files that may hold copies of each other's rows the order of names stays, since the first copy
    /// counts.
    pub(super) fn by_time(reaches: &[Reach]) -> Self {
        let mut latest: HashMap<(&[u8], Option<Family>), Timestamp> = HashMap::new();
        let mut keyed: Vec<(Timestamp, usize)> = Vec::with_capacity(reaches.len());
        for (number, reach) in reaches.iter().enumerate() {
            let (first, host, family) = reach.begins();
            // A file of unknown kind may be a copy of any; what comes behind any is kept under no kind.
            let before = |family| latest.get(&(host, family)).copied();
            let before = if family == Family::Unknown {
                before(None)
            } else {
                before(Some(family)).max(before(Some(Family::Unknown)))
            };
            let key = before.map_or(first, |before| before.max(first));
            for family in [None, Some(family)] {
                let latest = latest.entry((host, family)).or_insert(key);
                *latest = key.max(*latest);
            }
            keyed.push((key, number));
        }
        keyed.sort_unstable();
        let files: Vec<usize> = keyed.into_iter().map(|(_, number)| number).collect();
        let mut settled = vec![Timestamp(i64::MIN); files.len()];
        let mut least = Timestamp(i64::MAX);
        for number in files.iter().rev() {
            least = least.min(reaches.get(*number).map_or(least, |reach| reach.begins().0));
            if let Some(settled) = settled.get_mut(*number) {
                *settled = least;
            }
        }
        Self { files, settled }
    }

    /// The number of the file at a place.
    pub(super) fn file(&self, place: usize) -> Option<usize> {
        self.files.get(place).copied()
    }

    /// What is settled while a file is read.
    pub(super) fn settled(&self, file: u32) -> Timestamp {
        self.settled.get(file as usize).copied().unwrap_or(Timestamp(i64::MIN))
    }
}
