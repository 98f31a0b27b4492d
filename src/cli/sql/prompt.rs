//! The prompt of `mailtrail sql`: lines with history and completion, and a few commands.

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::super::exit::Exit;
use super::super::options::Environment;
use super::super::say;
use super::args::{AnswerFormat, SqlArgs};
use super::ask::{Over, complain, give};
use crate::output::file::Target;
use crate::tables::schema::Table;

const HELP: &str = "\
A query ends with a semicolon, or stands on one line. Tables: events, routes, hops, findings.
  .tables          the tables, and what they hold
  .schema [TABLE]  the columns of one table, or of all
  .help            this
  .quit            leaves; so does end of file (Ctrl-D)
";

/// Asks for queries until there are no more.
pub(super) fn run(args: &SqlArgs, over: &Over, env: &Environment) -> anyhow::Result<Exit> {
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(false).build();
    let mut editor: Editor<Words, MemHistory> = Editor::with_history(config, MemHistory::new())?;
    editor.set_helper(Some(Words));
    let mut query = String::new();
    loop {
        let prompt = if query.is_empty() { "sql> " } else { "...> " };
        let line = match editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => {
                query.clear();
                continue;
            }
            Err(ReadlineError::Eof) => return Ok(Exit::Done),
            Err(error) => return Err(error.into()),
        };
        let typed = line.trim();
        if query.is_empty() && typed.starts_with('.') {
            editor.add_history_entry(typed)?;
            if command(typed)? {
                return Ok(Exit::Done);
            }
            continue;
        }
        query.push_str(line.trim_end());
        query.push('\n');
        // An empty line ends a query too, for whoever forgot the semicolon.
        if typed.is_empty() || typed.ends_with(';') {
            let whole = std::mem::take(&mut query);
            let whole = whole.trim().trim_end_matches(';');
            if !whole.is_empty() {
                editor.add_history_entry(format!("{whole};"))?;
                answer(whole, args, over, env);
            }
        }
    }
}

/// Answers one query; what goes wrong is said, and the prompt stays.
fn answer(query: &str, args: &SqlArgs, over: &Over, env: &Environment) {
    let format = args.format.unwrap_or(AnswerFormat::Table);
    match over.ask(query, args, env) {
        Ok(Ok((answer, _))) => {
            let given = give(&answer, format, args.raw_csv, Target::Stdout);
            match given {
                Ok(()) => say(&format!("{} rows", answer.rows())),
                Err(error) => say(&format!("mailtrail: {error:#}")),
            }
        }
        Ok(Err(error)) => complain(query, &error),
        Err(error) => say(&format!("mailtrail: {error:#}")),
    }
}

/// Does what a command says; true if that is to leave.
fn command(typed: &str) -> anyhow::Result<bool> {
    let mut words = typed.split_whitespace();
    let text = match (words.next(), words.next().map(|name| name.trim_end_matches(';'))) {
        (Some(".quit" | ".exit"), _) => return Ok(true),
        (Some(".tables"), _) => {
            Table::ALL.map(|table| format!("{:<9} {}\n", table.name(), table.words())).concat()
        }
        (Some(".schema"), None) => Table::ALL.map(schema).concat(),
        (Some(".schema"), Some(name)) => match Table::named(name) {
            Some(table) => schema(table),
            None => format!("no table '{name}'; there are events, routes, hops, findings\n"),
        },
        (Some(".help"), _) => HELP.to_owned(),
        _ => format!("no command {typed}; .help lists them\n"),
    };
    Target::Stdout.write(|out| out.write_all(text.as_bytes()))?;
    Ok(false)
}

fn schema(table: Table) -> String {
    let mut text = format!("{}\n", table.name());
    for column in table.columns() {
        text.push_str(&format!("  {:<26} {}\n", column.name, column.kind.name()));
    }
    text
}

/// Completes names of tables and columns, words of SQL, and commands.
struct Words;

impl Helper for Words {}
impl Highlighter for Words {}
impl Validator for Words {}
impl Hinter for Words {
    type Hint = String;
}

const SQL: [&str; 34] = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "ORDER BY",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "JOIN",
    "LEFT JOIN",
    "USING",
    "DISTINCT",
    "COUNT(*)",
    "COUNT(",
    "SUM(",
    "AVG(",
    "MIN(",
    "MAX(",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "LIKE",
    "ILIKE",
    "BETWEEN",
    "IS NULL",
    "IS NOT NULL",
    "UNION ALL",
    "WITH",
    "DESC",
    "COALESCE(",
    "CAST(",
    "ROUND(",
];
const COMMANDS: [&str; 4] = [".tables", ".schema", ".help", ".quit"];

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..at).unwrap_or(line);
        let start =
            before.rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).map_or(0, |at| at + 1);
        let word = before.get(start..).unwrap_or_default();
        Ok((start, candidates(word)))
    }
}

/// What a word may become.
fn candidates(word: &str) -> Vec<String> {
    if word.is_empty() {
        return Vec::new();
    }
    let lower = word.to_lowercase();
    let names = Table::ALL.iter().map(|t| t.name());
    let columns = Table::ALL.iter().flat_map(|t| t.columns()).map(|c| c.name);
    let known = names.chain(columns).chain(SQL).chain(COMMANDS);
    let mut found: Vec<String> =
        known.filter(|name| name.to_lowercase().starts_with(&lower)).map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_becomes_what_begins_like_it() {
        assert_eq!(candidates("dec"), ["decision"]);
        assert_eq!(candidates("sele"), ["SELECT"]);
        assert_eq!(candidates(".t"), [".tables"]);
        assert!(candidates("recip").contains(&"recipient_address".to_owned()));
        assert!(candidates("").is_empty() && candidates("zzz").is_empty());
    }
}
