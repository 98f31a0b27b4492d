//! Events in, journeys out. Pure: no input or output, no threads of its own, nothing here fails.
//!
//! What a run keeps of a row is a [`fact`]; in [`code`] the facts of a message lie in the [`store`] as one bag
//! of encoded bytes, in no order, so that bags can be merged, written away and read back. When all
//! is read, [`join`] says which bags are one message, [`order`] brings its facts into causal order,
//! `lineage` finds what each address became, `particulars` gathers what is said of the message as a
//! whole, and [`decide`] names the decision of every leaf.

pub mod code;
pub mod decide;
pub mod fact;
pub mod join;
pub mod journey;
mod likely;
mod lineage;
pub mod order;
mod particulars;
pub mod store;
