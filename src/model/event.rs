//! Event-ids and sources: closed enums with `Other`, one table each, and the part an event plays.

macro_rules! names {
    ($(#[$doc:meta])* $ty:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $ty {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            /// A name this version does not know; kept, counted and shown.
            Other,
        }

        impl $ty {
            /// Every known value, in the order of the discriminants.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as the log spells it; `OTHER` for a name not known.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* Self::Other => "OTHER" }
            }

            /// Finds a name as the log spells it: at most one has its place in the table.
            fn exact(name: &[u8]) -> Option<Self> {
                const PLACES: [u8; 256] = places(&[$($text),*]);
                let number = PLACES.get(place(name)).copied()?;
                let found = Self::KNOWN.get(usize::from(number)).copied()?;
                (found.as_str().as_bytes() == name).then_some(found)
            }

            /// Finds a name, whatever its case.
            #[inline]
            pub fn from_bytes(name: &[u8]) -> Self {
                if let Some(found) = Self::exact(name) {
                    return found;
                }
                Self::exact(&name.to_ascii_uppercase()).unwrap_or(Self::Other)
            }

            /// The value with this discriminant; `Other` past the end.
            pub fn from_u8(n: u8) -> Self {
                Self::KNOWN.get(usize::from(n)).copied().unwrap_or(Self::Other)
            }
        }
    };
}

/// Where a name stands in a table of 256: by its length and three of its letters.
const fn place(name: &[u8]) -> usize {
    let (_, half) = name.split_at(name.len() / 2);
    match (name, half) {
        ([first, ..], [middle, .., last]) => {
            (name.len() + *first as usize * 10 + *middle as usize * 4 + *last as usize) % 256
        }
        _ => 0,
    }
}

/// The number of the name in each place, 255 where there is none.
#[expect(clippy::indexing_slicing, reason = "computed at compile time, where a panic is a build error")]
const fn places(names: &[&str]) -> [u8; 256] {
    let mut places = [255; 256];
    let mut number = 0;
    while number < names.len() {
        let place = place(names[number].as_bytes());
        assert!(places[place] == 255, "two names have one place: change the factors in `place`");
        places[place] = number as u8;
        number += 1;
    }
    places
}

names! {
    /// What happened (`event-id`).
    EventId {
        Receive = "RECEIVE",
        Send = "SEND",
        Deliver = "DELIVER",
        AgentInfo = "AGENTINFO",
        SendExternal = "SENDEXTERNAL",
        Submit = "SUBMIT",
        NotifyMapi = "NOTIFYMAPI",
        HaRedirect = "HAREDIRECT",
        HaReceive = "HARECEIVE",
        HaDiscard = "HADISCARD",
        HaRedirectFail = "HAREDIRECTFAIL",
        Resolve = "RESOLVE",
        Expand = "EXPAND",
        Transfer = "TRANSFER",
        Fail = "FAIL",
        Dsn = "DSN",
        Defer = "DEFER",
        Redirect = "REDIRECT",
        DuplicateDeliver = "DUPLICATEDELIVER",
        DeliverFail = "DELIVERFAIL",
        Drop = "DROP",
        PoisonMessage = "POISONMESSAGE",
        BadMail = "BADMAIL",
        DuplicateExpand = "DUPLICATEEXPAND",
        DuplicateRedirect = "DUPLICATEREDIRECT",
        SubmitDefer = "SUBMITDEFER",
        SubmitFail = "SUBMITFAIL",
        ClientSubmission = "CLIENTSUBMISSION",
        InitMessageCreated = "INITMESSAGECREATED",
        ModeratorApprove = "MODERATORAPPROVE",
        ModeratorReject = "MODERATORREJECT",
        ModerationExpire = "MODERATIONEXPIRE",
        ModeratorsAllNdr = "MODERATORSALLNDR",
        Process = "PROCESS",
        ProcessMeetingMessage = "PROCESSMEETINGMESSAGE",
        Throttle = "THROTTLE",
        Load = "LOAD",
        Resubmit = "RESUBMIT",
        ResubmitDefer = "RESUBMITDEFER",
        ResubmitFail = "RESUBMITFAIL",
        Suppressed = "SUPPRESSED",
        NotifyShadow = "NOTIFYSHADOW",
        RecipientInfo = "RECIPIENTINFO",
        SetRoute = "SETROUTE",
    }
}

names! {
    /// The part of Exchange that wrote the row (`source`).
    Source {
        Smtp = "SMTP",
        StoreDriver = "STOREDRIVER",
        Agent = "AGENT",
        Routing = "ROUTING",
        Resolver = "RESOLVER",
        Dsn = "DSN",
        Queue = "QUEUE",
        MailboxRule = "MAILBOXRULE",
        Approval = "APPROVAL",
        Redundancy = "REDUNDANCY",
        SafetyNet = "SAFETYNET",
        Dns = "DNS",
        Admin = "ADMIN",
        Bootloader = "BOOTLOADER",
        Gateway = "GATEWAY",
        MeetingMessageProcessor = "MEETINGMESSAGEPROCESSOR",
        Orar = "ORAR",
        Pickup = "PICKUP",
        PoisonMessage = "POISONMESSAGE",
        PublicFolder = "PUBLICFOLDER",
        Aggregation = "AGGREGATION",
        Adsn = "ADSN",
        Replication = "REPLICATION",
    }
}

/// What part an event plays in a message's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Shadow redundancy and Safety Net bookkeeping: set aside and counted.
    Redundancy,
    /// Notes about a message that move nothing and decide nothing.
    Annotation,
    /// Everything that moves, rewrites or ends a message.
    Primary,
}

/// The part this row plays. A RECEIVE out of the redundancy machinery is a resubmission, not an
/// arrival, so it is set aside too.
pub fn role(event: EventId, source: Source) -> Role {
    match event {
        EventId::HaReceive
        | EventId::HaRedirect
        | EventId::HaRedirectFail
        | EventId::HaDiscard
        | EventId::NotifyShadow
        | EventId::Resubmit
        | EventId::ResubmitDefer
        | EventId::ResubmitFail => Role::Redundancy,
        EventId::Receive if matches!(source, Source::Redundancy | Source::SafetyNet) => Role::Redundancy,
        // Kept although they move nothing: the first trace of a message, and that it was moderated.
        EventId::NotifyMapi | EventId::InitMessageCreated | EventId::ModeratorApprove => Role::Primary,
        // These tell of loops that were braked.
        EventId::DuplicateExpand => Role::Primary,
        EventId::Throttle if source == Source::MailboxRule => Role::Primary,
        event if moves(event) => Role::Primary,
        _ => Role::Annotation,
    }
}

/// Whether rows of this event carry a message's recipients on their way; the others only speak of it.
pub fn moves(event: EventId) -> bool {
    !matches!(
        event,
        EventId::AgentInfo
            | EventId::NotifyMapi
            | EventId::InitMessageCreated
            | EventId::ModeratorApprove
            | EventId::Process
            | EventId::ProcessMeetingMessage
            | EventId::Throttle
            | EventId::Load
            | EventId::Suppressed
            | EventId::RecipientInfo
            | EventId::SetRoute
            | EventId::DuplicateExpand
            | EventId::DuplicateRedirect
            | EventId::SubmitDefer
            | EventId::Other
    )
}

/// Whether the host in `client-hostname`, not the one in `server-hostname`, wrote the row.
/// Source: Microsoft's own processing script for the 2007/2010 events, samples for the rest.
pub fn written_by_client(event: EventId) -> bool {
    matches!(
        event,
        EventId::Send
            | EventId::SendExternal
            | EventId::Deliver
            | EventId::DuplicateDeliver
            | EventId::DeliverFail
            | EventId::Fail
            | EventId::AgentInfo
            | EventId::Defer
            | EventId::Submit
            | EventId::SubmitDefer
            | EventId::SubmitFail
            | EventId::NotifyMapi
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_name_is_found_as_by_looking_through_all(
            number in 0..EventId::KNOWN.len(),
            at in any::<proptest::sample::Index>(),
            byte in prop_oneof![Just(None), any::<u8>().prop_map(Some)],
            cut in 0..3usize,
        ) {
            let by_walk = |name: &[u8]| {
                let mut known = EventId::KNOWN.iter().copied();
                known.find(|e| name.eq_ignore_ascii_case(e.as_str().as_bytes())).unwrap_or(EventId::Other)
            };
            let mut name = EventId::KNOWN[number].as_str().as_bytes().to_vec();
            let place = at.index(name.len());
            name[place] = byte.unwrap_or(name[place]);
            name.truncate(name.len() - cut);
            prop_assert_eq!(EventId::from_bytes(&name), by_walk(&name));
        }
    }

    #[test]
    fn names_are_found_in_any_case_and_round_trip() {
        for &event in EventId::KNOWN {
            assert_eq!(EventId::from_bytes(event.as_str().to_lowercase().as_bytes()), event);
            assert_eq!(EventId::from_u8(event as u8), event);
        }
        for &source in Source::KNOWN {
            assert_eq!(Source::from_bytes(source.as_str().as_bytes()), source);
            assert_eq!(Source::from_u8(source as u8), source);
        }
        for name in [&b""[..], b"X", b"DS", b"OTHER", b"CONTOSOARCHIVED"] {
            assert_eq!(EventId::from_bytes(name), EventId::Other);
        }
        assert_eq!(EventId::from_u8(200), EventId::Other);
    }
}
