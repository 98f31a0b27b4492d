"""Reads tables back with three libraries: each must find the same rows and sums, and those of `report`."""

import json
import sys
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.feather as feather
import pyarrow.parquet as pq

out = Path(sys.argv[1])
report = json.loads((out / "report.json").read_text())
failures = []


def expect(what, found, want):
    if found != want:
        failures.append(f"{what}: {found} instead of {want}")


def by_duckdb(query):
    return duckdb.sql(query).fetchall()


recipients = sum(report["decisions"].values())
ledger = report["reconciliation"]
events = ledger["counted"] + ledger["redundancy"]

# Rows, by each library and in each form.
for table, rows in [("events", events), ("routes", recipients), ("findings", len(report["findings"])), ("hops", None)]:
    file = out / f"{table}.parquet"
    counts = {
        "duckdb": by_duckdb(f"SELECT count(*) FROM '{file}'")[0][0],
        "pyarrow": pq.ParquetFile(file).metadata.num_rows,
        "polars": pl.scan_parquet(file).select(pl.len()).collect().item(),
        "pyarrow, arrow": feather.read_table(out / f"{table}.arrow", memory_map=False).num_rows,
        "polars, arrow": pl.read_ipc(out / f"{table}.arrow").height,
    }
    rows = counts["duckdb"] if rows is None else rows
    for name, count in counts.items():
        expect(f"rows of {table} by {name}", count, rows)
    said = pq.ParquetFile(file).metadata.metadata
    expect(f"metadata of {table}", (said[b"mailtrail.table"], said[b"mailtrail.schema_version"]), (table.encode(), b"1"))

# Decisions, bytes and laps of routes.
routes = out / "routes.parquet"
want = {name: n for name, n in report["decisions"].items() if n}
expect("decisions by duckdb", dict(by_duckdb(f"SELECT decision, count(*) FROM '{routes}' GROUP BY 1")), want)
table = pq.read_table(routes)
counts = table.column("decision").combine_chunks().value_counts().to_pylist()
expect("decisions by pyarrow", {c["values"]: c["counts"] for c in counts}, want)
frame = pl.read_parquet(routes)
expect("decisions by polars", dict(frame.group_by("decision").len().rows()), want)
laps = report["laps"]["recipients"]
expect("laps by duckdb", by_duckdb(f"SELECT count(*) FROM '{routes}' WHERE laps > 0")[0][0], laps)
expect("laps by pyarrow", pc.sum(pc.greater(table.column("laps"), 0)).as_py(), laps)
expect("laps by polars", frame.filter(pl.col("laps") > 0).height, laps)
by_message = f"(SELECT network_message_id, message_id, sender, first_seen, any_value(size_bytes) AS size FROM '{routes}' GROUP BY ALL)"
expect("bytes by duckdb", by_duckdb(f"SELECT sum(size)::BIGINT FROM {by_message}")[0][0], report["bytes"])

# Lists hold what they held: as many hops as rows of hops, in both libraries that can unnest.
hops = by_duckdb(f"SELECT count(*) FROM '{out}/hops.parquet'")[0][0]
expect("hops in routes by duckdb", by_duckdb(f"SELECT sum(len(hops))::BIGINT FROM '{routes}'")[0][0], hops)
expect("hops in routes by polars", frame["hops"].list.len().sum(), hops)
expect("hops in routes by pyarrow", pc.sum(pc.list_value_length(table.column("hops"))).as_py(), hops)

# Times: sorted, in UTC, the first and last of the report's.
times = pl.scan_parquet(out / "events.parquet").select("date_time").collect()["date_time"]
expect("order of events", times.is_sorted(), True)
expect("zone of events", str(times.dtype), "Datetime(time_unit='ms', time_zone='UTC')")
expect("order of routes", frame["first_seen"].is_sorted(), True)

# Statistics let a reader leave groups out.
group = pq.ParquetFile(out / "events.parquet").metadata.row_group(0)
names = [group.column(i).path_in_schema for i in range(group.num_columns)]
expect("statistics of events", group.column(names.index("date_time")).statistics.has_min_max, True)

# Folders are one table, with a column more.
n = by_duckdb(f"SELECT count(*), count(DISTINCT date) FROM read_parquet('{out}/events-by-date/*/*.parquet', hive_partitioning=true)")[0]
expect("events by date, by duckdb", n[0], events)
expect("events by date, by polars", pl.scan_parquet(out / "events-by-date", hive_partitioning=True).select(pl.len()).collect().item(), events)
expect("events by date, by pyarrow", ds.dataset(out / "events-by-date", partitioning="hive").count_rows(), events)
expect("routes by server, by pyarrow", ds.dataset(out / "routes-by-server", partitioning="hive").count_rows(), recipients)
servers = dict(by_duckdb(f"SELECT server, count(*) FROM '{routes}' GROUP BY 1"))
found = dict(by_duckdb(f"SELECT server, count(*) FROM read_parquet('{out}/routes-by-server/*/*.parquet', hive_partitioning=true) GROUP BY 1"))
expect("routes by server, by duckdb", found, servers)

if failures:
    sys.exit("\n".join(failures))
print(f"{events} events, {recipients} routes, {hops} hops, {len(report['findings'])} findings: read back alike by three libraries")
