"""Filters over the large mirror, with an index and without, beside the same SQL in SQLite alone."""

import random
import threading
import time

from ..frame import Fault, alternate
from ..queries import explain, forget_uses, in_c, indexed_values, wait_for_index
from ..registry import measure
from ..rows import Row, at_least, at_most
from ..serving import SERVER_CORE, serve
from ..targets import ever_different, topic_of_middle_size, topics_of_nearly_that_size

TOPICS = "/jsonapi/node/topic"
INDEXED = "indexed filter with sort, ever different values"
SCANNED = "unindexed filter"
# Nothing fits, so all documents of the type are read; a boolean, so that the SQL needs no function but SQLite's own.
SCAN = "/jsonapi/comment/comment?filter[default_langcode]=0"


def between(low, high):
    return (f"{TOPICS}?filter[a][condition][path]=created&filter[a][condition][operator]=BETWEEN&filter[a][condition][value][]={low}"
            f"&filter[a][condition][value][]={high}&sort=-created")


@measure("indexed", INDEXED, needs_large=True)
def indexed(run):
    mirror, folder = run.mirrors.large, run.frame.folder("indexed")
    with serve(run, mirror, folder, core=None) as api:
        wait_for_index(run, api, folder / "config.json", "node--topic", "created", between(1, 2))
    values = indexed_values(mirror, "node--topic", "created")
    chance = random.Random(1)
    # Each range has a hundred topics, so that there is something to sort, and a whole page of 50 comes of it.
    starts = [chance.randrange(len(values) - 100) for _ in range(min(5000, len(values) - 100))]
    ranges = [(int(values[start]), int(values[start + 99])) for start in starts]
    sql, sets = sql_of_ranges(run, folder / "config.json", ranges)
    with serve(run, mirror, folder) as api:
        script, environment = ever_different(run, [between(*one) for one in ranges])
        size = len(api.get(between(*ranges[0])))
        rates = alternate(
            run.repetitions, lambda: in_c(run, mirror, sql, sets, run.seconds_each, core=SERVER_CORE)[0],
            lambda: api.load("/", script=script, environment=environment).rate)
    yield Row(f"{INDEXED}, {run.settings.large:,} resources", "the same SQL prepared in a C program, whole answer", *rates, "queries/s",
              at_least(0.50), f"a range of `created` with 100 topics, sorted, 50 of them in the answer ({size:,} bytes); the C program steps through "
              "all rows on the same core and copies every document into one buffer: no HTTP, no token, no links put back, no next page")


def sql_of_ranges(run, configuration, ranges):
    """The SQL of the ranges, and the arguments of each: those that are the ends of a range are found by two that differ."""
    first = explain(run, configuration, between(*ranges[0]))
    places = {end: [index for index, one in enumerate(first["arguments"]) if one == ranges[0][end]] for end in (0, 1)}
    if not places[0] or not places[1]:
        raise Fault(f"the ends of a range are not arguments: {first['arguments']}")

    def filled(one):
        arguments = list(first["arguments"])
        for end, indexes in places.items():
            for index in indexes:
                arguments[index] = type(arguments[index])(one[end])
        return arguments

    for one in ranges[1:3]:
        again = explain(run, configuration, between(*one))
        if again["sql"] != first["sql"] or again["arguments"] != filled(one):
            raise Fault("the SQL is another for each range")
    return first["sql"], [filled(one) for one in ranges]


@measure("scan", SCANNED, needs_large=True)
def scan(run):
    mirror, folder = run.mirrors.large, run.frame.folder("scan")
    references, subjects, at_rest, meanwhile = [], [], [], []
    targets = topics_of_nearly_that_size(run.mirrors.large, topic_of_middle_size(run.mirrors.large))
    script, environment = ever_different(run, targets, is_paced=True)
    number = 0
    for turn in range(run.repetitions):
        # The counts of uses are written every ten seconds, and an index comes of them: each turn has a server of its own.
        with serve(run, mirror, folder, core=None) as api:
            if turn == 0:
                found = explain(run, folder / "config.json", SCAN)
            def ask():
                nonlocal number
                number += 1
                begun = time.monotonic()
                api.get(f"{SCAN}&fields[scan{number}]=x")
                return time.monotonic() - begun
            ask()
            subjects.append(1 / min(ask() for _ in range(2)))
            references.append(in_c(run, mirror, found["sql"], [found["arguments"]] * 3, 0)[0])
            others = lambda: api.load("/", min(run.seconds_each, 3), connections=4, core=None, script=script,
                                      environment=environment).p99
            at_rest.append(others())
            with Repeated(ask):
                meanwhile.append(others())
        forget_uses(run, folder / "config.json", mirror, "comment--comment")
    yield Row(f"{SCANNED}, {run.settings.large:,} resources", "the same SQL in SQLite (C program)", references, subjects, "queries/s",
              at_least(0.9), f"{SCAN}: every comment is read, none fits; over HTTP, one client")
    yield Row(f"p99 of others while {SCANNED}s run", "p99 at rest", at_rest, meanwhile, "ms", at_most(1.2),
              "resources by id, 4 clients with pauses of 2 to 6 ms; one client filters without a pause")


class Repeated:
    """Does something again and again beside, on a thread, until it is left."""

    def __init__(self, action):
        self.action, self.is_over, self.fault = action, threading.Event(), None
        self.thread = threading.Thread(target=self._go, daemon=True)

    def _go(self):
        try:
            while not self.is_over.is_set():
                self.action()
        except Exception as fault:
            self.fault = fault

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.is_over.set()
        self.thread.join(60)
        if kind is None and self.fault:
            raise self.fault
