//! Integration tests, one binary.

mod cases;
mod determinism;
mod layering;
#[path = "../support/logwriter.rs"]
mod logwriter;
mod quirks;
mod readme;
