"""What a row costs as a mirror grows."""

import sqlite3
import statistics
import time
from contextlib import closing
from urllib.parse import quote

from ..community import start_site
from ..frame import configure
from ..pulls import costs, first_pull, sizes
from ..registry import measure
from ..rows import Lines, Row, at_most
from ..serving import serve
from ..targets import rows
from .writes import topics, writing


@measure("growth", "growth: pull, filter, write, sweep, view, search", needs_large=True)
def growth(run):
    found = {}
    for resources in sizes(run):
        run.say(f"growth: {resources:,}")
        for kind, cost in costs_of(run, resources).items():
            found.setdefault(kind, []).append((resources, cost))
    for kind, act in (("view", view), ("search", search)):
        found[kind] = in_turn(run, act)
    for kind, points in found.items():
        yield Row(f"growth of {kind}, {points[-1][0]:,}", f"at {points[0][0]:,}", [points[0][1]], [points[-1][1]], "µs a row", at_most(1.3),
                  ", ".join(f"{size:,}: {cost:.1f}" for size, cost in points))
    least = {kind: points[0][1] for kind, points in found.items()}
    yield Lines("growth", "Cost of a row as the mirror grows", "resources", "times the cost at the smallest size",
                {kind: [(size, cost / least[kind]) for size, cost in points] for kind, points in found.items() if least[kind]})


def costs_of(run, resources):
    """Microseconds for a row, by what is done."""
    pulled = first_pull(run, resources)
    made = {"pull": pulled.cost.seconds / pulled.resources * 1e6}
    folder = run.frame.folder("growth")
    mirror = run.mirrors.copy(resources, folder)
    with start_site(run, resources) as site:
        configuration = configure(folder, site.port, mirror)
        costs(run, "sync", "--quiet", "--no-sweep", "--moved", "--config", configuration)
        made["sweep"] = costs(run, "sync", "--quiet", "--sweep", "--config", configuration).seconds / resources * 1e6
    with serve(run, mirror, folder, core=None) as api:
        times = rows(mirror, "SELECT changed FROM resources WHERE type = 'node--topic' ORDER BY changed")
        asked = ["/jsonapi/node/topic?filter[a][condition][path]=changed&filter[a][condition][operator]=<&filter[a][condition][value]="
                 + quote(times[len(times) * step // 60][0].replace(" ", "T") + "+00:00") + "&sort=-changed&page[limit]=50"
                 for step in range(20, 60)]
        for target in asked:
            api.get(target)
        begun = time.monotonic()
        for target in asked:
            # Never the same twice: what is kept would tell nothing.
            api.get(target + "&fields[x]=x")
        made["filter"] = (time.monotonic() - begun) / len(asked) / 50 * 1e6
        write = writing(run, api, topics(mirror, 4096))
        write(32)
        made["write"] = 1e6 / statistics.median(write(32) for _ in range(run.repetitions))
    run.frame.remove(folder)
    return made


def in_turn(run, act):
    """What something costs at each size, in turn: minutes lie between the sizes otherwise, and a machine is not the same for minutes."""
    mirrors = [(resources, run.mirrors.of(resources)) for resources in sizes(run)]
    costs = {resources: [] for resources, _ in mirrors}
    for turn in range(run.repetitions + 1):
        for resources, mirror in mirrors:
            cost = act(mirror)
            # The first turn brings the files into the system's cache.
            if turn:
                costs[resources].append(cost)
    return [(resources, statistics.median(costs[resources])) for resources, _ in mirrors]


def view(mirror):
    with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as opened:
        begun = time.monotonic()
        number, _ = opened.execute("SELECT count(*), sum(length(title)) FROM node_topic").fetchone()
        return (time.monotonic() - begun) / max(number, 1) * 1e6


def search(mirror):
    """The first 50 that have a word which many have."""
    with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as opened:
        begun = time.monotonic()
        found = opened.execute("SELECT type, id, title, snippet FROM search WHERE search MATCH 'the' LIMIT 50").fetchall()
        return (time.monotonic() - begun) / max(len(found), 1) * 1e6
