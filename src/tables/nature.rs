//! What a query shows before it runs: whether its rows have an order, whether the order of a table matters to it, and
//! what Polars would answer otherwise than SQL does.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, ObjectNamePart,
    OrderByKind, Query as Ast, Select, SelectItem, SetExpr, Visit, Visitor, WindowType, visit_expressions,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

/// Aggregates that give the same in whatever order rows come.
const AGGREGATES: [&str; 9] =
    ["avg", "count", "max", "median", "min", "quantile_cont", "quantile_disc", "stddev", "sum"];
/// Functions of single values.
const PLAIN: [&str; 19] = [
    "abs",
    "ceil",
    "coalesce",
    "concat",
    "concat_ws",
    "date_part",
    "floor",
    "ifnull",
    "left",
    "length",
    "lower",
    "nullif",
    "replace",
    "right",
    "round",
    "split_part",
    "strftime",
    "substr",
    "upper",
];

#[derive(Debug, Default)]
pub(super) struct Nature {
    /// Nothing says in which order its rows come, so they are put into one.
    pub unordered: bool,
    /// Its rows say the same in whatever order those of tables come.
    pub order_free: bool,
    /// It puts several queries together.
    pub unites: bool,
    /// It counts rows, and needs nothing else of them.
    pub counts: bool,
    /// The names of common table expressions, wherever they stand.
    pub common: BTreeSet<String>,
    /// What it may not ask, and the name that shows where.
    pub refused: Option<(&'static str, String)>,
}

impl Nature {
    pub(super) fn of(ast: &Ast) -> Self {
        let mut look = Look::default();
        let all: ControlFlow<()> = ast.visit(&mut look);
        debug_assert!(all.is_continue(), "nothing breaks it off");
        let aggregated = match &*ast.body {
            SetExpr::Select(select) => is_aggregated(select),
            _ => false,
        };
        Self {
            unordered: ast.order_by.is_none() && look.regroups,
            order_free: aggregated && !look.strange && !look.cuts,
            unites: look.unites,
            counts: look.counts_all,
            common: look.common,
            refused: look.refused,
        }
    }
}

/// The same query with all its columns behind what it is sorted by, so that rows which are equal by that come in one
/// order. `None` if it is not sorted, or its rows have the order of a table.
pub(super) fn settled(ast: &Ast) -> Option<String> {
    let SetExpr::Select(select) = &*ast.body else { return None };
    let wild =
        |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
    if !regroups(&ast.body) || select.projection.iter().any(wild) {
        return None;
    }
    let projected: Vec<Vec<String>> = select.projection.iter().map(names).collect();
    let mut ast = ast.clone();
    let OrderByKind::Expressions(by) = &mut ast.order_by.as_mut()?.kind else { return None };
    // Polars sorts by no column twice.
    let said: BTreeSet<String> = by.iter().map(|by| by.expr.to_string()).collect();
    let numbers = (1..).map(|n: usize| n.to_string()).zip(&projected);
    let numbers: Vec<String> = numbers
        .filter(|(n, names)| !said.contains(n) && names.iter().all(|name| !said.contains(name)))
        .map(|(n, _)| n)
        .collect();
    if numbers.is_empty() {
        return None;
    }
    let more =
        Parser::new(&GenericDialect).try_with_sql(&format!("SELECT 1 ORDER BY {}", numbers.join(", ")));
    let more = more.and_then(|mut parser| parser.parse_query()).ok()?;
    let OrderByKind::Expressions(mut more) = more.order_by?.kind else { return None };
    by.append(&mut more);
    Some(ast.to_string())
}

/// What a column of an answer may be called by.
fn names(item: &SelectItem) -> Vec<String> {
    match item {
        SelectItem::ExprWithAlias { expr, alias } => vec![expr.to_string(), alias.to_string()],
        other => vec![other.to_string()],
    }
}

/// Whether rows of tables are grouped or joined, so that theirs is not the order of a table.
fn regroups(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => {
            is_grouped(select)
                || select.distinct.is_some()
                || select.from.len() > 1
                || select.from.iter().any(|from| !from.joins.is_empty())
        }
        SetExpr::Query(query) => query.order_by.is_none() && regroups(&query.body),
        _ => true,
    }
}

fn is_grouped(select: &Select) -> bool {
    match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(by, _) => !by.is_empty(),
    }
}

fn is_aggregated(select: &Select) -> bool {
    let aggregate = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(Expr::Function(f))
        | SelectItem::ExprWithAlias { expr: Expr::Function(f), .. } => {
            AGGREGATES.contains(&&*name(f)) && f.over.is_none()
        }
        _ => false,
    };
    is_grouped(select) || !select.projection.is_empty() && select.projection.iter().all(aggregate)
}

#[derive(Default)]
struct Look {
    regroups: bool,
    unites: bool,
    counts_all: bool,
    /// A function that may ask for the order of rows.
    strange: bool,
    /// Some rows are taken, and which depends on their order.
    cuts: bool,
    grouped: bool,
    common: BTreeSet<String>,
    refused: Option<(&'static str, String)>,
}

impl Visitor for Look {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Ast) -> ControlFlow<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.common.extend(tables.map(|table| table.alias.name.value.clone()));
        self.regroups |= query.order_by.is_none() && regroups(&query.body);
        self.unites |= matches!(&*query.body, SetExpr::SetOperation { .. });
        self.cuts |= query.limit_clause.is_some() || query.fetch.is_some();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.grouped = is_grouped(select);
        self.strange |= select.distinct.is_some();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            self.function(function);
        }
        ControlFlow::Continue(())
    }
}

impl Look {
    fn function(&mut self, function: &Function) {
        let name = name(function);
        self.counts_all |= !self.grouped && name == "count" && has_wildcard(&function.args);
        self.strange |= function.over.is_some() || !AGGREGATES.contains(&&*name) && !PLAIN.contains(&&*name);
        let why = match &function.over {
            Some(_) if self.grouped && holds_aggregate(&function.args) => {
                "an aggregate of an aggregate in OVER is not taken over all groups; group in a subquery, \
                 and use OVER outside of it"
            }
            Some(WindowType::WindowSpec(spec)) if name == "avg" && !spec.order_by.is_empty() => {
                "avg … OVER (ORDER BY …) would be the mean of all and no running one; divide sum … OVER by \
                 count … OVER"
            }
            _ => return,
        };
        self.refused = Some((why, name));
    }
}

fn name(function: &Function) -> String {
    let last = function.name.0.last().map(|part| match part {
        ObjectNamePart::Identifier(name) => name.value.to_lowercase(),
        ObjectNamePart::Function(function) => function.name.value.to_lowercase(),
    });
    last.unwrap_or_default()
}

fn has_wildcard(args: &FunctionArguments) -> bool {
    let FunctionArguments::List(list) = args else { return false };
    list.args.iter().any(|arg| matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Wildcard)))
}

fn holds_aggregate(args: &FunctionArguments) -> bool {
    let flow = visit_expressions(args, |expr| match expr {
        Expr::Function(f) if AGGREGATES.contains(&&*name(f)) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    flow.is_break()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ast(text: &str) -> Ast {
        *Parser::new(&GenericDialect).try_with_sql(text).unwrap().parse_query().unwrap()
    }

    #[test]
    fn it_is_known_whether_order_matters() {
        for (text, unordered, free) in [
            ("SELECT a FROM t", false, false),
            ("SELECT a, count(*) FROM t GROUP BY a", true, true),
            ("SELECT a, first(b) FROM t GROUP BY a", true, false),
            ("SELECT count(*) AS n, sum(b) FROM t WHERE a LIKE 'x'", false, true),
            ("SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY n DESC", false, true),
            ("SELECT * FROM (SELECT a, count(*) FROM t GROUP BY a) x", true, false),
            ("SELECT * FROM (SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY n) x", false, false),
            ("SELECT count(*) FROM (SELECT a FROM t LIMIT 5) x", false, false),
            ("SELECT a, row_number() OVER (ORDER BY b) FROM t GROUP BY a", true, false),
        ] {
            let nature = Nature::of(&ast(text));
            assert_eq!((nature.unordered, nature.order_free), (unordered, free), "{text}");
        }
    }

    #[test]
    fn ties_are_settled_by_all_columns() {
        let text = "SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY n DESC LIMIT 3";
        let settled_text = "SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY n DESC, 1 LIMIT 3";
        assert_eq!(settled(&ast(text)).as_deref(), Some(settled_text));
        for as_it_is in [
            "SELECT a FROM t ORDER BY a",
            "SELECT a, count(*) FROM t GROUP BY a",
            "SELECT * FROM t, u ORDER BY a",
        ] {
            assert_eq!(settled(&ast(as_it_is)), None, "{as_it_is}");
        }
    }

    #[test]
    fn what_polars_answers_otherwise_is_refused() {
        let refused = |text: &str| Nature::of(&ast(text)).refused.is_some();
        assert!(refused("SELECT a, 100.0 * count(*) / sum(count(*)) OVER () FROM t GROUP BY a"));
        assert!(refused("SELECT avg(b) OVER (PARTITION BY a ORDER BY c) FROM t"));
        assert!(!refused("SELECT sum(b) OVER (ORDER BY c), avg(b) OVER (PARTITION BY a) FROM t"));
        assert!(!refused("SELECT a, n, sum(n) OVER () FROM (SELECT a, count(*) AS n FROM t GROUP BY a) x"));
    }
}
