"""What every rival is asked, and the one form in which all of them answer.

A pair is a network-message-id and an address in recipient-address, without case. What became of it is the
first of these that any of its rows shows: DELIVER; SEND or SENDEXTERNAL behind a RESOLVE; SEND or SENDEXTERNAL;
a FAIL whose status names RecipientNotFound; else `other`. The connector is that of the last send, by time and then
by name. Rows without a network-message-id are left out.
"""
import glob
import os

COLUMNS = (
    "date-time client-ip client-hostname server-ip server-hostname source-context connector-id source event-id "
    "internal-message-id message-id network-message-id recipient-address recipient-status total-bytes "
    "recipient-count related-recipient-address reference message-subject sender-address return-path message-info "
    "directionality tenant-id original-client-ip original-server-ip custom-data transport-traffic-type log-id "
    "schema-version"
).split()

# Of each engine.
THREADS = "2"
# A generated log begins with as many lines that are no rows.
HEADER_LINES = 5
TIME_LENGTH = len("2026-03-10T09:00:00.000Z")
RECEIVES = 3
DELIVERED, RESOLVED_SENT, SENT, NOT_FOUND, OTHER = "delivered", "resolved, sent", "sent", "not found", "other"


def logs(folder):
    return sorted(glob.glob(os.path.join(folder, "*", "*.LOG")))


def answer(messages, received, table):
    """Prints the answer. `table` has rows of decision, connector or None, number of pairs."""
    print(f"messages {messages}")
    print(f"pairs {sum(row[2] for row in table)}")
    print(f"messages with {RECEIVES} or more SMTP RECEIVE on one server {received}")
    for line in sorted(f"{decision} | {connector or '-'} | {pairs}" for decision, connector, pairs in table):
        print(line)
