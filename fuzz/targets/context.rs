//! The source-context column: slices lie in the field, and its three readings say what stands there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail::parse::context::{next_hop, session, store, store_pairs};
use mailtrail_fuzz::inside;

fuzz_target!(|data: &[u8]| {
    let hop = next_hop(data);
    assert!(inside(hop.host, data));
    if let Some(id) = hop.internal_id {
        let written = format!("250 2.6.0 OK [InternalId={id}, Hostname=EX1.contoso.com]");
        assert_eq!(next_hop(written.as_bytes()).internal_id, Some(id));
    }
    if let Some(session) = session(data) {
        assert!(inside(session.id, data) && inside(session.time, data));
        assert!(data.starts_with(&[session.id, b";", session.time].concat()));
        assert!(session.id.len() == 16 && session.time.ends_with(b"Z"));
    }
    pairs(data);
});

fn pairs(data: &[u8]) {
    let mut wanted = [&b""[..]; 6];
    let (mut length, mut at) = (0, data.as_ptr());
    for (key, value) in store_pairs(data) {
        assert!(inside(key, data) && inside(value, data));
        assert!(key.as_ptr() >= at, "in their order");
        at = value.as_ptr_range().end;
        length += key.len() + 1 + value.len();
        let keys = [&b"MDB"[..], b"Mailbox", b"Event", b"MessageClass", b"CreationTime", b"ClientType"];
        if let Some(slot) = keys.iter().position(|k| *k == key) {
            wanted[slot] = value;
        }
    }
    assert!(length <= data.len());
    let found = store(data);
    let found =
        [found.mdb, found.mailbox, found.event, found.message_class, found.creation_time, found.client_type];
    assert_eq!(found, wanted);
}
