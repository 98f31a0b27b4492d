//! The text of an export to rows of named cells: CSV of `Export-Csv`, or JSON of `ConvertTo-Json`.

use std::borrow::Cow;

use serde_json::Value;

/// What a row says under a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell<'r> {
    /// Nothing.
    Empty,
    /// A text, which may hold several values.
    Text(Cow<'r, str>),
    /// Several values, parted by JSON itself.
    List(Vec<String>),
}

impl Cell<'_> {
    /// The same, without what it was read from.
    fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(text.into_owned().into()),
            Self::List(all) => Cell::List(all),
        }
    }
}

/// Rows of named cells. Those of CSV are read when they are looked at: there may be very many.
#[derive(Clone, Debug, Default)]
pub(super) struct Table<'t> {
    /// Names of the columns, in order.
    pub names: Vec<String>,
    /// The cells of the first row that is one.
    pub first: Option<Vec<Cell<'static>>>,
    /// What is wrong with the whole.
    pub remarks: Vec<String>,
    body: Body<'t>,
}

/// Where the rows are.
#[derive(Clone, Debug)]
enum Body<'t> {
    /// After so many lines.
    Csv(&'t str, u64),
    /// By their numbers, and the numbers of those that are no objects.
    Json(Vec<(u64, Vec<Cell<'static>>)>, Vec<u64>),
}

impl Default for Body<'_> {
    fn default() -> Self {
        Self::Csv("", 0)
    }
}

impl<'t> Table<'t> {
    /// Reads a text. The error says why it is neither CSV nor JSON.
    pub(super) fn read(text: &'t str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with(['[', '{']) { Self::of_json(text) } else { Ok(Self::of_csv(text)) }
    }

    /// Looks at each row: the line of the file, or the number of the object for JSON, and the cells. Gives what is wrong
    /// with rows as such, which are left out: the number, and what.
    pub(super) fn each(&self, mut look: impl FnMut(u64, &[Cell<'_>])) -> Vec<(u64, String)> {
        match &self.body {
            Body::Csv(text, skipped) => self.each_of_csv(text, *skipped, |line, cells| {
                look(line, cells);
                true
            }),
            Body::Json(rows, broken) => {
                for (number, cells) in rows {
                    look(*number, cells);
                }
                broken.iter().map(|number| (*number, "it is no object".to_owned())).collect()
            }
        }
    }

    /// Whether there is a column of a name, in any case.
    pub(super) fn has(&self, column: &str) -> bool {
        self.place(column).is_some()
    }

    /// Whether the first row says this, in lower case, in a column.
    pub(super) fn first_is(&self, column: &str, text: &str) -> bool {
        let first = self.first.as_ref().zip(self.place(column));
        let cell = first.and_then(|(cells, place)| cells.get(place));
        matches!(cell, Some(Cell::Text(said)) if said.eq_ignore_ascii_case(text))
    }

    /// The place of a column.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.names.iter().position(|name| name.eq_ignore_ascii_case(column))
    }

    /// The place of a column, which is made if it is new.
    fn column(&mut self, name: &str) -> usize {
        let name = name.trim();
        self.place(name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    fn of_csv(text: &'t str) -> Self {
        let (skipped, body) = match text.split_once('\n') {
            Some((first, rest)) if first.trim_start_matches('"').starts_with("#TYPE") => (1, rest),
            _ => (0, text),
        };
        let mut table = Self { body: Body::Csv(body, skipped), ..Self::default() };
        let mut header = csv::StringRecord::new();
        if reader(body).read_record(&mut header).unwrap_or(false) {
            for name in &header {
                table.column(name);
            }
        }
        let mut first = None;
        table.each_of_csv(body, skipped, |_, cells| {
            first = Some(cells.iter().cloned().map(Cell::into_owned).collect());
            false
        });
        table.first = first;
        if memchr::memchr_iter(b'"', body.as_bytes()).count() % 2 == 1 {
            table.remarks.push("it ends inside quotes; is it cut short?".to_owned());
        }
        table
    }

    /// Looks at rows until `look` has seen enough. Gives what is wrong with those on the way.
    fn each_of_csv(
        &self,
        body: &str,
        skipped: u64,
        mut look: impl FnMut(u64, &[Cell<'_>]) -> bool,
    ) -> Vec<(u64, String)> {
        let (mut reader, mut record, mut broken) = (reader(body), csv::StringRecord::new(), Vec::new());
        let (mut line, mut counted, mut places) = (1 + skipped, 0, None::<Vec<usize>>);
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return broken,
                Err(e) => {
                    broken.push((line, format!("it is no CSV from here on: {e}")));
                    return broken;
                }
            }
            let start = record.position().map_or(0, |p| p.byte() as usize);
            line += lines_between(body, counted, start);
            counted = start;
            let Some(places) = &places else {
                places = Some(record.iter().map(|name| self.place(name.trim()).unwrap_or(0)).collect());
                continue;
            };
            if record.len() != places.len() {
                let what = format!("{} cells where the header has {}", record.len(), places.len());
                broken.push((line, format!("{what}; is the file cut, or a quote lost?")));
                continue;
            }
            let cells = cells_of(self.names.len(), places.iter().copied().zip(&record));
            if !look(line, &cells) {
                return broken;
            }
        }
    }

    fn of_json(text: &'t str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text)
            .map_err(|e| format!("it is no JSON: {e}; is the file cut, or is it a list without [ ]?"))?;
        let mut table = Self::default();
        let objects = match value {
            Value::Array(all) => all,
            Value::Object(mut one) => match one.remove("value") {
                // Some versions of PowerShell wrap a list so.
                Some(Value::Array(all)) if one.keys().all(|k| k == "Count") => all,
                Some(value) => {
                    one.insert("value".to_owned(), value);
                    vec![Value::Object(one)]
                }
                None => vec![Value::Object(one)],
            },
            _ => Vec::new(),
        };
        let (mut rows, mut broken) = (Vec::new(), Vec::new());
        for (number, object) in (1..).zip(objects) {
            let Value::Object(object) = object else {
                broken.push(number);
                continue;
            };
            let mut cells = Vec::new();
            for (name, value) in object {
                let place = table.column(&name);
                cells.resize(table.names.len().max(cells.len()), Cell::Empty);
                if let Some(slot) = cells.get_mut(place) {
                    *slot = cell(&value);
                }
            }
            rows.push((number, cells));
        }
        table.first = rows.first().map(|(_, cells): &(u64, Vec<Cell<'static>>)| cells.clone());
        table.body = Body::Json(rows, broken);
        Ok(table)
    }
}

fn reader(body: &str) -> csv::Reader<&[u8]> {
    let header = body.lines().next().unwrap_or_default();
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(header))
        .from_reader(body.as_bytes())
}

/// Texts as cells, by the places of their columns; of columns of one name the first counts.
fn cells_of<'r>(columns: usize, texts: impl Iterator<Item = (usize, &'r str)>) -> Vec<Cell<'r>> {
    let mut cells = vec![Cell::Empty; columns];
    for (place, text) in texts {
        if let Some(slot @ Cell::Empty) = cells.get_mut(place)
            && !text.trim().is_empty()
        {
            *slot = Cell::Text(text.trim().into());
        }
    }
    cells
}

/// Line feeds from one place to another; one that a record seems to begin with ends the record before it.
fn lines_between(text: &str, from: usize, to: usize) -> u64 {
    let bytes = text.as_bytes();
    let begins = |at: usize| at + usize::from(bytes.get(at) == Some(&b'\n'));
    let between = bytes.get(begins(from)..begins(to)).unwrap_or_default();
    memchr::memchr_iter(b'\n', between).count() as u64
}

/// What parts the cells of a header: the sign that stands there most often.
fn delimiter(header: &str) -> u8 {
    let count = |sign: u8| memchr::memchr_iter(sign, header.as_bytes()).count();
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

fn cell(value: &Value) -> Cell<'static> {
    match value {
        Value::Array(all) => {
            Cell::List(all.iter().filter_map(scalar).filter(|t| !t.trim().is_empty()).collect())
        }
        other => match scalar(other).map(|t| t.trim().to_owned()) {
            Some(text) if !text.is_empty() => Cell::Text(text.into()),
            _ => Cell::Empty,
        },
    }
}

/// A value as text; of an object the member that holds what its cmdlet prints.
fn scalar(value: &Value) -> Option<String> {
    /// Members of the objects that Exchange's values become, what is printed first.
    const SAID: [&str; 10] = [
        "ProxyAddressString",
        "AddressString",
        "SmtpAddress",
        "Address",
        "Domain",
        "Name",
        "DistinguishedName",
        "Value",
        "value",
        "Fqdn",
    ];
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(if *flag { "True" } else { "False" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(all) => Some(all.iter().filter_map(scalar).collect::<Vec<_>>().join("\n")),
        Value::Object(object) if object.get("IsUnlimited") == Some(&Value::Bool(true)) => {
            Some("Unlimited".to_owned())
        }
        Value::Object(object) => SAID.iter().find_map(|name| object.get(*name).and_then(scalar)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(table: &Table<'_>) -> Vec<(u64, Vec<String>)> {
        let text = |cell: &Cell<'_>| match cell {
            Cell::Empty => "-".to_owned(),
            Cell::Text(text) => text.to_string(),
            Cell::List(all) => format!("{all:?}"),
        };
        let mut rows = Vec::new();
        table.each(|number, cells| rows.push((number, cells.iter().map(text).collect())));
        rows
    }

    fn row(number: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (number, cells.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn csv_with_and_without_type_and_whatever_parts_it() {
        let plain = "\"Name\",\"Enabled\"\r\n\"a\nb\",\"True\"\r\n\"c\",\r\n";
        let table = Table::read(plain).unwrap();
        assert_eq!(texts(&table), [row(2, &["a\nb", "True"]), row(4, &["c", "-"])]);
        assert!(table.has("name") && table.has("Enabled") && !table.has("Name2"));
        let typed = format!("\u{feff}#TYPE Microsoft.Exchange.Data\r\n{plain}");
        assert_eq!(texts(&Table::read(&typed).unwrap())[0].0, 3);
        let parted = Table::read("Name;Enabled\nx;\"a;b\"\n").unwrap();
        assert_eq!(texts(&parted), [row(2, &["x", "a;b"])]);
    }

    #[test]
    fn a_cut_row_is_named_and_the_rest_is_used() {
        let table = Table::read("a,b,c\n1,2,3\n4,5\n6,7,8\n9,\"1").unwrap();
        assert_eq!(texts(&table), [row(2, &["1", "2", "3"]), row(4, &["6", "7", "8"])]);
        assert_eq!(table.each(|_, _| {}).iter().map(|(n, _)| *n).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(table.remarks.len(), 1);
    }

    #[test]
    fn json_of_one_of_many_and_wrapped() {
        let one =
            Table::read(r#"{"Name":"a","List":["x",{"ProxyAddressString":"smtp:y"}],"No":null}"#).unwrap();
        assert_eq!(texts(&one), [row(1, &["[\"x\", \"smtp:y\"]", "a", "-"])]);
        let many = Table::read(r#"[{"a":1},{"b":true,"a":{"IsUnlimited":true}}, 5]"#).unwrap();
        assert_eq!(texts(&many), [row(1, &["1"]), row(2, &["Unlimited", "True"])]);
        assert_eq!(many.each(|_, _| {}).len(), 1);
        assert_eq!(texts(&Table::read(r#"{"value":[{"a":1},{"a":2}],"Count":2}"#).unwrap()).len(), 2);
        assert!(Table::read(r#"[{"a":1},"#).is_err());
    }
}
