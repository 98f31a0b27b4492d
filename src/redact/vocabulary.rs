//! The words that may stay: those of protocols, of Exchange itself, and of its error texts. Everything else may be
//! somebody's name.

use std::sync::LazyLock;

use hashbrown::HashSet;

/// Which words of a text stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// Those of protocols and of Exchange.
    Protocol,
    /// Those of which Exchange makes the names of its own connectors.
    Connectors,
    /// None, and no number either.
    Nothing,
}

/// Parts of messages' headers, keys of columns, components, agents, and what servers answer. In lower case.
const PROTOCOL: &str = "
    a about accepted accepts access account accounts action active activesync activity address addressed addresses
    addressing admin administrative administrator after again agent agents all allowed already alternate am
    ambiguous an and anonymous any application apply approval approve approved arc archive are as assistant
    assistants at atch attachment attachments attempt attempted attempts attribution auth authenticated
    authentication authorized auto available back backpressure bad based batv bcc be because been being bifurcated
    blocked body both bounce busy but by bytes c came can cannot cas cc certificate change changed check class
    classification clear client close closed cn code command commit communicating comp completed compliance
    component condition configured conflict connect connected connecting connection connector connectors contact
    content context control conversation conversations conversion convert copy cost could count create created
    creation crlf data database date days dc deactivated decision default deferred delay delayed delete deleted
    deliver delivered delivery denied destination details detected did directed directory disabled discarded
    discover disk dlp dns do does domain domains down driver drop dropped dsn dumpster duplicate duration during
    edge effective either else email emails empty enabled encountered encrypted encryption encryptiononly end
    endpoint enforce enhanced entity entry envelope error errors etr etrex etrp event ews exceeded exception
    exceptions exchange execute exist existent exists exited expand expanded expansion expired explicitly external
    fail failed failover fails failure file filter filtered first flush folder folders for forbidden forest forward
    forwarded forwarding found from front frontend full fully fydibohf23spdlt gateway generate generated generic get
    getting given global go greylist greylisted greylisting group groups grp gtube ha handle handled handler
    handshake has have header headers health helo hold hop hops host hosted hostname hosts hour hours however hub i
    id ids if imap in inbound inbox include incoming incomplete infected info information initialize initialized
    initiation insufficient int interface internal internet into invalid io ip ipm ipv4 ipv6 is isn it item items
    its journal journaling journalling kb kept key kind last latency later ldap least led left length level license
    limit limits line list listed load local location lock log logon logs lookup loop loops low lrt lsrv m2mcvt made
    mail mailbox mailboxes mailer mailflow malformed malware management manager mandatory many mapi matching maximum
    mb mdb meeting member members memory message messages method microsoft mime missing mobile mode moderated
    moderation moderator moderators module momt more move moved msg mta multiple must mx name named names
    negotiation network never new next no node nodes non none nonexistent norecords normal not note notification
    notify nts null number o of off office offline ok old on once one only oof oofs open operation opportunistic
    option or order organization original originating originator other ou out outbound outgoing outlook over owa own
    owner parameter parse part partner passed password path pending per permanent permanently permission permitted
    pickup pipeline pipelining please pm point poison policies policy port possible post powershell premises present
    prevented previous primary prioritization priority probe process processed processing processor prohibited
    protected protection protocol proxied proxy proxying pst public quarantine quarantined query queue queued queues
    quit quota ran rate rcpt reach reached read reason receive received receiving recip recipient recipients record
    records redirect redirected redirection redundancy redundant refused reject rejected rejection relay relayed
    relaying released remote removed replay replication reply report request requested require required requires
    reserved reset resolve resolved resolver resource respond responded response responsible restriction resubmit
    resubmitted result results retention retried retry return returned reverse rfc root route routed router routing
    rule rules s safety safetynet safetynetresubmit sasl schedule scheduled schema scl second secondary seconds
    section secure security see send sender senders sending sent sequence server servers service services session
    setting settings setup shadow shutdown shutoff shutting size sizes sla smart smtp smtpsend socket software sp
    spam specified spf srs ssl stage start started starttls state status stop stopped storage store stored
    storedriver storedrv subject submission submit submitted subnet succeed succeeded success such suitable supplied
    supported suppressed suppression syntax system table take taken target tarpit task temp template temporarily
    temporary tenant terminated text than that the their them then there this threshold throttled throttling time
    timed timeout times tls tlsa to token too total tracking traffic transaction transfer transient transport tried
    trusted try type types uceprotect unable unauthenticated unauthorized unavailable undefined undeliverable under
    unexpected unknown unreachable unreadable unrecognized unresolved unroutable unsolicited unsupported until up
    update upgrade use used user users using valid value verification verify version via violation virtual virus
    waiting warning was web were when where which while whose win win32 winsock with within without work write wrong
    x xloopheadercount year you your
";

/// Abbreviations of components, keys and mechanisms, and identifiers that no capitals part.
const TECHNICAL: &str = "
    00a 00i 04a 04i 08a 08i 0ca 0ci adr alt ama amd ams answer antimalware atpsl atsl attachcount av badprimary bcl
    cancellation cat catat catcc catcm catcs cates catex catft catms catores catort catos catosc catpr catrc catresl
    catrs catrt catrtr catsm cfa clientsubmittime cmsgc compcost d del det dis distribution dkim dmarc dnr due e2e
    e2elatency edgetransport ehlo engine eop errorretry etl ev excp exrecip exrecipientnotfound exrecipnotfound
    exttoint false fe ffo finalrecip fname fqdn frsm fwd fwdr gssapi h hsdr hsdrc hsdsp hubd hubtransport inc
    infonorecords inforecords internalid intext inttoext ipmnote kerberos ldc mailerdaemon mapiexception mc mexrt
    mtss mtssd mtssda mtssdc mtssdds mtssdma mtssdmo mtssdpl mtssds mtssdsa mtssdsds mtssdsms mtssm mtssmr mtsst
    mxloopback neg nonsmtp noop nspm ntlm nxdomain oaf oar opn orar pbs pen poi policyapp pos pr prepend
    prependsubject prot proxyhop1 proxyhop2 proxyhop3 proxyhop4 proxyhop5 proxyhop6 qde qdm qdr qdrs qds qe qm qs
    quar rbl rcl recipientnotfound reciplimit recipnotfound recipsizelimit recvsizelimit renv reod rep resp rset rst
    ruleid sa sdd sddpm sddr sdds sddsm sec sendsizelimit servfail sev sfa sfv sig sigs skb ski skn skp sks smr smrc
    smrcl smrd smrde smrdi smre smri smrpi sms smsc smscc smsd smsdr smsmbxd smsn smspl snd socketerror spm spnd
    sqlf src srv st std stdrv stm sub subq sum t tenantattribution tent tkn tls1 tls10 tls11 tls12 tls12server tls13
    tra trg true txt uce ues unk v winsockerror xexch50
";

/// Of which Exchange makes the names of connectors; those that administrators give are full of other words.
const CONNECTORS: &str = "
    default frontend client proxy outbound inbound to from edgesync intra organization smtp send receive connector
    internal office 365 internet first site name
";

/// Words of the list that are endings of domains in public, too.
pub(super) const ENDINGS: [&[u8]; 48] = [
    b"auto",
    b"cat",
    b"cfa",
    b"contact",
    b"data",
    b"date",
    b"delivery",
    b"directory",
    b"discover",
    b"domains",
    b"email",
    b"exchange",
    b"fail",
    b"global",
    b"group",
    b"health",
    b"host",
    b"inc",
    b"mail",
    b"management",
    b"microsoft",
    b"mobile",
    b"name",
    b"network",
    b"new",
    b"next",
    b"office",
    b"one",
    b"open",
    b"post",
    b"protection",
    b"read",
    b"report",
    b"safety",
    b"secure",
    b"security",
    b"services",
    b"site",
    b"ski",
    b"smart",
    b"software",
    b"storage",
    b"store",
    b"target",
    b"total",
    b"win",
    b"work",
    b"you",
];

/// Tokens begin with one of these.
pub(super) const FAMILIES: [&[u8]; 16] = [
    b"RESOLVER",
    b"ROUTING",
    b"QUEUE",
    b"SMTPSEND",
    b"STOREDRV",
    b"TRANSPORT",
    b"APPROVAL",
    b"M2MCVT",
    b"AGENT",
    b"SMTP",
    b"DSN",
    b"DNS",
    b"PICKUP",
    b"REPLAY",
    b"DELIVERY",
    b"IPM",
];

static WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| [PROTOCOL, TECHNICAL].iter().flat_map(|text| text.split_whitespace()).collect());

impl Vocabulary {
    fn has(self, word: &str) -> bool {
        match self {
            Self::Protocol => WORDS.contains(word),
            Self::Connectors => CONNECTORS.split_whitespace().any(|w| w == word),
            Self::Nothing => false,
        }
    }

    /// Whether a name may stay: each of its words does. Words are parted by signs, or by capitals as in
    /// `RecipientNotFound`; a number beside them stays, one inside a word is part of it.
    pub(super) fn holds(self, name: &[u8]) -> bool {
        let Ok(name) = std::str::from_utf8(name) else { return false };
        self != Self::Nothing && name.split(['.', '-', '_']).all(|part| self.holds_part(part))
    }

    fn holds_part(self, part: &str) -> bool {
        let is_number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        is_number && self == Self::Protocol
            || part.is_empty()
            || self.has(&part.to_ascii_lowercase())
            || self.holds_humps(part)
    }

    fn holds_humps(self, part: &str) -> bool {
        let bytes = part.as_bytes();
        let mut starts: Vec<usize> = vec![0];
        for (i, window) in bytes.windows(3).enumerate() {
            let [before, here, after] = window else { continue };
            let hump =
                here.is_ascii_uppercase() && (!before.is_ascii_uppercase() || after.is_ascii_lowercase());
            if hump {
                starts.push(i + 1);
            }
        }
        let ends = starts.iter().skip(1).copied().chain([part.len()]);
        let words =
            || starts.iter().zip(ends.clone()).map(|(from, to)| part.get(*from..to).unwrap_or_default());
        starts.len() > 1 && words().all(|word| word.len() > 1 && self.has(&word.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_protocols_stay() {
        for name in [
            "RecipientNotFound",
            "NonExistentDomain",
            "SenderNotAuthenticatedForGroup",
            "Journaling",
            "Agent",
            "RESOLVER.ADR.ExRecipNotFound",
            "SMTPSEND.DNS.MxLoopback",
            "TOTAL-HUB",
            "XLoopHeaderCount",
            "MapiExceptionShutoffQuotaExceeded",
            "CatContentConversion",
            "SafetyNetResubmit",
            "IPM.Note",
            "Microsoft.Exchange.Transport.MailRecipient.EffectiveTlsAuthLevel",
            "SP_PROT_TLS1_2_SERVER",
            "MailboxDatabaseName",
        ] {
            assert!(Vocabulary::Protocol.holds(name.as_bytes()), "{name}");
        }
        for name in ["Intra-Organization", "Default-First-Site-Name", "365"] {
            assert!(Vocabulary::Connectors.holds(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn names_do_not() {
        for name in [
            "EX1",
            "HUB1",
            "ex",
            "Contoso",
            "anna",
            "DB3",
            "mail1",
            "MailAnna",
            "AnnaMail",
            "4f00A1",
            "Mail1.mail",
            "Köln",
        ] {
            assert!(!Vocabulary::Protocol.holds(name.as_bytes()), "{name}");
        }
        for name in ["Fabrikam", "Gateway", "A", "EX1", "2026"] {
            assert!(!Vocabulary::Connectors.holds(name.as_bytes()), "{name}");
        }
        assert!(!Vocabulary::Nothing.holds(b"mail"));
    }
}
