"""DuckDB, quick: one pass over the files into a narrow table in memory, then the questions to that.

usage: duckdb_fast.py THREADS FOLDER [PAIRS.csv]
"""
import sys

import duckdb
import question as q

# What a row says of its pair, as bits.
DELIVER, RESOLVE, SEND, NOT_FOUND, SMTP_RECEIVE = 1, 2, 4, 8, 16


def scan(files, ids="VARCHAR"):
    """The table function that reads the logs; fields that nobody asks for are skipped by DuckDB itself."""
    types = {name: ids if name == "network-message-id" else "VARCHAR" for name in q.COLUMNS}
    return (
        f"read_csv({files!r}, columns = {types!r}, header = false, auto_detect = false, skip = {q.HEADER_LINES}, "
        "delim = ',', quote = '\"', escape = '\"', new_line = '\\r\\n')"
    )


BITS = f"""
    case "event-id"
        when 'DELIVER' then {DELIVER}
        when 'RESOLVE' then {RESOLVE}
        when 'SEND' then {SEND}
        when 'SENDEXTERNAL' then {SEND}
        when 'FAIL' then if(contains("recipient-status", 'RecipientNotFound'), {NOT_FOUND}, 0)
        when 'RECEIVE' then if(source = 'SMTP', {SMTP_RECEIVE}, 0)
        else 0
    end::utinyint
"""

DECISION = f"""
    case when bits & {DELIVER} > 0 then '{q.DELIVERED}'
         when bits & {RESOLVE | SEND} = {RESOLVE | SEND} then '{q.RESOLVED_SENT}'
         when bits & {SEND} > 0 then '{q.SENT}'
         when bits & {NOT_FOUND} > 0 then '{q.NOT_FOUND}'
         else '{q.OTHER}' end
"""


def connect(threads):
    db = duckdb.connect()
    db.execute(f"set threads = {int(threads)}")
    db.execute("set preserve_insertion_order = false")
    return db


def main(threads, folder, pairs=None):
    db = connect(threads)
    db.execute(f"""
        create temp table row as
        select "network-message-id" id, lower("recipient-address") recipients, bits,
               if(bits = {SEND}, "date-time" || coalesce("connector-id", ''), null) sent,
               if(bits = {SMTP_RECEIVE}, "server-hostname", null) server
        from (select *, {BITS} bits from {scan(q.logs(folder), "UUID")})
        where id is not null
    """)
    # Most rows name one recipient, and need not be taken apart.
    db.execute(f"""
        create temp table pair as
        select id, recipient, bit_or(bits) bits, max(sent)[{q.TIME_LENGTH + 1}:] connector
        from (select id, recipients recipient, bits, sent from row where not contains(recipients, ';')
              union all
              select id, unnest(string_split(recipients, ';')), bits, sent from row where contains(recipients, ';'))
        group by all
    """)
    messages = db.execute("select count(distinct id) from row").fetchone()[0]
    received = db.execute(f"""
        select count(distinct id)
        from (select id from row where bits = {SMTP_RECEIVE} group by id, server having count(*) >= {q.RECEIVES})
    """).fetchone()[0]
    sent = f"decision in ('{q.SENT}', '{q.RESOLVED_SENT}')"
    decided = f"(select *, {DECISION} decision from pair)"
    table = db.execute(f"""
        select decision, if({sent}, nullif(connector, ''), null), count(*) from {decided} group by all
    """).fetchall()
    q.answer(messages, received, table)
    if pairs:
        db.execute(f"""
            copy (select id, recipient, decision, if({sent}, connector, null) connector from {decided})
            to '{pairs}' (header false)
        """)


if __name__ == "__main__":
    main(*sys.argv[1:])
