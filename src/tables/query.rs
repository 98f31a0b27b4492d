//! Queries in SQL over the four tables: what they need, and what they give.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{
    AnonymousScan, AnonymousScanArgs, DataFrame, DataType, Engine, LazyFrame, NULL, PolarsError,
    PolarsResult, ScanArgsAnonymous, Schema, SchemaRef, SortMultipleOptions, col, lit,
};
use polars::sql::SQLContext;
use sqlparser::ast::{GroupByExpr, ObjectNamePart, Query as Ast, SetExpr, Statement, Visit, visit_relations};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use thiserror::Error;

use super::frame::data_type;
use super::schema::{Column, Kind, Table};
use super::stock::Source;
use super::{Frame, TableError};

/// A query that is well formed and names only tables that there are.
#[derive(Debug)]
pub struct Query {
    text: String,
    tables: BTreeSet<Table>,
    /// Nothing says in which order its rows come, so they are put into one.
    unordered: bool,
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
        let mut query = Self { text: text.to_owned(), tables: BTreeSet::new(), unordered: is_unordered(ast) };
        query.find_tables(ast)?;
        Ok(query)
    }

    /// The tables it names.
    pub fn tables(&self) -> impl Iterator<Item = Table> {
        self.tables.iter().copied()
    }

    fn find_tables(&mut self, ast: &Ast) -> Result<(), QueryError> {
        let own = common_names(ast);
        let mut unknown = None;
        let flow = visit_relations(ast, |name| {
            let parts: Vec<&str> = name
                .0
                .iter()
                .map(|part| match part {
                    ObjectNamePart::Identifier(name) => name.value.as_str(),
                    ObjectNamePart::Function(function) => function.name.value.as_str(),
                })
                .collect();
            let table = match parts[..] {
                [name] if own.contains(name) => return ControlFlow::Continue(()),
                [name] => Table::ALL.into_iter().find(|table| table.name() == name),
                _ => None,
            };
            match table {
                Some(table) => drop(self.tables.insert(table)),
                None => {
                    unknown = Some(parts.join("."));
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        match (flow, unknown) {
            (ControlFlow::Break(()), Some(name)) => {
                let names = Table::ALL.map(Table::name);
                let near = near(&name, names.into_iter());
                let message = format!("no table '{name}'{near}; there are {}", names.join(", "));
                Err(QueryError { message, at: place(&self.text, &name) })
            }
            _ => Ok(()),
        }
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
        context.execute(&self.text).and_then(LazyFrame::collect).map_err(|e| self.wrong(&e))?;
        let wanted = |(table, watch): (Table, Arc<Watch>)| {
            let seen = watch.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let is_wanted = |c: &&'static Column| seen.as_ref().is_none_or(|seen| seen.contains(c.name));
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
        let answer = context
            .execute(&self.text)
            .and_then(|rows| rows.collect_with_engine(engine))
            .map_err(|e| self.wrong(&e))?;
        let rows = answer.unwrap_single();
        let rows = if self.unordered { ordered(&rows).map_err(|e| self.wrong(&e))? } else { rows };
        Ok(Answer(Frame(rows)))
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
    /// None if all are.
    seen: Mutex<Option<BTreeSet<String>>>,
}

impl AnonymousScan for Watch {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn scan(&self, options: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = DataFrame::empty_with_schema(&self.schema);
        let Some(columns) = options.with_columns else {
            *seen = None;
            return Ok(rows);
        };
        let wanted = columns.iter().map(ToString::to_string);
        seen.get_or_insert_default().extend(wanted);
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

/// Whether rows may come in any order: they are grouped or joined, and nothing sorts them.
fn is_unordered(ast: &Ast) -> bool {
    fn regroups(body: &SetExpr) -> bool {
        match body {
            SetExpr::Select(select) => {
                let grouped = match &select.group_by {
                    GroupByExpr::All(_) => true,
                    GroupByExpr::Expressions(by, _) => !by.is_empty(),
                };
                grouped
                    || select.distinct.is_some()
                    || select.from.len() > 1
                    || select.from.iter().any(|from| !from.joins.is_empty())
            }
            SetExpr::Query(query) => is_unordered(query),
            _ => true,
        }
    }
    ast.order_by.is_none() && (ast.with.is_some() || regroups(&ast.body))
}

/// Rows sorted by all columns that can be compared.
pub(super) fn ordered(rows: &DataFrame) -> PolarsResult<DataFrame> {
    let nested = |kind: &DataType| matches!(kind, DataType::List(_) | DataType::Struct(_));
    let by: Vec<_> = rows.columns().iter().filter(|c| !nested(c.dtype())).map(|c| c.name().clone()).collect();
    if by.is_empty() {
        return Ok(rows.clone());
    }
    rows.sort(by, SortMultipleOptions::default().with_maintain_order(true).with_multithreaded(false))
}

/// The names of common table expressions, wherever they stand.
fn common_names(ast: &Ast) -> BTreeSet<String> {
    struct Names(BTreeSet<String>);
    impl sqlparser::ast::Visitor for Names {
        type Break = ();
        fn pre_visit_query(&mut self, query: &Ast) -> ControlFlow<()> {
            let tables = query.with.iter().flat_map(|with| &with.cte_tables);
            self.0.extend(tables.map(|table| table.alias.name.value.clone()));
            ControlFlow::Continue(())
        }
    }
    let mut names = Names(BTreeSet::new());
    let all: ControlFlow<()> = ast.visit(&mut names);
    debug_assert!(all.is_continue(), "nothing breaks it off");
    names.0
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
