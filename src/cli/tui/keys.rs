//! Keys and what they do, and what help says of them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What somebody wants who presses a key while no text is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
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

/// The keys that help shows; some have others beside them that do the same.
pub(super) const KEYS: [(&str, &str); 19] = [
    ("Up Down, k j", "the line before, the next line"),
    ("PgUp PgDn", "a page up, a page down; also Ctrl-B and Ctrl-F"),
    ("Home End, g G", "the first, the last"),
    ("Enter, Right", "open what is chosen: a finding, a message, a row"),
    ("Esc, Backspace", "go back; give up what is searched or written"),
    ("Tab", "the other pane: findings or messages, recipients or rows"),
    ("/", "search a text in all rows, in any column"),
    ("f", "filter by sender, recipient, connector, decision, server"),
    ("t", "messages from one time to another"),
    ("x", "take search, filter and times away"),
    ("s", "sort by time, sender, size, recipients, delay, decision"),
    ("S", "sort the other way round"),
    ("e", "export what is shown to a file"),
    ("y", "copy the fix, the network-message-id, or the row"),
    ("n", "notes on the verdict and on what was read"),
    ("?", "this help"),
    ("Ctrl-L", "draw the screen anew"),
    ("q", "quit"),
    ("Ctrl-C", "quit, also while something is typed"),
];

/// What a key means; `None` if nothing.
pub(super) fn act(key: KeyEvent) -> Option<Act> {
    if key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c') => Some(Act::Quit),
            KeyCode::Char('l') => Some(Act::Redraw),
            KeyCode::Char('b') => Some(Act::Move(Move::PageUp)),
            KeyCode::Char('f') => Some(Act::Move(Move::PageDown)),
            KeyCode::Char('h') => Some(Act::Back),
            KeyCode::Home => Some(Act::Move(Move::First)),
            KeyCode::End => Some(Act::Move(Move::Last)),
            _ => None,
        };
    }
    Some(match key.code {
        KeyCode::Up | KeyCode::Char('k') => Act::Move(Move::Up),
        KeyCode::Down | KeyCode::Char('j') => Act::Move(Move::Down),
        KeyCode::PageUp => Act::Move(Move::PageUp),
        KeyCode::PageDown | KeyCode::Char(' ') => Act::Move(Move::PageDown),
        KeyCode::Home | KeyCode::Char('g') => Act::Move(Move::First),
        KeyCode::End | KeyCode::Char('G') => Act::Move(Move::Last),
        KeyCode::Enter | KeyCode::Right | KeyCode::Char('l') => Act::Open,
        KeyCode::Esc | KeyCode::Backspace | KeyCode::Left | KeyCode::Char('h') => Act::Back,
        KeyCode::Tab | KeyCode::BackTab => Act::Switch,
        KeyCode::Char('/') => Act::Search,
        KeyCode::Char('f') => Act::Filter,
        KeyCode::Char('t') => Act::Time,
        KeyCode::Char('s') => Act::Sort,
        KeyCode::Char('S') => Act::Reverse,
        KeyCode::Char('x') => Act::Clear,
        KeyCode::Char('e') => Act::Export,
        KeyCode::Char('y') => Act::Copy,
        KeyCode::Char('n') => Act::Notes,
        KeyCode::Char('?') => Act::Help,
        KeyCode::Char('q') => Act::Quit,
        _ => return None,
    })
}
