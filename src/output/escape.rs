//! Text from a log is hostile: one way to write it for each place it may appear in.

use std::borrow::Cow;

/// Characters that command a terminal or turn the direction of a line.
fn is_command(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}')
}

/// For a terminal: commands are shown as `\u{1b}` and do nothing.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_command) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_command(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// For Markdown, cells of tables included: what could be markup or HTML is written as an entity.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in terminal(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '#' | '!' | '|'
            | '~' | '&' | '$' | ':' | '=' => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out
}

/// For a cell of a CSV file that a spreadsheet may open: a cell that would be a formula begins with
/// an apostrophe. Quoting is left to the writer.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_shown_not_obeyed() {
        assert_eq!(terminal("a\x1b[31mb"), "a\\u{1b}[31mb");
        assert_eq!(terminal("a\u{202e}b\r\n"), "a\\u{202e}b\\u{d}\\u{a}");
        assert_eq!(terminal("Grüße 👋"), "Grüße 👋");
        assert_eq!(markdown("a|b <script> `x`"), "a&#124;b &#60;script&#62; &#96;x&#96;");
        assert_eq!(csv_cell("=cmd()"), "'=cmd()");
        assert_eq!(csv_cell("plain"), "plain");
    }
}
