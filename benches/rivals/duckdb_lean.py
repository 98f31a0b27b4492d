"""DuckDB, small: nothing is kept but what is being added up, and that may spill to disk; the files are read twice.

usage: duckdb_lean.py THREADS FOLDER
"""
import sys
import tempfile

import question as q
from duckdb_fast import BITS, DECISION, SEND, connect, scan

MEMORY = "300MB"


def main(threads, folder):
    with tempfile.TemporaryDirectory() as spill:
        db = connect(threads)
        db.execute(f"set memory_limit = '{MEMORY}'")
        db.execute(f"set temp_directory = '{spill}'")
        files = q.logs(folder)
        table = db.execute(f"""
            with pair as (
                select id, recipient, bit_or(bits) bits, max(sent)[{q.TIME_LENGTH + 1}:] connector
                from (select "network-message-id" id, unnest(string_split(lower("recipient-address"), ';')) recipient,
                             bits, if(bits = {SEND}, "date-time" || coalesce("connector-id", ''), null) sent
                      from (select *, {BITS} bits from {scan(files, "UUID")})
                      where id is not null)
                group by all),
            decided as (select *, {DECISION} decision from pair)
            select decision, if(decision in ('{q.SENT}', '{q.RESOLVED_SENT}'), nullif(connector, ''), null), count(*)
            from decided group by all
        """).fetchall()
        messages, received = db.execute(f"""
            select count(*), count(*) filter (most >= {q.RECEIVES})
            from (select id, max(n) most
                  from (select "network-message-id" id, "server-hostname" server,
                               count(*) filter ("event-id" = 'RECEIVE' and source = 'SMTP') n
                        from {scan(files, "UUID")}
                        where id is not null group by all)
                  group by id)
        """).fetchone()
        q.answer(messages, received, table)


if __name__ == "__main__":
    main(*sys.argv[1:])
