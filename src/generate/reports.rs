//! Delivery reports: a message that fails makes another.

use super::directory::Address;
use super::exchange::{Copy, Exchange};
use super::files::Family;
use super::mail::{Mail, Sender};
use super::rows::Row;
use super::stamp;
use super::world::DOMAIN;

/// Who sends reports.
pub(super) const EXCHANGE: &str = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e";

impl Exchange<'_> {
    /// The report about a message that is about to fail on a server; none about a report.
    pub(super) fn report(&mut self, about: &Mail, copy: Copy, at: i64) -> Option<Mail> {
        if about.return_path == "<>" || matches!(about.from, Sender::Nobody) {
            return None;
        }
        let mut report = self.mail(Sender::Nobody, at);
        let host = &self.world.unit(copy.unit).hub.fqdn;
        report.message_id = format!("<{}@{host}>", stamp::guid_text(self.rng.u128(..)));
        report.sender = format!("{EXCHANGE}@{DOMAIN}");
        "<>".clone_into(&mut report.return_path);
        report.subject = format!("Undeliverable: {}", about.subject);
        report.size = about.size / 4 + 6_000;
        report.class = "dsn";
        report.reference = about.as_reference();
        report.from = about.from.clone();
        Some(report)
    }

    /// The report is made on the server of the failure, and goes to the sender.
    pub(super) fn send_report(&mut self, mut report: Mail, copy: Copy, at: i64) {
        let to = Address::from(&report.from);
        self.send_report_to(&mut report, copy, at, &to);
        self.done(&report);
    }

    /// The same to somebody else; the caller closes it.
    pub(super) fn send_report_to(&mut self, report: &mut Mail, copy: Copy, at: i64, to: &Address) {
        let id = self.next_id(copy.unit);
        let recipient = to.text(&self.world);
        let hub = self.world.unit(copy.unit).hub.clone();
        let reference = report.reference.clone().unwrap_or_default();
        let row = Row {
            server: (&hub.ip, &hub.name),
            context: "Failure",
            source: "DSN",
            event: "DSN",
            id: Some(id),
            recipients: &recipient,
            grown: Some(0),
            reference: &reference,
            custom: "S:DeliveryPriority=Normal;S:AccountForest=contoso.com",
            ..Row::default()
        };
        self.emit(report, copy.unit, Family::Transport, at, &row);
        let copy = Copy { unit: copy.unit, id, since: at, at, from_mailbox: false };
        self.deliver(report, copy, std::slice::from_ref(to));
    }
}
