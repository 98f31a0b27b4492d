//! Logs made anew for each run of a benchmark, in memory and in a folder; the same bytes each time.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use mailtrail::generate::{Files, Made, Organisation, Plan, generate};
use mailtrail::input::discover::discover;
use mailtrail::pipeline::{Findings, Needs, Options, Reading, read};

/// Generated logs.
pub(crate) struct Logs {
    files: Vec<(String, Rc<RefCell<Vec<u8>>>)>,
}

impl Logs {
    /// Logs of one seed, of so many bytes, without damage: every line is a record. And what the generator
    /// says it wrote.
    pub(crate) fn new(size: u64) -> (Self, Made) {
        let plan = Plan {
            size,
            seed: 1,
            servers: 3,
            days: 7,
            organisation: Organisation::E2019,
            quirks: false,
            faults: true,
        };
        let mut memory = Memory::default();
        let made = generate(&plan, &mut memory).unwrap();
        (Self { files: memory.0 }, made)
    }

    /// The log files one by one, without byte-order marks; what lies beside the folders is no log.
    pub(crate) fn texts(&self) -> Vec<Vec<u8>> {
        let logs = self.files.iter().filter(|(name, _)| name.contains('/'));
        logs.map(|(_, text)| {
            let text = text.borrow();
            text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text).to_vec()
        })
        .collect()
    }

    /// Writes the logs into a folder as `mailtrail generate` does.
    pub(crate) fn write(&self, folder: &Path) {
        for (name, text) in &self.files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &*text.borrow()).unwrap();
        }
    }
}

/// Files that are kept in memory.
#[derive(Default)]
struct Memory(Vec<(String, Rc<RefCell<Vec<u8>>>)>);

impl Files for Memory {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>> {
        let text = Rc::default();
        self.0.push((name.to_owned(), Rc::clone(&text)));
        Ok(Box::new(Text(text)))
    }
}

struct Text(Rc<RefCell<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a folder on one thread with what `report` asks for.
pub(crate) fn read_for_report(folder: &Path) -> Reading {
    let needs = Needs { sums: true, findings: Findings::Samples, ..Needs::default() };
    let options = Options { threads: 1, needs, ..Options::default() };
    read(discover(&[folder.to_path_buf()]).sources, &options, &|_| {}).unwrap()
}
