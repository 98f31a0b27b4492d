//! Connectors that are passed over, and hosts that are not theirs.

use std::rc::Rc;

use super::super::super::exchange::Exchange;
use super::super::super::hops::Peer;
use super::super::super::ledger::Key;
use super::super::super::mail::{End, Way};
use super::super::super::roll::Connector;
use super::super::super::world::{Exit, INTERNET, SMART_HOST};
use super::passed_over;

/// There is a connector for the partner's domain, in use and large enough; and mail leaves by the one to everywhere.
pub(in super::super) fn partner_passed_over(exchange: &mut Exchange<'_>, now: i64) {
    const SKI: &str = "alpineskihouse.example";
    const OWN: &str = "Partner alpineskihouse";
    let right = Peer { ip: "203.0.113.63", host: "gw.alpineskihouse.example" };
    let other = Peer { ip: "203.0.113.64", host: "mx.alpineskihouse.example" };
    exchange.roll.connect(Connector::new(OWN, &[SKI]).through(right.host));
    for n in 0..5 {
        let address = format!("lodge.{n}@{SKI}");
        let (mut mail, copy) = exchange.letter(now + n * 500_000, &address);
        let (connector, peer) = if n < 3 { (OWN, right) } else { (INTERNET, other) };
        exchange.exit(&mut mail, copy.when(copy.at + 900), connector, peer, &address);
        exchange.left(&mut mail, copy, (connector, peer), &[Way::straight(&address, End::Nobody)]);
        if connector == INTERNET {
            exchange.found(&mail, passed_over(SKI));
        }
        exchange.done(&mail);
    }
}

/// The connector through a smart host hands some mail to a host that is none of its own.
pub(in super::super) fn strange_smart_host(exchange: &mut Exchange<'_>, now: i64) {
    let strange = Peer { ip: "203.0.113.65", host: "smtp-old.adatum.example" };
    let world = Rc::clone(&exchange.world);
    let Some(there) = world.domains.iter().find(|d| d.exit == Exit::SmartHost) else { return };
    let right = Peer { ip: &there.ip, host: &there.mx };
    for n in 0..5 {
        let address = format!("counter.{n}@{}", there.name);
        let (mut mail, copy) = exchange.letter(now + n * 450_000, &address);
        let peer = if n < 3 { right } else { strange };
        exchange.exit(&mut mail, copy.when(copy.at + 900), SMART_HOST, peer, &address);
        exchange.left(&mut mail, copy, (SMART_HOST, peer), &[Way::straight(&address, End::Nobody)]);
        if n >= 3 {
            let key = Key::new("wrong-smart-host").connector(SMART_HOST).peer(strange.host);
            exchange.found(&mail, key.with_exports());
        }
        exchange.done(&mail);
    }
}
