//! The only door out. Outputs format; they never count.

pub mod answer;
pub mod array;
pub mod compare_json;
pub mod compare_markdown;
pub mod compare_text;
pub mod escape;
pub mod events;
pub mod file;
pub mod findings;
pub mod hops;
pub mod lanes;
#[cfg(feature = "mail")]
pub mod mail;
pub mod manifest;
pub mod numbers;
pub mod rejects;
pub mod report_html;
pub mod report_json;
pub mod report_markdown;
pub mod report_prometheus;
pub mod report_text;
pub mod routes;
mod rows;
pub mod served;
pub mod standing;
pub mod trace;
pub mod trace_html;
pub mod trace_markdown;
pub mod trace_svg;
