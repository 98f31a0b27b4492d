//! Text from a log is hostile: one way to write it for each place it may appear in.

use std::borrow::Cow;

/// Characters that command a terminal or turn the direction of a line.
fn is_command(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}')
}

/// Whether such characters may be in a text, those of ASCII aside: each begins with one of these bytes.
/// All bytes are looked at, so that it goes fast.
fn may_command(text: &str) -> bool {
    let begins = |b: u8| matches!(b, 0x7f | 0xc2 | 0xd8 | 0xe2 | 0xef);
    text.bytes().fold(false, |any, b| any | begins(b))
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

/// For a terminal that may show nothing but ASCII: elsewhere bytes of other characters could be commands.
pub fn ascii(text: &str) -> Cow<'_, str> {
    let shown = |c: char| matches!(c, ' '..='~');
    if text.chars().all(shown) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '…' => out.push_str("..."),
            c if shown(c) => out.push(c),
            c => out.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

/// For a drawing, before it is cut into lines: commands, and what XML does not know, are shown.
pub fn drawn(text: &str) -> Cow<'_, str> {
    let safe = terminal(text);
    if !safe.contains(['\u{FFFE}', '\u{FFFF}']) {
        return safe;
    }
    Cow::Owned(safe.replace('\u{FFFE}', "\\u{fffe}").replace('\u{FFFF}', "\\u{ffff}"))
}

/// For text and attributes of HTML and SVG: the same, and markup is written as entities.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in drawn(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
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

/// For JSON that is written already: what would command a terminal can only stand inside strings,
/// where JSON has an escape for it.
pub fn json(text: &str) -> Cow<'_, str> {
    let commands = |c: char| is_command(c) && u32::from(c) >= 0x7f;
    if !may_command(text) || !text.chars().any(commands) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if commands(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// The same for JSON that was written to the end of a buffer, from `start` on.
pub fn json_line(out: &mut Vec<u8>, start: usize) {
    let written = out.get(start..).and_then(|line| std::str::from_utf8(line).ok());
    if let Some(Cow::Owned(safe)) = written.map(json) {
        out.truncate(start);
        out.extend_from_slice(safe.as_bytes());
    }
}

/// For JSON that is written already and stands in the script element of a page: nothing in it can end that, and it is
/// the same JSON.
pub fn script(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 64);
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

/// For a value in the query of an address: all but letters, digits and what is safe everywhere is written as bytes.
pub fn url(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// For several lines of text in HTML.
pub fn html_lines(text: &str) -> String {
    text.split('\n').map(html).collect::<Vec<_>>().join("\n")
}

/// For the value of a metric's label, which stands in quotes: commands are shown, backslashes and quotes escaped.
pub fn metric_label(text: &str) -> String {
    terminal(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// For a cell of a CSV file that a spreadsheet may open: a cell that would be a formula begins with
/// an apostrophe, and terminal commands other than line breaks and tabs are shown, not kept. Quoting
/// is left to the writer.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let commands = |c: char| is_command(c) && !matches!(c, '\n' | '\r' | '\t');
    let may = may_command(text) || text.bytes().fold(false, |any, b| any | matches!(b, 0..=0x1f));
    if may && text.chars().any(commands) {
        let shown = |c: char| if commands(c) { c.escape_unicode().to_string() } else { c.to_string() };
        let shown: String = text.chars().map(shown).collect();
        return Cow::Owned(csv_cell(&shown).into_owned());
    }
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same for a reader that takes no cell for a formula: without the apostrophe.
pub fn csv_raw(text: &str) -> Cow<'_, str> {
    let safe = csv_cell(text);
    let added = safe.starts_with('\'') && !text.starts_with('\'');
    match safe {
        Cow::Borrowed(text) if added => Cow::Borrowed(text.get(1..).unwrap_or_default()),
        Cow::Owned(text) if added => Cow::Owned(text.get(1..).unwrap_or_default().to_owned()),
        safe => safe,
    }
}

/// Writes a cell that is safe already, in quotes where CSV needs them.
pub fn csv_field(text: &str, out: &mut Vec<u8>) {
    let quoted = |b: u8| matches!(b, b'"' | b',' | b'\n' | b'\r');
    if !text.bytes().fold(false, |any, b| any | quoted(b)) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    for (i, part) in text.split('"').enumerate() {
        out.extend_from_slice(if i == 0 { b"" } else { b"\"\"" });
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
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
        assert_eq!(ascii("Grüße…\x1b"), "Gr\\u{fc}\\u{df}e...\\u{1b}");
        assert_eq!(html("<a href='\"&\u{fffe}\x1b"), "&lt;a href=&#39;&quot;&amp;\\u{fffe}\\u{1b}");
        let field = |text: &str| {
            let mut out = Vec::new();
            csv_field(text, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(field("a\"\",b"), "\"a\"\"\"\",b\"");
        assert_eq!((field("a b"), field("a\r")), ("a b".to_owned(), "\"a\r\"".to_owned()));
        assert_eq!(csv_cell("=cmd()"), "'=cmd()");
        assert_eq!(csv_cell("plain"), "plain");
        assert_eq!(csv_cell("=a\x1b\n"), "'=a\\u{1b}\n");
        assert_eq!(
            (csv_raw("=a\x1b"), csv_raw("'a"), csv_raw("a")),
            ("=a\\u{1b}".into(), "'a".into(), "a".into())
        );
        assert!(
            (char::MIN..=char::MAX)
                .filter(|c| is_command(*c) && *c > '~')
                .all(|c| json(&c.to_string()) != c.to_string())
        );
        assert_eq!(script("[\"</script>&\u{2028}\"]"), r#"["\u003c/script\u003e\u0026\u2028"]"#);
        assert_eq!(html_lines("<a href='x'>\"&\n\x1b"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\n\\u{1b}");
        assert_eq!(url("<a b@c&\u{e4}>"), "%3Ca%20b%40c%26%C3%A4%3E");
        assert_eq!(json("\"a\u{9b}\u{202e}\u{7f}\""), "\"a\\u009b\\u202e\\u007f\"");
    }
}
