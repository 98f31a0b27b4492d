//! Integration tests, one binary.

mod cases;
mod layering;
