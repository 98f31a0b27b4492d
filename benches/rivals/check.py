"""Holds what the rivals answered against `report` and, pair by pair, against the rows of `routes`. Where the
two may differ is written here, and counted; any other difference ends the run.

usage: check.py PYTHON MAILTRAIL LOGS ANSWERS
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import question as q

HERE = pathlib.Path(__file__).resolve().parent

# Health probes, which `report` sets aside, come from these senders.
PROBES = ("healthmailbox", "inboundproxy@", "maildeliveryprobe@", "microsoftexchangemonitoring")

# What `routes` may say where the rivals say this. Their rule looks at which rows there are, not at which is last.
LATER = {"failed", "dropped", "deferred", "in-transit", "handed-off", "expanded", "recipient-not-found"}
SENT = {"send-connector", "remote-routing-address"}
ALLOWED = {
    q.DELIVERED: {"local-delivery"},
    q.RESOLVED_SENT: SENT | LATER,
    q.SENT: {"send-connector"} | LATER,
    q.NOT_FOUND: {"recipient-not-found"},
    q.OTHER: LATER,
}


def rivals_pairs(python, logs):
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "pairs.csv")
        command = [python, HERE / "duckdb_fast.py", q.THREADS, logs, path]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with open(path, newline="") as file:
            return {(id, recipient): tuple(rest) for id, recipient, *rest in csv.reader(file)}


def heads(logs):
    """The first sender and message-id of each network-message-id, by Python's own CSV reader."""
    senders, message_ids = {}, {}
    id, message_id, sender = (q.COLUMNS.index(c) for c in ("network-message-id", "message-id", "sender-address"))
    for path in q.logs(logs):
        with open(path, newline="", encoding="utf-8-sig") as file:
            for row in csv.reader(line for number, line in enumerate(file) if number >= q.HEADER_LINES):
                if row[id]:
                    senders.setdefault(row[id], row[sender])
                    message_ids.setdefault(row[id], row[message_id])
    return senders, message_ids


class Check:
    def __init__(self, pairs, senders, message_ids):
        self.left = pairs
        self.senders, self.message_ids = senders, message_ids
        self.counts = {}
        # Messages that have a row, by either id.
        self.known, self.known_message_ids = set(), set()
        # Messages of the rivals that have none.
        self.probes, self.parts, self.bare = set(), set(), set()

    def count(self, *key):
        self.counts[key] = self.counts.get(key, 0) + 1

    def row(self, row):
        """A row of ours has a pair of theirs, and says what it may."""
        key = row["network_message_id"], row["final_recipient"].lower()
        if key not in self.left:
            sys.exit(f"no pair for {row}")
        decision, connector = self.left.pop(key)
        ours = row["decision"]
        if ours not in ALLOWED[decision]:
            sys.exit(f"{decision} for the rivals, {ours} for us: {row}")
        if ours in SENT and (row["connector"] or "") != connector:
            sys.exit(f"{connector!r} for the rivals, {row['connector']!r} for us: {row}")
        self.known.add(row["network_message_id"])
        self.known_message_ids.add(row["message_id"])
        self.count(decision, ours)

    def rest(self):
        """Pairs without a row: addresses that became others, probes, and messages that came back under another id."""
        for (id, recipient), (decision, _) in self.left.items():
            if id in self.known:
                why, fine = "address replaced", decision != q.DELIVERED
            elif self.senders[id].lower().startswith(PROBES):
                why, fine = "probe", True
                self.probes.add(id)
            else:
                why, fine = "came back under another id", self.message_ids[id] in self.known_message_ids
                self.parts.add(id)
            if not fine:
                sys.exit(f"{decision} for the rivals, no row of ours, not explained: {id} {recipient}")
            self.count(decision, f"no row: {why}")
        self.bare = self.senders.keys() - self.known - self.probes - self.parts

    def sums(self, report, rivals):
        """What is printed is the sum of what was compared."""
        for decision, number in report["decisions"].items():
            rows = sum(n for (_, ours), n in self.counts.items() if ours == decision)
            if rows != number:
                sys.exit(f"report counts {number} {decision}, the rows {rows}")
        messages, pairs = (int(line.split()[-1]) for line in rivals.splitlines()[:2])
        if messages != len(self.senders) or pairs != sum(self.counts.values()):
            sys.exit(f"{messages} messages and {pairs} pairs are not those of the logs")
        ours = report["messages"] - report["without_recipients"]
        if ours != len(self.known) or len(self.bare) > report["without_recipients"]:
            sys.exit(f"report counts {ours} messages with recipients, the rows {len(self.known)}")

    def show(self, rivals):
        print("What the rivals answer, all the same:\n\n```")
        print(rivals.rstrip())
        print("```\n\nTheir pairs against the rows of `routes`:\n")
        print("| rivals | ours | pairs |\n|---|---|--:|")
        for (decision, ours), number in sorted(self.counts.items()):
            print(f"| {decision} | {ours} | {number:,} |")
        print(
            f"\nOf their {len(self.senders):,} messages {len(self.known):,} have rows; {len(self.probes):,} are probes, "
            f"{len(self.parts):,} are messages that came back under another id, {len(self.bare):,} name no recipient."
        )


def main(python, program, logs, answers):
    check = Check(rivals_pairs(python, logs), *heads(logs))
    command = [program, "routes", "--quiet", "--format", "jsonl", logs]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as routes:
        for line in routes.stdout:
            check.row(json.loads(line))
    if routes.returncode != 0:
        sys.exit("routes failed")
    check.rest()
    rivals = pathlib.Path(answers, "rivals").read_text()
    check.sums(json.loads(pathlib.Path(answers, "report").read_text()), rivals)
    check.show(rivals)


main(*sys.argv[1:])
