//! A message that is asked for by its id is found as text, not among all the others. That must give what
//! a reading of everything gives.

use super::*;

/// A reading of everything is what it takes to write down all rejects.
const EVERYTHING: &str = "--rejects=everything.jsonl";

/// Traces about so many messages by one of their ids, in a plain reading of everything and in another way.
fn expect_found(logs: &Logs, reading: Reading, most: usize) -> Result<(), TestCaseError> {
    let (plain, other) = (Laid::new(logs, 0), Laid::new(logs, reading.packed));
    let mut asked = BTreeSet::new();
    for row in rows(&plain, PLAIN) {
        for (flag, field) in [("--message-id", "message_id"), ("--network-message-id", "network_message_id")]
        {
            asked.extend(row[field].as_str().map(|id| format!("{flag}={id}")));
        }
    }
    asked.insert("--message-id=nobody-has-this@contoso.com".to_owned());
    for asked in asked.iter().step_by(asked.len().div_ceil(most)) {
        let (flag, id) = asked.split_once('=').unwrap();
        let upper = format!("{flag}={}", id.to_ascii_uppercase());
        let (want, _) = plain.read(&["trace", EVERYTHING, "--force", asked], PLAIN);
        let (one, code) = plain.read(&["trace", asked], PLAIN);
        prop_assert!(want == one, "{asked}, {}", first_difference(&want, &one));
        for asked in [asked, &upper] {
            let (found, same) = other.read(&["trace", asked], reading);
            // Lines are broken elsewhere where the name of a file is longer.
            let (want, found) = (squeezed(&want), without_packing(&squeezed(&found)));
            prop_assert!(want == found, "{asked} with {reading:?}, {}", first_difference(&want, &found));
            prop_assert_eq!(code, same, "exit status of {}", asked);
        }
    }
    Ok(())
}

#[test]
fn messages_of_every_story_are_found() {
    for (i, folder) in [finding_folders(), folders()].concat().iter().enumerate() {
        let packed = [0, u64::MAX, 0x5555_5555][i % 3];
        let reading =
            Reading { threads: 1 + i as u16 % 3, chunk: 64 << (i % 9), order: 1, packed, spills: false };
        expect_found(&logs_of(folder), reading, 2).unwrap();
    }
}

#[test]
fn messages_of_generated_logs_are_found() {
    let reading = Reading { threads: 3, chunk: 9000, order: 5, packed: 0x3333_3333, spills: true };
    expect_found(&generated(32, &[]), reading, 12).unwrap();
}

proptest! {
    #![proptest_config(cases(20))]

    #[test]
    fn messages_of_random_logs_are_found(
        world in worlds(),
        reading in readings(prop_oneof![Just(64u32), 65u32..1000, 1000u32..9000]),
    ) {
        expect_found(&world.logs().0, reading, 4)?;
    }
}
