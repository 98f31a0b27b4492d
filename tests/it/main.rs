//! Integration tests, one binary.

mod cases;
mod cli;
mod determinism;
mod documents;
mod expected;
mod findings;
mod generate;
mod generate_exports;
mod layering;
#[path = "../support/logwriter.rs"]
mod logwriter;
mod manifest;
mod namespace;
mod quirks;
mod readme;
mod redact;
mod topology;
