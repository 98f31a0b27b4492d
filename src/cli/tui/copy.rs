//! Copying: OSC 52 asks the terminal to put a text on its clipboard, which works over SSH, since the terminal is here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::output::escape::terminal;

/// Bytes that terminals take.
const MOST: usize = 72 * 1024;

/// The sequence that copies a text, line by line made safe; `None` if it is longer than terminals take.
pub(super) fn sequence(text: &str) -> Option<String> {
    let safe: Vec<String> = text.lines().map(|line| terminal(line).into_owned()).collect();
    let coded = STANDARD.encode(safe.join("\n"));
    (coded.len() <= MOST).then(|| format!("\x1b]52;c;{coded}\x07"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_commands_nothing() {
        let copied = sequence("Get-Mailbox x\nrm\x1b[31m\u{202e}").unwrap();
        let coded = copied.strip_prefix("\x1b]52;c;").and_then(|rest| rest.strip_suffix('\x07')).unwrap();
        let text = String::from_utf8(STANDARD.decode(coded).unwrap()).unwrap();
        assert_eq!(text, "Get-Mailbox x\nrm\\u{1b}[31m\\u{202e}");
        assert_eq!(sequence(&"x".repeat(100_000)), None);
    }
}
