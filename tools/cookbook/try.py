"""The cookbook's lines on the exports of a demo: each tool has to find as many rows as the manifest says, and the same in them.

Usage: try.py PROGRAM
"""

import contextlib
import hashlib
import json
import os
import pathlib
import sqlite3
import subprocess
import sys

import duckdb
import pandas
import polars
import pyarrow.dataset

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from demo import demo  # noqa: E402

TOOLS = pathlib.Path(sys.executable).parent
REPORTS = ["report_activity", "report_answers", "report_attendance", "report_dormant_members", "report_group_members",
           "report_tags", "report_threads"]
HIDDEN = ["name", "mail", "display_name", "init"]
done = 0


def check(what, is_so, found=""):
    global done
    done += 1
    print(f"  {'ok  ' if is_so else 'FAIL'}  {what}" + (f"  {found}" if found or not is_so else ""))
    if not is_so:
        raise SystemExit("cookbook: failed")


def export(program, config, folder, *arguments):
    words = [program, "export", str(folder), "--config", str(config), *arguments]
    environment = {**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}"}
    run = subprocess.run(words, capture_output=True, text=True, timeout=300, env=environment)
    check(f"export {' '.join(arguments) or '(sqlite)'}", run.returncode == 0, (run.stdout.splitlines() or [run.stderr])[0])
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        content = (folder / file["name"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != file["sha256"] or len(content) != file["bytes"]:
            check(f"{file['name']} is as the manifest says", False)
    names = {file["name"] for file in manifest["files"]} | {"manifest.json"}
    check("files are as the manifest says, and no others are there", names == set(os.listdir(folder)), f"{len(names)} files")
    check("of one finished round", manifest["round"]["state"] == "finished", manifest["asOf"])
    return {table["name"]: table for table in manifest["tables"]}


def mirror_alone(mirror):
    """Every view can be read, and shows what mirror_columns says."""
    with contextlib.closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as connection:
        explained = connection.execute("SELECT view, count(\"column\") FROM mirror_columns GROUP BY view").fetchall()
        for view, count in explained:
            columns = connection.execute(f'SELECT * FROM "{view}" LIMIT 3').description
            if len(columns) != count:
                check(f"{view} has the columns of mirror_columns", False, f"{len(columns)} {count}")
        check("views have the columns of mirror_columns", len(explained) > 20, f"{len(explained)} views")


def database(folder, tables):
    path = folder / "snapshot.sqlite"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
        check("sqlite3: rows of all tables", all(counts[name] == tables[name]["rows"] for name in tables), sum(counts.values()))
        check("sqlite3: ready reports", set(REPORTS) <= set(tables))
        events = pandas.read_sql_query("SELECT title, begins, enrolled FROM report_attendance", connection, parse_dates=["begins"])
        check("pandas: read_sql_query, times and numbers", str(events.begins.dtype).startswith("datetime64") and
              len(events.nlargest(10, "enrolled")) > 0, len(events))
        frame = polars.read_database("SELECT title, begins, enrolled FROM report_attendance", connection)
        frame = frame.with_columns(polars.col("begins").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC"))
        check("polars: read_database", frame.height == len(events), frame.schema)
    get = subprocess.run([TOOLS / "datasette", path, "--get", "/snapshot/report_attendance.json?_shape=array&_size=3&_sort_desc=enrolled"],
                         capture_output=True, text=True, timeout=60)
    check("datasette", get.returncode == 0 and len(json.loads(get.stdout)) == 3, get.stderr)


def comma_separated(folder, tables, titles):
    for name, table in tables.items():
        frame = pandas.read_csv(folder / f"{name}.csv", keep_default_na=False, na_values=[""], dtype=str)
        if len(frame) != table["rows"]:
            check(f"pandas: read_csv of {name}", False, f"{len(frame)} {table['rows']}")
    check("pandas: read_csv of all tables", True, len(tables))
    frame = polars.read_csv(folder / "node_event.csv", try_parse_dates=True)
    check("polars: read_csv", sorted(frame["title"]) == titles, frame.schema["created"])
    rows = duckdb.sql(f"SELECT title FROM read_csv('{folder}/node_event.csv', header = true, nullstr = '', allow_quoted_nulls = false)")
    check("DuckDB: read_csv", sorted(row[0] for row in rows.fetchall()) == titles)


def lines(folder, tables, titles):
    for name, table in tables.items():
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
        if len(rows) != table["rows"]:
            check(f"json of {name}", False, f"{len(rows)} {table['rows']}")
    check("json, line by line, of all tables", True, len(tables))
    check("pandas: read_json", sorted(pandas.read_json(folder / "node_event.jsonl", lines=True).title) == titles)
    check("polars: scan_ndjson", sorted(polars.scan_ndjson(folder / "node_event.jsonl").collect()["title"]) == titles)
    rows = duckdb.sql(f"SELECT title FROM '{folder}/node_event.jsonl'").fetchall()
    check("DuckDB: JSON Lines", sorted(row[0] for row in rows) == titles)


def parquet(folder, tables, titles):
    for name, table in tables.items():
        if pyarrow.dataset.dataset(folder / f"{name}.parquet").count_rows() != table["rows"]:
            check(f"Arrow: {name}", False, table["rows"])
    check("Arrow: rows of all tables", True, len(tables))
    frame = pandas.read_parquet(folder / "node_event.parquet", columns=["title", "created", "status"])
    check("pandas: read_parquet", sorted(frame.title) == titles and str(frame.status.dtype) == "bool", frame.created.dtype)
    seen = polars.scan_parquet(folder / "node_event.parquet").filter("status").select("title", "created").collect()
    check("polars: scan_parquet", seen.height == int(frame.status.sum()), seen.schema["created"])
    command = subprocess.run([TOOLS / "duckdb", "-csv", "-noheader", "-c", f"SELECT count(*) FROM '{folder}/node_event.parquet' WHERE status"],
                             capture_output=True, text=True, timeout=60)
    check("DuckDB: its command", command.stdout.strip() == str(seen.height), command.stderr)
    tags = duckdb.sql(f"""
        SELECT t.name, count(*) AS n FROM '{folder}/event_enrollment.parquet' e
        JOIN '{folder}/node_event__social_tagging.parquet' l ON l.id = e.field_event
        JOIN '{folder}/taxonomy_term_social_tagging.parquet' t ON t.id = l.target_id GROUP BY ALL ORDER BY n DESC""").fetchall()
    check("DuckDB: a join of three", len(tags) > 0, tags[:2])


def sight(folder, tables, mirror):
    check("a sight's tables", "node_event" in tables and not any(name.startswith("comment") for name in tables), len(tables))
    columns = {column["name"] for column in tables["user"]["columns"]}
    check("hidden columns are not there", not columns & set(HIDDEN), sorted(columns)[:4])
    with contextlib.closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as connection:
        mails = [row[0] for row in connection.execute("SELECT mail FROM user WHERE mail LIKE '%@%'")]
    content = b"".join((folder / name).read_bytes() for name in os.listdir(folder))
    check("no hidden address is in any file", mails and not any(mail.encode() in content for mail in mails), len(mails))


def main(program):
    program = os.path.abspath(program)
    with demo(program) as mirror:
        folder = mirror.parent / "exports"
        folder.mkdir()
        config = folder / "config.json"
        rules = {"types": ["node", "user"], "published": True, "hide": [f"user.{name}" for name in HIDDEN]}
        config.write_text(json.dumps({"mirror": {"path": str(mirror)}, "localAPI": {"sights": {"reporting": rules}}}))
        mirror_alone(mirror)
        out = folder / "community"
        database(out, export(program, config, out))
        with contextlib.closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as connection:
            titles = sorted(row[0] for row in connection.execute("SELECT title FROM node_event"))
        # The same folder: each replaces the one before.
        comma_separated(out, export(program, config, out, "--format", "csv"), titles)
        lines(out, export(program, config, out, "--format", "jsonl"), titles)
        parquet(out, export(program, config, out, "--format", "parquet"), titles)
        sight(out, export(program, config, out, "--format", "jsonl", "--sight", "reporting"), mirror)
        check("nothing else is left", sorted(os.listdir(folder)) == ["community", "config.json"], os.listdir(folder))
    print(f"cookbook: {done} checks")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
