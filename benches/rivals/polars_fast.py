"""Polars with its streaming engine: one pass over the files into a narrow frame, then the questions to that.

usage: polars_fast.py THREADS FOLDER
"""
import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[1]

import polars as pl
import question as q


def any_of(event, name):
    return (event == name).any()


def main(folder):
    event = pl.col("event-id")
    sends = event.is_in(["SEND", "SENDEXTERNAL"])
    rows = (
        pl.scan_csv(
            q.logs(folder),
            has_header=False,
            skip_lines=q.HEADER_LINES,
            schema={name: pl.String for name in q.COLUMNS},
            infer_schema=False,
        )
        .select(
            id="network-message-id",
            recipients=pl.col("recipient-address").str.to_lowercase(),
            deliver=event == "DELIVER",
            resolve=event == "RESOLVE",
            sent=pl.when(sends).then(pl.col("date-time") + pl.col("connector-id").fill_null("")),
            missing=(event == "FAIL") & pl.col("recipient-status").str.contains("RecipientNotFound", literal=True),
            server=pl.when((event == "RECEIVE") & (pl.col("source") == "SMTP")).then(pl.col("server-hostname")),
        )
        .filter(pl.col("id").is_not_null())
        .collect(engine="streaming")
        .lazy()
    )
    has_sent = pl.col("sent").is_not_null()
    decision = (
        pl.when("deliver").then(pl.lit(q.DELIVERED))
        .when(pl.col("resolve") & has_sent).then(pl.lit(q.RESOLVED_SENT))
        .when(has_sent).then(pl.lit(q.SENT))
        .when("missing").then(pl.lit(q.NOT_FOUND))
        .otherwise(pl.lit(q.OTHER))
    )
    connector = pl.when(pl.col("decision").is_in([q.SENT, q.RESOLVED_SENT])).then(
        pl.col("sent").str.slice(q.TIME_LENGTH)
    )
    table = (
        rows.filter(pl.col("recipients").is_not_null())
        .select("id", "deliver", "resolve", "sent", "missing", recipient=pl.col("recipients").str.split(";"))
        .explode("recipient")
        .group_by("id", "recipient")
        .agg(pl.col("deliver").any(), pl.col("resolve").any(), pl.col("sent").max(), pl.col("missing").any())
        .select("sent", decision=decision)
        .group_by("decision", connector=connector)
        .agg(pl.len())
    )
    messages = rows.select(pl.col("id").n_unique())
    received = (
        rows.filter(pl.col("server").is_not_null())
        .group_by("id", "server").agg(pl.len())
        .filter(pl.col("len") >= q.RECEIVES)
        .select(pl.col("id").n_unique())
    )
    table, messages, received = pl.collect_all([table, messages, received], engine="streaming")
    q.answer(messages.item(), received.item(), table.rows())


main(sys.argv[2])
