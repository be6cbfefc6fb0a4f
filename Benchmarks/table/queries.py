"""The SQL of the program's queries, for SQLite alone: what `explain --json` shows, and the automatic indexes behind it."""

import json
import re
import sqlite3
import time
from contextlib import closing

from .frame import Fault


def explain(run, configuration, target):
    """SQL, arguments and plan of a query. Raises Fault where it cannot be had, or needs functions that only the program has."""
    found = json.loads(run.program("explain", "--json", "--config", configuration, target))
    if "mirror_" in found["sql"]:
        raise Fault(f"the SQL of {target} has functions of the program's own")
    return found


def in_c(run, mirror, sql, sets, seconds, core=None):
    """What SQLiteQuery makes of a query: (queries a second, rows of a query, the middle one's milliseconds). Raises Fault."""
    file = run.frame.folder("query") / "query"
    file.write_text(" ".join(sql.split()) + "\n" + "".join("\t".join(map(_written, one)) + "\n" for one in sets))
    said = run.frame.run([run.programs.c("SQLiteQuery", "sqlite3"), mirror, file, seconds], core=core).split()
    run.frame.remove(file.parent)
    return float(said[0]), int(said[1]), float(said[3])


def _written(argument):
    if argument is None:
        return "n"
    if isinstance(argument, str):
        return "t" + argument.replace("\t", " ").replace("\n", " ")
    return ("r" if isinstance(argument, float) else "i") + repr(argument)


def forget_uses(run, configuration, mirror, type_name=None):
    """Drops the automatic indexes (those of one type), and what was noted for them, so that the next queries find none."""
    for line in run.program("index", "list", "--config", configuration).splitlines():
        parts = re.split(r"\s{2,}", line.strip())
        if len(parts) > 2 and type_name in (None, parts[0]):
            run.program("index", "drop", "--config", configuration, parts[0], parts[1])
    with closing(sqlite3.connect(mirror, timeout=20)) as opened, opened:
        opened.execute("DELETE FROM path_use WHERE ?1 IS NULL OR type = (SELECT id FROM resource_type WHERE name = ?1)", (type_name,))


def wait_for_index(run, api, configuration, type_name, path, target, seconds=600):
    """Asks for a target as often as the program wants before it makes an index of a path, and waits until it is complete. Raises Fault."""
    if has_index(run, configuration, type_name, path):
        return
    for turn in range(6):
        try:
            api.get(f"{target}&fields[turn{turn}]=x")
        except Fault:
            pass  # Without the index it may take longer than a read may.
    end = time.monotonic() + seconds
    while not has_index(run, configuration, type_name, path):
        if time.monotonic() > end:
            raise Fault(f"no index of {type_name} {path} within {seconds} s")
        time.sleep(1)


def has_index(run, configuration, type_name, path):
    listed = run.program("index", "list", "--config", configuration)
    return re.search(rf"^{re.escape(type_name)}\s+{re.escape(path)}\s+complete", listed, re.MULTILINE) is not None


def indexed_values(mirror, type_name, path):
    """The values of an automatic index, in order."""
    with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as opened:
        return [value for value, in opened.execute(
            "SELECT v.value FROM indexed_value v JOIN path_index p ON p.id = v.path JOIN resource_type t ON t.id = p.type "
            "WHERE t.name = ? AND p.path = ? ORDER BY v.value", (type_name, path))]
