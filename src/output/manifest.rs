//! The manifest of a run, as JSON.

use std::io::{self, Write};

use super::escape::json;
use crate::model::manifest::Manifest;

/// Writes it as one object, indented.
pub fn write(manifest: &Manifest, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", json(&serde_json::to_string_pretty(manifest)?))
}
