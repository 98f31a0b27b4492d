//! stub
use crate::model::report::Report;
use std::io::{self, Write};
/// stub
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// w
    pub width: usize,
    /// c
    pub color: bool,
}
/// stub
pub fn write(r: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{r:#?}")
}
