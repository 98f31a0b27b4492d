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

            fn exact(name: &[u8]) -> Option<Self> {
                const { assert!(Self::KNOWN.len() < 255) };
                $(if name == $text.as_bytes() { return Some(Self::$variant); })*
                None
            }

            /// Finds a name, whatever its case.
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
        assert_eq!(EventId::from_bytes(b"CONTOSOARCHIVED"), EventId::Other);
        assert_eq!(EventId::from_u8(200), EventId::Other);
    }
}
