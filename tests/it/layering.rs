//! The house rules that no compiler holds: who may import whom, which words stay behind which door,
//! how a file is called, how it opens and how long it may be.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]
#![expect(clippy::disallowed_methods, reason = "reads the sources as text")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Whom each module of `src` may import besides itself. A new module fails until it has its place here.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("parse", &["model"]),
    ("route", &["model"]),
    ("tally", &["model"]),
    ("topology", &["model"]),
    ("findings", &["model", "topology"]),
    ("compare", &["model", "findings"]),
    ("input", &["model"]),
    ("generate", &["model"]),
    ("redact", &["model", "parse"]),
    ("output", &["model"]),
    ("tables", &["model"]),
    ("pipeline", &["model", "parse", "route", "tally", "topology", "findings", "redact", "input"]),
    (
        "cli",
        &[
            "model", "topology", "findings", "compare", "generate", "redact", "input", "pipeline", "output",
            "tables",
        ],
    ),
    ("allocator", &[]),
    ("main", &["allocator", "cli"]),
    ("lib", &[]),
];

/// A code file has at most this many lines, its tests not counted.
const MOST_LINES: usize = 400;

/// One source file, comments and literals blanked, tests at its end cut off.
struct Source {
    /// From `src` on, with `/`.
    path: String,
    text: String,
    code: String,
}

impl Source {
    /// The module at the top that the file belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many `super` lead from the file's own module to the crate.
    fn depth(&self) -> usize {
        let parts = self.path.split('/').count();
        if self.path.ends_with("mod.rs") { parts - 1 } else { parts }
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files under a folder, or the file itself; sorted.
fn files_under(path: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in walkdir::WalkDir::new(path).sort_by_file_name().into_iter().filter_map(Result::ok) {
        if entry.file_type().is_file() {
            out.push(entry.into_path());
        }
    }
    out
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let files = files_under(&src);
    assert!(files.len() > 40, "only {} files under src", files.len());
    files
        .into_iter()
        .filter(|f| f.extension().is_some_and(|e| e == "rs"))
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let path = file.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            let code = code_of(without_tests(&text));
            Source { path, text, code }
        })
        .collect()
}

/// The text up to the module of unit tests at its end.
fn without_tests(text: &str) -> &str {
    let at = text.find("#[cfg(test)]\nmod tests {");
    at.and_then(|at| text.get(..at)).unwrap_or(text)
}

/// What remains when comments and the insides of literals are taken out; line feeds stay.
fn code_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skip = skipped(rest, out.chars().next_back());
        if skip == 0 {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        } else {
            let gone = rest.get(..skip).unwrap_or(rest);
            out.push(' ');
            out.extend(gone.chars().filter(|c| *c == '\n'));
            rest = rest.get(gone.len()..).unwrap_or_default();
        }
    }
    out
}

/// How many bytes at the head of `rest` are a comment or a literal; 0 if none.
fn skipped(rest: &str, before: Option<char>) -> usize {
    let in_word = before.is_some_and(is_word);
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |at| at + 2);
    }
    let raw = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r').filter(|_| !in_word);
    if let Some(raw) = raw {
        let hashes = raw.bytes().take_while(|b| *b == b'#').count();
        if raw.as_bytes().get(hashes) == Some(&b'"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = raw.get(hashes + 1..).unwrap_or_default();
            return rest.len() - body.len() + body.find(&end).map_or(body.len(), |at| at + end.len());
        }
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    // A lifetime has no closing quote behind its first character.
    let inside: Vec<char> = rest.chars().take(3).collect();
    match inside[..] {
        ['\'', '\\', _] | ['\'', _, '\''] => quoted(rest, '\''),
        _ => 0,
    }
}

/// Length of a literal in simple quotes.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The identifiers of some code, each with what stands before and behind it.
fn words(code: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + code.get(at..)?.find(is_word)?;
        let end = code.get(start..)?.find(|c| !is_word(c)).map_or(code.len(), |n| start + n);
        at = end;
        Some((code.get(..start)?, code.get(start..end)?, code.get(end..)?))
    })
}

fn has_word(code: &str, word: &str) -> bool {
    words(code).any(|(_, w, _)| w == word)
}

/// The modules of the crate that a file names, by `crate::` or by climbing up with `super::`.
fn imports(source: &Source) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (before, word, after) in words(&source.code) {
        match word {
            "crate" | "mailtrail" => out.extend(first_segments(after)),
            "super" if !before.trim_end().ends_with("super::") => {
                let (mut climbed, mut rest) = (1, after);
                while let Some(more) = rest.strip_prefix("::super") {
                    (climbed, rest) = (climbed + 1, more);
                }
                if climbed >= source.depth() {
                    out.extend(first_segments(rest));
                }
            }
            _ => {}
        }
    }
    out.remove(source.module());
    out
}

/// The first names behind `::`, of `::a::b` that is `a`, of `::{a::b, c}` both `a` and `c`.
fn first_segments(after: &str) -> Vec<String> {
    let Some(path) = after.strip_prefix("::") else { return Vec::new() };
    let Some(group) = path.strip_prefix('{') else {
        return words(path).next().map(|(_, w, _)| w.to_owned()).into_iter().collect();
    };
    let (mut depth, mut fresh, mut out) = (0, true, Vec::new());
    for (before, word, _) in words(group) {
        let gap = before.rsplit(is_word).next().unwrap_or_default();
        for c in gap.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => fresh = true,
                _ => {}
            }
        }
        if depth < 0 {
            break;
        }
        if std::mem::take(&mut fresh) {
            out.push(word.to_owned());
        }
    }
    out
}

/// Fails with one line for each break.
fn expect_none(what: &str, breaks: &[String]) {
    let mut text = String::new();
    for one in breaks {
        writeln!(text, "  {one}").unwrap();
    }
    assert!(breaks.is_empty(), "{what}:\n{text}");
}

/// Files that hold a word they must not; `allowed` says which may.
fn holders(is: impl Fn(&str, &str, &str) -> bool, allowed: impl Fn(&str) -> bool) -> Vec<String> {
    let found = sources();
    let found = found.iter().filter(|s| !allowed(&s.path) && !s.is_test());
    found.filter(|s| words(&s.code).any(|(a, w, b)| is(a, w, b))).map(|s| s.path.clone()).collect()
}

#[test]
fn imports_run_only_downwards() {
    let mut breaks = Vec::new();
    for source in sources().iter().filter(|s| !s.is_test()) {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == source.module()) else {
            breaks.push(format!("{}: module {} has no place yet", source.path, source.module()));
            continue;
        };
        let named = imports(source);
        for other in named.iter().filter(|m| MAY_IMPORT.iter().any(|(name, _)| name == m)) {
            if !allowed.contains(&other.as_str()) {
                breaks.push(format!("{} imports {other}", source.path));
            }
        }
    }
    expect_none("these imports run upwards or sideways", &breaks);
}

#[test]
fn the_pure_core_opens_nothing_and_starts_nothing() {
    let core = |path: &str| {
        let pure = ["model/", "parse/", "route/", "tally/", "topology/", "compare/", "redact/"];
        pure.iter().any(|m| path.starts_with(m))
    };
    let door = |before: &str, word: &str| {
        before.ends_with("std::")
            && matches!(word, "io" | "fs" | "env" | "net" | "thread" | "process" | "time")
    };
    let breaks = holders(|before, word, _| door(before, word), |path| !core(path));
    expect_none("input and output, threads and clocks in the core", &breaks);
}

#[test]
fn threads_are_started_in_pipeline_only() {
    let breaks = holders(|_, w, _| w.starts_with("rayon"), |path| path.starts_with("pipeline/"));
    expect_none("rayon outside of pipeline", &breaks);
    // A program or a web address that is slow must not keep the reading waiting.
    // And who looks into logs does not wait with the keys until they are searched.
    let own = |path: &str| matches!(path, "cli/follow/delivery.rs" | "cli/tui/work.rs" | "cli/tui/live.rs");
    let breaks = holders(|before, w, _| w == "thread" && before.ends_with("std::"), own);
    expect_none("threads without rayon, but for that of alarms and that behind the screens", &breaks);
}

#[test]
fn the_network_has_one_door() {
    let is = |_: &str, w: &str, _: &str| matches!(w, "ureq" | "TcpStream" | "TcpListener" | "UdpSocket");
    // `serve` listens, on its own machine unless told otherwise, and asks nobody.
    let doors = ["cli/follow/webhook.rs", "cli/serve/listen.rs", "cli/serve/live.rs"];
    expect_none("the network", &holders(is, |path| doors.contains(&path)));
}

#[test]
fn what_listens_stays_in_serve() {
    let is = |_: &str, w: &str, _: &str| matches!(w, "axum" | "tokio" | "hyper" | "hyper_util");
    expect_none(
        "axum, hyper or tokio outside of cli/serve",
        &holders(is, |path| path.starts_with("cli/serve/")),
    );
    let connects = |before: &str, w: &str, after: &str| {
        w == "TcpStream" && after.starts_with("::connect") || w == "connect" && before.ends_with('.')
    };
    expect_none("serve connects to nobody", &holders(connects, |path| !path.starts_with("cli/serve/")));
}

#[test]
fn clap_stays_in_the_arguments() {
    let allowed = |path: &str| path.starts_with("cli/") && path.ends_with("args.rs") || path == "cli/mod.rs";
    let breaks = holders(|_, w, _| w == "clap" || w.starts_with("clap_"), allowed);
    expect_none("clap outside of args.rs and mod.rs in cli", &breaks);
    let sources = sources();
    let top = sources.iter().find(|s| s.path == "cli/mod.rs").unwrap();
    let used = top.code.lines().filter(|l| l.contains("use clap::")).collect::<Vec<_>>();
    assert_eq!(
        used,
        ["use clap::{CommandFactory, Parser};"],
        "cli/mod.rs parses and prints help, nothing more"
    );
}

#[test]
fn polars_stays_in_tables() {
    let is = |_: &str, w: &str, _: &str| w.starts_with("polars") || w == "sqlparser";
    expect_none("polars outside of tables", &holders(is, |path| path.starts_with("tables/")));
    let is = |_: &str, w: &str, _: &str| w == "rustyline";
    expect_none("the prompt in one place", &holders(is, |path| path == "cli/sql/prompt.rs"));
}

#[test]
fn the_terminal_is_drawn_on_in_one_place() {
    let is = |_: &str, w: &str, _: &str| w == "ratatui" || w == "crossterm";
    expect_none("ratatui outside of cli/tui", &holders(is, |path| path.starts_with("cli/tui/")));
    // What is on the screen can be tested without one.
    let pure = |path: &str| !path.starts_with("cli/tui/screen");
    let is = |_: &str, w: &str, _: &str| matches!(w, "Terminal" | "Frame" | "stdout" | "Inquiry");
    expect_none("a terminal, or logs, in the state of the screens", &holders(is, pure));
}

#[test]
fn the_network_is_reached_by_mail_only() {
    let is = |_: &str, w: &str, _: &str| w == "lettre";
    let allowed = |path: &str| path == "output/mail.rs" || path.starts_with("output/mail/");
    expect_none("lettre outside of output/mail", &holders(is, allowed));
    let is = |_: &str, w: &str, _: &str| {
        matches!(w, "TcpStream" | "TcpListener" | "UdpSocket" | "UnixStream" | "ToSocketAddrs" | "Command")
    };
    let own = ["cli/follow/delivery.rs", "cli/serve/listen.rs", "cli/serve/live.rs"];
    expect_none("the network, or other programs", &holders(is, |path| own.contains(&path)));
}

#[test]
fn files_are_opened_behind_the_doors_only() {
    // Facts that do not fit in memory lie in a file of their own, which is neither input nor output.
    let own = ["output/file.rs", "pipeline/parts.rs"];
    let allowed = |path: &str| path.starts_with("input/") || own.contains(&path);
    let is = |before: &str, w: &str, _: &str| {
        matches!(w, "File" | "OpenOptions") || (w == "fs" && before.ends_with("std::"))
    };
    expect_none("std::fs outside of input, output/file.rs and pipeline/parts.rs", &holders(is, allowed));
}

#[test]
fn nothing_prints_past_the_doors() {
    let is = |_: &str, w: &str, after: &str| {
        matches!(w, "println" | "eprintln" | "print" | "eprint" | "dbg") && after.starts_with('!')
    };
    expect_none("printing macros", &holders(is, |_| false));
}

#[test]
fn nothing_is_unsafe_but_the_vector_loads_and_one_call_of_the_c_library() {
    let all = sources();
    let unsafe_files = ["allocator.rs", "parse/scan/x86.rs"];
    let breaks: Vec<String> = all
        .iter()
        .filter(|s| !unsafe_files.contains(&s.path.as_str()) && has_word(&s.code, "unsafe"))
        .map(|s| s.path.clone())
        .collect();
    expect_none("unsafe code", &breaks);
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    let drawers = ["util", "utils", "common", "helper", "helpers", "misc", "shared", "tools"];
    let is_drawer = |path: &str| path.split(['/', '.']).any(|part| drawers.contains(&part));
    let breaks: Vec<String> = sources().iter().map(|s| s.path.clone()).filter(|p| is_drawer(p)).collect();
    expect_none("files without a noun of their own", &breaks);
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let all = sources();
    let bare = all.iter().filter(|s| !s.text.starts_with("//! "));
    expect_none("files that do not open with `//!`", &bare.map(|s| s.path.clone()).collect::<Vec<_>>());
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut breaks = Vec::new();
    for source in sources().iter().filter(|s| !s.is_test()) {
        let lines = without_tests(&source.text).lines().count();
        if lines > MOST_LINES {
            breaks.push(format!("{}: {lines} lines", source.path));
        }
    }
    expect_none("files longer than 400 lines, tests not counted", &breaks);
}

#[test]
fn the_project_speaks_of_nothing_outside_itself() {
    // Taken apart, so that this file does not hold what it looks for.
    let needles = [concat!("sha", "red/"), concat!("/wo", "rk/")];
    let names = ["src", "tests", "docs", "benches", "samples", "fuzz", ".ci", "Cargo.toml", "clippy.toml"];
    let mut files: Vec<PathBuf> = names.iter().flat_map(|n| files_under(&root().join(n))).collect();
    let top = files_under(&root()).into_iter().filter(|f| f.parent() == Some(&root()));
    files.extend(top.filter(|f| f.extension().is_some_and(|e| e == "md")));
    let mut breaks = Vec::new();
    for file in files.iter().filter(|f| !f.components().any(|c| c.as_os_str() == "target")) {
        let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        for (number, line) in (1..).zip(text.lines()) {
            if needles.iter().any(|n| line.contains(n)) {
                breaks.push(format!("{}:{number}", file.display()));
            }
        }
    }
    expect_none("mentions of a folder outside of the project", &breaks);
}

#[test]
fn the_reader_of_sources_reads_well() {
    let code = code_of(
        "use a; // use b\nlet s = \"use c \\\" d\"; let c = '\"'; fn f<'x>() {} r#\"e \"f\"#; /* g */ h",
    );
    let found: Vec<&str> = words(&code).map(|(_, w, _)| w).collect();
    assert_eq!(found, ["use", "a", "let", "s", "let", "c", "fn", "f", "x", "h"]);
    let source =
        |path: &str, code: &str| Source { path: path.to_owned(), text: String::new(), code: code.to_owned() };
    let named = |path: &str, code: &str| imports(&source(path, code)).into_iter().collect::<Vec<_>>();
    assert_eq!(
        named("cli/run.rs", "use crate::{model::{a, tally}, parse::b}; crate::route::c();"),
        ["model", "parse", "route"]
    );
    assert_eq!(named("cli/run.rs", "use super::args; use super::super::tally::x;"), ["tally"]);
    assert_eq!(named("cli/mod.rs", "use super::{output, cli::x}; pub(super) fn f() {}"), ["output"]);
    assert_eq!(named("main.rs", "mailtrail::cli::main()"), ["cli"]);
}
