//! The terminal: taken for the screens, and always given back as it was.

use std::io::{self, Stdout, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// Whether it is ours.
static OURS: AtomicBool = AtomicBool::new(false);

/// The terminal while the screens are up.
pub(super) struct Taken {
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Taken {
    /// Takes it. From here on a panic gives it back too, also where a panic ends the program at once.
    pub(super) fn take() -> io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                give_back();
                before(info);
            }));
        });
        OURS.store(true, Ordering::SeqCst);
        enable_raw_mode().inspect_err(|_| OURS.store(false, Ordering::SeqCst))?;
        // What is pasted must not be taken for keys.
        let taken = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)
            .and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
        match taken {
            Ok(terminal) => Ok(Self { terminal }),
            Err(e) => {
                give_back();
                Err(e)
            }
        }
    }

    /// Sends the terminal a sequence that shows nothing.
    pub(super) fn send(&mut self, sequence: &str) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(sequence.as_bytes())?;
        Write::flush(out)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether it was not given back yet.
pub(super) fn is_ours() -> bool {
    OURS.load(Ordering::SeqCst)
}

/// Gives it back as far as that goes: whoever took it away cannot be told.
pub(super) fn give_back() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    drop(disable_raw_mode());
    drop(execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show));
}
