//! Message-info as servers write it, cut and hostile.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[test]
fn a_leading_time_is_the_origination() {
    let cases: &[(&str, Option<&str>)] = &[
        ("2026-10-05T02:28:06.079Z;LSRV=ex01:TOTAL-HUB=0.369", Some("2026-10-05T02:28:06.079Z")),
        ("2026-10-05T02:28:06.079Z", Some("2026-10-05T02:28:06.079Z")),
        ("2026-10-05T02:28:06Z", Some("2026-10-05T02:28:06Z")),
        ("2026-10-05T02:28:06.1234567Z", Some("2026-10-05T02:28:06.1234567Z")),
        ("0001-01-01T00:00:00.000Z", Some("0001-01-01T00:00:00.000Z")),
        ("2026-10-05T02:28:06.12345678Z", None),
        ("2026-10-05T02:28:06.Z", None),
        ("2026-10-05T02:28:06.079", None),
        ("2026-10-05T02:28:06", None),
        ("2026-10-05 02:28:06.079Z", None),
        (" 2026-10-05T02:28:06.079Z", None),
        ("00A: NTS: ", None),
        ("0cI: ", None),
        ("", None),
    ];
    for (field, time) in cases {
        assert_eq!(origination(field.as_bytes()), time.map(str::as_bytes), "{field}");
    }
}

#[test]
fn year_one_is_known() {
    assert!(is_year_one(b"0001-01-01T00:00:00.000Z"));
    assert!(!is_year_one(b"2026-10-05T02:28:06.079Z"));
    assert!(!is_year_one(b""));
}

/// One line for a tree: `SRV host NAME[agent]!pending?incomplete ms(children)`.
fn show(field: &str) -> Vec<String> {
    let parts = latency_parts(field.as_bytes());
    parts
        .iter()
        .map(|part| {
            let kind = if part.writer { "LSRV" } else { "SRV" };
            format!("{kind} {} {}", str(part.server), show_nodes(&part.nodes))
        })
        .collect()
}

fn show_nodes(nodes: &[LatencyNode<'_>]) -> String {
    nodes.iter().map(show_node).collect::<Vec<_>>().join(" ")
}

fn show_node(node: &LatencyNode<'_>) -> String {
    let agent = if node.agent.is_empty() { String::new() } else { format!("[{}]", str(node.agent)) };
    let state = match node.state {
        LatencyState::Complete => "",
        LatencyState::Pending => "!",
        LatencyState::Incomplete => "?",
    };
    let children = match &node.children[..] {
        [] => String::new(),
        children => format!("({})", show_nodes(children)),
    };
    format!("{}{agent}{state}{}{children}", str(node.name), node.milliseconds)
}

fn str(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const TREES: &[(&str, &[&str])] = &[
    ("", &[]),
    ("2026-10-05T02:28:06.079Z", &[]),
    ("00A: NTS: ", &[]),
    (
        "2026-10-05T02:28:06.079Z;LSRV=ex01.contoso.com:TOTAL-HUB=0.369|SMR=0.113(SMRDI=0.009|SMRC=0.103(SMRCL=0.103))\
         |CAT=0.146(CATOS=0.001)|UNK=0.001|QDM=0.070|SMSC=0.031(X-SMSDR=0.069)|SMS=0.001",
        &["LSRV ex01.contoso.com TOTAL-HUB369 SMR113(SMRDI9 SMRC103(SMRCL103)) CAT146(CATOS1) UNK1 QDM70 \
           SMSC31(X-SMSDR69) SMS1"],
    ),
    (
        "2026-10-05T02:28:06.079Z;SRV=ex01.contoso.com:TOTAL-FE=0.020|SMR=0.02;SRV=ex02:TOTAL-SUB=1;LSRV=ex03:TOTAL-DEL=2",
        &["SRV ex01.contoso.com TOTAL-FE20 SMR20", "SRV ex02 TOTAL-SUB1000", "LSRV ex03 TOTAL-DEL2000"],
    ),
    ("2010-10-05T02:28:06.079Z;SRV=EX01:TOTAL=0", &["SRV EX01 TOTAL0"]),
    // Agents, states, the blank before children.
    (
        "LSRV=e:CAT=0.5 (CATRS-Transport Rule Agent=0.25|CATRS-Contoso: A=B; (v2), x-Agent-PEN=0.125)|QDE-INC=7|X-Y-Agent=1",
        &[
            "LSRV e CAT500(CATRS[Transport Rule Agent]250 CATRS[Contoso: A=B; (v2), x-Agent]!125) QDE?7000 X-Y[Agent]1000",
        ],
    ),
    ("LSRV=e:TOTAL-HUB-PEN=1|D-A-INC=2", &["LSRV e TOTAL-HUB!1000 D[A]?2000"]),
    // Numbers.
    (
        "SRV=e:A=0.0004|B=0.0005|C=1.9999|D= 2 |E=3.|F=99999999999999999999999",
        &["SRV e A0 B1 C2000 D2000 E3000 F18446744073709551615"],
    ),
    // What cannot be read is left out, and nothing else.
    ("SRV=e:A=x|B=1|=2|-PEN=3|C|D=-1|E=0,5||F=.5|G=1", &["SRV e B1000 G1000"]),
    ("SRV=e:A(B=1|C=2)|D=3", &["SRV e D3000"]),
    ("SRV=e:A(B=1|C=2)=4|D=3", &["SRV e D3000"]),
    ("SRV=e:A=1(B=2)junk(C=3|D=4)|E=5", &["SRV e A1000(B2000) E5000"]),
    ("SRV=e:A=1)|B=2))(|C=3", &["SRV e A1000 B2000"]),
    ("SRV=e:A=1()|B=2", &["SRV e A1000 B2000"]),
    ("SRV=e:A=1(B=2|C=0.0", &["SRV e A1000(B2000 C0)"]),
    ("SRV=e:A=1(B=2|C-Ag (x", &["SRV e A1000(B2000)"]),
    ("SRV=e:", &["SRV e "]),
    ("SRV=e;LSRV=f:A=1;NEW=g:B=2;SRV=h:C=3", &["LSRV f A1000", "SRV h C3000"]),
];

#[test]
fn trees_are_read() {
    for (field, expected) in TREES {
        assert_eq!(show(field), *expected, "{field}");
    }
}

#[test]
fn depth_is_bounded() {
    let mut field = "SRV=e:".to_owned() + &"A=1(".repeat(100) + "A=1" + &")".repeat(100) + "|B=2";
    let parts = latency_parts(field.as_bytes());
    assert_eq!(parts[0].nodes.len(), 2);
    let mut levels = 0;
    let mut nodes = &parts[0].nodes;
    while let Some(node) = nodes.first() {
        levels += 1;
        nodes = &node.children;
    }
    assert_eq!(levels, MAX_LEVELS);
    field.truncate(100);
    assert_eq!(latency_parts(field.as_bytes()).len(), 1);
}

#[test]
fn long_hostile_text_takes_linear_time() {
    let units = [
        "(",
        ")",
        "|",
        "=",
        "()",
        "A=1(",
        "A=1",
        "A=1|",
        "A=1()",
        "1",
        "-",
        ";",
        ";SRV=",
        ";SRV=e:",
        ";SRV=e:A=1(",
        "A(",
        "A=1)",
        " ",
        "=1x()",
        "A=1(|",
        "|)",
    ];
    for head in ["", "SRV=e:", "SRV=e:A=1(", "SRV=e:A=1111111111111111111111111111111111x"] {
        for unit in units {
            let field = [head, &unit.repeat(100_000 / unit.len())].concat();
            latency_parts(field.as_bytes());
        }
    }
}

#[derive(Clone, Debug)]
struct Node {
    name: String,
    agent: String,
    state: LatencyState,
    milliseconds: u64,
    children: Vec<Self>,
}

impl Node {
    fn write(&self) -> String {
        let dash = if self.agent.is_empty() { "" } else { "-" };
        let state = match self.state {
            LatencyState::Complete => "",
            LatencyState::Pending => "-PEN",
            LatencyState::Incomplete => "-INC",
        };
        let (seconds, rest) = (self.milliseconds / 1000, self.milliseconds % 1000);
        let children = match &self.children[..] {
            [] => String::new(),
            children => format!("({})", write(children)),
        };
        format!("{}{dash}{}{state}={seconds}.{rest:03}{children}", self.name, self.agent)
    }

    fn expected(&self) -> LatencyNode<'_> {
        LatencyNode {
            name: self.name.as_bytes(),
            agent: self.agent.as_bytes(),
            state: self.state,
            milliseconds: self.milliseconds,
            children: self.children.iter().map(Self::expected).collect(),
        }
    }
}

fn write(nodes: &[Node]) -> String {
    nodes.iter().map(Node::write).collect::<Vec<_>>().join("|")
}

fn node() -> impl Strategy<Value = Node> {
    let state =
        prop::sample::select(vec![LatencyState::Complete, LatencyState::Pending, LatencyState::Incomplete]);
    let name = "(TOTAL-|X-)?[A-Z]{4}";
    let agent = "([A-Za-z][A-Za-z :,=.]{0,9}(\\([a-z|=]{0,3}(\\([a-z]\\))?[a-z]{1,5}\\))?( Agent)?)?";
    let agent = agent.prop_map(|agent: String| agent.trim_end().to_owned());
    let leaf = (name, agent, state, 0_u64..10_000_000).prop_map(|(name, agent, state, milliseconds)| Node {
        name,
        agent,
        state,
        milliseconds,
        children: Vec::new(),
    });
    leaf.prop_recursive(5, 40, 4, |inner| {
        (inner.clone(), vec(inner, 0..4)).prop_map(|(mut node, children)| {
            node.children = children;
            node
        })
    })
}

proptest! {
    #[test]
    fn tree_round_trip(parts in vec(("[a-z0-9.-]{1,12}", any::<bool>(), vec(node(), 1..5)), 0..4), time in any::<bool>()) {
        let written = parts.iter().map(|(server, writer, nodes)| {
            format!("{}={server}:{}", if *writer { "LSRV" } else { "SRV" }, write(nodes))
        });
        let time = time.then(|| "2026-10-05T02:28:06.079Z".to_owned());
        let written = time.into_iter().chain(written).collect::<Vec<_>>().join(";");
        let expected: Vec<_> = parts
            .iter()
            .map(|(server, writer, nodes)| LatencyPart {
                server: server.as_bytes(),
                writer: *writer,
                nodes: nodes.iter().map(Node::expected).collect(),
            })
            .collect();
        prop_assert_eq!(latency_parts(written.as_bytes()), expected, "{}", written);
    }

    #[test]
    fn anything_is_taken(field in vec(any::<u8>(), 0..200)) {
        origination(&field);
        latency_parts(&field);
    }

    #[test]
    fn anything_like_a_tree_is_taken(field in "(;?L?SRV=e:|A|-|PEN|INC|=|[0-9]|\\.|\\(|\\)|\\|| |TOTAL-|X-)*") {
        latency_parts(field.as_bytes());
    }

    #[test]
    fn times_are_taken_whole(time in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,7})?Z", tail in "(;.*)?") {
        let field = time.clone() + &tail;
        prop_assert_eq!(origination(field.as_bytes()), Some(time.as_bytes()));
    }
}
