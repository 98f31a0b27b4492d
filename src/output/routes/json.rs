//! A row of `routes` as a JSON line, written field by field: what `Row` would become, without its texts
//! being copied first.

use std::io::{self, Write};

use serde::Serialize;

use super::super::escape::json_line;
use super::super::rows::{SCHEMA_VERSION, string};
use super::Context;
use crate::model::intake::Position;
use crate::model::journey::{Hop, Journey, Leaf};
use crate::model::name::{EMPTY, Symbol};
use crate::model::time::Timestamp;

/// Appends the row, without the line break.
pub(super) fn write(
    context: &Context<'_>,
    (journey, leaf): (&Journey, &Leaf),
    findings: &[&'static str],
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let start = out.len();
    write!(out, "{{\"schema_version\":{SCHEMA_VERSION},\"network_message_id\":")?;
    let mut pen = Pen { context, out, plain: true };
    pen.guid(journey.network_message_id);
    pen.text(b",\"message_id\":", journey.message_id)?;
    pen.text(b",\"sender\":", journey.sender)?;
    pen.decision(leaf)?;
    pen.message(journey)?;
    pen.way(journey, leaf)?;
    pen.list(b",\"findings\":[", findings.iter().map(|kind| kind.as_bytes()))?;
    pen.put(if leaf.complete { b"],\"complete\":true" } else { b"],\"complete\":false" });
    let missing = leaf.missing.iter().filter(|s| **s != EMPTY).map(|s| context.names.get(*s));
    pen.list(b",\"missing\":[", missing)?;
    pen.put(b"]");
    pen.evidence(leaf.evidence)?;
    pen.put(b"}");
    if !pen.plain {
        json_line(out, start);
    }
    Ok(())
}

/// Writes values.
struct Pen<'p> {
    context: &'p Context<'p>,
    out: &'p mut Vec<u8>,
    /// No text so far holds anything but printable ASCII.
    plain: bool,
}

impl Pen<'_> {
    fn put(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
    }

    /// To whom, and what was decided by which row.
    fn decision(&mut self, leaf: &Leaf) -> io::Result<()> {
        self.text(b",\"recipient\":", leaf.recipient)?;
        self.text(b",\"final_recipient\":", leaf.final_recipient)?;
        self.put(b",\"via\":[");
        for (i, via) in leaf.via.iter().enumerate() {
            self.put(if i == 0 { b"{\"step\":" } else { b",{\"step\":" });
            self.name(Some(via.step.as_str()))?;
            self.put(b",\"from\":");
            self.string(self.context.names.get(via.from))?;
            self.put(b",\"to\":");
            self.string(self.context.names.get(via.to))?;
            self.put(b"}");
        }
        self.put(b"],\"decision\":");
        self.name(Some(leaf.decision.as_str()))?;
        self.text(b",\"connector\":", leaf.connector)?;
        self.text(b",\"next_hop\":", leaf.next_hop)?;
        self.text(b",\"server\":", leaf.server)?;
        self.put(b",\"status_code\":");
        match leaf.status.code {
            Some(code) => write!(self.out, "\"{code}\"")?,
            None => self.put(b"null"),
        }
        self.text(b",\"status_tag\":", leaf.status.tag)?;
        self.text(b",\"status_text\":", leaf.status.text)
    }

    /// What holds for all recipients.
    fn message(&mut self, journey: &Journey) -> io::Result<()> {
        self.put(b",\"directionality\":");
        self.name(journey.directionality.as_str())?;
        self.text(b",\"subject\":", if self.context.no_subjects { EMPTY } else { journey.subject })?;
        match journey.size_bytes {
            Some(size) => self.number(b",\"size_bytes\":", size)?,
            None => self.put(b",\"size_bytes\":null"),
        }
        self.put(b",\"class\":");
        self.name(Some(journey.class.as_str()))?;
        self.text(b",\"reference\":", journey.reference)
    }

    /// When, and over which hops.
    fn way(&mut self, journey: &Journey, leaf: &Leaf) -> io::Result<()> {
        self.time(b",\"first_seen\":", journey.first_seen);
        self.time(b",\"last_seen\":", leaf.last_seen);
        self.number(b",\"latency_ms\":", leaf.latency_ms)?;
        self.put(b",\"hops\":[");
        for (i, hop) in leaf.hops.iter().filter(|h| h.is_listed()).enumerate() {
            self.put(if i == 0 { b"" } else { b"," });
            self.hop(hop)?;
        }
        self.number(b"],\"laps\":", leaf.laps)
    }

    /// The beginning of a list, and texts in it.
    fn list<'t>(&mut self, key: &[u8], texts: impl Iterator<Item = &'t [u8]>) -> io::Result<()> {
        self.put(key);
        for (i, text) in texts.enumerate() {
            self.put(if i == 0 { b"" } else { b"," });
            self.string(text)?;
        }
        Ok(())
    }

    fn number(&mut self, key: &[u8], number: impl Serialize) -> io::Result<()> {
        self.put(key);
        Ok(serde_json::to_writer(&mut *self.out, &number)?)
    }

    fn string(&mut self, text: &[u8]) -> io::Result<()> {
        self.plain &= string(text, self.out)?;
        Ok(())
    }

    /// A text that may be absent.
    fn text(&mut self, key: &[u8], text: Symbol) -> io::Result<()> {
        self.put(key);
        if text == EMPTY {
            self.put(b"null");
            return Ok(());
        }
        self.string(self.context.names.get(text))
    }

    /// A name of our own that may be absent.
    fn name(&mut self, name: Option<&str>) -> io::Result<()> {
        match name {
            Some(name) => self.string(name.as_bytes()),
            None => {
                self.put(b"null");
                Ok(())
            }
        }
    }

    fn time(&mut self, key: &[u8], time: Timestamp) {
        self.put(key);
        self.put(b"\"");
        time.append_to(self.out);
        self.put(b"\"");
    }

    /// An id as [`guid_text`](crate::model::name::guid_text) writes it; null for the one of all zeros.
    fn guid(&mut self, id: u128) {
        if id == 0 {
            return self.put(b"null");
        }
        self.put(b"\"");
        for digit in 0..32 {
            if matches!(digit, 8 | 12 | 16 | 20) {
                self.put(b"-");
            }
            let value = (id >> (124 - 4 * digit) & 15) as u8;
            self.out.push(if value < 10 { b'0' + value } else { b'a' + value - 10 });
        }
        self.put(b"\"");
    }

    fn evidence(&mut self, at: Position) -> io::Result<()> {
        self.put(b",\"evidence\":{\"file\":");
        self.string(self.context.files.get(at.file as usize).map_or(b"", |f| f.name.as_bytes()))?;
        self.number(b",\"line\":", at.line)?;
        self.number(b",\"offset\":", at.offset)?;
        self.put(b"}");
        Ok(())
    }

    fn hop(&mut self, hop: &Hop) -> io::Result<()> {
        self.text(b"{\"server\":", hop.server)?;
        self.put(b",\"event\":");
        self.name(Some(hop.event.as_str()))?;
        self.put(b",\"source\":");
        self.name(Some(hop.source.as_str()))?;
        self.text(b",\"connector\":", hop.connector)?;
        self.text(b",\"peer\":", hop.peer)?;
        self.time(b",\"time\":", hop.time);
        self.evidence(hop.evidence)?;
        self.put(b"}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::rows::write_json;
    use super::super::Row;
    use super::*;
    use crate::model::event::{EventId, Source};
    use crate::model::journey::{Decision, StatusInfo, Step, Took, Via};
    use crate::model::name::Names;
    use crate::model::report::FileNote;
    use crate::model::status::EnhancedCode;

    /// A message whose every text is one of these, in turn.
    fn message(symbols: &[Symbol]) -> Journey {
        let mut next = symbols.iter().copied().cycle();
        let mut symbol = || next.next().unwrap();
        let code = Some(EnhancedCode { class: 5, subject: 4, detail: 14 });
        let status = StatusInfo { code, tag: symbol(), text: symbol(), ..StatusInfo::default() };
        let leaf = leaf(&mut symbol, status);
        let bare = Leaf {
            status: StatusInfo::default(),
            hops: Vec::new(),
            via: Vec::new(),
            missing: Vec::new(),
            complete: false,
            ..leaf.clone()
        };
        Journey {
            network_message_id: 0x0f8a_1b2c_3d4e_5f60_7182_93a4_b5c6_d7e8,
            message_id: symbol(),
            sender: symbol(),
            subject: symbol(),
            reference: symbol(),
            size_bytes: Some(4096),
            leaves: vec![leaf, bare],
            ..Journey::default()
        }
    }

    fn leaf(mut symbol: impl FnMut() -> Symbol, status: StatusInfo) -> Leaf {
        let hops = [EventId::Receive, EventId::Resolve, EventId::Send].map(|event| Hop {
            server: symbol(),
            event,
            source: Source::Smtp,
            connector: symbol(),
            peer: symbol(),
            time: Timestamp(1_773_133_200_123),
            evidence: Position { file: 1, line: 7, offset: 900 },
            status,
            address: symbol(),
            related: symbol(),
            outbound: false,
            relayed: false,
            size: None,
            delays_nothing: false,
            reference: symbol(),
        });
        let via = |step| Via { step, from: symbol(), to: symbol(), folded: (EMPTY, EMPTY) };
        let via = [Step::Resolve, Step::Rule].map(via).to_vec();
        Leaf {
            recipient: symbol(),
            final_recipient: symbol(),
            folded: (EMPTY, EMPTY),
            via,
            decision: Decision::SendConnector,
            connector: symbol(),
            next_hop: symbol(),
            server: symbol(),
            decided_by: None,
            status,
            last_seen: Timestamp(-62_200_000_000_000),
            latency_ms: -12,
            took: Took::default(),
            defers: 0,
            exits: 0,
            troubled: false,
            deliveries: 0,
            last_server: EMPTY,
            hops: hops.to_vec(),
            laps: 2,
            complete: true,
            missing: vec![symbol(), symbol()],
            evidence: Position { file: 0, line: 1, offset: 0 },
        }
    }

    #[test]
    fn a_line_is_what_the_row_would_become() {
        let names = Names::default();
        let hostile: [&[u8]; 6] =
            [b"plain", b"", b"\"quoted\\\"", b"\x1b[31m\x7f", b"a\xff\0", "\u{202e}é\u{9b}".as_bytes()];
        let symbols = hostile.map(|text| names.intern(text));
        let names = names.freeze();
        let files = ["EX1/a.LOG", "EX1/\u{202e}b\".LOG"]
            .map(|name| FileNote { name: name.to_owned(), ..FileNote::default() });
        for from in 0..symbols.len() {
            let mut turned = symbols;
            turned.rotate_left(from);
            for (number, texts) in [&turned[..], &symbols[..1], &[EMPTY]].into_iter().enumerate() {
                let mut journey = message(texts);
                if number > 0 {
                    (journey.network_message_id, journey.size_bytes) = (0, None);
                }
                let context = Context { names: &names, files: &files, no_subjects: from == 1 };
                for (leaf, kinds) in journey.leaves.iter().zip([&["stuck", "poison"][..], &[]]) {
                    let (mut want, mut found) = (Vec::new(), b"before".to_vec());
                    let row = Row { findings: kinds.to_vec(), ..context.row(&journey, leaf) };
                    write_json(&row, &mut want).unwrap();
                    write(&context, (&journey, leaf), kinds, &mut found).unwrap();
                    assert_eq!(
                        String::from_utf8(found).unwrap(),
                        "before".to_owned() + &String::from_utf8(want).unwrap()
                    );
                }
            }
        }
    }
}
