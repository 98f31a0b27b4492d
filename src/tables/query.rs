//! Queries in SQL over the four tables: what they need, and what they give.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{
    AnonymousScan, AnonymousScanArgs, Column as FrameColumn, DataFrame, DataType, Engine, LazyFrame, NULL,
    PlSmallStr, PolarsError, PolarsResult, ScanArgsAnonymous, Schema, SchemaRef, SortMultipleOptions, col,
    lit,
};
use polars::sql::SQLContext;
use sqlparser::ast::{Query as Ast, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use thiserror::Error;

use super::frame::data_type;
use super::nature::{Nature, by_place, settled};
use super::schema::{Column, Kind, Table};
use super::stock::Source;
use super::walk::relations;
use super::{Frame, TableError};

/// A query that is well formed and names only tables that there are.
#[derive(Debug)]
pub struct Query {
    text: String,
    /// The same as Polars is asked it.
    asked: String,
    /// The same, with an order for rows that are equal by its own.
    settled: Option<String>,
    tables: BTreeSet<Table>,
    nature: Nature,
}

/// What is wrong with a query.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct QueryError {
    /// In words.
    pub message: String,
    /// Line and column in the query, from 1.
    pub at: Option<(usize, usize)>,
}

impl Query {
    /// Reads a query: one SELECT, with or without common table expressions.
    ///
    /// # Errors
    /// Where it is no SQL, another statement, or names a table that is none.
    pub fn new(text: &str) -> Result<Self, QueryError> {
        let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
        let parsed = Parser::new(&GenericDialect)
            .with_options(options)
            .try_with_sql(text)
            .and_then(|mut parser| parser.parse_statements())
            .map_err(|error| syntax(&error))?;
        let [Statement::Query(ast)] = &parsed[..] else {
            let message = if parsed.len() == 1 {
                "only queries: SELECT …, or WITH … SELECT …".to_owned()
            } else {
                format!("one query at a time, here are {}", parsed.len())
            };
            return Err(QueryError { message, at: None });
        };
        let mut nature = Nature::of(ast);
        if let Some((why, name)) = nature.refused.take() {
            return Err(QueryError { message: why.to_owned(), at: place(text, &name) });
        }
        let changed = by_place(ast);
        let mut query = Self {
            text: text.to_owned(),
            asked: changed.as_ref().map_or_else(|| text.to_owned(), ToString::to_string),
            settled: settled(changed.as_ref().unwrap_or(ast)),
            tables: BTreeSet::new(),
            nature,
        };
        query.find_tables(ast)?;
        Ok(query)
    }

    /// The tables it names.
    pub fn tables(&self) -> impl Iterator<Item = Table> {
        self.tables.iter().copied()
    }

    /// Whether its rows say the same in whatever order those of tables come.
    pub fn is_order_free(&self) -> bool {
        self.nature.order_free
    }

    fn find_tables(&mut self, ast: &Ast) -> Result<(), QueryError> {
        let own = std::mem::take(&mut self.nature.common);
        for name in relations(ast) {
            let found = Table::ALL.into_iter().find(|table| name == [table.name()]);
            match (found, &name[..]) {
                (_, [name]) if own.contains(name) => {}
                (Some(table), _) => drop(self.tables.insert(table)),
                (None, parts) => {
                    let name = parts.join(".");
                    let names = Table::ALL.map(Table::name);
                    let near = near(&name, names.into_iter());
                    let message = format!("no table '{name}'{near}; there are {}", names.join(", "));
                    return Err(QueryError { message, at: place(&self.text, &name) });
                }
            }
        }
        Ok(())
    }

    /// The columns that it needs of each table. Finds out by running it over tables without rows.
    ///
    /// # Errors
    /// Where it names a column that is none, or asks for what Polars cannot do.
    pub fn wants(&self) -> Result<BTreeMap<Table, Vec<&'static Column>>, QueryError> {
        let mut watches = Vec::new();
        let mut context = SQLContext::new();
        for table in self.tables() {
            let watch =
                Arc::new(Watch { schema: Arc::new(plain(table.columns().iter())), seen: Mutex::default() });
            let scan = LazyFrame::anonymous_scan(
                Arc::<Watch>::clone(&watch),
                ScanArgsAnonymous { schema: Some(Arc::clone(&watch.schema)), ..ScanArgsAnonymous::default() },
            );
            context.register(table.name(), scan.map_err(|e| self.wrong(&e))?);
            watches.push((table, watch));
        }
        let rows = context.execute(&self.asked).map_err(|e| self.wrong(&e))?;
        self.with_counts(rows, false).collect().map_err(|e| self.wrong(&e))?;
        let wanted = |(table, watch): (Table, Arc<Watch>)| {
            let seen = watch.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let is_wanted = |c: &&'static Column| seen.all || seen.some.contains(c.name);
            let mut columns: Vec<&'static Column> = table.columns().iter().filter(is_wanted).collect();
            // How many rows there are shows in any column.
            if columns.is_empty() {
                columns.extend(
                    table.columns().iter().find(|c| matches!(c.name, "decision" | "kind" | "event_id")),
                );
            }
            (table, columns)
        };
        Ok(watches.into_iter().map(wanted).collect())
    }

    /// Runs it.
    ///
    /// # Errors
    /// What Polars says.
    pub fn run(&self, sources: &BTreeMap<Table, Source>) -> Result<Answer, QueryError> {
        let mut context = SQLContext::new();
        for (table, source) in sources {
            let rows = source.lazy().map_err(|e| QueryError { message: e.to_string(), at: None })?;
            context.register(table.name(), whole(rows, *table).map_err(|e| self.wrong(&e))?);
        }
        let engine = if sources.values().any(Source::is_file) { Engine::Streaming } else { Engine::InMemory };
        let united = sources.values().any(Source::is_united);
        let mut answer = |text: &str| {
            let rows = context.execute(text)?;
            self.with_counts(rows, united).collect_with_engine(engine)
        };
        // Lists cannot be sorted by; then rows that are equal stay in the order they have.
        let settled = self.settled.as_ref().and_then(|text| answer(text).ok());
        let answer = settled.map_or_else(|| answer(&self.asked), Ok).map_err(|e| self.wrong(&e))?;
        let rows = answer.unwrap_single();
        let rows = if self.nature.unordered { ordered(&rows).map_err(|e| self.wrong(&e))? } else { rows };
        Ok(Answer(Frame(rows)))
    }

    /// Polars counts the rows of a union with numbers of 128 bits, which it has only if asked for when it is built,
    /// unless it must read what it counts.
    fn with_counts(&self, rows: LazyFrame, united: bool) -> LazyFrame {
        if self.nature.counts && (self.nature.unites || united) {
            rows.with_projection_pushdown(false)
        } else {
            rows
        }
    }

    /// What Polars says, with the place of the name that it complains of and names like it.
    fn wrong(&self, error: &PolarsError) -> QueryError {
        let said = error.to_string();
        let first = said.lines().next().unwrap_or_default();
        let first = first.split("; valid columns:").next().unwrap_or(first);
        let columns = || self.tables().flat_map(Table::columns).map(|c| c.name);
        let is_column = |name: &str| columns().any(|c| c == name);
        let found = quoted(first).and_then(|name| Some((place(&self.text, &name)?, name)));
        match found {
            Some((at, name)) if matches!(error, PolarsError::ColumnNotFound(_)) && !is_column(&name) => {
                QueryError { message: format!("no column '{name}'{}", near(&name, columns())), at: Some(at) }
            }
            Some((at, _)) => QueryError { message: first.to_owned(), at: Some(at) },
            None => QueryError { message: first.to_owned(), at: None },
        }
    }
}

/// The rows that a query gives.
#[derive(Debug)]
pub struct Answer(pub(super) Frame);

/// Stands for a table and notes which columns are asked for.
struct Watch {
    schema: SchemaRef,
    seen: Mutex<Seen>,
}

/// Columns that any scan asked for.
#[derive(Default)]
struct Seen {
    all: bool,
    some: BTreeSet<String>,
}

impl AnonymousScan for Watch {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn scan(&self, options: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = DataFrame::empty_with_schema(&self.schema);
        let Some(columns) = options.with_columns else {
            seen.all = true;
            return Ok(rows);
        };
        seen.some.extend(columns.iter().map(ToString::to_string));
        rows.select(columns.iter().cloned())
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }
}

/// The schema with texts for words, on which LIKE and the functions of texts work.
fn plain<'c>(columns: impl Iterator<Item = &'c Column>) -> Schema {
    let kind =
        |c: &Column| if matches!(c.kind, Kind::Word(_)) { DataType::String } else { data_type(c.kind) };
    columns.map(|c| polars::prelude::Field::new(c.name.into(), kind(c))).collect()
}

/// The same of rows. Columns that are not there, since nothing of them is needed, may still be named.
fn whole(mut rows: LazyFrame, table: Table) -> PolarsResult<LazyFrame> {
    let there = rows.collect_schema()?;
    let schema = plain(table.columns().iter());
    let mut columns: Vec<_> = schema
        .iter()
        .map(|(name, kind)| match there.contains(name) {
            true if table.column(name).is_some_and(|c| matches!(c.kind, Kind::Word(_))) => {
                col(name.clone()).cast(kind.clone())
            }
            true => col(name.clone()),
            false => lit(NULL).cast(kind.clone()).alias(name.clone()),
        })
        .collect();
    // Folders of files may give one more.
    columns.extend(there.iter_names().filter(|name| !schema.contains(name)).map(|name| col(name.clone())));
    Ok(rows.select(columns))
}

/// Rows sorted by all columns, those with lists by what they say.
pub(super) fn ordered(rows: &DataFrame) -> PolarsResult<DataFrame> {
    let nested = |kind: &DataType| matches!(kind, DataType::List(_) | DataType::Struct(_));
    let mut with = rows.clone();
    let mut by = Vec::new();
    for (number, column) in rows.columns().iter().enumerate() {
        if !nested(column.dtype()) {
            by.push(column.name().clone());
            continue;
        }
        let name = PlSmallStr::from(format!("#{number}"));
        let said: Vec<String> = (0..column.len())
            .map(|row| {
                column.get(row).map_or(String::new(), |value| format!("{:?}", super::answer::cell(&value)))
            })
            .collect();
        with.with_column(FrameColumn::new(name.clone(), said))?;
        by.push(name);
    }
    if by.is_empty() {
        return Ok(with);
    }
    let options = SortMultipleOptions::default().with_maintain_order(true).with_multithreaded(false);
    with.sort(by, options)?.select(rows.get_column_names_owned())
}

fn syntax(error: &ParserError) -> QueryError {
    let said = match error {
        ParserError::TokenizerError(said) | ParserError::ParserError(said) => said.as_str(),
        ParserError::RecursionLimitExceeded => "too deeply nested",
    };
    let Some((message, place)) = said.rsplit_once(" at Line: ") else {
        return QueryError { message: said.to_owned(), at: None };
    };
    let numbers: Vec<usize> =
        place.split(", Column: ").filter_map(|n| n.trim().trim_end_matches('.').parse().ok()).collect();
    let at = match numbers[..] {
        [line, column] => Some((line, column)),
        _ => None,
    };
    QueryError { message: message.to_owned(), at }
}

/// Where a name stands in a query as a word of its own: line and column, from 1.
fn place(text: &str, name: &str) -> Option<(usize, usize)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let last = name.rsplit('.').next()?;
    let (at, _) = text.match_indices(last).find(|(at, _)| {
        let before = text.get(..*at).and_then(|b| b.chars().next_back());
        let after = text.get(at + last.len()..).and_then(|a| a.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })?;
    let before = text.get(..at)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    Some((line, column))
}

/// What stands between quotes first.
fn quoted(text: &str) -> Option<String> {
    let mut parts = text.split(['"', '\'', '`']);
    parts.next()?;
    parts.next().map(str::to_owned)
}

/// A name like one that there is none of.
fn near<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let lower = name.to_lowercase();
    let distance = |n: &str| strsim::damerau_levenshtein(n, &lower);
    let nearest = names.min_by_key(|n| distance(n)).filter(|n| distance(n) <= 2.max(name.len() / 3));
    nearest.map_or(String::new(), |n| format!("; did you mean {n}"))
}

impl From<TableError> for QueryError {
    fn from(error: TableError) -> Self {
        Self { message: error.to_string(), at: None }
    }
}
