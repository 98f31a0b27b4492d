//! What was known of findings before this run: those that a list names as known, and those of an earlier run.

use serde::{Deserialize, Serialize};

use super::finding::Finding;

/// What a finding is to an earlier run. In the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It was not there.
    New,
    /// It was there, and less severe.
    Graver,
    /// It was there with far less mail; only where logs are followed.
    Grown,
    /// It was there.
    StillThere,
    /// It was there, and is not any more.
    Gone,
}

impl Standing {
    /// The value as it is written in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Graver => "graver",
            Self::Grown => "grown",
            Self::StillThere => "still-there",
            Self::Gone => "gone",
        }
    }

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Graver => "graver than before",
            Self::Grown => "grown",
            Self::StillThere => "still there",
            Self::Gone => "gone",
        }
    }
}

/// What the list of known findings says of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Last day on which it is known, as `2026-12-31`.
    pub until: Option<String>,
    /// That day is over, so it is shown as if it were not known.
    pub run_out: bool,
    /// Why it is known, by whoever wrote the list.
    pub note: Option<String>,
}

impl Known {
    /// In words, for people; from the list, so hostile.
    pub fn words(&self) -> String {
        let until = match (&self.until, self.run_out) {
            (Some(until), false) => format!("known until {until}"),
            (Some(until), true) => format!("was known until {until}; that has run out"),
            (None, _) => "known".to_owned(),
        };
        self.note.as_ref().map_or(until.clone(), |note| format!("{until}: {note}"))
    }
}

/// An entry of the list, and how many findings it holds for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownEntry {
    /// Kind of finding.
    pub kind: &'static str,
    /// What it must be about; nothing where any will do.
    pub domain: Option<String>,
    /// Its send connector.
    pub connector: Option<String>,
    /// Its host or server.
    pub peer: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// What is said of those findings.
    #[serde(flatten)]
    pub known: Known,
    /// Line in the file.
    pub line: usize,
    /// How many.
    pub findings: u64,
}

/// What the list of known findings did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownFindings {
    /// The file it stands in.
    pub file: String,
    /// How many findings are known; each counts once, however many entries hold for it.
    pub findings: u64,
    /// They are shown nevertheless.
    pub shown: bool,
    /// The entries for kinds that the verb shows.
    pub entries: Vec<KnownEntry>,
}

/// The findings of this run beside those of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The file the earlier ones stand in.
    pub file: String,
    /// First and last event of the earlier run, where the file tells.
    pub first: Option<String>,
    /// Last event.
    pub last: Option<String>,
    /// What makes the two hard to compare.
    pub remarks: Vec<String>,
    /// How many findings were not there.
    pub new: u64,
    /// How many were there, less severe.
    pub graver: u64,
    /// How many were there.
    pub still_there: u64,
    /// Those that are not there any more, as they were.
    pub gone: Vec<Finding>,
}
