//! What single columns of a row say: who wrote it, whether it is a probe's, which connectors stay inside.

use std::borrow::Cow;

use crate::model::column::Column;
use crate::model::event::written_by_client;
use crate::model::journey::Direction;
use crate::model::name::short_host;
use crate::parse::event::Event;
use crate::parse::values::split_list;
use crate::route::fact;

/// Who wrote a row and who is on the other side.
pub(super) struct Hosts<'e> {
    pub writer: Cow<'e, [u8]>,
    pub peer: Cow<'e, [u8]>,
    pub peer_ip: Cow<'e, [u8]>,
}

impl<'e> Hosts<'e> {
    /// Reads them off a row; `fallback` wrote it if it names no host.
    pub(super) fn of(event: &Event<'e>, fallback: &'e [u8]) -> Self {
        let client = (event.text(Column::ClientHostname), Column::ClientIp);
        let server = (event.text(Column::ServerHostname), Column::ServerIp);
        let (own, other) = if written_by_client(event.event) { (client, server) } else { (server, client) };
        let nothing = Cow::Borrowed(&b""[..]);
        match (own.0.is_empty(), other.0.is_empty()) {
            (false, _) => Self { writer: short(own.0), peer: other.0, peer_ip: event.text(other.1) },
            (true, false) => Self { writer: short(other.0), peer: nothing.clone(), peer_ip: nothing },
            (true, true) => Self { writer: Cow::Borrowed(fallback), peer: nothing.clone(), peer_ip: nothing },
        }
    }
}

/// As [`short_host`], of a text that may be borrowed from the log.
fn short(host: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match host {
        Cow::Borrowed(host) => short_host(host),
        Cow::Owned(host) => Cow::Owned(short_host(&host).into_owned()),
    }
}

pub(super) fn sender_flags(from: &[u8]) -> u16 {
    let local = from.split(|b| *b == b'@').next().unwrap_or_default();
    let begins = |what: &[u8]| local.get(..what.len()).is_some_and(|head| head.eq_ignore_ascii_case(what));
    if local.eq_ignore_ascii_case(b"postmaster")
        || local.eq_ignore_ascii_case(b"mailer-daemon")
        || begins(b"MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e")
    {
        fact::REPORT_SENDER
    } else if begins(b"SystemMailbox{") || begins(b"Migration.") || begins(b"FederatedEmail.") {
        fact::SYSTEM_SENDER
    } else {
        0
    }
}

/// Connectors that stay inside the organisation: the implicit one, and an Edge server's way in.
pub(super) fn stays_inside(connector: &[u8]) -> bool {
    let begins =
        |what: &[u8]| connector.get(..what.len()).is_some_and(|head| head.eq_ignore_ascii_case(what));
    connector.eq_ignore_ascii_case(b"Intra-Organization SMTP Send Connector")
        || begins(b"EdgeSync - Inbound to ")
}

pub(super) fn direction(text: &[u8]) -> Direction {
    match text {
        b"" => Direction::Absent,
        b"1" => Direction::Incoming,
        b"2" => Direction::Originating,
        _ if text.eq_ignore_ascii_case(b"Incoming") => Direction::Incoming,
        _ if text.eq_ignore_ascii_case(b"Originating") => Direction::Originating,
        _ => Direction::Undefined,
    }
}

/// A health probe's row, by its sender or a recipient.
pub(super) fn is_probe_row(event: &Event<'_>) -> bool {
    is_probe(&event.text(Column::Sender))
        || is_probe(&event.text(Column::ReturnPath))
        || split_addresses(&event.text(Column::Recipients)).any(is_probe)
}

pub(super) fn is_probe(address: &[u8]) -> bool {
    const PROBES: [&[u8]; 4] =
        [b"HealthMailbox", b"inboundproxy@", b"maildeliveryprobe@", b"MicrosoftExchangeMonitoring"];
    matches!(address.first(), Some(b'H' | b'h' | b'i' | b'I' | b'm' | b'M'))
        && PROBES.iter().any(|p| address.get(..p.len()).is_some_and(|head| head.eq_ignore_ascii_case(p)))
}

/// The addresses of a list; a `;` inside a quoted local part is no separator.
pub(super) fn split_addresses(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    split_list(list).map(<[u8]>::trim_ascii).filter(|a| !a.is_empty())
}

/// A text without what differs from row to row, to be counted by: digits, addresses and ids masked.
pub(super) fn mask(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len().min(160));
    for word in text.split_inclusive(|b| matches!(b, b' ' | b'\'' | b',' | b';')).take(40) {
        let body = word.strip_suffix(b" ").unwrap_or(word);
        if body.contains(&b'@') {
            out.extend_from_slice(b"<address>");
            out.extend_from_slice(word.get(body.len()..).unwrap_or_default());
        } else {
            out.extend(word.iter().map(|b| if b.is_ascii_digit() { b'#' } else { *b }));
        }
        if out.len() > 160 {
            out.truncate(160);
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_address_of_a_list_is_a_list_of_one(list in "[a\"; ]{0,24}") {
            for address in split_addresses(list.as_bytes()) {
                prop_assert!(split_addresses(address).eq([address]), "{list}");
            }
        }
    }

    #[test]
    fn addresses_split_but_not_inside_quotes() {
        let split = |s: &'static str| split_addresses(s.as_bytes()).collect::<Vec<_>>();
        assert_eq!(split("a@contoso.com;b@contoso.com"), [&b"a@contoso.com"[..], b"b@contoso.com"]);
        assert_eq!(
            split("\"a;b\"@contoso.com; c@contoso.com;"),
            [&b"\"a;b\"@contoso.com"[..], b"c@contoso.com"]
        );
        assert_eq!(
            split("o'neil@contoso.com;\"x@contoso.com"),
            [&b"o'neil@contoso.com"[..], b"\"x@contoso.com"]
        );
    }

    #[test]
    fn probes_and_inside_connectors() {
        assert!(is_probe(b"healthmailbox0a1b@contoso.com"));
        assert!(!is_probe(b"health@contoso.com"));
        assert!(stays_inside(b"intra-organization smtp send connector"));
        assert!(stays_inside(b"EdgeSync - Inbound to Main"));
        assert!(!stays_inside(b"EdgeSync - Main to Internet"));
    }

    #[test]
    fn masks_hide_what_differs() {
        assert_eq!(mask(b"mailbox of <anna@contoso.com> is 12 over"), b"mailbox of <address> is ## over");
    }
}
