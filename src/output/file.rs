//! Where output goes: standard output, or a file that appears whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::model::intake::UNFINISHED;

/// What went wrong with an output.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The file is there and `--force` was not given.
    #[error("{0} exists; --force replaces it")]
    Exists(PathBuf),
    /// The folder holds something and `--force` was not given.
    #[error("{0} is not empty; --force writes into it all the same")]
    NotEmpty(PathBuf),
    /// The folder holds what is no part of a tree of tables, so that `--force` does not replace it.
    #[error("{0} holds {1}, which is no folder of a table; it is not replaced")]
    Strange(PathBuf, PathBuf),
    /// Could not be written.
    #[error("{path}: {source}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard output could not be written; a closed pipe is told apart by its kind.
    #[error("standard output: {0}")]
    Stdout(#[source] io::Error),
}

/// An output that is being written.
#[derive(Debug)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A device or pipe that is there already: written to as it is, for a rename would put a file in its place.
    Device {
        /// Its place.
        path: PathBuf,
        /// Open for writing.
        device: std::fs::File,
    },
    /// A file, written beside its place first.
    File {
        /// Its place.
        path: PathBuf,
        /// What is written so far.
        temp: tempfile::NamedTempFile,
    },
}

impl Target {
    /// Opens the output before the work begins, so that a bad path fails at once.
    pub fn open(path: Option<&Path>, force: bool) -> Result<Self, OutputError> {
        let Some(path) = path.filter(|p| p.as_os_str() != "-") else { return Ok(Self::Stdout) };
        if path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            let device = std::fs::OpenOptions::new().write(true).open(path);
            let device = device.map_err(|source| OutputError::Write { path: path.to_owned(), source })?;
            return Ok(Self::Device { path: path.to_owned(), device });
        }
        if !force && path.exists() {
            return Err(OutputError::Exists(path.to_owned()));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temp = unfinished(0o666)
            .tempfile_in(folder)
            .map_err(|source| OutputError::Write { path: path.to_owned(), source })?;
        Ok(Self::File { path: path.to_owned(), temp })
    }

    /// Lets `write` write, and puts a file in its place. Gives what `write` gives.
    pub fn write<T>(self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, OutputError> {
        fn through<T>(
            out: &mut dyn Write,
            write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
        ) -> io::Result<T> {
            let done = write(out)?;
            out.flush()?;
            Ok(done)
        }
        match self {
            Self::Stdout => {
                let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
                through(&mut out, write).map_err(OutputError::Stdout)
            }
            Self::Device { path, device } => {
                let mut out = BufWriter::with_capacity(1 << 16, device);
                through(&mut out, write).map_err(|source| OutputError::Write { path, source })
            }
            Self::File { path, temp } => {
                let fail = |source| OutputError::Write { path: path.clone(), source };
                let mut out = BufWriter::with_capacity(1 << 16, temp);
                let done = through(&mut out, write).map_err(fail)?;
                let temp = out.into_inner().map_err(|e| fail(e.into_error()))?;
                temp.persist(&path).map_err(|e| fail(e.error))?;
                Ok(done)
            }
        }
    }
}

/// What is not in its place yet. Unlike other temporary files it may be read by all who may read what its writer
/// writes.
fn unfinished(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _: u32 = mode;
    builder
}

/// Writes a file anew. What was there stays until the new one is whole, and on disk.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    let fail = |source| OutputError::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temp = unfinished(0o666).tempfile_in(folder).map_err(fail)?;
    temp.write_all(bytes).and_then(|()| temp.as_file().sync_all()).map_err(fail)?;
    temp.persist(path).map(drop).map_err(|e| fail(e.error))
}

/// Writes a secret to a file of its own, which nobody else may read where the system can say so. One that is there is never
/// replaced: what was made with it could not be told any more.
pub fn write_secret(path: &Path, secret: &[u8]) -> Result<(), OutputError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let fail = |source| OutputError::Write { path: path.to_owned(), source };
    let mut file = options.open(path).map_err(fail)?;
    file.write_all(secret).map_err(|e| {
        // Half a key is none.
        drop(std::fs::remove_file(path));
        fail(e)
    })
}

/// Takes back a secret that nothing was made with.
pub fn remove_secret(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)
}

/// A folder that many files are written into.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A link in the folder that a file with this relative name would be written through, so that it would lie elsewhere.
    pub fn link_on_the_way(folder: &Path, name: &str) -> Option<PathBuf> {
        let (folders, _) = name.rsplit_once('/')?;
        let mut parts = folders.split('/').scan(folder.to_owned(), |path, part| {
            path.push(part);
            Some(path.clone())
        });
        parts.find(|path| path.is_symlink())
    }

    /// Makes the folder. One that holds something already is only taken by `force`.
    pub fn open(path: &Path, force: bool) -> Result<Self, OutputError> {
        let fail = |source| OutputError::Write { path: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(fail)?;
        let mut entries = std::fs::read_dir(path).map_err(fail)?;
        if !force && entries.next().is_some() {
            return Err(OutputError::NotEmpty(path.to_owned()));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// A file in it, by a relative name with `/`; its folder is made, what was there is replaced, also where it was a
    /// link. Errors name the file, those of writing too.
    pub fn create(&self, name: &str) -> io::Result<impl Write + Send + use<>> {
        create(&self.path, name)
    }
}

/// A folder of files that appears whole or not at all.
#[derive(Debug)]
pub struct Tree {
    path: PathBuf,
    temp: tempfile::TempDir,
}

impl Tree {
    /// Begins the folder beside its place. What is there already may be replaced by `force`, but only if there
    /// are just folders named `key=value` in it, as such trees have.
    pub fn open(path: &Path, force: bool) -> Result<Self, OutputError> {
        let fail = |source| OutputError::Write { path: path.to_owned(), source };
        if path.exists() {
            let mut entries = std::fs::read_dir(path).map_err(fail)?.peekable();
            if !force && entries.peek().is_some() {
                return Err(OutputError::Exists(path.to_owned()));
            }
            for entry in entries {
                let entry = entry.map_err(fail)?;
                if !entry.path().is_dir() || !entry.file_name().to_string_lossy().contains('=') {
                    return Err(OutputError::Strange(path.to_owned(), entry.file_name().into()));
                }
            }
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temp = unfinished(0o777).tempdir_in(parent).map_err(fail)?;
        Ok(Self { path: path.to_owned(), temp })
    }

    /// A file in it, by a relative name with `/`. Errors name the file, those of writing too.
    pub fn create(&self, name: &str) -> io::Result<impl Write + use<>> {
        create(self.temp.path(), name)
    }

    /// What went wrong while it was written, by its name.
    pub fn error(&self, source: io::Error) -> OutputError {
        OutputError::Write { path: self.path.clone(), source }
    }

    /// Puts the folder in its place.
    pub fn finish(self) -> Result<(), OutputError> {
        let Self { path, temp } = self;
        let fail = |source| OutputError::Write { path: path.clone(), source };
        if path.exists() {
            // What was there goes away only when the new folder is whole.
            let aside = temp.path().with_extension("old");
            std::fs::rename(&path, &aside).map_err(fail)?;
            std::fs::rename(temp.keep(), &path).map_err(fail)?;
            return std::fs::remove_dir_all(aside).map_err(fail);
        }
        std::fs::rename(temp.keep(), &path).map_err(fail)
    }
}

/// A file in a folder, by a relative name with `/`. What is there goes away first: it may be a link, or share its bytes
/// with another file, and that one is not meant. Nor are folders that lie elsewhere.
fn create(folder: &Path, name: &str) -> io::Result<impl Write + use<>> {
    let path = name.split('/').fold(folder.to_owned(), |path, part| path.join(part));
    let named = |e: io::Error| with_path(&path, &e);
    if let Some(link) = Folder::link_on_the_way(folder, name) {
        let why = format!("{} is a link, nothing is written through it", link.display());
        return Err(named(io::Error::other(why)));
    }
    std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(named)?;
    match std::fs::remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(named(e)),
        _ => {}
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
    Ok(BufWriter::with_capacity(1 << 15, Named { file: file.map_err(named)?, path }))
}

/// A file whose errors say which it is.
struct Named {
    file: std::fs::File,
    path: PathBuf,
}

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|e| with_path(&self.path, &e))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|e| with_path(&self.path, &e))
    }
}

fn with_path(path: &Path, e: &io::Error) -> io::Error {
    io::Error::new(e.kind(), format!("{}: {e}", path.display()))
}
