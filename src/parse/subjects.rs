//! What the first words of a subject tell: an automatic answer. No subject is kept for it.

/// How the subjects of automatic answers begin, in lower case where that is ASCII.
const ANSWERS: [&[u8]; 20] = [
    b"automatic reply",
    b"out of office",
    b"out of the office",
    b"autoreply",
    b"auto-reply",
    b"auto reply",
    b"auto response",
    b"auto-response",
    b"autoresponse",
    b"automatische antwort",
    b"abwesenheitsnotiz",
    "réponse automatique".as_bytes(),
    "respuesta automática".as_bytes(),
    b"risposta automatica",
    b"automatisch antwoord",
    "resposta automática".as_bytes(),
    b"automatiskt svar",
    b"autosvar",
    "odpowiedź automatyczna".as_bytes(),
    b"automaattinen vastaus",
];

/// What stands before a subject that is answered or passed on.
const MARKS: [&[u8]; 10] =
    [b"re:", b"fw:", b"fwd:", b"aw:", b"wg:", b"antw:", b"sv:", b"vs:", b"tr:", b"rv:"];

/// More marks than this no subject has that is worth a look.
const DEPTH: usize = 40;

/// Whether a subject, as it stands in the log, is that of an automatic answer.
pub fn is_automatic(subject: &[u8]) -> bool {
    let mut rest = subject.strip_prefix(b"\"").unwrap_or(subject).trim_ascii_start();
    for _ in 0..DEPTH {
        match unmarked(rest) {
            Some(inner) => rest = inner.trim_ascii_start(),
            None => break,
        }
    }
    // Few subjects begin with one of these letters; the rest is not looked at.
    matches!(rest.first().map(u8::to_ascii_lowercase), Some(b'a' | b'o' | b'r'))
        && ANSWERS.iter().any(|words| begins(rest, words))
}

/// The marks before a subject, as `Re: ` and `Fwd: `, and what they stand before.
pub fn marked(subject: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = subject;
    while let Some(mark) = MARKS.iter().find(|mark| begins(rest.trim_ascii_start(), mark)) {
        rest = rest.trim_ascii_start().get(mark.len()..).unwrap_or_default();
    }
    let rest = rest.trim_ascii_start();
    subject.split_at_checked(subject.len() - rest.len()).unwrap_or((b"", subject))
}

/// What is left of a subject without the mark before it, or without a number in brackets.
fn unmarked(subject: &[u8]) -> Option<&[u8]> {
    if let Some(inside) = subject.strip_prefix(b"[") {
        return inside.iter().position(|b| *b == b']').and_then(|end| inside.get(end + 1..));
    }
    let mark = MARKS.iter().find(|mark| begins(subject, mark))?;
    subject.get(mark.len()..)
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_answers_are_known_by_their_first_words() {
        for subject in [
            "Automatic reply: Lunch?",
            "\"RE: AW: Automatische Antwort: Termin, verschoben\"",
            "[Ticket 12] Re: Out of Office: x",
            "Réponse automatique : réunion",
        ] {
            assert!(is_automatic(subject.as_bytes()), "{subject}");
        }
        for subject in ["", "\"", "Re:", "[", "About automatic replies", "Auto for sale", "Re: Offer"] {
            assert!(!is_automatic(subject.as_bytes()), "{subject}");
        }
    }
}
