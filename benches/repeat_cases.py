#!/usr/bin/env python3
"""Makes tracking logs of any size: one long day, by repeating the 30-column logs of samples and tests/cases.

Every row is written many times over, each time with ids, people and milliseconds of its own: GUIDs,
message-ids and the local parts of addresses are renumbered. What the cases decide stays the same.
Rows stay sorted by time but for half a minute, and a file covers a slice of the day, as on a server.

usage: benches/repeat_cases.py DIR SIZE_IN_MIB
"""
import datetime
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_SIZE = 10 << 20
TOKEN = re.compile(
    rb"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})"
    rb"|(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
    rb"|(?P<mid><[^<>@,\s]+@[^<>\s,]+>)"
    rb"|(?P<user>[A-Za-z0-9._+-]+(?=@(?:contoso|fabrikam|tailspin|adatum|wingtip|northwind)))"
)
SPREAD = 30_000  # rounds of one row lie within so many milliseconds
PEOPLE = 4000  # rounds after which the same people write again


def template(row):
    """Splits a row into literal parts and tokens to be renumbered."""
    parts, at = [], 0
    for found in TOKEN.finditer(row):
        parts += [(None, row[at : found.start()]), (found.lastgroup, found.group())]
        at = found.end()
    return parts + [(None, row[at:] + b"\r\n")]


def render(parts, number, shift):
    out = []
    for kind, text in parts:
        if kind is None:
            out.append(text)
        elif kind == "time":
            moment = datetime.datetime.fromisoformat(text.decode())
            if moment.year > 1:
                moment += shift
            out.append(moment.isoformat(timespec="milliseconds").encode())
        elif kind == "guid":
            out.append(b"%08x" % ((int(text[:8], 16) ^ (number * 2654435761)) & 0xFFFFFFFF) + text[8:])
        elif kind == "mid":
            out.append(b"<%d." % number + text[1:])
        else:
            out.append(text + b"%d" % (number % PEOPLE))
    return b"".join(out)


def logs():
    """The rows of every 30-column log, by server and family."""
    found, fields = {}, None
    for folder in (ROOT / "samples", ROOT / "tests" / "cases"):
        for path in sorted(folder.rglob("*.LOG")):
            lines = path.read_bytes().lstrip(b"\xef\xbb\xbf").split(b"\r\n")
            header = [line for line in lines if line.startswith(b"#Fields")]
            if len(header) != 1 or header[0].count(b",") != 29 or b"\n" in b"".join(lines):
                continue
            fields = header[0]
            server = path.parent.name if path.parent.name.isupper() or path.parent.name[0].isupper() else "EX1"
            family = re.match(r"MSGTRK(MA|MD|MS|M)?", path.name).group()
            rows = [line for line in lines if line and not line.startswith(b"#")]
            found.setdefault((server, family), []).extend(rows)
    return found, fields


def main():
    target, size = pathlib.Path(sys.argv[1]), int(sys.argv[2]) << 20
    found, fields = logs()
    once = sum(len(row) + 2 for rows in found.values() for row in rows)
    rounds = max(1, round(size / (once * 1.02)))
    shifts = [datetime.timedelta(milliseconds=SPREAD * n // rounds) for n in range(rounds)]
    head = b"#Software: Microsoft Exchange Server\r\n#Version: 15.02.1544.004\r\n#Log-type: Message Tracking Log\r\n"
    files = written = 0
    for (server, family), rows in sorted(found.items()):
        folder, text, filled, counter = target / server, [], 0, 0
        folder.mkdir(parents=True, exist_ok=True)

        def flush():
            nonlocal text, filled, counter, files, written
            counter += 1
            stamp = text[0][:13].replace(b"-", b"").replace(b"T", b"").decode()
            data = head + b"#Date: " + text[0][:24] + b"\r\n" + fields + b"\r\n" + b"".join(text)
            (folder / f"{family}{stamp}-{counter}.LOG").write_bytes(data)
            text, filled = [], 0
            files, written = files + 1, written + len(data)

        for row in sorted(rows):
            parts = template(row)
            for number in range(rounds):
                line = render(parts, number, shifts[number])
                text.append(line)
                filled += len(line)
                if filled > FILE_SIZE:
                    flush()
        if text:
            flush()
    print(f"{rounds} rounds, {written} bytes in {files} files")


main()
