"""What is asked for: targets out of a mirror, and wrk's scripts that ask for ever other ones."""

import sqlite3
from contextlib import closing

from .frame import Fault
from .settings import HERE


def rows(mirror, sql, *arguments):
    """What a mirror answers to SQL, read only."""
    with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as opened:
        return opened.execute(sql, arguments).fetchall()


def topic_of_middle_size(mirror):
    """Its UUID: so that no very long one stands for all."""
    found = rows(mirror, "SELECT uuid FROM resources WHERE type = 'node--topic' ORDER BY length(document) LIMIT 1 "
                         "OFFSET (SELECT count(*) / 2 FROM resources WHERE type = 'node--topic')")
    if not found:
        raise Fault("the sample has no topics")
    return found[0][0]


def topics_of_nearly_that_size(mirror, uuid, most=1000):
    """Targets of topics nearest in size, so that a reference sends as much."""
    return [f"/jsonapi/node/topic/{one}" for one, in rows(
        mirror, "SELECT uuid FROM resources WHERE type = 'node--topic' ORDER BY "
                "abs(length(document) - (SELECT length(document) FROM resources WHERE uuid = ?)) LIMIT ?", uuid, most)]


def ever_different(run, targets, is_paced=False):
    """Script and environment for wrk: these targets, from the first to the last and again, with pauses of 2 to 6 ms if paced."""
    file = run.frame.folder("targets") / "paths"
    file.write_text("\n".join(targets) + "\n")
    return HERE / "each-different.lua", {"paths": str(file), **({"paced": "1"} if is_paced else {})}


def ever_new():
    """A script for wrk: the target it is given, each time under a URL that was never asked for."""
    return HERE / "each-new.lua"


def collections(mirror):
    """The paths of the collections that have resources."""
    return [f"/jsonapi/{entity_type}/{name.partition('--')[2]}" for name, entity_type in rows(
        mirror, "SELECT name, entity_type FROM resource_type t WHERE EXISTS (SELECT 1 FROM resource r WHERE r.type = t.id) ORDER BY name")]
