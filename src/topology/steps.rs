//! The words for each step of a simulation: what was asked, what the answer was, what follows.

use super::Topology;
use super::connector::{Load, MaxSize, Out, Pick, Rule, SendConnector};
use super::domain::{DomainType, Fit};
use super::expected::LONGEST_CHAIN;
use super::recipient::Recipient;
use super::walk::{Beyond, Doubt, Nobody};
use crate::model::name::short_host;

fn domain_text(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// An object as it is spoken of.
fn object(topology: &Topology, owner: u32) -> String {
    topology.recipient(owner).map_or_else(String::new, |r| format!("{} {}", r.kind.in_words(), r.primary()))
}

pub(super) fn look_up(topology: &Topology, address: &str) -> String {
    match topology.owner(address.as_bytes()) {
        None => format!("No object of the exports has the address {address}."),
        Some(owner) => {
            let primary = topology.recipient(owner).map_or("", Recipient::primary);
            let what = object(topology, owner);
            if primary == address {
                format!(
                    "{address} is the primary address of a {}.",
                    what.trim_end_matches(primary).trim_end()
                )
            } else {
                format!("{address} is another address of the {what}, to which it is rewritten.")
            }
        }
    }
}

pub(super) fn store(topology: &Topology, owner: u32) -> String {
    let database = topology.recipient(owner).and_then(|r| r.database.as_deref());
    match database {
        Some(database) => format!("The mailbox is here, in database {database}: it is delivered there."),
        None => "The mailbox is here: it is delivered to its database.".to_owned(),
    }
}

pub(super) fn no_target(topology: &Topology, owner: u32) -> String {
    format!("The export of the {} does not say where its mail goes.", object(topology, owner))
}

pub(super) fn forwards(topology: &Topology, owner: u32, to: &str) -> String {
    let Some(recipient) = topology.recipient(owner) else { return String::new() };
    let setting = if recipient.forward.is_some() { "ForwardingAddress" } else { "ForwardingSmtpAddress" };
    let both = recipient.forward.is_some() && recipient.forward_smtp.is_some();
    format!(
        "{setting}{} sends it to {to}; {} (DeliverToMailboxAndForward).",
        if both { ", which goes before ForwardingSmtpAddress," } else { "" },
        if recipient.keeps_copy { "the mailbox keeps a copy" } else { "no copy stays" }
    )
}

pub(super) fn target(topology: &Topology, owner: u32, to: &str) -> String {
    use super::recipient::Kind;
    match topology.recipient(owner).map(|r| r.kind) {
        Some(Kind::RemoteMailbox) => {
            format!("The mailbox is in Exchange Online; its remote routing address is {to}.")
        }
        Some(Kind::Mailbox) => {
            format!("The mailbox object has a target address, which wins over its database: {to}.")
        }
        _ => format!("Its mail goes to the external address {to}."),
    }
}

pub(super) fn beyond(topology: &Topology, owner: u32, to: &str, beyond: Beyond) -> String {
    let domain = domain_text(to);
    let kind = topology.accepted(domain.as_bytes()).map(|(d, _)| d.kind.as_str());
    match beyond {
        Beyond::Chain => {
            let other = topology.owner(to.as_bytes()).map_or_else(String::new, |o| object(topology, o));
            format!("But {to} is an address of the {other}: it goes on as mail for that.")
        }
        Beyond::Out if topology.owner(to.as_bytes()) == Some(owner) => match kind {
            Some(kind @ "Authoritative") if !topology.is_coexistence(domain.as_bytes()) => format!(
                "That is an address of the same object, and {domain} is {kind} here: there is nobody else to look \
                 up, so it is sent out although the domain is the organisation's own."
            ),
            _ => "That is an address of the same object, so nothing more is looked up: it is sent out."
                .to_owned(),
        },
        Beyond::Out => "No other object has that address: it is sent out.".to_owned(),
        Beyond::Nobody => format!(
            "No object has that address, and {domain} is Authoritative here, so nobody can: returned as not found \
             (5.1.10, before 2016 5.1.1)."
        ),
    }
}

pub(super) fn broken_loop(topology: &Topology, owner: u32) -> String {
    format!(
        "That leads back to the {}, and nobody on the way keeps a copy: returned as a loop (5.4.6).",
        object(topology, owner)
    )
}

pub(super) fn met_again(topology: &Topology, owner: u32, circle: bool) -> String {
    let what = object(topology, owner);
    if circle {
        format!("That leads back to the {what}, which has been dealt with: it stops here, quietly.")
    } else {
        format!("The {what} gets the message already: no second copy.")
    }
}

pub(super) fn expansion_server(server: &str, here: bool) -> String {
    if here {
        format!("The group is expanded on {server}, which is this server.")
    } else {
        format!("The group is expanded on {server} alone: elsewhere it is handed there first.")
    }
}

pub(super) fn group(group: &Recipient) -> String {
    match &group.members {
        Some(members) => format!("It is expanded to its {} members.", members.iter().count()),
        None => "It is expanded; who its members are was not exported.".to_owned(),
    }
}

pub(super) fn nobody(topology: &Topology, address: &str, nobody: Nobody) -> String {
    let domain = domain_text(address);
    let accepted = topology.accepted(domain.as_bytes());
    let by = match accepted {
        Some((d, fit)) if fit != Fit::Exact => format!(" (by the accepted domain {})", d.domain),
        _ => String::new(),
    };
    match nobody {
        Nobody::Unknown if domain.is_empty() => {
            format!("{address} is no address, but a name that nobody in the exports goes by.")
        }
        Nobody::Unknown => {
            format!("Whether {domain} is a domain of the organisation is not known: no accepted domains.")
        }
        Nobody::Refuse => format!(
            "{domain} is Authoritative{by}: everybody of it is known here, so it is returned as not found (5.1.10, \
             before 2016 5.1.1)."
        ),
        Nobody::Send(Some(DomainType::InternalRelay)) => {
            format!("{domain} is InternalRelay{by}: who is not known here lives elsewhere, so it is sent on.")
        }
        Nobody::Send(Some(kind)) => {
            format!("{domain} is {}{by}: nobody of it lives here, so it is sent on.", kind.as_str())
        }
        Nobody::Send(None) if domain.is_empty() => "It is no SMTP address: it is sent out.".to_owned(),
        Nobody::Send(None) => format!("{domain} is no domain of the organisation: it is sent out."),
    }
}

pub(super) fn edge(server: &[u8]) -> String {
    let server = String::from_utf8_lossy(server);
    format!("{server} is an Edge server: it looks nobody up and passes mail on by its domain.")
}

pub(super) fn no_connectors() -> String {
    "By which send connector is not known: none were exported.".to_owned()
}

pub(super) fn long_chain() -> String {
    format!("After {LONGEST_CHAIN} targets and forwardings it is followed no further.")
}

/// The connectors whose address space fits and that are left out all the same.
pub(super) fn left_out(topology: &Topology, load: &Load<'_>) -> Option<String> {
    let choice = topology.choice();
    let why = |c: &SendConnector| {
        let why = match choice.out(c, load)? {
            Out::NoSpace => return None,
            Out::TooSmall => format!("takes no more than {}", size_text(c.max_size)),
            Out::Disabled => "is disabled".to_owned(),
            Out::OtherSite => "is for servers of another site only (scoped)".to_owned(),
            Out::OtherServer => "is none of this Edge server".to_owned(),
        };
        Some(format!("{} {why}", c.name))
    };
    let some: Vec<String> = topology.facts().send_connectors.iter().filter_map(why).collect();
    (!some.is_empty()).then(|| format!("Left out, although an address space fits: {}.", some.join("; ")))
}

fn size_text(size: MaxSize) -> String {
    match size {
        MaxSize::Unknown => "?".to_owned(),
        MaxSize::Unlimited => "any size".to_owned(),
        MaxSize::Bytes(bytes) => format!("{bytes} bytes"),
    }
}

pub(super) fn pick(topology: &Topology, address: &str, pick: Pick) -> String {
    let domain = domain_text(address);
    let chosen = match pick {
        Pick::One(chosen) => chosen,
        Pick::TooLarge => {
            return format!("Every connector for {domain} takes less: returned as too large (5.3.4).");
        }
        Pick::NoRoute if domain.is_empty() => {
            return "No connector is for addresses of this type: returned (5.4.4).".to_owned();
        }
        Pick::NoRoute => {
            return format!(
                "No send connector is for {domain}: it waits in the Unreachable queue, and is returned after two \
                 days (4.4.7)."
            );
        }
    };
    let connector = topology.connector(chosen.connector);
    let name = connector.map_or("?", |c| &c.name);
    let accepted = connector.is_some_and(|c| c.spaces.iter().all(|s| &*s.space == "--"));
    let fits = match chosen.fit {
        Fit::Exact if accepted => "is for all accepted domains (--)".to_owned(),
        Fit::Exact => format!("has {domain} itself among its address spaces"),
        Fit::Suffix(_) | Fit::Apex => format!("has an address space *. that covers {domain}"),
        Fit::Any if domain.is_empty() => "is for addresses of this type".to_owned(),
        Fit::Any => "has the address space * for everything else".to_owned(),
    };
    let by = match chosen.by {
        Rule::Only => "no other fits",
        Rule::Closest => "the closest address space wins",
        Rule::Cost => "of equal address spaces the lower cost wins",
        Rule::Nearest => "of equal cost the nearest source server wins",
        Rule::Name => "all else equal, the name that comes first wins",
    };
    format!("Send connector {name} {fits}; {by}.")
}

pub(super) fn source(connector: &SendConnector, server: Option<&[u8]>) -> Option<String> {
    let sources = connector.sources.join(", ");
    let server = server.filter(|_| !sources.is_empty())?;
    let here = connector.sources.iter().any(|s| s.as_bytes().eq_ignore_ascii_case(&short_host(server)));
    (!here).then(|| format!("The connector sends from {sources}: the message is handed there first."))
}

/// What a connector hands mail for an address to.
pub(super) fn hop_name(connector: &SendConnector, address: &str) -> String {
    if connector.uses_smart_hosts() {
        return connector.smart_hosts.join(", ");
    }
    format!("MX of {}", domain_text(address))
}

pub(super) fn hop(connector: &SendConnector, hop: &str) -> String {
    let front = if connector.frontend_proxy == Some(true) { ", by way of the front end" } else { "" };
    if connector.uses_smart_hosts() {
        format!("It hands all mail to its smart hosts: {hop}{front}.")
    } else {
        format!("It asks the DNS: the next hop is the {hop}{front}.")
    }
}

pub(super) fn own_smart_host(host: &str) -> String {
    format!("{host} is a server of the organisation itself: the mail comes back.")
}

impl Doubt {
    /// What the exports do not tell, in plain words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Recipients => {
                "Not all exports of recipients are here: an address that nobody has may belong to somebody."
            }
            Self::Domains => {
                "Accepted domains are missing: which domains are the organisation's is not known."
            }
            Self::Connectors => "Send connectors are missing: the way out is not known.",
            Self::Size => {
                "The size was not said: larger messages than the connector takes go another way (--size)."
            }
            Self::Server => "The server that routes it was not said, and it matters (--server).",
            Self::SiteCosts => {
                "Costs of links between sites count too, and no export tells them: another connector of the same \
                 address space may be chosen."
            }
            Self::Members => "The members of a group were not exported.",
            Self::Proxies => "Only primary addresses of an object on the way were exported (EmailAddresses).",
            Self::OwnTarget => {
                "A target that is the object's own address in a domain of the organisation is sent out, but some \
                 versions may return it as a loop at once (5.4.6). Where the MX of that domain leads is not in the \
                 exports: to Exchange Online it arrives as mail from the internet, back here it goes in circles."
            }
            Self::Apex => "Whether an accepted domain *.x covers x itself is not documented; taken as yes.",
            Self::Object => {
                "That an object goes before the type of an ExternalRelay domain is not documented by Microsoft."
            }
            Self::MailboxTarget => {
                "That a target address wins over a mailbox's own database is known from the field only."
            }
            Self::AutoForward => {
                "Whether mail may be forwarded there: the remote domain forbids it or was not exported."
            }
            Self::Ambiguous => {
                "Several objects have the address; Exchange defers such mail and then returns it (5.1.4)."
            }
            Self::Few => {
                "Dynamic groups or public folders were not exported: one of them may have the address."
            }
            Self::LongChain => "The chain of targets is longer than is followed here.",
        }
    }
}
