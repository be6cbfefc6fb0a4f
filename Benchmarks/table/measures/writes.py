"""Local writes that are acknowledged, and their way to the site."""

import json
import sqlite3
import time
from contextlib import closing

from ..community import start_site
from ..frame import Fault, alternate, configure
from ..pulls import replay
from ..registry import measure
from ..rows import Row, at_least
from ..serving import serve
from ..settings import HERE
from ..targets import rows

FIGURE = "local write acknowledged (durable)"


def topics(mirror, most):
    """UUIDs of topics, the oldest first."""
    return [one for one, in rows(mirror, "SELECT uuid FROM resources WHERE type = 'node--topic' ORDER BY resource LIMIT ?", most)]


def writing(run, api, uuids):
    """A function that gives the writes in a second of so many clients, each to another topic."""
    file = run.frame.folder("topics") / "topics"
    file.write_text("\n".join(uuids) + "\n")
    return lambda clients: api.load(
        "/", connections=clients, core=None, script=HERE / "each-write.lua", environment={"paths": str(file)}).rate


@measure("local-writes", FIGURE)
def local_writes(run):
    # On a disk: what is durable in memory tells nothing.
    folder, bare = run.frame.folder("writes"), run.frame.folder("bare")
    mirror, other = (run.mirrors.copy(run.settings.resources, one) for one in (folder, bare))
    program = run.programs.c("SQLiteWrites", "sqlite3")
    with serve(run, mirror, folder, core=None) as api:
        write = writing(run, api, topics(mirror, 4096))
        for clients in (1, 32):
            references, subjects = alternate(
                run.repetitions, lambda: float(run.frame.run([program, other, run.seconds_each])), lambda: write(clients))
            yield Row(f"{FIGURE}, {clients} client{'s' if clients > 1 else ''}",
                      "a bare SQLite transaction with the same rows, synchronous=FULL", references, subjects, "writes/s", at_least(0.5),
                      "the reference makes one transaction after the other" if clients > 1 else "")
    run.frame.remove(folder)
    run.frame.remove(bare)


def body(uuid, title):
    return json.dumps({"data": {"type": "node--topic", "id": uuid, "attributes": {"title": title}}})


@measure("push", "push of queued changes")
def push(run):
    changes = run.settings.number("PUSHED", 10_000, 500)
    # A tenth of the sample are topics, each of which has one change.
    resources = max(changes * 11, 5000)
    references, subjects = [], []
    turns = run.repetitions if run.is_quick else min(run.repetitions, 3)
    for turn in range(turns):
        folder = run.frame.folder("push")
        mirror = run.mirrors.copy(resources, folder)
        uuids = topics(mirror, changes)
        targets = [f"/jsonapi/node/topic/{uuid}" for uuid in uuids]
        with start_site(run, resources) as site:
            configuration = configure(folder, site.port, mirror)
            run.program("sync", "--quiet", "--no-sweep", "--moved", "--config", configuration)
            with serve(run, mirror, folder, core=None, port=site.port) as api:
                replay(run, api.base, [("PATCH", target, body(uuid, f"Changed here {turn}")) for target, uuid in zip(targets, uuids)],
                       8, api.token)
            references.append(len(uuids) / replay(run, site.url, [
                one for target, uuid in zip(targets, uuids)
                for one in (("GET", target), ("PATCH", target, body(uuid, f"Changed there {turn}")))], 1))
        # Another site, as it was before: what was changed there would be a conflict.
        with start_site(run, resources, port=site.port) as site:
            subjects.append(len(uuids) / pushed(run, mirror, configuration, len(uuids)))
        run.frame.remove(folder)
    yield Row(f"push of {len(uuids):,} queued changes", "as many plain libcurl GET+PATCH pairs", references, subjects, "changes/s",
              at_least(0.7), "libcurl has one connection; the push from the start of the command to the last change that is over")


def pushed(run, mirror, configuration, wanted):
    """Seconds until nothing is queued any more. Raises Fault."""
    with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True, timeout=10)) as opened:
        def waiting():
            return opened.execute("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'uncertain')").fetchone()[0]

        if waiting() != wanted:
            raise Fault(f"{waiting()} changes are queued, not {wanted}")
        begun = time.monotonic()
        running = run.frame.start([run.settings.binary, "sync", "--no-sweep", "--config", configuration], name="push")
        while waiting():
            if not running.is_running:
                raise Fault(f"the push left {waiting()} changes: {running.said()[-300:]}")
            time.sleep(0.02)
        seconds = time.monotonic() - begun
        left = opened.execute("SELECT count(*) FROM outbox WHERE state IN ('conflict', 'rejected')").fetchone()[0]
    running.finish()
    if left:
        raise Fault(f"{left} changes were refused or are in conflict")
    return seconds
