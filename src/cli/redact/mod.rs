//! `mailtrail redact`.

pub(super) mod args;
mod names;

use std::io::{self, Write};
use std::path::Path;

use hashbrown::HashMap;

use super::args::OutputArgs;
use super::exit::Exit;
use super::options::{Environment, Usage};
use super::run::Run;
use super::{places, say};
use crate::input::{Packing, Source, read_bytes};
use crate::model::name::hexadecimal;
use crate::output::file::{Folder, remove_secret, write_secret};
use crate::pipeline::{Findings, Needs, Options, read, rewrite};
use crate::redact::{Key, LEAST, Rules, Subjects};
use args::{RedactArgs, SubjectsName};
use names::names;

/// No key file is read beyond this, bytes.
const LONGEST_KEY: u64 = 1 << 20;

pub(super) fn run(args: &RedactArgs, env: &Environment) -> anyhow::Result<Exit> {
    let places = [
        ("--manifest", args.manifest.as_deref()),
        ("--new-key", args.new_key.as_deref()),
        ("--key-file", args.key_file.as_deref()),
        ("--output", Some(args.output.as_path())),
    ];
    places::apart(&places, std::iter::empty(), |_| true)?;
    let secret = secret(args)?;
    let rules = rules(args, &secret)?;
    let read_args = args.read();
    let output = OutputArgs { force: args.force, ..OutputArgs::default() };
    let mut written = 0;
    let run = Run::read_by((&read_args, &output), env, Needs::default(), |sources, options, progress| {
        let names = names(&sources, &args.paths, &rules);
        apart(&sources, &args.output, &names)?;
        let folder = if sources.is_empty() { None } else { Some(Folder::open(&args.output, args.force)?) };
        let rules = with_typos(rules, &sources, options, progress, args.quiet)?;
        let mut create = |source: &Source| {
            let unknown = || io::Error::other("a log that was not found");
            let (Some(folder), Some(name)) = (&folder, names.get(&source.name)) else {
                return Err(unknown());
            };
            // A key is for logs that there are.
            let new_key = args.new_key.as_deref().filter(|_| written == 0);
            new_key.map_or(Ok(()), |file| write_secret(file, &secret)).map_err(io::Error::other)?;
            let file =
                folder.create(name).inspect_err(|_| new_key.map_or((), |file| drop(remove_secret(file))))?;
            written += 1;
            Ok(Box::new(file) as Box<dyn Write + Send>)
        };
        Ok(rewrite(sources, &rules, options, &mut create, progress)?)
    })?;
    if !args.quiet {
        let kept = args.key_file.as_ref().or(args.new_key.as_ref());
        let key = kept.map_or_else(|| "not kept".to_owned(), |file| format!("that of {}", file.display()));
        let files = if written == 1 { "log" } else { "logs" };
        say(&format!("mailtrail: {written} {files} written to {}; the key is {key}", args.output.display()));
    }
    Ok(run.close(true))
}

fn rules(args: &RedactArgs, secret: &[u8]) -> anyhow::Result<Rules> {
    for domain in &args.keep_domain {
        if !domain.trim_matches('.').contains('.') || domain.contains(['@', '*', ' ', '/']) {
            let why = "is no domain; write it as contoso.com, it holds for all that is below it";
            return Err(Usage(format!("--keep-domain: '{domain}' {why}")).into());
        }
    }
    let subjects = match args.subjects {
        SubjectsName::Drop => Subjects::Drop,
        SubjectsName::Hash => Subjects::Hash,
    };
    Ok(Rules::new(key(args, secret)?).keeping(args.keep_domain.iter().cloned()).with_subjects(subjects))
}

fn key(args: &RedactArgs, secret: &[u8]) -> Result<Key, Usage> {
    let file = args.key_file.as_deref().unwrap_or(Path::new("")).display();
    let short = || {
        format!(
            "--key-file {file}: a key has at least {LEAST} bytes, blanks around it not counted; --new-key makes one"
        )
    };
    Key::new(secret).ok_or_else(|| Usage(short()))
}

/// What the key file holds, or as many random bytes as a key needs, as hexadecimal digits.
fn secret(args: &RedactArgs) -> anyhow::Result<Vec<u8>> {
    if let Some(file) = &args.key_file {
        let read = read_bytes(file, LONGEST_KEY);
        return Ok(read.map_err(|e| Usage(format!("--key-file {}: {e}", file.display())))?);
    }
    if let Some(file) = args.new_key.as_deref().filter(|file| file.symlink_metadata().is_ok()) {
        anyhow::bail!("{} exists; a key is never replaced, --key-file uses it", file.display());
    }
    let mut random = [0; LEAST];
    getrandom::fill(&mut random).map_err(|e| anyhow::anyhow!("the system gives no random bytes: {e}"))?;
    let mut secret = hexadecimal(&random);
    secret.push('\n');
    Ok(secret.into_bytes())
}

/// Fails if a log lies in the folder that is written to: it would be replaced while it is read, or be read as a log itself.
/// So where a link in that folder leads to where logs may lie.
fn apart(sources: &[Source], output: &Path, names: &HashMap<String, String>) -> Result<(), Usage> {
    let Ok(real) = output.canonicalize() else { return Ok(()) };
    let inside = |s: &&Source| s.path.canonicalize().is_ok_and(|path| path.starts_with(&real));
    if let Some(source) = sources.iter().find(inside) {
        let why = format!("{} lies in {}, which is to be written", source.name, real.display());
        return Err(Usage(format!("--output: {why}")));
    }
    let names = sources.iter().filter_map(|source| names.get(&source.name));
    match names.into_iter().find_map(|name| Folder::link_on_the_way(output, name)) {
        Some(link) => {
            Err(Usage(format!("--output: {} is a link, nothing is written through it", link.display())))
        }
        None => Ok(()),
    }
}

/// What findings know of mistyped domains, so that these stay near to those that are meant.
fn with_typos(
    rules: Rules,
    sources: &[Source],
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
    quiet: bool,
) -> anyhow::Result<Rules> {
    if sources.iter().any(|s| s.packing == Packing::Stdin) {
        if !quiet {
            say(
                "mailtrail: standard input is read once, so mistyped domains are not looked for: no finding domain-typo will hold",
            );
        }
        return Ok(rules);
    }
    let needs = Needs { findings: Findings::Kinds, ..Needs::default() };
    let reading = read(sources.to_vec(), &Options { needs, ..options.clone() }, progress)?;
    Ok(rules.with_typos(reading.judged.typos()))
}
