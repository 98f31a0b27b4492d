//! Where outputs go: no two to one place, and none to that of a file that is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::options::Usage;

/// Fails if one of the outputs, each with its option, lies where another does, below that, or where a file was found that is read.
/// What is no file cannot be replaced, so it is nobody's place.
pub(super) fn apart<'p>(
    outputs: &[(&str, Option<&Path>)],
    found: impl Iterator<Item = &'p Path>,
    is_read: impl Fn(&Path) -> bool,
) -> Result<(), Usage> {
    let is_file =
        |path: &&Path| path.as_os_str() != "-" && path.metadata().map_or(true, |m| m.is_file() || m.is_dir());
    let outputs = outputs.iter().filter_map(|(flag, path)| Some((*flag, path.filter(is_file)?)));
    let outputs: Vec<(&str, &Path, PathBuf)> =
        outputs.map(|(flag, path)| (flag, path, place(path))).collect();
    for (number, (flag, path, own)) in outputs.iter().enumerate() {
        for (other, _, place) in outputs.iter().enumerate().filter(|(n, _)| *n != number).map(|(_, o)| o) {
            if own.starts_with(place) {
                let how = if own == place { "is that of" } else { "lies in that of" };
                return Err(Usage(format!("{flag} {}: this place {how} {other}", path.display())));
            }
        }
    }
    let files = outputs.iter().filter(|(_, _, place)| place.is_file());
    let files: Vec<_> = files.collect();
    if files.is_empty() {
        return Ok(());
    }
    let found: BTreeMap<PathBuf, &Path> = found.map(|path| (place(path), path)).collect();
    match files.into_iter().find(|(_, _, place)| found.get(place).is_some_and(|path| is_read(path))) {
        Some((flag, path, _)) => {
            Err(Usage(format!("{flag} {}: this file is read, it is not replaced", path.display())))
        }
        None => Ok(()),
    }
}

/// Where a path leads, as far as there is something.
fn place(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = |part: &Path| {
        let (real, rest) = (part.canonicalize().ok()?, path.strip_prefix(part).ok()?);
        // A file with a slash behind it would be none.
        Some(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
    };
    path.ancestors().find_map(real).unwrap_or_else(|| path.clone())
}
