//! `mailtrail redact`.

pub(super) mod args;
mod names;

use std::io::Write;
use std::path::Path;

use super::args::OutputArgs;
use super::exit::Exit;
use super::options::{Environment, Usage};
use super::run::Run;
use super::say;
use crate::input::{Packing, Source, read_bytes};
use crate::model::name::hexadecimal;
use crate::output::file::{Folder, write_secret};
use crate::pipeline::{Findings, Needs, Options, read, rewrite};
use crate::redact::{Key, LEAST, Rules, Subjects};
use args::{RedactArgs, SubjectsName};
use names::names;

/// No key file is read beyond this, bytes.
const LONGEST_KEY: u64 = 1 << 20;

pub(super) fn run(args: &RedactArgs, env: &Environment) -> anyhow::Result<Exit> {
    let rules = rules(args)?;
    let read_args = args.read();
    let output = OutputArgs { force: args.force, ..OutputArgs::default() };
    let mut written = 0;
    let run = Run::read_by((&read_args, &output), env, Needs::default(), |sources, options, progress| {
        apart(&sources, &args.output)?;
        let names = names(&sources, &args.paths, &rules);
        let rules = with_typos(rules, &sources, options, progress, args.quiet)?;
        let folder = if sources.is_empty() { None } else { Some(Folder::open(&args.output, args.force)?) };
        let mut create = |source: &Source| {
            written += 1;
            let name = names.get(&source.name).map_or("log.LOG", String::as_str);
            let file = folder.as_ref().map(|folder| folder.create(name)).transpose()?;
            Ok(file.map_or_else(|| Box::new(std::io::sink()) as Box<dyn Write + Send>, |f| Box::new(f)))
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

fn rules(args: &RedactArgs) -> anyhow::Result<Rules> {
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
    Ok(Rules::new(key(args)?).keeping(args.keep_domain.iter().cloned()).with_subjects(subjects))
}

fn key(args: &RedactArgs) -> anyhow::Result<Key> {
    let secret = match &args.key_file {
        Some(file) => {
            read_bytes(file, LONGEST_KEY).map_err(|e| Usage(format!("--key-file {}: {e}", file.display())))?
        }
        None => new_secret(args.new_key.as_deref())?,
    };
    let file = args.key_file.as_deref().unwrap_or(Path::new("")).display();
    let short = || {
        format!(
            "--key-file {file}: a key has at least {LEAST} bytes, blanks around it not counted; --new-key makes one"
        )
    };
    Ok(Key::new(&secret).ok_or_else(|| Usage(short()))?)
}

/// As many random bytes as a key needs, as hexadecimal digits; kept in the file, if there is to be one.
fn new_secret(file: Option<&Path>) -> anyhow::Result<Vec<u8>> {
    let mut random = [0; LEAST];
    getrandom::fill(&mut random).map_err(|e| anyhow::anyhow!("the system gives no random bytes: {e}"))?;
    let mut secret = hexadecimal(&random);
    secret.push('\n');
    if let Some(file) = file {
        write_secret(file, secret.as_bytes())?;
    }
    Ok(secret.into_bytes())
}

/// Fails if a log lies in the folder that is written to: it would be replaced while it is read, or be read as a log itself.
fn apart(sources: &[Source], output: &Path) -> Result<(), Usage> {
    let Ok(output) = output.canonicalize() else { return Ok(()) };
    let inside = |s: &&Source| s.path.canonicalize().is_ok_and(|path| path.starts_with(&output));
    sources.iter().find(inside).map_or(Ok(()), |source| {
        Err(Usage(format!("--output: {} lies in {}, which is to be written", source.name, output.display())))
    })
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
