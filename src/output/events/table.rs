//! A format as a table: each field and what it is taken from. Rows are written by it, documents are made of it.

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::IpAddr;

use super::{list, string};
use crate::model::column::{ALL, Column};
use crate::model::row::{Row, Value};
use crate::model::time::Timestamp;
use crate::output::escape::{csv_cell, csv_field, json, json_line};

/// One field of a format.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name; a dot leads into an object.
    pub name: &'static str,
    /// What it is taken from.
    pub from: From,
}

/// What a field is taken from.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// Always this text.
    Text(&'static str),
    /// Always this number.
    Number(u64),
    /// A list of always this one text.
    Only(&'static str),
    /// A column, with its type.
    Column(Column),
    /// A column of numbers, as text.
    Digits(Column),
    /// A column, where its text is an IP address.
    Ip(Column),
    /// A column, where its text is a mail address.
    Address(Column),
    /// A column of texts, as a list of one.
    Single(Column),
    /// A column, where its text is an IP address, as a list of one.
    Ips(Column),
    /// A column that is a list; written as an empty one where it holds nothing.
    Always(Column),
    /// What is made of several columns, or of more than they say.
    Made(&'static str, Make),
    /// List of `{name, value}`: columns whose text does not fit the field they would have.
    Unparsed,
    /// List of `{name, value}`: columns this version does not know.
    Other,
}

macro_rules! fields {
    ($($name:ident, $from:ident($of:ty);)*) => { $(
        pub(super) const fn $name(name: &'static str, of: $of) -> Field {
            Field { name, from: From::$from(of) }
        }
    )* };
}

fields! {
    text, Text(&'static str);
    number, Number(u64);
    only, Only(&'static str);
    column, Column(Column);
    digits, Digits(Column);
    ip, Ip(Column);
    ips, Ips(Column);
    address, Address(Column);
    single, Single(Column);
    always, Always(Column);
}

pub(super) const fn made(name: &'static str, of: &'static str, make: Make) -> Field {
    Field { name, from: From::Made(of, make) }
}

pub(super) const fn unparsed(name: &'static str) -> Field {
    Field { name, from: From::Unparsed }
}

pub(super) const fn other(name: &'static str) -> Field {
    Field { name, from: From::Other }
}

/// How a value is made of a row.
pub type Make = for<'r> fn(&'r Row<'_>) -> Cell<'r>;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'r> {
    /// None; JSON then has no such field, CSV an empty cell.
    Absent,
    /// A text.
    Text(Cow<'r, [u8]>),
    /// A number.
    Number(u64),
    /// A number that may be below zero.
    Signed(i64),
    /// Milliseconds as seconds with three decimals.
    Seconds(Timestamp),
    /// A list of texts.
    List(Cow<'r, [Cow<'r, [u8]>]>),
    /// A list of `{name, value}`.
    Pairs(&'r [(&'r str, Cow<'r, [u8]>)]),
}

impl<'r> Cell<'r> {
    /// A text, unless it is empty.
    pub(super) fn of(text: &'r [u8]) -> Self {
        if text.is_empty() { Self::Absent } else { Self::Text(Cow::Borrowed(text)) }
    }

    /// A text that stands in the program.
    pub(super) fn word(text: &'static str) -> Self {
        Self::of(text.as_bytes())
    }

    /// A list of one text.
    fn only(text: &'r [u8]) -> Self {
        Self::List(Cow::Owned(vec![Cow::Borrowed(text)]))
    }

    /// A time.
    pub(super) fn time(time: Timestamp) -> Self {
        let mut text = Vec::with_capacity(24);
        time.append_to(&mut text);
        Self::Text(Cow::Owned(text))
    }

    fn write_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Absent => out.extend_from_slice(b"null"),
            Self::Text(text) => {
                string(text, out)?;
            }
            Self::Number(n) => serde_json::to_writer(out, n)?,
            Self::Signed(n) => serde_json::to_writer(out, n)?,
            Self::Seconds(time) => {
                let sign = if time.0 < 0 { "-" } else { "" };
                write!(out, "{sign}{}.{:03}", time.0.unsigned_abs() / 1000, time.0.unsigned_abs() % 1000)?;
            }
            Self::List(parts) => list(parts, out)?,
            Self::Pairs(pairs) => {
                out.push(b'[');
                for (i, (name, text)) in pairs.iter().enumerate() {
                    out.extend_from_slice(if i == 0 { b"{\"name\":" } else { b",{\"name\":" });
                    string(name.as_bytes(), out)?;
                    out.extend_from_slice(b",\"value\":");
                    string(text, out)?;
                    out.push(b'}');
                }
                out.push(b']');
            }
        }
        Ok(())
    }

    /// Text bare, a list as JSON text.
    fn write_csv(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Absent => {}
            Self::Text(text) => csv_field(&csv_cell(&String::from_utf8_lossy(text)), out),
            Self::Number(_) | Self::Signed(_) | Self::Seconds(_) => self.write_json(out)?,
            Self::List(_) | Self::Pairs(_) => {
                let mut text = Vec::new();
                self.write_json(&mut text)?;
                csv_field(&json(&String::from_utf8_lossy(&text)), out);
            }
        }
        Ok(())
    }
}

/// Columns of a row that do not fit, by name.
type Unfit<'r> = Vec<(&'r str, Cow<'r, [u8]>)>;

impl From {
    /// The column, where the value is nothing but it.
    pub fn column(&self) -> Option<Column> {
        match *self {
            Self::Column(c) | Self::Digits(c) | Self::Single(c) | Self::Always(c) => Some(c),
            Self::Ip(c) | Self::Ips(c) | Self::Address(c) => Some(c),
            Self::Text(_) | Self::Number(_) | Self::Only(_) | Self::Made(..) => None,
            Self::Unparsed | Self::Other => None,
        }
    }

    fn cell<'r>(&self, row: &'r Row<'_>, unfit: &'r Unfit<'r>) -> Cell<'r> {
        match (self, self.column().map_or(&Value::Null, |c| row.value(c))) {
            (Self::Text(text), _) => Cell::word(text),
            (Self::Number(n), _) => Cell::Number(*n),
            (Self::Only(text), _) => Cell::only(text.as_bytes()),
            (Self::Made(_, make), _) => make(row),
            (Self::Unparsed, _) => pairs(unfit),
            (Self::Other, _) => pairs(&row.other),
            (_, Value::Text(text)) if !self.fits(text) => Cell::Absent,
            (Self::Single(_) | Self::Ips(_), Value::Text(text)) => Cell::only(text),
            (_, Value::Text(text)) => Cell::Text(Cow::Borrowed(text)),
            (Self::Digits(_), Value::Number(n)) => Cell::Text(Cow::Owned(n.to_string().into_bytes())),
            (_, Value::Number(n)) if is_long(*n) => Cell::Number(*n),
            (_, Value::Time { time, .. }) => Cell::time(*time),
            (_, Value::List(parts)) if !parts.is_empty() => Cell::List(Cow::Borrowed(parts)),
            (Self::Always(_), _) => Cell::List(Cow::Borrowed(&[])),
            (_, Value::Number(_) | Value::List(_) | Value::Unparsed(_) | Value::Null) => Cell::Absent,
        }
    }

    /// Whether the field can hold the text.
    fn fits(&self, text: &[u8]) -> bool {
        match self {
            Self::Ip(_) | Self::Ips(_) => is_ip(text),
            Self::Address(_) => is_address(text),
            _ => true,
        }
    }

    /// The value as JSON, where it is the same in every row.
    fn fixed(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(format!("\"{text}\"").into_bytes()),
            Self::Only(text) => Some(format!("[\"{text}\"]").into_bytes()),
            Self::Number(n) => Some(n.to_string().into_bytes()),
            _ => None,
        }
    }
}

fn pairs<'r>(pairs: &'r [(&'r str, Cow<'r, [u8]>)]) -> Cell<'r> {
    if pairs.is_empty() { Cell::Absent } else { Cell::Pairs(pairs) }
}

/// Databases refuse what is none, so zones (`fe80::1%3`) and ports do not pass.
fn is_ip(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<IpAddr>().is_ok())
}

/// Schemas have signed numbers of 64 bits, and a database refuses the whole row for one beyond.
fn is_long(n: u64) -> bool {
    i64::try_from(n).is_ok()
}

/// Something before an `@` and something behind it; the null sender `<>` is none.
fn is_address(text: &[u8]) -> bool {
    memchr::memrchr(b'@', text).is_some_and(|at| at > 0 && at + 1 < text.len())
}

/// A table made ready for writing.
#[derive(Debug)]
pub(super) struct Table {
    steps: Vec<Step>,
    /// What opens each object.
    objects: Vec<Vec<u8>>,
    /// Fields that cannot hold every text.
    choosy: Vec<&'static From>,
}

#[derive(Debug)]
struct Step {
    from: &'static From,
    /// The objects it lies in, the outermost first.
    objects: Vec<usize>,
    /// Its key with the colon; where the value is always the same, with the value.
    key: Vec<u8>,
    is_fixed: bool,
}

impl Table {
    /// Of fields that stand beside each other where they lie in one object.
    pub(super) fn new(fields: &'static [Field]) -> Self {
        let (mut paths, mut objects, mut steps) = (Vec::new(), Vec::new(), Vec::new());
        for field in fields {
            let mut own = Vec::new();
            for (dot, _) in field.name.match_indices('.') {
                let path = field.name.get(..dot).unwrap_or_default();
                let found = paths.iter().position(|p| *p == path);
                own.push(found.unwrap_or_else(|| {
                    paths.push(path);
                    objects.push([key(path), b"{".to_vec()].concat());
                    paths.len() - 1
                }));
            }
            let value = field.from.fixed();
            let key = [key(field.name), value.clone().unwrap_or_default()].concat();
            steps.push(Step { from: &field.from, objects: own, key, is_fixed: value.is_some() });
        }
        let choosy = |from: &&From| matches!(from, From::Ip(_) | From::Ips(_) | From::Address(_));
        Self { steps, objects, choosy: fields.iter().map(|f| &f.from).filter(choosy).collect() }
    }

    /// Columns that do not fit, each once.
    fn unfit<'r>(&self, row: &'r Row<'_>) -> Unfit<'r> {
        let mut unfit = Unfit::new();
        for ((_, name), value) in ALL.iter().zip(&row.values) {
            match value {
                Value::Unparsed(text) | Value::Time { logged: Some(text), .. } => {
                    unfit.push((name, Cow::Borrowed(text)));
                }
                Value::Number(n) if !is_long(*n) => unfit.push((name, n.to_string().into_bytes().into())),
                _ => {}
            }
        }
        for from in &self.choosy {
            let Some((column, name)) = from.column().and_then(|c| ALL.get(c as usize)) else { continue };
            let text = row.text(*column);
            if !text.is_empty() && !from.fits(text) && unfit.iter().all(|(other, _)| other != name) {
                unfit.push((name, Cow::Borrowed(text)));
            }
        }
        unfit
    }

    /// Appends a row as one JSON object, without the line break.
    pub(super) fn write_json(&self, row: &Row<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let start = out.len();
        let unfit = self.unfit(row);
        let mut open: &[usize] = &[];
        for step in &self.steps {
            let cell = (!step.is_fixed).then(|| step.from.cell(row, &unfit));
            if matches!(cell, Some(Cell::Absent)) {
                continue;
            }
            let same = open.iter().zip(&step.objects).take_while(|(a, b)| a == b).count();
            out.extend(std::iter::repeat_n(b'}', open.len() - same));
            out.push(if out.len() == start { b'{' } else { b',' });
            for object in step.objects.iter().skip(same) {
                out.extend_from_slice(self.objects.get(*object).map_or(&[][..], |opening| opening));
            }
            out.extend_from_slice(&step.key);
            if let Some(cell) = cell {
                cell.write_json(out)?;
            }
            open = &step.objects;
        }
        out.extend(std::iter::repeat_n(b'}', open.len() + 1));
        json_line(out, start);
        Ok(())
    }

    /// Appends a row as cells, without the line break.
    pub(super) fn write_csv(&self, row: &Row<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let unfit = self.unfit(row);
        for (i, step) in self.steps.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            step.from.cell(row, &unfit).write_csv(out)?;
        }
        Ok(())
    }
}

/// The last part of a path as a JSON key.
fn key(path: &str) -> Vec<u8> {
    let last = path.rsplit('.').next().unwrap_or(path);
    format!("\"{last}\":").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::events::Form;

    const FORMS: [Form; 4] = [Form::Ecs, Form::Ocsf, Form::Timesketch, Form::Splunk];

    #[test]
    fn no_column_is_lost_in_any_form() {
        for form in FORMS {
            let fields = form.fields();
            let taken: Vec<Column> = fields.iter().filter_map(|f| f.from.column()).collect();
            for (column, name) in ALL {
                assert!(taken.contains(&column), "{form:?} has no {name}");
            }
            let last: Vec<&From> = fields.iter().rev().take(2).map(|f| &f.from).collect();
            assert!(matches!(last[..], [From::Other, From::Unparsed]), "{form:?}");
        }
    }

    #[test]
    fn no_key_stands_twice_in_an_object() {
        for form in FORMS {
            let mut seen = Vec::new();
            let mut open: Vec<&str> = Vec::new();
            for field in form.fields() {
                let mut path: Vec<&str> =
                    field.name.match_indices('.').filter_map(|(at, _)| field.name.get(..at)).collect();
                let same = open.iter().zip(&path).take_while(|(a, b)| a == b).count();
                path.push(field.name);
                for key in &path[same..] {
                    assert!(!seen.contains(key), "{form:?}: {key} twice");
                    seen.push(key);
                }
                path.pop();
                open = path;
            }
        }
    }

    #[test]
    fn addresses_of_two_kinds() {
        for (text, ip) in
            [("10.0.1.11", true), ("2001:db8::1", true), ("fe80::1%3", false), ("10.0.1.11:25", false)]
        {
            assert_eq!(is_ip(text.as_bytes()), ip, "{text}");
        }
        for (text, address) in [
            ("a@b", true),
            ("\"a@b\"@c.example", true),
            ("<>", false),
            ("@b", false),
            ("a@", false),
            ("a", false),
        ] {
            assert_eq!(is_address(text.as_bytes()), address, "{text}");
        }
    }

    #[test]
    fn seconds_have_three_decimals() {
        let written = |ms| {
            let mut out = Vec::new();
            Cell::Seconds(Timestamp(ms)).write_json(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            [written(1_773_133_200_005), written(-5), written(0)],
            ["1773133200.005", "-0.005", "0.000"]
        );
    }
}
