//! Events in, journeys out. Pure: no input or output, no threads of its own, nothing here fails.
//!
//! What a run keeps of a row is a [`fact`], encoded by [`code`] as a [`shape`] and
//! what differs, and laid behind others in a [`batch`]. When
//! all is read, the [`store`] puts the facts of a message side by side in one bag of bytes, in no order, so
//! that bags can be merged, written away and read back. Then [`join`] says which bags are one message,
//! [`order`] brings its facts into causal order, `lineage` finds what each address became, `particulars`
//! gathers what is said of the message as a whole, and [`decide`] names the decision of every leaf.

pub mod batch;
pub mod code;
pub mod decide;
pub mod fact;
pub mod join;
pub mod journey;
mod likely;
mod lineage;
pub mod order;
mod particulars;
pub mod shape;
pub mod store;
