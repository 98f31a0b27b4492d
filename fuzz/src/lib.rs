//! What fuzz targets share: whether a slice lies inside another, and logs made of bytes.

pub mod logs;
#[path = "../../tests/support/logwriter.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod logwriter;

/// Whether a part that a parser gave lies in what it was given. An empty part may lie anywhere.
pub fn inside(part: &[u8], whole: &[u8]) -> bool {
    let (part_at, whole_at) = (part.as_ptr_range(), whole.as_ptr_range());
    part.is_empty() || (whole_at.start <= part_at.start && part_at.end <= whole_at.end)
}
