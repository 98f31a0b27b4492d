//! Faults put into the logs, and when. Each scene notes what the logs then show.

mod cloud;
mod directory;
mod gateways;
mod queues;
mod reports;
mod rules;
mod servers;
mod unseen;

use super::exchange::{Copy, Exchange};
use super::hops::Peer;
use super::ledger::Key;
use super::mail::{Mail, Sender};
use super::names;
use super::traffic::{ONCE, OPEN, Scene};
use super::{Organisation, Plan};

/// Something that must happen when so many thousandths of the logs are written.
pub(super) struct Event {
    pub at: u64,
    pub scene: Scene,
}

/// A fault: when it is first seen, in thousandths; about how many rows it takes; who can have it.
struct Fault {
    first: u64,
    rows: u64,
    can: fn(&Plan) -> bool,
    scene: Scene,
}

const fn fault(first: u64, rows: u64, can: fn(&Plan) -> bool, scene: Scene) -> Fault {
    Fault { first, rows, can, scene }
}

fn any(_: &Plan) -> bool {
    true
}

/// Exchange 2007 knows no cloud.
fn hybrid(plan: &Plan) -> bool {
    plan.organisation != Organisation::E2007
}

fn three_days(plan: &Plan) -> bool {
    plan.days >= 3
}

/// All faults; where there is little room, the first ones.
const FAULTS: [Fault; 42] = [
    fault(15, 2, three_days, servers::stuck),
    fault(20, 3, three_days, servers::stuck_after_deferral),
    fault(25, 6, three_days, queues::no_way),
    fault(320, 25, hybrid, cloud::own_domain_as_target),
    fault(340, 12, hybrid, cloud::target_without_connector),
    fault(360, 12, hybrid, cloud::target_accepted_here),
    fault(380, 6, hybrid, cloud::tenant_address_by_mx),
    fault(400, 22, hybrid, cloud::loop_with_the_cloud),
    fault(420, 9, hybrid, cloud::unknown_to_the_tenant),
    fault(430, 9, hybrid, cloud::taken_for_a_stranger),
    fault(435, 24, hybrid, cloud::subdomain_nobody_accepts),
    fault(440, 7, any, gateways::hairpin),
    fault(450, 22, any, gateways::gateway_loop),
    fault(455, 22, any, gateways::own_server_as_smart_host),
    fault(457, 30, any, gateways::relayed_to_and_fro),
    fault(460, 9, any, gateways::too_many_hops_outside),
    fault(470, 9, any, gateways::mx_points_here),
    fault(200, 25, any, directory::mailbox_removed),
    fault(210, 12, any, directory::two_answers),
    fault(220, 18, any, directory::target_left_over),
    fault(230, 18, any, directory::wrong_mailbox),
    fault(475, 6, any, gateways::mistyped_domain),
    fault(480, 9, any, directory::old_suggestion),
    fault(490, 24, any, directory::forwarding_circle),
    fault(500, 10, any, directory::group_circle),
    fault(510, 60, any, directory::shared_domain),
    fault(520, 24, any, rules::inbox_rules_in_a_circle),
    fault(525, 24, any, rules::private_address_sends_back),
    fault(527, 34, any, rules::answers_answer_answers),
    fault(530, 8, any, rules::transport_rules_in_a_circle),
    fault(540, 6, any, reports::report_about_a_report),
    fault(550, 45, any, reports::backscatter),
    fault(555, 50, any, reports::guessed_addresses),
    fault(560, 12, any, reports::journal_of_the_journal),
    fault(570, 4, any, reports::journal_refused),
    fault(580, 3, any, servers::poison),
    fault(590, 7, any, servers::twice_delivered),
    fault(600, 5, any, servers::without_log),
    fault(610, 55, any, queues::too_large_for_its_connector),
    fault(620, 75, any, queues::partner_down),
    fault(630, 35, any, queues::connectors_take_turns),
    fault(870, 9, any, queues::slow),
];

/// From this size on every fault has room.
const ROOM: u64 = 1_000_000;

/// What must happen, the last first.
pub(super) fn agenda(plan: &Plan) -> Vec<Event> {
    let mut agenda = Vec::new();
    for (n, scene) in (0u64..).zip(ONCE) {
        agenda.push(Event { at: 100 + n * 37, scene });
    }
    for (n, scene) in (0u64..).zip(OPEN) {
        agenda.push(Event { at: 985 + n * 3, scene });
    }
    if plan.faults {
        // Faults may take two fifths of small logs.
        let mut room = if plan.size < ROOM { plan.size / 2_000 } else { u64::MAX };
        let times = 1 + (plan.size >> 26).min(3);
        for fault in FAULTS.iter().chain(&unseen::FAULTS).filter(|f| (f.can)(plan)) {
            if fault.rows > room {
                continue;
            }
            room -= fault.rows;
            for n in 0..times {
                agenda.push(Event {
                    at: fault.first + n * if fault.first < 100 { 3 } else { 27 },
                    scene: fault.scene,
                });
            }
        }
    }
    agenda.sort_by_key(|e| std::cmp::Reverse(e.at));
    agenda
}

impl Exchange<'_> {
    /// An address that occurs in this fault alone.
    fn victim(&mut self, domain: &str) -> String {
        self.faults += 1;
        format!("{}.{}@{domain}", names::somebody(&mut self.rng), 9_000 + self.faults)
    }

    /// A message from outside to one address, at the first server.
    fn letter(&mut self, now: i64, to: &str) -> (Mail, Copy) {
        let domain = self.some_domain();
        let local = names::somebody(&mut self.rng);
        let mut mail = self.mail(Sender::Outside(domain, local), now - 900);
        let copy = self.arrive_proxied(&mut mail, 0, now, to);
        (mail, copy)
    }

    /// Out and back again, so many times; each time the message has grown. `renamed`: outside it loses
    /// its network-message-id.
    fn circle(
        &mut self,
        mail: &mut Mail,
        mut copy: Copy,
        (connector, out, back): (&str, Peer<'_>, Peer<'_>),
        (times, renamed): (u32, bool),
        address: &str,
    ) -> Copy {
        let mut at_once = 0;
        for _ in 0..times {
            let left = copy.at + self.between(500, 1_500);
            self.exit(mail, copy.when(left), connector, out, address);
            let again = left + self.between(20_000, 120_000);
            at_once += u32::from(again - left <= 60_000 && back.host == out.host);
            mail.size += 700 + self.rng.u64(0..300);
            if renamed {
                mail.network_id = super::stamp::timed_id(self.rng.u128(..), again);
            }
            copy = self.arrive(mail, copy.unit, again, back, address);
        }
        // What else left by this connector, if anything, came back too.
        if at_once >= 2 && connector == gateways::SIGNATURES {
            self.found(mail, Key::new("smart-host-is-self").connector(connector).peer(out.host));
        }
        copy
    }
}
