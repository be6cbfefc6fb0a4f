"""Readers while something else is done: a full pull that writes, slow reads, local writes."""

import os
import sqlite3
import statistics
import subprocess
import time
from contextlib import closing

from ..community import start_site
from ..frame import Fault, configure, tail
from ..queries import forget_uses
from ..registry import measure
from ..rows import Row, at_most
from ..serving import serve, static
from ..settings import HERE
from ..targets import ever_different, topic_of_middle_size, topics_of_nearly_that_size
from .filters import Repeated
from .writes import topics, writing

WRITER = "p99 of reads while a full pull writes"
STATIC = "p99 of Hummingbird's static answer beside that pull"
MIXED = "mixed load on both cores"
MARK = "zz-bench"


@measure("writer", WRITER)
def writer(run):
    resources = run.settings.number("BUSY_RESOURCES", 100_000, 20_000)
    folder = run.frame.folder("busy")
    seen = []
    own, other = Beside(), Beside()
    targets = topics_of_nearly_that_size(run.mirrors.of(resources), topic_of_middle_size(run.mirrors.of(resources)))
    script, environment = ever_different(run, targets, is_paced=True)
    with start_site(run, resources, wrapper=("nice", "-n", "19")) as site:
        for _ in range(run.repetitions):
            mirror = run.mirrors.copy(resources, folder)
            # The site of the shared mirror had another port.
            run.program("sync", "--quiet", "--no-sweep", "--moved", "--config", configure(folder, site.port, mirror))
            age(mirror)
            # A round of its own begins with the daemon: it is over before anything is measured.
            with (serve(run, mirror, folder, core=None, command="run", port=site.port, sync={"intervalSeconds": 86400}) as daemon,
                  static(run, daemon.get(targets[0]), core=None) as answering):
                paced = dict(connections=4, core=None, script=script, environment=environment)
                idle(run, folder, daemon.running)
                # What the copy left to the disk is written, and what the readers read is read.
                os.sync()
                daemon.load("/", 1, **paced)
                own.begin(lambda: daemon.load("/", run.seconds_each, **paced).p99)
                other.begin(lambda: answering.load("/", run.seconds_each, **paced).p99)
                pulling = subprocess.Popen(
                    [run.settings.binary, "sync", "--full", "--no-sweep", "--quiet", "--config", folder / "config.json"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                began = time.monotonic()
                try:
                    # The pull lasts as long as it does: what was read beside it counts, of the two in turn.
                    while pulling.poll() is None:
                        for one in (own, other):
                            one.look(lambda: pulling.poll() is None)
                    if not own.found or not other.found:
                        raise Fault(f"the pull was over too early: BUSY_RESOURCES: {tail(pulling.stderr.read())}")
                finally:
                    pulling.kill() if pulling.poll() is None else None
                    _, said = pulling.communicate()
                if pulling.returncode:
                    raise Fault(f"the pull ended with {pulling.returncode}: {tail(said)}")
                seen.append(time.monotonic() - began)
                own.end()
                other.end()
            left = marked(mirror)
            if left > resources // 20:
                raise Fault(f"the pull left {left} of the documents that it was to write")
            for file in folder.glob("mirror.sqlite*"):
                file.unlink()
    run.frame.remove(folder)
    yield Row(WRITER, "p99 at rest", own.at_rest, own.meanwhile, "ms", at_most(3),
              f"resources by id, 4 clients with pauses of 2 to 6 ms; every one of {resources:,} documents differs and is written anew, within "
              f"{min(seen):.0f} to {max(seen):.0f} s; daemon and readers on both cores, the sample site beside them at nice 19")
    yield Row(STATIC, "p99 at rest", other.at_rest, other.meanwhile, "ms", None,
              "in turn with the reads, in a process of its own: what two busy cores cost somebody who has nothing to do with the pull")


class Beside:
    """The p99 of one server, milliseconds, in each repetition: at rest, and the median of what was seen while a pull wrote."""

    def __init__(self):
        self.at_rest, self.meanwhile, self.found = [], [], []

    def begin(self, reading):
        """Reads at rest; `reading` gives a p99, now and later."""
        self.reading = reading
        self.found = []
        self.at_rest.append(reading())

    def look(self, counts):
        """Reads once more, and takes it in if it counts."""
        p99 = self.reading()
        if counts():
            self.found.append(p99)

    def end(self):
        self.meanwhile.append(statistics.median(self.found))


def age(mirror):
    """Makes every document another one than the site has, so that a full pull writes them all."""
    with closing(sqlite3.connect(mirror)) as opened, opened:
        opened.execute(f"""UPDATE resource SET document = replace(document, '"langcode":"en"', '"langcode":"{MARK}"')""")
        opened.execute("UPDATE resource SET changed = changed - 1 WHERE changed IS NOT NULL")


def marked(mirror):
    with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as opened:
        return opened.execute(f"SELECT count(*) FROM resource WHERE instr(document, '{MARK}')").fetchone()[0]


def idle(run, folder, daemon):
    """Waits until the daemon's first round is over (a sync by its socket is done after it), and then until it rests."""
    run.program("sync", "--quiet", "--no-sweep", "--config", folder / "config.json", seconds=600)
    for _ in range(300):
        before = cpu(daemon)
        time.sleep(1)
        if cpu(daemon) - before < 0.05:
            return
    raise Fault("the daemon has not come to rest within five minutes")


@measure("mixed", MIXED)
def mixed(run):
    mirror, folder = run.mirrors.small, run.frame.folder("mixed")
    targets = topics_of_nearly_that_size(mirror, topic_of_middle_size(mirror))
    _, environment = ever_different(run, targets)
    one, both, busy = [], [], []
    for _ in range(run.repetitions):
        for core, rates in ((0, one), (None, both)):
            with serve(run, mirror, folder, core=core) as api:
                load = lambda: api.load("/", connections=64, core=None, script=HERE / "mixed.lua", environment=environment)
                load()
                before, begun = cpu(api.running), time.monotonic()
                rates.append(load().rate)
                if core is None:
                    busy.append((cpu(api.running) - before) / (time.monotonic() - begun))
            forget_uses(run, folder / "config.json", mirror)
    yield Row(MIXED, "the same with the server on one core", one, both, "requests/s",
              note="half resources by id, half pages, filters, sorts and includes, ever new URLs, 64 clients; wrk shares the cores; the server "
                   f"kept {statistics.median(busy):.2f} cores busy")
    yield from beside(run, targets)


def beside(run, targets):
    """How long a resource by its id takes at rest, beside slow reads, beside local writes, and beside both."""
    folder = run.frame.folder("beside")
    mirror = run.mirrors.copy(run.settings.resources, folder)
    script, environment = ever_different(run, targets, is_paced=True)
    found = {"": [], "slow reads": [], "local writes": [], "slow reads and local writes": []}
    with serve(run, mirror, folder, core=None) as api:
        paced = lambda: api.load("/", connections=4, core=None, script=script, environment=environment).p99
        write = writing(run, api, topics(mirror, 1024))
        slow = lambda: api.load("/", 1, connections=4, core=None, script=HERE / "slow.lua")
        paced()
        for _ in range(run.repetitions):
            for name, values in found.items():
                tasks = [task for part, task in (("slow reads", slow), ("local writes", lambda: write(4))) if part in name]
                values.append(with_all(tasks, paced))
    run.frame.remove(folder)
    for name, values in found.items():
        if name:
            yield Row(f"p99 of resources by id beside {name}", "at rest", found[""], values, "ms",
                      note="4 paced readers; 4 clients for each of the others, as fast as they can; all on both cores")


def with_all(tasks, act):
    if not tasks:
        return act()
    with Repeated(tasks[0]):
        time.sleep(0.2)
        return with_all(tasks[1:], act)


def cpu(running):
    """Seconds of processor time that a process has had."""
    with open(f"/proc/{running.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
