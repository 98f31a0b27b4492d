//! Logs made of bytes: as they stand, or drawn row by row from a small grammar of mail flow, so that
//! nearly every input is read to its end. Each byte chooses one thing; where they end, the logs end.

use crate::logwriter::{COLUMNS, Log, MARK, Release, Row, guid, time};

/// Logs by the names they will have.
pub type Logs = Vec<(&'static str, Vec<u8>)>;

/// What parts two logs in raw bytes.
const BREAK: &[u8] = b"\n====\n";

/// Names for two logs: parts of one, of two services, of two servers, and such as say nothing.
const NAMES: [[&str; 2]; 6] = [
    ["MSGTRK2026031009-1.LOG", "MSGTRK2026031009-2.LOG"],
    ["MSGTRK2026031009-1.LOG", "MSGTRKMD2026031009-1.LOG"],
    ["EX1/MSGTRK2026031009-1.LOG", "EX2/MSGTRK2026031009-1.LOG"],
    ["MSGTRKMS2026031009-1.LOG", "MSGTRKMA2026031009-1.LOG"],
    ["MSGTRKM20260310-1.LOG", "MSGTRK20260310-1.LOG"],
    ["export.csv", "copy of export.csv"],
];

/// event-id and source.
const EVENTS: [(&str, &str); 40] = [
    ("RECEIVE", "SMTP"),
    ("RECEIVE", "STOREDRIVER"),
    ("RECEIVE", "AGENT"),
    ("RECEIVE", "MAILBOXRULE"),
    ("SUBMIT", "STOREDRIVER"),
    ("SEND", "SMTP"),
    ("SENDEXTERNAL", "SMTP"),
    ("DELIVER", "STOREDRIVER"),
    ("DUPLICATEDELIVER", "STOREDRIVER"),
    ("DELIVERFAIL", "STOREDRIVER"),
    ("RESOLVE", "ROUTING"),
    ("REDIRECT", "ROUTING"),
    ("DUPLICATEREDIRECT", "ROUTING"),
    ("EXPAND", "ROUTING"),
    ("DUPLICATEEXPAND", "ROUTING"),
    ("TRANSFER", "ROUTING"),
    ("TRANSFER", "ORAR"),
    ("FAIL", "ROUTING"),
    ("FAIL", "SMTP"),
    ("FAIL", "AGENT"),
    ("FAIL", "STOREDRIVER"),
    ("DSN", "DSN"),
    ("DEFER", "SMTP"),
    ("DEFER", "AGENT"),
    ("DROP", "AGENT"),
    ("BADMAIL", "DSN"),
    ("POISONMESSAGE", "POISONMESSAGE"),
    ("AGENTINFO", "AGENT"),
    ("NOTIFYMAPI", "STOREDRIVER"),
    ("HAREDIRECT", "SMTP"),
    ("HARECEIVE", "SMTP"),
    ("HADISCARD", "SMTP"),
    ("RESUBMIT", "REDUNDANCY"),
    ("SUBMITFAIL", "STOREDRIVER"),
    ("MODERATORAPPROVE", "APPROVAL"),
    ("PROCESS", "STOREDRIVER"),
    ("THROTTLE", "STOREDRIVER"),
    ("SUPPRESSED", "AGENT"),
    ("SETROUTE", "AGENT"),
    ("CONTOSOARCHIVED", "CONTOSO"),
];

const PEOPLE: [&str; 12] = [
    "anna@contoso.com",
    "Ben@Contoso.com",
    "carl@contoso.com",
    "team@contoso.com",
    "mia@contoso.mail.onmicrosoft.com",
    "dora@fabrikam.example",
    "nobody@contoso.com",
    "anna@contoso.com;Ben@Contoso.com",
    "carl@contoso.com;carl@contoso.com;dora@fabrikam.example",
    "\"a;b\"@contoso.com",
    "HealthMailbox0f8a1b2c@contoso.com",
    "",
];

const SERVERS: [&str; 5] = ["EX1.contoso.com", "EX2.contoso.com", "HUB1", "mx.fabrikam.com", ""];

const CONNECTORS: [&str; 6] = [
    "To Internet",
    r"EX1\Default EX1",
    "Intra-Organization SMTP Send Connector",
    "Outbound to Office 365",
    r"EX2\Outbound Proxy Internal Send Connector",
    "",
];

const STATUSES: [&str; 10] = [
    "",
    "250 2.1.5 Recipient OK",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
    "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found;250 2.1.5 Recipient OK",
    "[{LED=451 4.4.0 Primary target IP address responded with: \"421 4.2.1 no\"};{MSG=};{FQDN=mx.fabrikam.com};{IP=192.0.2.9}]",
    "554 5.4.6 Hop count exceeded - possible mail loop",
    "550 5.4.14 Hop count exceeded; 554 5.7.1",
    "To;Cc;Bcc",
    "421 4.4.2 Connection dropped;;",
    "550 5.7.1 quarantined",
];

const CONTEXTS: [&str; 6] = [
    "250 2.6.0 <1@fabrikam.com> [InternalId=101, Hostname=EX2.contoso.com] 4096 bytes",
    "[Hostname=EX1.contoso.com, InternalId=102]",
    "08DE7E85BDB40001;2026-03-10T09:00:00.000Z;0",
    "MDB:11111111-2222-3333-4444-555555555555, Mailbox:66666666-7777-8888-9999-aaaaaaaaaaaa, Event:7",
    "Journaling",
    "Transport Rule Agent",
];

/// Texts that some reader takes for something else.
const HOSTILE: [&[u8]; 20] = [
    b"",
    b"\"",
    b"a \"quoted\" word, and more",
    b"first line\r\nsecond line",
    b"x\n2026-03-10T09:00:00.000Z,,EX1,,,\r\n",
    b"=cmd()",
    b"\x1b[31m\xc2\x9b",
    "Grüße \u{202e}\u{feff}".as_bytes(),
    b"\xff\xfe\x80",
    b"\0\0",
    b"#Fields: date-time,event-id",
    b"<>",
    b"0001-01-01T00:00:00.000Z",
    b"9999-12-31T23:59:59.999Z",
    b"2026-03-10T08:59:00.000Z;SRV=EX1:TOTAL-SUB=0.1|SMR=9(A=1);LSRV=EX2:TOTAL-HUB=18446744073709551615",
    b"18446744073709551615",
    b"99999999999999999999",
    b"-1",
    b"Incoming",
    b"|`<script>`|",
];

/// What is left of the input.
#[derive(Debug)]
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next byte; 0 where there is none.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::from(self.byte()) % list.len()]
    }

    /// So many bytes as they are, as one byte says.
    fn raw(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte() % 64).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        text
    }

    fn hostile(&mut self) -> &'a [u8] {
        match self.byte() {
            chosen @ 0..128 => HOSTILE[usize::from(chosen) % HOSTILE.len()],
            _ => self.raw(),
        }
    }
}

/// One or two logs that hold the bytes as they stand.
pub fn raw(mut bytes: Bytes<'_>) -> Logs {
    let names = bytes.pick(&NAMES);
    let at = bytes.0.windows(BREAK.len()).position(|w| w == BREAK);
    match at {
        Some(at) => {
            vec![(names[0], bytes.0[..at].to_vec()), (names[1], bytes.0[at + BREAK.len()..].to_vec())]
        }
        None => vec![(names[0], bytes.0.to_vec())],
    }
}

/// Two logs drawn by the bytes.
pub fn drawn(mut bytes: Bytes<'_>) -> Logs {
    let names = bytes.pick(&NAMES);
    let mut logs = [begun(&mut bytes), begun(&mut bytes)];
    let (mut last, mut clock) = (Row::default(), 0);
    for _ in 0..100 {
        if bytes.0.is_empty() {
            break;
        }
        let what = bytes.byte();
        let log = usize::from(what & 1);
        let add = |logs: &mut [Log; 2], f: &dyn Fn(Log) -> Log| logs[log] = f(logs[log].clone());
        match what >> 1 {
            0..100 => {
                clock += u32::from(bytes.byte()) * 37;
                last = row(&mut bytes, clock);
                add(&mut logs, &|log| log.row(&last));
            }
            // The same row once more, or in the other log.
            100..108 => add(&mut logs, &|log| log.row(&last)),
            108..112 => {
                let release = bytes.pick(&Release::ALL);
                add(&mut logs, &|log| log.header(release));
            }
            112..116 => {
                let text = bytes.hostile();
                add(&mut logs, &|log| log.raw(text));
            }
            116..118 => add(&mut logs, &|log| log.raw([0; 40])),
            118..120 => add(&mut logs, &|log| log.raw("\r\n")),
            120..122 => add(&mut logs, &|log| log.raw("\"")),
            122..124 => add(&mut logs, &|log| log.raw("Mar 10 09:00:01 siem01 exchange: ")),
            // Not the whole row was written.
            _ => {
                let n = usize::from(bytes.byte()).min(logs[log].clone().bytes().len());
                add(&mut logs, &|log| log.cut(n));
            }
        }
    }
    let mut out = Logs::new();
    for (name, log) in names.into_iter().zip(logs) {
        out.push((name, log.bytes()));
    }
    out
}

fn begun(bytes: &mut Bytes<'_>) -> Log {
    let release = bytes.pick(&Release::ALL);
    match bytes.byte() % 8 {
        0 => Log::headless(release),
        1 => Log::headless(release).raw(MARK).header(release),
        2 => {
            let mut columns = release.columns();
            columns.reverse();
            Log::headless(release).header_with(release, &columns)
        }
        _ => Log::of(release),
    }
}

fn row(bytes: &mut Bytes<'_>, clock: u32) -> Row {
    let (event, source) = bytes.pick(&EVENTS);
    let who = bytes.byte();
    let message = u64::from(who & 7);
    let recipients = bytes.pick(&PEOPLE);
    let server = bytes.pick(&SERVERS);
    let mut row = Row::default()
        .with("date-time", time(clock))
        .with("event-id", event)
        .with("source", source)
        .with("recipient-address", recipients)
        .with("recipient-count", recipients.split(';').count().to_string())
        .with("server-hostname", server)
        .with("client-hostname", bytes.pick(&SERVERS))
        .with("client-ip", if who & 8 == 0 { "192.0.2.25" } else { "10.0.1.11" })
        .with("connector-id", bytes.pick(&CONNECTORS))
        .with("recipient-status", bytes.pick(&STATUSES))
        .with("sender-address", bytes.pick(&PEOPLE))
        .with("internal-message-id", (100 + (message & 3)).to_string());
    if who & 16 == 0 {
        row = row.with("network-message-id", guid(message));
    }
    if who & 32 == 0 {
        row = row.with("message-id", format!("<{}@fabrikam.com>", message & 5));
    }
    if who & 64 == 0 {
        row = row.with("source-context", bytes.pick(&CONTEXTS));
    }
    match event {
        "RESOLVE" | "REDIRECT" | "EXPAND" => row = row.with("related-recipient-address", bytes.pick(&PEOPLE)),
        "TRANSFER" => row = row.with("reference", (100 + u32::from(bytes.byte() & 3)).to_string()),
        _ => {}
    }
    for _ in 0..who >> 7 {
        let (column, times) = (bytes.pick(&COLUMNS), bytes.byte());
        row = row.with(column, bytes.hostile());
        if times & 1 == 1 {
            row = row.with(bytes.pick(&COLUMNS), bytes.hostile());
        }
    }
    row
}
