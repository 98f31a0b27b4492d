//! `mailtrail tui`: takes the terminal, hands keys to the screen, and answers to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event};

use super::super::args::When;
use super::super::exit::Exit;
use super::super::inquiry::Inquiry;
use super::super::inquiry::asked::Asked;
use super::super::options::{Environment, Usage};
use super::args::TuiArgs;
use super::copy::sequence;
use super::look::Look;
use super::panes;
use super::screen::{Deed, Known, Screen};
use super::terminal::{Taken, give_back, is_ours};
use super::work::Work;

/// How long keys are waited for while something is on its way, and while nothing is.
const BUSY: Duration = Duration::from_millis(15);
const IDLE: Duration = Duration::from_millis(150);
/// How long the screens have to end by themselves.
const GRACE: Duration = Duration::from_secs(1);

/// Runs it.
pub(in crate::cli) fn run(args: &TuiArgs, env: &Environment) -> anyhow::Result<Exit> {
    if !env.stdin_is_terminal || !env.stdout_is_terminal {
        let instead = "`report`, `routes` and `trace` write to files and pipes";
        return Err(Usage(format!("tui needs a terminal to draw on and to hear keys from; {instead}")).into());
    }
    let inquiry = Arc::new(Inquiry::open((&args.read, &args.beforehand), env)?);
    let look = Look { color: env.color(When::Auto, false), ascii: args.ascii || env.ascii };
    let stop = listen()?;
    let work = Work::start(Arc::clone(&inquiry))?;
    let check = |asked: &Asked| inquiry.check(asked).map_err(|e| e.0);
    let gone = inquiry.outcome.told().gone().iter().map(|f| format!("gone since then: {}", f.title));
    let known = Known {
        report: &inquiry.report,
        beforehand: inquiry.outcome.told().lines().into_iter().chain(gone).collect(),
        check: &check,
        look,
    };
    let mut taken = Taken::take()?;
    let shown = show(&mut taken, Screen::new(known), &work, &stop);
    drop(taken);
    shown?;
    Ok(inquiry.exit())
}

/// Hears of the end that a system asks for, so that the terminal is given back before.
fn listen() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let tell = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        let again = tell.swap(true, Ordering::Relaxed);
        if !again {
            std::thread::sleep(GRACE);
        }
        // Where the terminal was given back, the screens have heard it, and what is left to do is done.
        if again || is_ours() {
            end_at_once();
        }
    })?;
    Ok(stop)
}

#[expect(clippy::exit, reason = "where the terminal is gone, waiting for keys never ends")]
fn end_at_once() {
    give_back();
    std::process::exit(130);
}

/// Draws, and hears keys and answers, until somebody has seen enough.
fn show(taken: &mut Taken, mut screen: Screen<'_>, work: &Work, stop: &AtomicBool) -> anyhow::Result<()> {
    let size = taken.terminal.size()?;
    screen.resize((size.width, size.height));
    let mut stale = true;
    while !stop.load(Ordering::Relaxed) {
        if stale {
            taken.terminal.draw(|frame| panes::draw(frame, &screen))?;
        }
        let busy = screen.is_busy();
        stale = busy && screen.waits().is_some();
        if event::poll(if busy { BUSY } else { IDLE })? {
            stale = true;
            hear(&mut screen)?;
        }
        while let Some(got) = work.answer()? {
            stale = true;
            screen.take(got);
        }
        for want in screen.wants() {
            work.want(want);
        }
        for deed in screen.deeds() {
            match deed {
                Deed::Quit => return Ok(()),
                Deed::Redraw => taken.terminal.clear()?,
                Deed::Copy(text, what) => copy(taken, &mut screen, (&text, what))?,
            }
        }
    }
    Ok(())
}

/// Takes all keys that are there, so that drawing does not fall behind a key that is held down.
fn hear(screen: &mut Screen<'_>) -> std::io::Result<()> {
    loop {
        match event::read()? {
            Event::Key(key) => screen.key(key),
            Event::Paste(text) => screen.paste(&text),
            Event::Resize(width, height) => screen.resize((width, height)),
            _ => {}
        }
        if !event::poll(Duration::ZERO)? {
            return Ok(());
        }
    }
}

fn copy(taken: &mut Taken, screen: &mut Screen<'_>, (text, what): (&str, &str)) -> std::io::Result<()> {
    match sequence(text) {
        Some(sequence) => {
            taken.send(&sequence)?;
            let first = text.lines().next().unwrap_or_default();
            screen.say(format!("copied {what}: {first}"), false);
        }
        None => screen.say(format!("{what} is longer than terminals take; e exports it"), true),
    }
    Ok(())
}
