//! A row of the log: every column under its name, and the row as it stands there.

use super::super::escape::{html, html_lines};
use super::Frame;

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    /// Name of the file.
    pub file: &'r str,
    /// Physical line, 1-based.
    pub line: u64,
    /// Byte offset of its first byte.
    pub offset: u64,
    /// Names and texts of its columns.
    pub columns: &'r [(String, String)],
    /// As it stands in the log; `None` where no subject may be shown.
    pub text: Option<&'r str>,
    /// The message it belongs to, as it is called in addresses.
    pub message: Option<&'r str>,
}

/// The page.
pub fn page(record: &Record<'_>, read_at: &str) -> String {
    let place = format!("{}:{}", record.file, record.line);
    let mut main = format!("<h1 class=\"place\">{}</h1>\n<p class=\"lead\">", html(&place));
    main.push_str(&format!("Byte {} of the file. Columns that are empty are not shown.", record.offset));
    if let Some(address) = record.message {
        main.push_str(&format!(" <a href=\"{}\">The message it belongs to</a>.", html(address)));
    }
    main.push_str("</p>\n<div class=\"panel\">\n<h2>Column by column</h2>\n<dl class=\"columns\">\n");
    for (name, text) in record.columns.iter().filter(|(_, text)| !text.is_empty()) {
        main.push_str(&format!("<dt>{}</dt><dd><bdi>{}</bdi></dd>\n", html(name), html(text)));
    }
    main.push_str("</dl>\n</div>\n<div class=\"panel\">\n<h2>As it stands in the log</h2>\n");
    main.push_str(&match record.text {
        Some(text) => format!(
            "<pre class=\"raw\" tabindex=\"0\" role=\"region\" aria-label=\"The row\">{}</pre>\n",
            html_lines(text)
        ),
        None => "<p class=\"quiet\">Not shown, since no subjects may be.</p>\n".to_owned(),
    });
    main.push_str("</div>\n");
    Frame { title: &place, read_at: Some(read_at), again: None }.around(&main)
}
