//! `mailtrail.toml`: what an organisation says of itself. The one place where it is found and read.

mod thresholds;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::document::Document;
use super::explain::near;
use super::options::Usage;
use crate::findings::kind::kind;
use crate::findings::thresholds::Thresholds;
use crate::model::finding::Finding;
use crate::model::standing::{Known, KnownEntry};

/// Read from the current folder where no other file is named.
const NAME: &str = "mailtrail.toml";

/// What may stand at the top.
const TABLES: [&str; 2] = ["known", "thresholds"];

/// What may stand in an entry.
const KEYS: [&str; 7] = ["kind", "domain", "connector", "peer", "address", "until", "note"];

/// What the file says.
#[derive(Debug)]
pub(super) struct Config {
    /// As the user knows it.
    pub name: String,
    /// Nobody named it, it lay in the current folder.
    pub by_itself: bool,
    /// Findings that are known.
    pub known: Vec<Entry>,
    /// What findings depend on.
    pub thresholds: Thresholds,
}

impl Config {
    /// What is to be said of a file that nobody named. `known`: the verb sets known findings aside.
    pub(super) fn by_itself(&self, known: bool) -> Option<String> {
        let name = &self.name;
        let sets = self.thresholds != Thresholds::default();
        let what = match (known, sets) {
            (true, false) => "says which findings are known",
            (true, true) => "says which findings are known, and sets thresholds",
            (false, true) => "sets thresholds of findings",
            (false, false) => return None,
        };
        self.by_itself.then(|| format!("{name} of this folder {what}"))
    }
}

/// A known finding, or several: what is not said may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub kind: &'static str,
    pub domain: Option<String>,
    pub connector: Option<String>,
    pub peer: Option<String>,
    pub address: Option<String>,
    /// Last day, in UTC.
    pub until: Option<NaiveDate>,
    pub note: Option<String>,
    /// Where it stands.
    pub line: usize,
}

impl Entry {
    /// Whether it means this finding. Case does not matter.
    pub(super) fn means(&self, finding: &Finding) -> bool {
        let fits = |told: &Option<String>, is: &Option<String>| match (told, is) {
            (None, _) => true,
            (Some(told), Some(is)) => told.to_lowercase() == is.to_lowercase(),
            (Some(_), None) => false,
        };
        self.kind == finding.kind
            && fits(&self.domain, &finding.domain)
            && fits(&self.connector, &finding.connector)
            && fits(&self.peer, &finding.peer)
            && fits(&self.address, &finding.address)
    }

    /// Whether its last day is over.
    pub(super) fn has_run_out(&self, today: NaiveDate) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// What is said of the findings it means.
    pub(super) fn known(&self, today: NaiveDate) -> Known {
        let until = self.until.map(|day| day.to_string());
        Known { until, run_out: self.has_run_out(today), note: self.note.clone() }
    }

    /// As outputs show it, with how many findings it holds for.
    pub(super) fn shown(&self, today: NaiveDate, findings: u64) -> KnownEntry {
        let Self { domain, connector, peer, address, .. } = self.clone();
        let (kind, known, line) = (self.kind, self.known(today), self.line);
        KnownEntry { kind, domain, connector, peer, address, known, line, findings }
    }

    /// What two entries must not have in common.
    fn key(&self) -> (&'static str, [Option<String>; 4]) {
        let parts = [&self.domain, &self.connector, &self.peer, &self.address];
        (self.kind, parts.map(|p| p.as_ref().map(|p| p.to_lowercase())))
    }
}

/// Where it is looked for.
pub(super) fn place(named: Option<&Path>) -> &Path {
    named.unwrap_or(Path::new(NAME))
}

/// Reads the file that was named, else the one in the current folder if there is one.
pub(super) fn read(named: Option<&Path>) -> Result<Option<Config>, Usage> {
    let path = place(named);
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    let document = Document::read(if named.is_some() { "--config" } else { "in this folder" }, path)?;
    let (known, thresholds) = parse(&document)?;
    Ok(Some(Config { name: document.name, by_itself: named.is_none(), known, thresholds }))
}

fn parse(document: &Document) -> Result<(Vec<Entry>, Thresholds), Usage> {
    let top = DeTable::parse(&document.text).map_err(|e| {
        let at = e.span().map_or(document.text.len(), |span| span.start);
        document.complaint(at, &format!("this is no TOML: {}", e.message()))
    })?;
    let (mut known, mut set) = (Vec::new(), Thresholds::default());
    for (name, value) in in_order(top.get_ref()) {
        match name.get_ref().as_ref() {
            "known" => known = entries(document, value)?,
            "thresholds" => set = thresholds::read(document, value)?,
            other => return Err(unknown(document, name, other, &TABLES)),
        }
    }
    Ok((known, set))
}

/// The keys of a table as they stand in the file, so that the first mistake is named first.
fn in_order<'t, 'd>(table: &'t DeTable<'d>) -> Vec<(&'t Spanned<DeString<'d>>, &'t Spanned<DeValue<'d>>)> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_by_key(|(name, _)| name.span().start);
    all
}

fn unknown(document: &Document, name: &Spanned<DeString<'_>>, written: &str, allowed: &[&str]) -> Usage {
    let distance = |a: &&&str| strsim::damerau_levenshtein(a, &written.to_lowercase());
    let near = allowed.iter().min_by_key(distance).filter(|a| distance(a) <= 2);
    let near = near.map_or(String::new(), |a| format!("; did you mean {a}?"));
    let what = format!("nothing is called '{written}' here{near} Expected: {}", allowed.join(", "));
    document.complaint(name.span().start, &what.replace("here Expected", "here. Expected"))
}

fn entries(document: &Document, value: &Spanned<DeValue<'_>>) -> Result<Vec<Entry>, Usage> {
    let wrong = |value: &Spanned<DeValue<'_>>| {
        let what = format!(
            "known is a list of entries: each begins with a line [[known]], in two brackets; this is {}",
            sort(value.get_ref())
        );
        document.complaint(value.span().start, &what)
    };
    let DeValue::Array(array) = value.get_ref() else { return Err(wrong(value)) };
    let mut out: Vec<Entry> = Vec::new();
    let mut seen = BTreeMap::new();
    for value in array {
        let DeValue::Table(table) = value.get_ref() else { return Err(wrong(value)) };
        let start = value.span().start;
        let entry = entry(document, table, start)?;
        if let Some(line) = seen.insert(entry.key(), entry.line) {
            let what =
                format!("the entry in line {line} says the same kind, domain, connector, peer and address");
            return Err(document.complaint(start, &what));
        }
        out.push(entry);
    }
    Ok(out)
}

fn entry(document: &Document, table: &DeTable<'_>, start: usize) -> Result<Entry, Usage> {
    let (line, _) = document.place(start);
    let mut entry = Entry {
        kind: "",
        domain: None,
        connector: None,
        peer: None,
        address: None,
        until: None,
        note: None,
        line,
    };
    for (name, value) in in_order(table) {
        let text = || text(document, name.get_ref(), value);
        match name.get_ref().as_ref() {
            "kind" => entry.kind = known_kind(document, &text()?, value)?,
            "domain" => entry.domain = Some(text()?),
            "connector" => entry.connector = Some(text()?),
            "peer" => entry.peer = Some(text()?),
            "address" => entry.address = Some(text()?),
            "note" => entry.note = Some(text()?),
            "until" => entry.until = Some(day(document, value)?),
            other => return Err(unknown(document, name, other, &KEYS)),
        }
    }
    if entry.kind.is_empty() {
        let what = "this entry has no kind; expected is a line such as kind = \"gateway-loop\"";
        return Err(document.complaint(start, what));
    }
    Ok(entry)
}

fn text(document: &Document, name: &str, value: &Spanned<DeValue<'_>>) -> Result<String, Usage> {
    let what = match value.get_ref() {
        DeValue::String(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        DeValue::String(_) => format!("{name} is empty; leave the line out where anything will do"),
        other => format!("{name} must be a text in quotes; this is {}", sort(other)),
    };
    Err(document.complaint(value.span().start, &what))
}

fn known_kind(
    document: &Document,
    written: &str,
    value: &Spanned<DeValue<'_>>,
) -> Result<&'static str, Usage> {
    kind(written).map(|k| k.id).ok_or_else(|| {
        let hint = near(&written.to_ascii_lowercase().replace(['_', ' '], "-"));
        document.complaint(value.span().start, &format!("no kind of finding is called '{written}'; {hint}"))
    })
}

fn day(document: &Document, value: &Spanned<DeValue<'_>>) -> Result<NaiveDate, Usage> {
    let date = match value.get_ref() {
        DeValue::Datetime(time) if time.time.is_none() && time.offset.is_none() => time.date,
        _ => None,
    };
    let date = date.and_then(|d| NaiveDate::from_ymd_opt(d.year.into(), d.month.into(), d.day.into()));
    date.ok_or_else(|| {
        let what = format!(
            "until must be a date without a time and without quotes, such as 2026-12-31; this is {}",
            sort(value.get_ref())
        );
        document.complaint(value.span().start, &what)
    })
}

/// What somebody wrote, in words.
fn sort(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(d) if d.time.is_none() => "no day of the calendar",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests;
