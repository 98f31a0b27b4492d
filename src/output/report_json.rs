//! stub
use crate::model::report::Report;
use std::io::{self, Write};
/// stub
pub fn write(r: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{r:#?}")
}
