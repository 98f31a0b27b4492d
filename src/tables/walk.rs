//! The way through the syntax tree of a query: one for all questions, since each visitor of its own would be five
//! hundred functions more to compile.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, ObjectName, ObjectNamePart, Query, Select, Visit, Visitor};

/// Whoever wants to see parts of a query.
pub(super) trait Sees {
    fn query(&mut self, _: &Query) {}
    fn select(&mut self, _: &Select) {}
    fn select_ends(&mut self) {}
    /// Breaks off if nothing else need be seen.
    fn expr(&mut self, _: &Expr) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    /// A table that is named.
    fn relation(&mut self, _: &ObjectName) {}
}

/// Shows all parts, outer ones before those within; whether it was broken off.
pub(super) fn walk(part: &impl Visit, who: &mut dyn Sees) -> ControlFlow<()> {
    part.visit(&mut Walk(who))
}

/// Whether there is such an expression.
pub(super) fn any_expr(part: &impl Visit, mut is_one: impl FnMut(&Expr) -> bool) -> bool {
    struct Exprs<'f>(&'f mut dyn FnMut(&Expr) -> bool);

    impl Sees for Exprs<'_> {
        fn expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            if (self.0)(expr) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }

    walk(part, &mut Exprs(&mut is_one)).is_break()
}

/// The parts of the names of all tables.
pub(super) fn relations(part: &impl Visit) -> Vec<Vec<String>> {
    #[derive(Default)]
    struct Names(Vec<Vec<String>>);

    impl Sees for Names {
        fn relation(&mut self, name: &ObjectName) {
            let text = |part: &ObjectNamePart| match part {
                ObjectNamePart::Identifier(name) => name.value.clone(),
                ObjectNamePart::Function(function) => function.name.value.clone(),
            };
            self.0.push(name.0.iter().map(text).collect());
        }
    }

    let mut names = Names::default();
    let all = walk(part, &mut names);
    debug_assert!(all.is_continue(), "nothing breaks it off");
    names.0
}

struct Walk<'s>(&'s mut dyn Sees);

impl Visitor for Walk<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.0.query(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.0.select(select);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.0.select_ends();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.0.expr(expr)
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        self.0.relation(name);
        ControlFlow::Continue(())
    }
}
