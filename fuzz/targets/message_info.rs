//! The message-info column: the latency tree lies in the field, is no deeper than it may be, and a
//! server written plainly reads back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail::parse::message_info::{LatencyNode, LatencyState, is_year_one, latency_parts, origination};
use mailtrail::parse::values::timestamp;
use mailtrail_fuzz::inside;

fuzz_target!(|data: &[u8]| {
    if let Some(time) = origination(data) {
        assert!(data.starts_with(time) && time.ends_with(b"Z"));
    }
    if is_year_one(data)
        && let Some(time) = origination(data).and_then(timestamp)
    {
        assert!(time.0 < 0);
    }
    let mut nodes = 0;
    for part in latency_parts(data) {
        assert!(inside(part.server, data));
        for node in &part.nodes {
            walk(node, data, 16, &mut nodes);
            read_back(node);
        }
    }
    assert!(nodes <= data.len());
});

fn walk(node: &LatencyNode<'_>, data: &[u8], levels: usize, nodes: &mut usize) {
    assert!(levels > 0, "deeper than it may be");
    *nodes += 1;
    assert!(inside(node.name, data) && inside(node.agent, data));
    assert!(!node.name.is_empty());
    for child in &node.children {
        walk(child, data, levels - 1, nodes);
    }
}

/// A component without an agent, whose name could be part of nothing else.
fn read_back(node: &LatencyNode<'_>) {
    let plain = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    if !node.agent.is_empty() || !node.name.iter().all(plain) || node.milliseconds > u64::MAX / 2000 {
        return;
    }
    let state = match node.state {
        LatencyState::Complete => "",
        LatencyState::Pending => "-PEN",
        LatencyState::Incomplete => "-INC",
    };
    let name = String::from_utf8_lossy(node.name);
    let (seconds, rest) = (node.milliseconds / 1000, node.milliseconds % 1000);
    let written = format!("SRV=EX1.contoso.com:{name}{state}={seconds}.{rest:03}");
    let parts = latency_parts(written.as_bytes());
    let again = &parts[0].nodes[0];
    assert_eq!((again.name, again.state, again.milliseconds), (node.name, node.state, node.milliseconds));
}
