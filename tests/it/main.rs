//! Integration tests, one binary.

mod cases;
mod cli;
mod compare;
mod determinism;
mod documents;
mod expected;
mod findings;
mod follow;
mod generate;
mod generate_exports;
mod layering;
#[path = "../support/logwriter.rs"]
mod logwriter;
#[cfg(feature = "mail")]
mod mail;
mod manifest;
mod namespace;
mod numbers;
mod page;
mod quirks;
mod readme;
mod redact;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "tables")]
mod tables;
mod topology;
mod trace;
