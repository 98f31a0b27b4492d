//! Keys and what they do: one table for the screens and for their help.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What somebody wants who presses a key while no text is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Move(Move),
    Open,
    Back,
    Switch,
    Search,
    Filter,
    Time,
    Sort,
    Reverse,
    Clear,
    Export,
    Copy,
    Notes,
    Help,
    Redraw,
    Quit,
}

/// Where to in a list or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
}

/// Every key, as help shows it.
pub(super) const KEYS: [(&str, &str); 19] = [
    ("Up Down, k j", "the line before, the next line"),
    ("PgUp PgDn", "a page up, a page down; Ctrl-B and Ctrl-F do the same"),
    ("Home End, g G", "the first, the last"),
    ("Enter, Right", "open what is chosen: a finding, a message, a row of the log"),
    ("Esc, Backspace", "go back; also gives up what is being read or searched"),
    ("Tab", "the other pane: findings and messages; a finding and its messages; recipients and rows"),
    ("/", "search a text in all rows of the logs, in any column"),
    ("f", "filter messages by sender, recipient, connector, decision, server"),
    ("t", "messages from one time to another"),
    ("x", "take search, filter and times away"),
    ("s", "sort by the next thing: time, sender, size, recipients, delay, decision"),
    ("S", "sort the other way round"),
    ("e", "export what is shown to a file"),
    ("y", "copy: the fix of a finding, the network-message-id of a message, a row"),
    ("n", "notes: what the verdict rests on, what was not read, what was known before"),
    ("?", "this help"),
    ("Ctrl-L", "draw the screen anew"),
    ("q", "quit"),
    ("Ctrl-C", "quit, also while something is typed"),
];

/// What a key means; `None` if nothing.
pub(super) fn command(key: KeyEvent) -> Option<Command> {
    if key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c') => Some(Command::Quit),
            KeyCode::Char('l') => Some(Command::Redraw),
            KeyCode::Char('b') => Some(Command::Move(Move::PageUp)),
            KeyCode::Char('f') => Some(Command::Move(Move::PageDown)),
            KeyCode::Char('h') => Some(Command::Back),
            KeyCode::Home => Some(Command::Move(Move::First)),
            KeyCode::End => Some(Command::Move(Move::Last)),
            _ => None,
        };
    }
    Some(match key.code {
        KeyCode::Up | KeyCode::Char('k') => Command::Move(Move::Up),
        KeyCode::Down | KeyCode::Char('j') => Command::Move(Move::Down),
        KeyCode::PageUp => Command::Move(Move::PageUp),
        KeyCode::PageDown | KeyCode::Char(' ') => Command::Move(Move::PageDown),
        KeyCode::Home | KeyCode::Char('g') => Command::Move(Move::First),
        KeyCode::End | KeyCode::Char('G') => Command::Move(Move::Last),
        KeyCode::Enter | KeyCode::Right | KeyCode::Char('l') => Command::Open,
        KeyCode::Esc | KeyCode::Backspace | KeyCode::Left | KeyCode::Char('h') => Command::Back,
        KeyCode::Tab | KeyCode::BackTab => Command::Switch,
        KeyCode::Char('/') => Command::Search,
        KeyCode::Char('f') => Command::Filter,
        KeyCode::Char('t') => Command::Time,
        KeyCode::Char('s') => Command::Sort,
        KeyCode::Char('S') => Command::Reverse,
        KeyCode::Char('x') => Command::Clear,
        KeyCode::Char('e') => Command::Export,
        KeyCode::Char('y') => Command::Copy,
        KeyCode::Char('n') => Command::Notes,
        KeyCode::Char('?') => Command::Help,
        KeyCode::Char('q') => Command::Quit,
        _ => return None,
    })
}
