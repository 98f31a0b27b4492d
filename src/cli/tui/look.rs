//! How things look: signs and styles. Colour never says what no word or sign beside it says.

use ratatui::style::{Color, Modifier, Style};

use crate::model::finding::Severity;
use crate::model::journey::Decision;
use crate::output::lanes::{Tone, tone};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub color: bool,
    /// Nothing but ASCII.
    pub ascii: bool,
}

/// Signs of a screen.
pub(super) struct Signs {
    /// Before what is chosen.
    pub here: &'static str,
    /// Where a text is cut.
    pub more: char,
    pub rule: &'static str,
    pub into: &'static str,
    pub good: &'static str,
    pub bad: &'static str,
    pub open: &'static str,
}

const UNICODE: Signs =
    Signs { here: "▶ ", more: '…', rule: "─", into: " › ", good: "✓ ", bad: "✗ ", open: "? " };
const ASCII: Signs =
    Signs { here: "> ", more: '~', rule: "-", into: " > ", good: "+ ", bad: "X ", open: "? " };

impl Look {
    pub(super) fn signs(self) -> &'static Signs {
        if self.ascii { &ASCII } else { &UNICODE }
    }

    fn colored(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    pub(super) fn wrong(self) -> Style {
        self.colored(Color::Red).add_modifier(Modifier::BOLD)
    }

    pub(super) fn open(self) -> Style {
        self.colored(Color::Yellow)
    }

    pub(super) fn fine(self) -> Style {
        self.colored(Color::Green)
    }

    /// What matters less; not dim where there is no colour, since some terminals show that as nothing at all.
    pub(super) fn aside(self) -> Style {
        if self.color { Style::new().add_modifier(Modifier::DIM) } else { Style::new() }
    }

    pub(super) fn head() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The first line and the status.
    pub(super) fn bar() -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What is chosen: in the pane that has the keys, and in the other one.
    pub(super) fn chosen(active: bool) -> Style {
        Style::new().add_modifier(if active { Modifier::REVERSED } else { Modifier::BOLD })
    }

    pub(super) fn severity(self, severity: Severity) -> Style {
        match severity {
            Severity::Critical | Severity::High => self.wrong(),
            Severity::Medium | Severity::Low => self.open(),
            Severity::Info => self.aside(),
        }
    }

    /// Sign and style of what became of a recipient.
    pub(super) fn decision(self, decision: Decision) -> (&'static str, Style) {
        match tone(decision) {
            Tone::Bad => (self.signs().bad, self.wrong()),
            Tone::Open => (self.signs().open, self.open()),
            Tone::Good | Tone::Plain | Tone::Note => (self.signs().good, self.fine()),
        }
    }
}

/// A decision in a list, for who never read a log.
pub(super) fn words(decision: Decision) -> &'static str {
    match decision {
        Decision::LocalDelivery => "delivered",
        Decision::SendConnector => "sent out",
        Decision::RemoteRoutingAddress => "sent to remote",
        Decision::RecipientNotFound => "not found",
        Decision::Failed => "failed",
        Decision::Dropped => "dropped",
        Decision::Deferred => "waiting",
        Decision::HandedOff => "handed on",
        Decision::InTransit => "on its way",
        Decision::Expanded => "group",
    }
}
