//! `redact`: what is decided about mail stays the same, and nothing of what the logs say of people does.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::disallowed_methods,
    reason = "lays out logs in folders of its own and reads what was written"
)]

mod command;
mod files;
mod hostile;
mod leaks;
mod same;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder that files are written into, with a key in it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::write(place.path("key"), "a key that is used in tests and nowhere else").unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Redacts logs with the key into a folder of this name.
    fn redact(&self, logs: &Path, output: &str, more: &[&str]) -> PathBuf {
        let (key, output) = (self.path("key"), self.path(output));
        let mut command = mailtrail();
        command
            .arg("redact")
            .arg(logs)
            .arg("-q")
            .arg("-o")
            .arg(&output)
            .arg("--key-file")
            .arg(key)
            .args(more);
        let done = command.output().unwrap();
        let code = done.status.code().unwrap();
        assert!(matches!(code, 0 | 3), "{}: {}", logs.display(), String::from_utf8_lossy(&done.stderr));
        output
    }
}

fn mailtrail() -> Command {
    Command::cargo_bin("mailtrail").unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Makes logs in a folder of this name.
fn generate(place: &Place, name: &str, args: &str) -> PathBuf {
    let logs = place.path(name);
    let args = args.split(' ').filter(|a| !a.is_empty());
    mailtrail().args(["generate", "-q", "-o"]).arg(&logs).args(args).assert().success();
    logs
}

/// All files under a folder by their names, with `/`.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries =
        walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file());
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
    entries.map(|e| (name(e.path()), std::fs::read(e.path()).unwrap())).collect()
}
