//! Statuses as servers write them, as they get damaged, and as an attacker might.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

/// class, reply, code, tag, text
type Plain = (u8, Option<u16>, &'static str, &'static str, &'static str);

const PLAIN: &[(&str, Plain)] = &[
    ("", (0, None, "", "", "")),
    ("  ", (0, None, "", "", "")),
    ("To", (0, None, "", "", "")),
    ("Cc", (0, None, "", "", "")),
    (" Bcc ", (0, None, "", "", "")),
    ("Tom said no", (0, None, "", "", "Tom said no")),
    ("250 2.1.5 Recipient OK", (2, Some(250), "2.1.5", "", "Recipient OK")),
    ("250 2.1.5 <anna@fabrikam.com>...", (2, Some(250), "2.1.5", "", "<anna@fabrikam.com>...")),
    ("250 OK", (2, Some(250), "", "", "OK")),
    ("250", (2, Some(250), "", "", "")),
    ("250 2.0.0OK", (2, Some(250), "2.0.0", "", "OK")),
    ("250 2.1.5OK", (2, Some(250), "2.1.5", "", "OK")),
    ("2502.1.5OK", (2, Some(250), "2.1.5", "", "OK")),
    (
        "5505.1.1RESOLVER.ADR.RecipNotFound;notfound",
        (5, Some(550), "5.1.1", "RESOLVER.ADR.RecipNotFound", "notfound"),
    ),
    ("550 5.7.1 Sender ID (PRA) Not Permitted", (5, Some(550), "5.7.1", "", "Sender ID (PRA) Not Permitted")),
    (
        "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
        (5, Some(550), "5.1.1", "RESOLVER.ADR.RecipNotFound", "not found"),
    ),
    (
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        (
            5,
            Some(550),
            "5.1.10",
            "RESOLVER.ADR.RecipientNotFound",
            "Recipient not found by SMTP address lookup",
        ),
    ),
    ("550 4.4.7 QUEUE.Expired; message expired", (5, Some(550), "4.4.7", "QUEUE.Expired", "message expired")),
    ("432 4.2.0 STOREDRV.Deliver", (4, Some(432), "4.2.0", "STOREDRV.Deliver", "")),
    (
        "250 2.1.5 RESOLVER.OOF.IntToExt; handled internally",
        (2, Some(250), "2.1.5", "RESOLVER.OOF.IntToExt", "handled internally"),
    ),
    (
        "550-5.7.26 This mail is unauthenticated. 550 5.7.26 Bye",
        (5, Some(550), "5.7.26", "", "This mail is unauthenticated. 550 5.7.26 Bye"),
    ),
    ("550 5.1.1: Recipient rejected", (5, Some(550), "5.1.1", "", "Recipient rejected")),
    ("550  5.1.1   two  blanks ", (5, Some(550), "5.1.1", "", "two  blanks")),
    ("5.1.10 RESOLVER.ADR.RecipientNotFound; x", (5, None, "5.1.10", "RESOLVER.ADR.RecipientNotFound", "x")),
    // An address is no code, and neither an address nor a path is a token.
    ("550 5.1.10.7 is listed", (5, Some(550), "", "", "5.1.10.7 is listed")),
    ("550 5.1.1234 odd", (5, Some(550), "", "", "5.1.1234 odd")),
    (
        "550 5.1.1 ANNA.Berg@fabrikam.com unknown",
        (5, Some(550), "5.1.1", "", "ANNA.Berg@fabrikam.com unknown"),
    ),
    ("650 5.1.1 odd", (0, None, "", "", "650 5.1.1 odd")),
    ("5500 odd", (0, None, "", "", "5500 odd")),
    (
        "STOREDRV.Deliver.Exception:Foo.Bar; text 16.55847:E9000000, [Stage: OnCreatedEvent][Agent: Meeting Agent]",
        (
            0,
            None,
            "",
            "STOREDRV.Deliver.Exception:Foo.Bar",
            "text 16.55847:E9000000, [Stage: OnCreatedEvent][Agent: Meeting Agent]",
        ),
    ),
    (
        "STOREDRV.Deliver.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded; Failed",
        (
            0,
            None,
            "",
            "STOREDRV.Deliver.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded",
            "Failed",
        ),
    ),
    (
        "UserMailbox.Forwardable.Resolver.CreateRecipientItems.40",
        (0, None, "", "", "UserMailbox.Forwardable.Resolver.CreateRecipientItems.40"),
    ),
    // Replies in replies: the inner one decides, except for the class.
    (
        "450 4.7.0 Proxy session setup failed on Frontend with '451 4.4.0 Primary target IP responded with: \
         \"421 4.2.1 Unable to connect.\" Attempted failover, but that did not succeed.'",
        (4, Some(421), "4.2.1", "", "Unable to connect."),
    ),
    (
        "400 4.4.7 QUEUE.Expired; expired: '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found' at host",
        (4, Some(550), "5.1.1", "RESOLVER.ADR.RecipNotFound", "not found"),
    ),
    ("550 5.0.350 Remote server returned an error -> 554 5.7.1 Spam", (5, Some(554), "5.7.1", "", "Spam")),
    ("451 4.4.0 '421 4.4.1 a -> 421 4.4.2 b' and more", (4, Some(421), "4.4.2", "", "b")),
    ("451 4.4.0 '421 4.4.1 a' and -> 421 4.4.2 b", (4, Some(421), "4.4.2", "", "b")),
    ("451 4.4.0 '421-4.4.1 can't connect' and more", (4, Some(421), "4.4.1", "", "can't connect")),
    ("451 4.4.0 said \"421 4.4.1 cut", (4, Some(421), "4.4.1", "", "cut")),
    ("Remote server returned '550 5.1.1 unknown'", (5, Some(550), "5.1.1", "", "unknown")),
    ("STOREDRV.Deliver; peer said '250 2.1.5 OK'", (0, Some(250), "2.1.5", "", "OK")),
    (
        "451 4.4.0 DNS failed with ErrorRetry -> Timeout",
        (4, Some(451), "4.4.0", "", "DNS failed with ErrorRetry -> Timeout"),
    ),
    ("451 4.4.0 '5000 items' >550 x", (4, Some(451), "4.4.0", "", "'5000 items' >550 x")),
];

#[test]
fn plain_statuses_come_apart() {
    for &(field, (class, reply, code, tag, text)) in PLAIN {
        let parts = parse_status(field.as_bytes());
        let written = parts.code.map(|code| code.to_string()).unwrap_or_default();
        assert_eq!((parts.class, parts.reply, written.as_str()), (class, reply, code), "{field}");
        assert_eq!((str(parts.tag), str(parts.text)), (tag, text), "{field}");
        assert_eq!((parts.fqdn, parts.ip), (&b""[..], &b""[..]), "{field}");
    }
}

/// class, tag, text, fqdn, ip
type Wrapped = (u8, &'static str, &'static str, &'static str, &'static str);

const WRAPPED: &[(&str, Wrapped)] = &[
    (
        "[{LRT=};{LED=550 5.7.1 RESOLVER.RST.AuthRequired; authentication required};{FQDN=};{IP=}]",
        (5, "RESOLVER.RST.AuthRequired", "authentication required", "", ""),
    ),
    (
        "[{LED=501 5.1.4 Recipient address reserved by RFC 2606};{MSG=};{FQDN=ex01.contoso.com};{IP=192.0.2.33};\
         {LRT=10/05/2026 2:28:06 AM}]",
        (5, "", "Recipient address reserved by RFC 2606", "ex01.contoso.com", "192.0.2.33"),
    ),
    ("[{IP=192.0.2.7};{LRT=07.10.2020 16:27:19};{LED=421 4.4.2 gone}]", (4, "", "gone", "", "192.0.2.7")),
    (
        "[{LED=};{MSG=Connection dropped};{FQDN=mx.fabrikam.com}]",
        (0, "", "Connection dropped", "mx.fabrikam.com", ""),
    ),
    ("[{LED=421 4.4.2 first};{MSG=second}]", (4, "", "first", "", "")),
    (
        "[{LED=550 5.7.1 a;b [c] {d} \"e\" ]}{[ f};{g};{IP=192.0.2.7}]",
        (5, "", "a;b [c] {d} \"e\" ]}{[ f};{g", "", "192.0.2.7"),
    ),
    (
        "[{LED=450 4.7.0 Proxy failed with '451 4.4.0 SMTPSEND.DNS.NonExistentDomain; no'};{IP=192.0.2.7}]",
        (4, "SMTPSEND.DNS.NonExistentDomain", "no", "", "192.0.2.7"),
    ),
    // Text that imitates a pair does not change the address.
    ("[{LED=550 5.7.1 x};{IP=203.0.113.9};{FQDN=ex01};{IP=192.0.2.7}]", (5, "", "x", "ex01", "192.0.2.7")),
    // Cut, unknown, and the first of several.
    ("[{LED=550 5.7.1 cut he", (5, "", "cut he", "", "")),
    ("[{LED=550 5.7.1 cut};{IP=192.0", (5, "", "cut", "", "192.0")),
    ("[{NEW=1};{LED=550 5.7.1 x}]", (5, "", "x", "", "")),
    ("[{LED=550 5.7.1 x};{IP=192.0.2.7}];[{LED=451 4.4.0 y};{IP=192.0.2.8}]", (5, "", "x", "", "192.0.2.7")),
    ("[{what is this}] text", (0, "", "[{what is this}] text", "", "")),
    ("[{}]", (0, "", "[{}]", "", "")),
];

#[test]
fn wrapped_statuses_come_apart() {
    for &(field, (class, tag, text, fqdn, ip)) in WRAPPED {
        let parts = parse_status(field.as_bytes());
        assert_eq!(parts.class, class, "{field}");
        assert_eq!((str(parts.tag), str(parts.text)), (tag, text), "{field}");
        assert_eq!((str(parts.fqdn), str(parts.ip)), (fqdn, ip), "{field}");
    }
}

const LISTS: &[(&str, usize, Alignment, &[&str])] = &[
    // One recipient: all of it, whatever it looks like.
    (
        "550 5.1.1 RESOLVER.ADR.RecipNotFound; 250 x",
        1,
        Alignment::Aligned,
        &["550 5.1.1 RESOLVER.ADR.RecipNotFound; 250 x"],
    ),
    ("", 1, Alignment::Aligned, &[""]),
    ("", 3, Alignment::Broadcast, &[""]),
    (" ", 3, Alignment::Broadcast, &[""]),
    ("", 0, Alignment::Broadcast, &[""]),
    // Wrappers.
    (
        "[{LED=550 5.1.1 a; b};{IP=}];[{LED=451 4.4.0 [c] {d}};{IP=192.0.2.7}]",
        2,
        Alignment::Aligned,
        &["[{LED=550 5.1.1 a; b};{IP=}]", "[{LED=451 4.4.0 [c] {d}};{IP=192.0.2.7}]"],
    ),
    ("[{LED=451 a];b}];[{LED=451 [c}]", 2, Alignment::Aligned, &["[{LED=451 a];b}]", "[{LED=451 [c}]"]),
    (
        "[{LED=451 '[{LED=a}];[{LED=b}]'}];[{LED=c}]",
        2,
        Alignment::Aligned,
        &["[{LED=451 '[{LED=a}];[{LED=b}]'}]", "[{LED=c}]"],
    ),
    ("[{LED=451 a}];;[{LED=452 b}]", 3, Alignment::Aligned, &["[{LED=451 a}]", "", "[{LED=452 b}]"]),
    ("[{LED=451 a}]; [{LED=452 cut", 2, Alignment::Aligned, &["[{LED=451 a}]", "[{LED=452 cut"]),
    ("250 2.1.5 OK;[{LED=451 a;451 b}]", 2, Alignment::Aligned, &["250 2.1.5 OK", "[{LED=451 a;451 b}]"]),
    ("[{LED=451 a;451 b}]", 2, Alignment::Broadcast, &["[{LED=451 a;451 b}]"]),
    // Roles.
    ("To;Cc;Bcc", 3, Alignment::Aligned, &["To", "Cc", "Bcc"]),
    ("To;;Bcc", 3, Alignment::Aligned, &["To", "", "Bcc"]),
    ("To;Cc", 3, Alignment::Unaligned, &["To;Cc"]),
    // Replies, whose text holds the separator.
    ("250 2.1.5 Recipient OK;250 2.1.5 Recipient OK", 2, Alignment::Aligned, &["250 2.1.5 Recipient OK"; 2]),
    (
        "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
        2,
        Alignment::Aligned,
        &["550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"; 2],
    ),
    ("250 OK; 550-5.7.26 no; To be sure", 2, Alignment::Aligned, &["250 OK", "550-5.7.26 no; To be sure"]),
    (";250 OK;", 3, Alignment::Aligned, &["", "250 OK", ""]),
    (";;", 3, Alignment::Aligned, &["", "", ""]),
    // One for all, or no fit.
    (
        "550 5.7.1 RESOLVER.RST.AuthRequired; no",
        4,
        Alignment::Broadcast,
        &["550 5.7.1 RESOLVER.RST.AuthRequired; no"],
    ),
    ("250 2.1.5 OK", 0, Alignment::Broadcast, &["250 2.1.5 OK"]),
    ("250 a;250 b", 0, Alignment::Unaligned, &["250 a;250 b"]),
    ("250 a;250 b", 3, Alignment::Unaligned, &["250 a;250 b"]),
    ("250 a;250 b;250 c", 2, Alignment::Unaligned, &["250 a;250 b;250 c"]),
];

#[test]
fn lists_split_among_recipients() {
    let mut out = vec![&b"left over"[..]];
    for &(field, recipients, alignment, items) in LISTS {
        assert_eq!(split_statuses(field.as_bytes(), recipients, &mut out), alignment, "{field}");
        let out: Vec<&str> = out.iter().map(|item| str(item)).collect();
        assert_eq!(out, items, "{field}");
    }
}

#[test]
fn long_hostile_text_takes_linear_time() {
    let units = [
        ";",
        "; ",
        ";;[{",
        "[{",
        "}]",
        "}];",
        "}];[{",
        "[{[};",
        "[{]",
        "};{",
        "};{A",
        "};{LED=",
        "'550 ",
        "\"550 '550 ",
        "-> 550 ",
        "'550 -> 550 ",
        "550 5.1.1 ",
        "A.",
        ";250 ",
        ";To",
        "To ;",
        "a'b",
        "[{LED=x}];[",
        " ",
        "5.5.",
    ];
    for head in ["", "[{LED=", "451 '421 x -> 421 y", "AA.b"] {
        for unit in units {
            let field = [head, &unit.repeat(100_000 / unit.len())].concat();
            let mut out = Vec::new();
            parse_status(field.as_bytes());
            split_statuses(field.as_bytes(), 3, &mut out);
            assert!(out.capacity() < 16);
        }
    }
}

fn str(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Words that hold separators, but start no status and imitate no part of one.
fn words() -> impl Strategy<Value = String> {
    "([a-z][a-z0-9=<>()@:;,.\\[\\]{}]{0,8}( [a-z(<@][a-z0-9:;,.=]{0,8}){0,5})?"
        .prop_map(|words| words.trim_end_matches([';', ' ']).to_owned())
}

/// Words with brackets in pairs, as a wrapper needs for a split by depth.
fn balanced_words() -> impl Strategy<Value = String> {
    "[a-z](; ?[a-z]|\\[[a-z]{0,4};[a-z]\\]| \\{[a-z]{0,4}; [a-z]\\} [a-z]|[a-z, ]{0,6}[a-z]){0,6}"
}

fn code() -> impl Strategy<Value = EnhancedCode> {
    (prop::sample::select(vec![2_u8, 4, 5]), 0_u16..1000, 0_u16..1000)
        .prop_map(|(class, subject, detail)| EnhancedCode { class, subject, detail })
}

fn reply_number() -> impl Strategy<Value = u16> {
    (prop::sample::select(vec![200_u16, 400, 500]), 0_u16..100).prop_map(|(class, number)| class + number)
}

fn token() -> impl Strategy<Value = String> {
    "[A-Z][A-Z0-9]{1,8}(\\.[A-Za-z0-9_:]{1,8}){1,3}"
}

#[derive(Clone, Debug)]
struct Reply {
    number: u16,
    dash: bool,
    code: Option<EnhancedCode>,
    tag: Option<String>,
    text: String,
}

impl Reply {
    fn write(&self) -> String {
        let code = self.code.map(|code| format!("{code} ")).unwrap_or_default();
        let tag = self.tag.as_ref().map(|tag| format!("{tag}; ")).unwrap_or_default();
        format!("{}{}{code}{tag}{}", self.number, if self.dash { '-' } else { ' ' }, self.text)
    }

    fn parts(&self) -> StatusParts<'_> {
        StatusParts {
            class: u8::try_from(self.number / 100).unwrap(),
            reply: Some(self.number),
            code: self.code,
            tag: self.tag.as_deref().unwrap_or_default().as_bytes(),
            text: self.text.as_bytes(),
            ..StatusParts::default()
        }
    }
}

fn reply(text: impl Strategy<Value = String>) -> impl Strategy<Value = Reply> {
    (reply_number(), any::<bool>(), option::of(code()), option::of(token()), text)
        .prop_map(|(number, dash, code, tag, text)| Reply { number, dash, code, tag, text })
}

/// The pairs of a wrapper in some order.
fn wrapper(reply: &Reply, fqdn: &str, ip: &str, order: &[usize]) -> String {
    let pairs = [
        format!("{{LED={}}}", reply.write()),
        "{MSG=}".to_owned(),
        format!("{{FQDN={fqdn}}}"),
        format!("{{IP={ip}}}"),
        "{LRT=15-01-21 23:50:05}".to_owned(),
    ];
    let pairs: Vec<&str> = order.iter().map(|&at| pairs[at].as_str()).collect();
    format!("[{}]", pairs.join(";"))
}

fn order() -> impl Strategy<Value = Vec<usize>> {
    Just(vec![0, 1, 2, 3, 4]).prop_shuffle()
}

proptest! {
    #[test]
    fn plain_round_trip(reply in reply(words())) {
        let written = reply.write();
        prop_assert_eq!(parse_status(written.as_bytes()), reply.parts(), "{}", written);
    }

    #[test]
    fn wrapper_round_trip(
        reply in reply(words().prop_filter("end of wrapper", |words| !words.contains("}]"))), fqdn in "[a-z0-9.]{0,12}", ip in "[0-9a-f:.%]{0,12}", order in order(),
    ) {
        let written = wrapper(&reply, &fqdn, &ip, &order);
        let parts = StatusParts { fqdn: fqdn.as_bytes(), ip: ip.as_bytes(), ..reply.parts() };
        prop_assert_eq!(parse_status(written.as_bytes()), parts, "{}", written);
    }

    #[test]
    fn nested_round_trip(chain in vec(reply(words().prop_map(|words| format!("x{words}"))), 1..5), arrow in any::<bool>()) {
        let mut written = String::new();
        for (at, reply) in chain.iter().enumerate() {
            let open = match (at, arrow) { (0, _) => "", (_, true) => " -> ", _ if at % 2 == 0 => " '", _ => " \"" };
            written += open;
            written += &reply.write();
        }
        for at in (1..chain.len()).rev().filter(|_| !arrow) {
            written.push(if at % 2 == 0 { '\'' } else { '"' });
        }
        let class = chain[0].parts().class;
        let parts = StatusParts { class, ..chain.last().unwrap().parts() };
        prop_assert_eq!(parse_status(written.as_bytes()), parts, "{}", written);
    }

    #[test]
    fn list_round_trip(
        items in vec((reply(balanced_words()), 0..8, order()), 2..12), blank in any::<bool>(),
    ) {
        let items: Vec<String> = items.iter().map(|(reply, kind, order)| match kind {
            0 => String::new(),
            1 => "Bcc".to_owned(),
            2..5 => wrapper(reply, "ex01", "192.0.2.7", order),
            _ => reply.write().trim_end_matches([' ', ';']).to_owned(),
        }).collect();
        let written = items.join(if blank { "; " } else { ";" });
        let mut out = Vec::new();
        prop_assert_eq!(split_statuses(written.as_bytes(), items.len(), &mut out), Alignment::Aligned, "{}", written);
        let out: Vec<&str> = out.iter().map(|item| str(item)).collect();
        prop_assert_eq!(out, items, "{}", written);
    }

    #[test]
    fn anything_is_taken(field in vec(any::<u8>(), 0..200), recipients in 0_usize..5) {
        total(&field, recipients);
    }

    #[test]
    fn anything_like_a_status_is_taken(
        field in "(\\[\\{|\\}\\]|\\};\\{|;|LED=|IP=|'|\"|-> |550 |5\\.1\\.1 |AB\\.c|To|Bcc| |[{}a])*", recipients in 0_usize..5,
    ) {
        total(field.as_bytes(), recipients);
    }
}

fn total(field: &[u8], recipients: usize) {
    parse_status(field);
    let mut out = Vec::new();
    let expected = match split_statuses(field, recipients, &mut out) {
        Alignment::Aligned => recipients,
        Alignment::Broadcast | Alignment::Unaligned => 1,
    };
    assert_eq!(out.len(), expected);
    for item in out {
        parse_status(item);
    }
}
