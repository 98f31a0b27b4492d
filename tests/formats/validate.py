#!/usr/bin/env python3
"""Asks those who know: OCSF rows against the published JSON schema, metrics by the parser of Prometheus.

    pip install jsonschema ocsf-json-schema prometheus_client
    mailtrail events LOGS --format ocsf | tests/formats/validate.py ocsf
    mailtrail report LOGS --format prometheus | tests/formats/validate.py prometheus
"""

import json
import sys


def ocsf(lines):
    import jsonschema
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.7.0")).get_class_schema("email_activity", [])
    validator = jsonschema.Draft202012Validator(schema)
    rows = bad = 0
    for rows, line in enumerate(lines, 1):
        for error in validator.iter_errors(json.loads(line)):
            bad += 1
            print(f"row {rows}: {error.json_path}: {error.message[:200]}")
    print(f"{rows} rows, {bad} errors")
    return bad == 0 and rows > 0


def prometheus(lines):
    from prometheus_client.parser import text_string_to_metric_families

    families = list(text_string_to_metric_families("".join(lines)))
    samples = [(s.name, *sorted(s.labels.items())) for f in families for s in f.samples]
    twice = len(samples) - len(set(samples))
    timed = sum(s.timestamp is not None for f in families for s in f.samples)
    other = [f.name for f in families if f.type != "gauge" or not f.documentation]
    print(f"{len(families)} metrics, {len(samples)} samples, {twice} twice, {timed} with a time, {other} no gauges")
    return bool(samples) and not (twice or timed or other)


if __name__ == "__main__":
    checks = {"ocsf": ocsf, "prometheus": prometheus}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        sys.exit(__doc__)
    sys.stdin.reconfigure(encoding="utf-8")
    sys.exit(0 if checks[sys.argv[1]](sys.stdin) else 1)
