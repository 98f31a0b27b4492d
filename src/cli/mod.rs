//! The top: arguments in, exit status out. Errors are printed here and nowhere else.

mod args;
mod baseline;
mod beforehand;
mod compare;
mod config;
mod document;
mod events;
mod exit;
mod explain;
mod findings;
mod follow;
mod generate;
#[cfg(any(feature = "serve", feature = "tui"))]
mod inquiry;
mod mail;
mod manifest;
mod options;
mod places;
mod progress;
mod redact;
mod report;
mod routes;
mod run;
#[cfg(feature = "serve")]
mod serve;
#[cfg(not(feature = "serve"))]
#[path = "serve/unable.rs"]
mod serve;
mod sql;
mod tables;
mod time;
mod topology;
mod trace;
#[cfg(feature = "tui")]
mod tui;
#[cfg(not(feature = "tui"))]
#[path = "tui/unable.rs"]
mod tui;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::findings::kind::Shown;
use crate::output::file::OutputError;
use args::{Cli, Verb};
use exit::Exit;
use options::{Environment, Usage};

/// Runs the program. `give_back_from` is told, while there is one thread, from how many bytes on a block of memory that is done
/// with is better given back to the system than kept.
pub fn main(args: impl IntoIterator<Item = OsString>, give_back_from: impl FnOnce(i32)) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are no errors; clap knows where each goes.
            let printed = e.print();
            let closed = printed.as_ref().is_err_and(|p| p.kind() == io::ErrorKind::BrokenPipe);
            let done = !e.use_stderr() && (printed.is_ok() || closed);
            return if done { Exit::Done.into() } else { Exit::Usage.into() };
        }
    };
    give_back_from(cli.verb.gives_back_from());
    let env = Environment::read(&args);
    let done = match cli.verb {
        Verb::Report(args) => report::run(&args, &env),
        Verb::Routes(args) => routes::run(&args, &env),
        Verb::Hops(args) => tables::hops::run(&args, &env),
        Verb::Trace(args) => trace::run(&args, &env),
        Verb::Misroutes(args) => findings::run(&args, Shown::Misroutes, &env),
        Verb::Loops(args) => findings::run(&args, Shown::Loops, &env),
        Verb::Findings(args) => tables::findings::run(&args, &env),
        Verb::Follow(args) => follow::run(&args, &env),
        Verb::Tui(args) => tui::run(&args, &env),
        Verb::Serve(args) => serve::run(&args, &env),
        Verb::Compare(args) => compare::run(&args, &env),
        Verb::Explain { kinds } => explain::run(&kinds),
        Verb::Events(args) => events::run(&args, &env),
        Verb::Sql(args) => sql::run(&args, &env),
        Verb::Topology { verb } => topology::run(&verb, &env),
        Verb::Redact(args) => redact::run(&args, &env),
        Verb::Generate(args) => generate::run(&args),
        Verb::Completions { shell } => print(|out| {
            clap_complete::generate(shell, &mut Cli::command(), "mailtrail", out);
            Ok(())
        }),
        Verb::Man => print(|out| clap_mangen::Man::new(Cli::command()).render(out)),
    };
    // Also where the work failed, it is known what was read; what is refused writes nothing.
    let refused = done.as_ref().is_err_and(anyhow::Error::is::<Usage>);
    let kept = if refused { Ok(()) } else { env.custody.close(&env).map_err(Into::into) };
    match done.and_then(|exit| kept.map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(e) => fail(&e),
    }
}

fn print(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    write(&mut text)?;
    crate::output::file::Target::Stdout.write(|out| out.write_all(&text))?;
    Ok(Exit::Done)
}

fn fail(e: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(e) {
        return Exit::Done.into();
    }
    let mut text = e.to_string();
    for cause in e.chain().skip(1).map(ToString::to_string) {
        // Many errors name their cause themselves.
        if !text.contains(&cause) {
            text.push_str(&format!(": {cause}"));
        }
    }
    say(&format!("mailtrail: {text}"));
    if e.is::<Usage>() { Exit::Usage.into() } else { Exit::Failed.into() }
}

/// The reader of our output has seen enough.
fn is_closed_pipe(e: &anyhow::Error) -> bool {
    matches!(e.downcast_ref(), Some(OutputError::Stdout(io)) if io.kind() == io::ErrorKind::BrokenPipe)
}

/// One line on standard error; if even that is closed, nobody listens.
fn say(line: &str) {
    let text = crate::output::escape::terminal(line);
    drop(writeln!(io::stderr().lock(), "{text}"));
}
