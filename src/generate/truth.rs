//! `truth.jsonl` and `findings.jsonl`: what the logs must be read as.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use serde::Serialize;

use super::ledger::{Key, Planted};
use super::mail::{Leaf, Mail};
use super::spool::SLACK;
use super::stamp;

/// One row: message and final recipient. Fields as those of `routes`.
#[derive(Debug, Serialize)]
struct Row<'a> {
    schema_version: u32,
    network_message_id: Option<String>,
    message_id: &'a str,
    sender: &'a str,
    recipient: &'a str,
    final_recipient: &'a str,
    via: Vec<Link<'a>>,
    decision: &'static str,
    connector: Option<&'a str>,
    next_hop: Option<&'a str>,
    server: &'a str,
    status_code: Option<&'static str>,
    status_tag: Option<&'static str>,
    class: &'static str,
    reference: Option<&'a str>,
    first_seen: String,
    laps: u32,
}

#[derive(Debug, Serialize)]
struct Link<'a> {
    step: &'static str,
    from: &'a str,
    to: &'a str,
}

/// By what rows are sorted: first seen, message-id, recipient, final recipient.
type Place = (i64, String, String, String);

/// Rows that wait until no earlier one can come.
#[derive(Default)]
pub(super) struct Truth {
    heap: BinaryHeap<Reverse<(Place, String)>>,
    /// Rows written or waiting.
    pub rows: u64,
}

impl Truth {
    /// Takes the rows of a finished message.
    pub(super) fn add(&mut self, mail: &Mail) -> io::Result<()> {
        for leaf in &mail.leaves {
            let text = serde_json::to_string(&row(mail, leaf))?;
            let place =
                (mail.first_seen, mail.message_id.clone(), leaf.way.recipient.clone(), leaf.way.last.clone());
            self.heap.push(Reverse((place, text)));
            self.rows += 1;
        }
        Ok(())
    }

    /// Writes what lies before a time; everything, if none is given.
    pub(super) fn advance(&mut self, before: Option<i64>, out: &mut dyn Write) -> io::Result<()> {
        while let Some(Reverse((place, _))) = self.heap.peek() {
            if before.is_some_and(|b| place.0 >= b - SLACK) {
                break;
            }
            let Some(Reverse((_, text))) = self.heap.pop() else { break };
            out.write_all(text.as_bytes())?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

fn row<'a>(mail: &'a Mail, leaf: &'a Leaf) -> Row<'a> {
    Row {
        schema_version: 1,
        network_message_id: mail.network_id_seen.then(|| stamp::guid_text(mail.network_id)),
        message_id: &mail.message_id,
        sender: &mail.return_path,
        recipient: &leaf.way.recipient,
        final_recipient: &leaf.way.last,
        via: leaf.way.via.iter().map(|v| Link { step: v.step, from: &v.from, to: &v.to }).collect(),
        decision: leaf.decision,
        connector: leaf.connector.as_deref(),
        next_hop: leaf.next_hop.as_deref(),
        server: &leaf.server,
        status_code: leaf.status_code,
        status_tag: leaf.status_tag,
        class: mail.class,
        reference: mail.reference.as_deref(),
        first_seen: stamp::time_text(mail.first_seen),
        laps: leaf.laps,
    }
}

/// Writes the findings.
pub(super) fn write_findings(findings: &[(Key, u64)], out: &mut dyn Write) -> io::Result<()> {
    for (key, messages) in findings {
        let row = Planted {
            kind: key.kind,
            domain: key.domain.as_deref(),
            connector: key.connector.as_deref(),
            peer: key.peer.as_deref(),
            address: key.address.as_deref(),
            messages: *messages,
            needs_topology: key.needs_topology,
        };
        serde_json::to_writer(&mut *out, &row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
