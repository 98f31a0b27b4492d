//! Exports of cmdlets to facts. Each file is recognised by its columns; what is wrong in it is said, with file,
//! row and column, and the rest is used.

mod accepted_domains;
mod cells;
mod dynamic_groups;
mod groups;
mod link;
mod mail_contacts;
mod mail_users;
mod mailboxes;
mod people;
mod public_folders;
mod receive_connectors;
mod remote_domains;
mod remote_mailboxes;
mod row;
mod send_connectors;
mod servers;
mod table;

use std::fmt;

use link::Draft;
use row::Row;
use table::Table;

use super::{Export, Facts};

/// One file: its name and its text.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// As the user can find it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Something wrong with an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which file.
    pub file: String,
    /// Line of a CSV file, number of the object of a JSON file.
    pub row: Option<u64>,
    /// Name of the column.
    pub column: Option<String>,
    /// What, and what is expected.
    pub text: String,
    /// Whether something could not be used because of it.
    pub error: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(row) = self.row {
            write!(f, ": row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.text)
    }
}

/// A cmdlet whose export can be read.
pub struct Cmdlet {
    /// What it tells.
    pub export: &'static str,
    /// Which it is.
    pub kind: Export,
    /// Part of the name of a file that holds it, in lower case, for files without a row.
    stem: &'static str,
    /// Whether a table is its export, by the columns.
    is: fn(&Table<'_>) -> bool,
    /// Reads a row.
    read: fn(&mut Row<'_>, &mut Draft),
}

impl fmt::Debug for Cmdlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.cmdlet())
    }
}

/// Every cmdlet, in the order in which tables are tried.
pub static CMDLETS: [Cmdlet; 12] = [
    accepted_domains::CMDLET,
    send_connectors::CMDLET,
    remote_mailboxes::CMDLET,
    receive_connectors::CMDLET,
    remote_domains::CMDLET,
    dynamic_groups::CMDLET,
    public_folders::CMDLET,
    groups::CMDLET,
    mailboxes::CMDLET,
    mail_contacts::CMDLET,
    mail_users::CMDLET,
    servers::CMDLET,
];

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// What the exports say.
    pub facts: Facts,
    /// What is wrong with them, in the order of the files.
    pub problems: Vec<Problem>,
    /// Each file with the export it is; `None` if it was not recognised.
    pub files: Vec<(String, Option<Export>)>,
}

/// Reads exports.
pub fn read(files: &[Sheet]) -> Read {
    let mut read = Read::default();
    let mut draft = Draft::default();
    for (number, file) in files.iter().enumerate() {
        let cmdlet = read_file((number, file), &mut draft, &mut read.problems);
        read.files.push((file.name.clone(), cmdlet.map(|c| c.kind)));
    }
    read.facts = draft.finish(files, &mut read.problems);
    read
}

fn read_file(
    (file_number, file): (usize, &Sheet),
    draft: &mut Draft,
    problems: &mut Vec<Problem>,
) -> Option<&'static Cmdlet> {
    let whole =
        |text: String, error| Problem { file: file.name.clone(), row: None, column: None, text, error };
    let table = match Table::read(&file.text) {
        Ok(table) => table,
        Err(why) => {
            problems.push(whole(why, true));
            return None;
        }
    };
    let named = || CMDLETS.iter().find(|c| is_named(&file.name, c.stem));
    // Where there is nothing to export, nothing is written, not even the columns.
    let empty = table.names.is_empty();
    let found = if empty { named() } else { CMDLETS.iter().find(|c| (c.is)(&table)) };
    // Users and contacts have the same columns.
    let found = match (found, named()) {
        (Some(c), Some(n)) if c.kind == Export::MailUsers && n.kind == Export::MailContacts => Some(n),
        (found, _) => found,
    };
    let Some(cmdlet) = found else {
        let columns: Vec<&str> = table.names.iter().take(8).map(String::as_str).collect();
        let what = if empty { "there is nothing in it".to_owned() } else { columns.join(", ") };
        problems.push(whole(
            format!("its columns are of no export that is known ({what}); expected one of {}", all_cmdlets()),
            true,
        ));
        return None;
    };
    // Where each row says what it is, that says which exports were given.
    let external = matches!(cmdlet.kind, Export::MailUsers | Export::MailContacts);
    if !(external && table.has("recipienttypedetails") && table.first.is_some()) {
        draft.given(cmdlet.kind);
    }
    let mut of_rows = Vec::new();
    let broken = table.each(|number, cells| {
        let problems = &mut of_rows;
        let mut row = Row { table: &table, cells, number, file: &file.name, file_number, cmdlet, problems };
        (cmdlet.read)(&mut row, draft);
    });
    problems.extend(broken.into_iter().map(|(row, text)| Problem { row: Some(row), ..whole(text, true) }));
    problems.extend(table.remarks.iter().map(|text| whole(text.clone(), true)));
    problems.extend(of_rows);
    Some(cmdlet)
}

/// Whether a file is named after a cmdlet: `MailContact.csv`, `Get-MailContact 2026-03.csv`.
fn is_named(file: &str, stem: &str) -> bool {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file).to_lowercase();
    let name: String = base.chars().filter(|c| c.is_alphanumeric()).collect();
    name.strip_prefix("get").unwrap_or(&name).starts_with(stem)
}

fn all_cmdlets() -> String {
    CMDLETS.iter().map(|c| c.kind.cmdlet()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
