//! Where each log is written: the folders of the input under the place that all of it lies in, under other names.

use std::path::{Component, Path, PathBuf};

use hashbrown::{HashMap, HashSet};

use crate::input::{Packing, Source, shown};
use crate::redact::{Redactor, Rules};

/// The name of each log in the folder that is written to, by the name it has.
pub(super) fn names(sources: &[Source], paths: &[PathBuf], rules: &Rules) -> HashMap<String, String> {
    let mut redactor = Redactor::new(rules);
    let top = top(sources, paths);
    let (mut out, mut taken) = (HashMap::new(), HashSet::new());
    for source in sources {
        let plain = if source.packing == Packing::Stdin {
            "stdin.LOG".to_owned()
        } else {
            let (folders, file) = place(source, &top);
            redactor.path(&folders, &file)
        };
        let numbered = (2..).map(|n| with_number(&plain, n));
        let name =
            std::iter::once(plain.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        out.insert(source.name.clone(), name.unwrap_or(plain));
    }
    out
}

/// Another name for a log whose name is taken, as where a log lies beside its packed copy.
fn with_number(name: &str, number: u32) -> String {
    let at =
        name.rfind('.').filter(|at| !name.get(*at..).unwrap_or_default().contains('/')).unwrap_or(name.len());
    let (stem, ending) = name.split_at_checked(at).unwrap_or((name, ""));
    format!("{stem}~{number}{ending}")
}

/// The folders of a log below the top, those of an archive included, and its own name without the ending of its packing.
fn place(source: &Source, top: &Path) -> (Vec<String>, String) {
    let path = absolute(&source.path);
    let below = path.strip_prefix(top).unwrap_or(&path);
    let mut parts: Vec<String> = below.components().filter_map(named).collect();
    if matches!(source.packing, Packing::Zip(_)) {
        // `day.zip:folder/name.LOG` lies in a folder called like the archive.
        let member = source.name.strip_prefix(&*shown(&source.path)).unwrap_or(&source.name);
        if let Some(archive) = parts.last_mut() {
            archive.truncate(archive.len().saturating_sub(".zip".len()));
        }
        parts.extend(member.trim_start_matches(':').split(['/', '\\']).map(str::to_owned));
    }
    let own = parts.pop().unwrap_or_default();
    let file = if matches!(source.packing, Packing::Zip(_)) { own } else { source.log_name() };
    (parts, file)
}

fn named(part: Component<'_>) -> Option<String> {
    match part {
        Component::Normal(name) => Some(shown(Path::new(name))),
        _ => None,
    }
}

/// The deepest folder that holds all that was named: folders themselves, and the folders of files.
fn top(sources: &[Source], paths: &[PathBuf]) -> PathBuf {
    let is_pipe = |path: &PathBuf| {
        path.as_os_str() == "-" || path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir())
    };
    let of_paths = paths.iter().filter(|path| !is_pipe(path)).map(|path| match path {
        folder if folder.is_dir() => absolute(folder),
        file => absolute(&fixed(file)),
    });
    let of_sources = sources.iter().filter(|s| s.packing != Packing::Stdin);
    let of_sources = of_sources.map(|s| absolute(&s.path)).filter_map(|p| Some(p.parent()?.to_owned()));
    let bases: Vec<PathBuf> = if paths.is_empty() { of_sources.collect() } else { of_paths.collect() };
    let shared = |a: PathBuf, b: PathBuf| {
        a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    };
    bases.into_iter().reduce(shared).unwrap_or_default()
}

/// The folder of a file, or of a glob up to its first wildcard.
fn fixed(path: &Path) -> PathBuf {
    let is_wild = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let wild = !path.exists() && path.components().any(|part| is_wild(&part));
    match path.parent() {
        Some(folder) if !wild => folder.to_owned(),
        _ => path.components().take_while(|part| !is_wild(part)).collect(),
    }
}

/// From the root on, without looking at the disk. The folder of a bare name is the one we are in.
fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
