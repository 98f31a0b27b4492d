//! What a query shows before it runs: whether its rows have an order, whether the order of a table matters to it, and
//! what Polars would answer otherwise than SQL does.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr,
    ObjectNamePart, OrderByKind, Query as Ast, Select, SelectItem, SetExpr, Value, Visit, VisitMut,
    VisitorMut, WindowType,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::walk::{Sees, any_expr, walk};

/// Aggregates that give the same in whatever order rows come.
const FREE: [&str; 8] = ["avg", "count", "max", "median", "min", "quantile_cont", "quantile_disc", "sum"];
/// Others: of these the last digit may be another.
const OTHER: [&str; 7] = ["array_agg", "first", "last", "stddev", "stdev", "var", "variance"];
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
        let all = walk(ast, &mut look);
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

/// The same query with the place of a column where it is sorted by what that column is: Polars cannot sort by an
/// aggregate as such. `None` if it is not.
pub(super) fn by_place(ast: &Ast) -> Option<Ast> {
    let mut places = Places::default();
    let mut ast = ast.clone();
    let all: ControlFlow<()> = VisitMut::visit(&mut ast, &mut places);
    debug_assert!(all.is_continue(), "nothing breaks it off");
    places.changed.then_some(ast)
}

#[derive(Default)]
struct Places {
    changed: bool,
}

impl VisitorMut for Places {
    type Break = ();

    fn post_visit_query(&mut self, query: &mut Ast) -> ControlFlow<()> {
        let projected = projected(&query.body);
        if let Some(OrderByKind::Expressions(by)) = query.order_by.as_mut().map(|order| &mut order.kind) {
            for by in by.iter_mut().filter(|by| holds_aggregate(&by.expr)) {
                let text = by.expr.to_string();
                if let Some(at) = projected.iter().position(|expr| expr.eq_ignore_ascii_case(&text)) {
                    by.expr = Expr::Value(Value::Number((at + 1).to_string(), false).into());
                    self.changed = true;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// What each column of an answer is; nothing if not all are known.
fn projected(body: &SetExpr) -> Vec<String> {
    let SetExpr::Select(select) = body else { return Vec::new() };
    let expr = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr.to_string()),
        _ => None,
    };
    select.projection.iter().map(expr).collect::<Option<_>>().unwrap_or_default()
}

/// An aggregate that rows are sorted by and that is no column of the answer.
fn sorts_by_unknown(query: &Ast) -> Option<String> {
    let OrderByKind::Expressions(by) = &query.order_by.as_ref()?.kind else { return None };
    let projected = projected(&query.body);
    let by = by.iter().map(|by| &by.expr).filter(|by| holds_aggregate(*by));
    let unknown =
        by.map(ToString::to_string).find(|by| !projected.iter().any(|expr| expr.eq_ignore_ascii_case(by)))?;
    unknown.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned)
}

/// The same query with all its columns behind what it is sorted by, so that rows which are equal by that come in one
/// order. `None` if it is not sorted, its columns are not named, or its rows have the order of a table.
pub(super) fn settled(ast: &Ast) -> Option<String> {
    let select = first_select(&ast.body)?;
    let wild =
        |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
    let mut look = Look::default();
    let all = walk(ast, &mut look);
    debug_assert!(all.is_continue(), "nothing breaks it off");
    // Which of equal rows are the first ones is otherwise for Polars to choose.
    if !(regroups(&ast.body) || look.regroups || look.cuts) || select.projection.iter().any(wild) {
        return None;
    }
    let projected: Vec<String> = select.projection.iter().map(name_of).collect();
    let mut ast = ast.clone();
    let OrderByKind::Expressions(by) = &mut ast.order_by.as_mut()?.kind else { return None };
    // Polars sorts by no column twice.
    let said: BTreeSet<String> = by.iter().map(|by| by.expr.to_string()).collect();
    let numbers = (1..).map(|n: usize| n.to_string()).zip(&projected);
    let numbers: Vec<String> =
        numbers.filter(|(n, name)| !said.contains(n) && !said.contains(*name)).map(|(n, _)| n).collect();
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

/// What a column of an answer is called, or else what it is.
fn name_of(item: &SelectItem) -> String {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => alias.to_string(),
        other => other.to_string(),
    }
}

/// The select that gives the columns of an answer their names.
fn first_select(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::SetOperation { left, .. } => first_select(left),
        SetExpr::Query(query) => first_select(&query.body),
        _ => None,
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
            FREE.contains(&&*name(f)) && f.over.is_none()
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
    /// Whether the selects are grouped that one is within.
    grouped: Vec<bool>,
    common: BTreeSet<String>,
    refused: Option<(&'static str, String)>,
}

impl Sees for Look {
    fn query(&mut self, query: &Ast) {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.common.extend(tables.map(|table| table.alias.name.value.clone()));
        self.regroups |= query.order_by.is_none() && regroups(&query.body);
        self.unites |= matches!(&*query.body, SetExpr::SetOperation { .. });
        self.cuts |= query.limit_clause.is_some() || query.fetch.is_some();
        if let Some(name) = sorts_by_unknown(query) {
            let why = "rows can be sorted by an aggregate only if it is a column of the answer: \
                       SELECT …, count(*) AS n … ORDER BY n";
            self.refused = Some((why, name));
        }
    }

    fn select(&mut self, select: &Select) {
        self.grouped.push(is_grouped(select));
        self.strange |= select.distinct.is_some();
    }

    fn select_ends(&mut self) {
        self.grouped.pop();
    }

    fn expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            self.function(function);
        }
        ControlFlow::Continue(())
    }
}

impl Look {
    fn function(&mut self, function: &Function) {
        let name = name(function);
        let grouped = self.grouped.last() == Some(&true);
        self.counts_all |= !grouped && name == "count" && has_wildcard(&function.args);
        self.strange |= function.over.is_some() || !FREE.contains(&&*name) && !PLAIN.contains(&&*name);
        // The last digits of a sum of reals depend on the order.
        self.strange |= matches!(&*name, "sum" | "avg") && may_be_real(&function.args);
        let why = match &function.over {
            Some(_) if grouped => {
                "OVER in a query with GROUP BY is taken within each group; group in a subquery, and use OVER outside \
                 of it"
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

/// Whether what is added up may have digits behind the point.
fn may_be_real(args: &FunctionArguments) -> bool {
    any_expr(args, |expr| match expr {
        Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::Case { .. }
        | Expr::IsNull(_)
        | Expr::IsNotNull(_) => false,
        Expr::BinaryOp { op, .. } => matches!(op, BinaryOperator::Divide | BinaryOperator::Multiply),
        Expr::Value(value) => {
            matches!(&value.value, Value::Number(number, _) if number.contains(['.', 'e', 'E']))
        }
        _ => true,
    })
}

fn holds_aggregate(part: &impl Visit) -> bool {
    let aggregate =
        |f: &Function| f.over.is_none() && FREE.iter().chain(&OTHER).any(|known| *known == name(f));
    any_expr(part, |expr| matches!(expr, Expr::Function(f) if aggregate(f)))
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
            ("SELECT row_number() OVER (ORDER BY b) FROM t", false, false),
            ("SELECT sum(b / 7.0) AS s FROM t", false, false),
            ("SELECT sum(CASE WHEN a = 'x' THEN 1 ELSE 0 END) AS s FROM t", false, true),
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
        let cut = "SELECT a, b FROM t ORDER BY b LIMIT 3";
        assert_eq!(settled(&ast(cut)).as_deref(), Some("SELECT a, b FROM t ORDER BY b, 1 LIMIT 3"));
        let shadow = "SELECT a AS x, b AS a FROM t GROUP BY a, b ORDER BY a";
        assert_eq!(
            settled(&ast(shadow)).as_deref(),
            Some("SELECT a AS x, b AS a FROM t GROUP BY a, b ORDER BY a, 1")
        );
        for as_it_is in [
            "SELECT a FROM t ORDER BY a",
            "SELECT a, count(*) FROM t GROUP BY a",
            "SELECT * FROM t, u ORDER BY a",
        ] {
            assert_eq!(settled(&ast(as_it_is)), None, "{as_it_is}");
        }
    }

    #[test]
    fn what_is_sorted_by_an_aggregate_is_sorted_by_its_column() {
        let changed = |text: &str| by_place(&ast(text)).map(|ast| ast.to_string());
        let inner = "SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY 2 DESC LIMIT 3";
        let text = inner.replace("ORDER BY 2", "ORDER BY count(*)");
        assert_eq!(changed(&text).as_deref(), Some(inner));
        let nested = |inner: &str| format!("SELECT a FROM ({inner}) AS x ORDER BY a");
        assert_eq!(changed(&nested(&text)), Some(nested(inner)));
        for same in [
            inner,
            "SELECT a FROM t ORDER BY lower(a)",
            "SELECT a, sum(b) OVER () FROM t ORDER BY sum(b) OVER ()",
        ] {
            assert_eq!(changed(same), None, "{same}");
        }
        for text in ["SELECT a FROM t GROUP BY a ORDER BY count(*)", "SELECT * FROM t ORDER BY 1 + max(b)"] {
            assert!(Nature::of(&ast(text)).refused.is_some(), "{text}");
        }
        assert!(Nature::of(&ast(&text)).refused.is_none());
    }

    #[test]
    fn what_polars_answers_otherwise_is_refused() {
        let refused = |text: &str| Nature::of(&ast(text)).refused.is_some();
        assert!(refused("SELECT a, 100.0 * count(*) / sum(count(*)) OVER () FROM t GROUP BY a"));
        assert!(refused("SELECT a, row_number() OVER (ORDER BY a) FROM t GROUP BY a"));
        assert!(!refused(
            "SELECT a, rank() OVER (ORDER BY n) FROM (SELECT a, count(*) AS n FROM t GROUP BY a) x ORDER BY 2"
        ));
        assert!(refused("SELECT avg(b) OVER (PARTITION BY a ORDER BY c) FROM t"));
        assert!(!refused("SELECT sum(b) OVER (ORDER BY c), avg(b) OVER (PARTITION BY a) FROM t"));
        assert!(!refused("SELECT a, n, sum(n) OVER () FROM (SELECT a, count(*) AS n FROM t GROUP BY a) x"));
    }
}
