//! The text of a message in parts, each with what it is about.

use std::io;

use super::{Style, View};
use crate::output::lanes::Picture;

/// What a part of the text of a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The message as a whole, and what is not drawn of it.
    Whole,
    /// What became of one recipient: its place among the ends.
    End(usize),
    /// Where it was: the names above the lanes.
    Lanes,
    /// One row: its place among the steps.
    Step(usize),
}

/// The same text in parts, for who shows one beside the other: first what became of it, then its way.
///
/// # Errors
/// If the output fails, which memory does not.
pub fn parts(picture: &Picture, style: Style) -> io::Result<Vec<(Part, Vec<u8>)>> {
    let view = View::of(picture, style);
    let mut parts = Vec::new();
    let mut part = |part: Part, write: &mut dyn FnMut(&mut Vec<u8>) -> io::Result<()>| {
        let mut text = Vec::new();
        write(&mut text)?;
        parts.push((part, text));
        io::Result::Ok(())
    };
    part(Part::Whole, &mut |out| view.head(out))?;
    for (i, end) in picture.ends.iter().enumerate() {
        part(Part::End(i), &mut |out| view.end(end, out))?;
    }
    part(Part::Whole, &mut |out| view.rest(out))?;
    if !picture.steps.is_empty() {
        part(Part::Lanes, &mut |out| view.heads(out))?;
    }
    let mut day = String::new();
    for (i, step) in picture.steps.iter().enumerate() {
        part(Part::Step(i), &mut |out| view.dated(step, &mut day, out))?;
    }
    Ok(parts)
}
