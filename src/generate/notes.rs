//! The long columns: latencies in message-info, agents' notes in custom-data, replies in source-context.

use fastrand::Rng;

use super::stamp::{guid, number, seconds, session, time};

/// Appends `NAME=seconds`.
fn part(out: &mut String, name: &str, ms: i64) {
    out.push_str(name);
    out.push('=');
    seconds(out, ms);
}

/// message-info of a row of the transport service: where the time since `origin` went.
pub(super) fn latencies(rng: &mut Rng, origin: i64, host: &str, ms: i64, from_mailbox: bool) -> String {
    let mut out = String::with_capacity(420);
    time(&mut out, origin);
    let unit = (ms / 20).max(1);
    if from_mailbox {
        out.push_str(";SRV=");
        out.push_str(host);
        let sub = 90 + rng.i64(0..120);
        for (name, ms) in [
            (":TOTAL-SUB", sub),
            ("|SA", sub / 4),
            ("|MTSS-PEN", sub / 2),
            ("(MTSSDA", sub / 7),
            ("|MTSSDSDS", 3 + sub / 9),
        ] {
            part(&mut out, name, ms);
        }
        out.push(')');
    }
    out.push_str(";LSRV=");
    out.push_str(host);
    for (name, share) in [
        (":TOTAL-HUB", 20),
        ("|SMR", 5),
        ("(SMRDE", 1),
        ("|SMRC", 4),
        ("(SMRCL", 3),
        ("))|CAT", 7),
        ("(CATOS", 1),
        ("|CATRESL", 2),
        ("|CATORES", 3),
        ("(CATRS", 2),
        ("(CATRS-Transport Rule Agent", 1),
        (")))|UNK", 0),
        ("|QDE", 2),
        ("|SMSC", 2),
        ("|SMS", 2),
    ] {
        part(&mut out, name, if share == 0 { 1 } else { unit * share + rng.i64(0..3) });
    }
    out
}

/// message-info of a delivery.
pub(super) fn delivery(rng: &mut Rng, origin: i64, hub: &str, mailbox: &str, ms: i64) -> String {
    let mut out = String::with_capacity(300);
    time(&mut out, origin);
    out.push_str(";SRV=");
    out.push_str(hub);
    part(&mut out, ":TOTAL-HUB", ms);
    for (name, share) in [("|SMR", 5), ("(SMRDE", 1), (")|CAT", 7), ("|QDM", 2), ("|SMSC", 2), ("|SMS", 2)] {
        part(&mut out, name, ms * share / 20);
    }
    out.push_str(";LSRV=");
    out.push_str(mailbox);
    for (name, ms) in [
        (":TOTAL-DEL", 40),
        ("|SMR", 5),
        ("|SDDPM", 6),
        ("(SDDPM-Conversations Processing Agent", 4),
        (")|D", 33),
    ] {
        part(&mut out, name, ms + rng.i64(0..12));
    }
    out
}

/// custom-data of an arrival by SMTP.
pub(super) fn arrival(host: &str, peer_ip: &str, from_outside: bool) -> String {
    let mut out = String::with_capacity(320);
    if from_outside {
        out.push_str("S:ProxyHop1=");
        out.push_str(host);
        out.push_str("(10.0.1.11);S:ProxiedClientIPAddress=");
        out.push_str(peer_ip);
        out.push_str(";S:FromEntity=Internet;S:InboundTlsDetails=TLS=SP_PROT_TLS1_2_SERVER [11];");
    } else {
        out.push_str("S:FromEntity=Hosted;");
    }
    out.push_str("S:FirstForestHop=");
    out.push_str(host);
    out.push_str(";S:DeliveryPriority=Normal;S:OriginalFromAddress=;S:AccountForest=contoso.com");
    out
}

/// custom-data of a send.
pub(super) fn sending(ms: i64, people: usize, outside: bool) -> String {
    let mut out = String::with_capacity(320);
    part(&mut out, "S:E2ELatency", ms);
    if outside {
        part(&mut out, ";S:ExternalSendLatency", ms / 3);
        out.push_str(";S:ToEntity=Internet");
        out.push_str(";S:Microsoft.Exchange.Transport.MailRecipient.EffectiveTlsAuthLevel=EncryptionOnly");
    }
    out.push_str(";S:MsgRecipCount=");
    number(&mut out, people as u64);
    out.push_str(";S:SubRecipCount=");
    number(&mut out, people as u64);
    out.push_str(";S:IsSmtpResponseFromExternalServer=");
    out.push_str(if outside { "True" } else { "False" });
    out.push_str(";S:DeliveryPriority=Normal;S:AccountForest=contoso.com");
    out
}

/// custom-data of a delivery.
pub(super) fn stored(rng: &mut Rng, ms: i64, database: u64) -> String {
    let mut out = String::with_capacity(520);
    out.push_str("S:MailboxDatabaseName=DB");
    number(&mut out, database);
    out.push_str(";S:DatabaseHealth=-1;S:MailboxDatabaseGuid=");
    guid(&mut out, 0x76e6_d2ed_bad6_4b1c_a60c_32ef_dad5_8e00 + u128::from(database));
    out.push_str(";S:Mailboxes=");
    guid(&mut out, rng.u128(..));
    part(&mut out, ";S:E2ELatency", ms);
    part(&mut out, ";S:DeliveryLatency", 31);
    out.push_str(";S:AttachCount=0;S:ToEntity=Hosted;S:DeliveryPriority=Normal;S:AccountForest=contoso.com");
    out
}

/// custom-data of AGENTINFO.
pub(super) fn agents(rng: &mut Rng, bytes: u64, people: usize, at: i64) -> String {
    let mut out = String::with_capacity(520);
    out.push_str("S:AMA=SUM|v=0|action=|error=|atch=");
    number(&mut out, rng.u64(0..4));
    for _ in 0..rng.u32(0..3) {
        out.push_str(";S:TRA=ETR|ruleId=");
        guid(&mut out, 0x5f0f_67ae_0bd1_4c11_9d5d_1b44_1f4c_6d00 + rng.u128(0..9));
        out.push_str("|st=");
        time(&mut out, at / 60_000 * 60_000);
        out.push_str("|action=ApplyClassification|sev=1|mode=Enforce");
    }
    out.push_str(
        ";S:TRA=ETRP|ETREX|t=0;S:CompCost=|AMA=0|ETR=0;S:DeliveryPriority=Normal;S:PrioritizationReason=AMS:",
    );
    number(&mut out, bytes);
    out.push_str("/1048576|ARC:");
    number(&mut out, people as u64);
    out.push_str("/500;S:OriginalFromAddress=;S:AccountForest=contoso.com");
    out
}

/// source-context of an arrival: session, its time, number of the message in it.
pub(super) fn arriving(at: i64, salt: u64) -> String {
    let mut out = String::with_capacity(48);
    session(&mut out, at, salt);
    out.push(';');
    time(&mut out, at - 40);
    out.push_str(";0");
    out
}

/// source-context of what a mailbox hands over.
pub(super) fn mailbox_item(rng: &mut Rng, database: u64, created: i64) -> String {
    let mut out = String::with_capacity(260);
    out.push_str("MDB:");
    guid(&mut out, 0x76e6_d2ed_bad6_4b1c_a60c_32ef_dad5_8e00 + u128::from(database));
    out.push_str(", Mailbox:");
    guid(&mut out, rng.u128(..));
    out.push_str(", Event:");
    number(&mut out, 100_000 + rng.u64(0..9_000_000));
    out.push_str(", MessageClass:IPM.Note, CreationTime:");
    time(&mut out, created);
    out.push_str(", ClientType:");
    out.push_str(["OWA", "MOMT", "ActiveSync", "User"].get(rng.usize(0..4)).unwrap_or(&"OWA"));
    out.push_str(", SubmissionAssistant:MailboxTransportSubmissionEmailAssistant");
    out
}

/// source-context of a send to another Exchange server, whose id of the message it tells.
pub(super) fn queued(at: i64, message_id: &str, id: u64, host: &str, old: bool, bytes: u64) -> String {
    let mut out = String::with_capacity(260);
    if !old {
        session(&mut out, at, id);
        out.push(';');
    }
    out.push_str("250 2.6.0 ");
    out.push_str(message_id);
    out.push_str(" [InternalId=");
    number(&mut out, id);
    if !host.is_empty() {
        out.push_str(", Hostname=");
        out.push_str(host);
    }
    out.push_str("] ");
    number(&mut out, bytes);
    out.push_str(" bytes in 0.101, 1361.827 KB/sec Queued mail for delivery");
    if !old {
        out.push_str(";ClientSubmitTime:");
        time(&mut out, at - 700);
    }
    out
}

/// source-context of a send to a mailbox server's delivery service, or to a host that is no Exchange server.
pub(super) fn accepted(at: i64, salt: u64, reply: &str) -> String {
    let mut out = String::with_capacity(160);
    session(&mut out, at, salt);
    out.push(';');
    out.push_str(reply);
    out.push_str(";ClientSubmitTime:");
    time(&mut out, at - 900);
    out
}

/// The wrapper of later releases around a reply; `host` is who gave it.
pub(super) fn wrapped(reply: &str, (ip, host): (&str, &str), at: i64) -> String {
    let mut out = String::with_capacity(reply.len() + 120);
    for text in ["[{LED=", reply, "};{MSG=};{FQDN=", host, "};{IP=", ip, "};{LRT="] {
        out.push_str(text);
    }
    time(&mut out, at);
    out.push_str("}]");
    out
}
