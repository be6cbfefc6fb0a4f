"""Rounds over the network beside plain libcurl with the same requests: an idle one, a first one of a slow site, a sweep."""

import json
import re
import time
import urllib.request

from ..community import start_site
from ..frame import Answering, Fault, alternate, configure
from ..pulls import costs, first_pull, replay
from ..registry import measure
from ..relay import Relay
from ..rows import Row, at_least, at_most
from ..targets import rows

# Entity types of the sample of which one, with a single bundle, has three of five resources; and their share of all.
SLOW_TYPES, SHARE = ["event_enrollment", "taxonomy_term", "file"], 1009 / 5000


@measure("idle", "idle round over 28 types")
def idle(run):
    folder = run.frame.folder("idle")
    with start_site(run, run.settings.number("IDLE_RESOURCES", 5000)) as site:
        def command(port):
            return costs(run, "sync", "--quiet", "--no-sweep", "--no-push", "--config", configure(folder, port)).seconds

        # The daemon's settle window makes what is young be read again; it is over when the round asks what the one before asked.
        with Relay(site.port) as relay:
            command(relay.port)
            relay.forget()
            command(relay.port)
            asked = [one for one in relay.asked if one[0] == "GET"]
        lists = [one for one in asked if "?" in one[1]]
        costs(run, "sync", "--quiet", "--no-sweep", "--moved", "--config", configure(folder, site.port))
        name, beside = "idle round over 28 types", f"{len(lists)} plain libcurl requests"

        def requests():
            return replay(run, site.url, lists, 1) * 1000

        with Daemon(run, folder, site.port) as daemon:
            references, subjects = alternate(run.repetitions, requests, lambda: daemon.rounds(2) * 1000)
        yield Row(name, beside, references, subjects, "ms", at_most(1.3),
                  f"in the running daemon, by its own metric; {len(asked)} GETs, {len(asked) - len(lists)} of them to the entry point; libcurl "
                  "has one connection")
        references, subjects = alternate(run.repetitions, requests, lambda: command(site.port) * 1000)
        still, _ = alternate(run.repetitions, lambda: costs(run, "version").seconds * 1000, lambda: 0)
        yield Row("the same by `sync`", beside, references, subjects, "ms", None,
                  f"the command from start to exit, of which its start alone (`version`) takes {sorted(still)[len(still) // 2]:.0f} ms")


class Daemon(Answering):
    """`run` over the mirror of a folder with rounds every second, without sweeps that come due meanwhile."""

    def __init__(self, run, folder, port):
        configuration = configure(folder, port, sync={"intervalSeconds": 1, "sweepIntervalSeconds": 86_400}, admin={"port": 0})
        super().__init__(run.frame.start([run.settings.binary, "run", "--config", configuration], name="run"))
        self.port = self.running.wait_line(r"the admin port listens.*?port\W+(\d+)", 20)
        # What is due once, such as a first sweep, goes with the first rounds.
        self.rounds(3)

    def _metric(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=20) as answer:
            said = answer.read().decode()
        return [float(re.search(rf"^social_mirror_round_duration_seconds_{part} (\S+)", said, re.MULTILINE).group(1))
                for part in ("sum", "count")]

    def rounds(self, number):
        """The mean of the next so many rounds, in seconds. Raises Fault."""
        seconds, count = self._metric()
        end = time.monotonic() + 60
        while True:
            # Seldom: to be asked for metrics costs a daemon, too.
            time.sleep(0.7)
            now, done = self._metric()
            if done >= count + number:
                return (now - seconds) / (done - count)
            if time.monotonic() > end:
                raise Fault(f"no {number} rounds within a minute")


@measure("slow-site", "first sync from a slow site (40 ms + 8 ms a row, 4 workers)")
def slow(run):
    resources = run.settings.number("SLOW_RESOURCES", 50_000, 1_500)
    folder = run.frame.folder("slow")
    with start_site(run, round(resources / SHARE)) as site, Relay(site.port, 0.040, 0.008, workers=4) as relay:
        configuration = configure(folder, relay.port, site={"concurrency": 4, "entityTypes": SLOW_TYPES})
        seconds = costs(run, "sync", "--quiet", "--no-sweep", "--config", configuration).seconds
        asked = [one for one in relay.asked if one[0] == "GET"]
        pages = plain_pages(folder / "mirror.sqlite")
        relay.forget()
        plain = replay(run, relay.url, pages, 4)
        found = rows(folder / "mirror.sqlite", "SELECT count(*) FROM resource GROUP BY type ORDER BY 1 DESC")
        total = sum(number for number, in found)
        note = (f"{total:,} resources in {len(found)} types, the largest with {100 * found[0][0] / total:.0f} %; one run each: the site's "
                "delays make its length, not the machine")
        yield Row("first sync from a slow site (40 ms + 8 ms a row, 4 workers)", "four plain libcurl readers of the same pages",
                  [plain], [seconds], "s", at_most(1.15), note)
        yield Row("requests of that sync", "the same", [len(pages)], [len(asked)], "requests", at_most(1.1))


def plain_pages(mirror):
    """The fewest pages that show all of a site: by offset, 50 a page, type by type, the longest first."""
    found = rows(mirror, "SELECT t.path, (SELECT count(*) FROM resource r WHERE r.type = t.id) FROM resource_type t "
                         "WHERE t.entity_type IN (SELECT value FROM json_each(?)) ORDER BY 2 DESC", json.dumps(SLOW_TYPES))
    return [("GET", f"/{path.strip('/')}?page%5Blimit%5D=50&page%5Boffset%5D={offset}")
            for path, number in found if path for offset in range(0, max(number, 1), 50)]


@measure("sweep", "sweep, unlimited rate")
def sweep(run):
    resources = run.settings.resources if run.is_quick else run.settings.large
    folder = run.frame.folder("sweep")
    if not run.is_quick:
        first_pull(run, resources)
    mirror = run.mirrors.copy(resources, folder)
    with start_site(run, resources) as site:
        def swept(port, *flags):
            return costs(run, "sync", "--quiet", "--sweep", "--no-push", *flags, "--config", configure(folder, port, mirror))

        with Relay(site.port) as relay:
            swept(relay.port, "--moved")
            asked = [one for one in relay.asked if one[0] == "GET"]
        # Under another base URL nothing is recognised: this one is as a first sweep, and what follows it as all others.
        first = resources / swept(site.port, "--moved").seconds
        turns = run.repetitions if run.is_quick else min(run.repetitions, 3)
        references, subjects = alternate(
            turns, lambda: resources / replay(run, site.url, asked, 4), lambda: resources / swept(site.port).seconds, warm=False)
        yield Row(f"sweep of {resources:,}, unlimited rate", "listing the same pages by libcurl alone", references, subjects, "resources/s",
                  at_least(0.5), f"{len(asked):,} GETs, 4 readers on both sides; nothing has changed since the sweep before")
        yield Row("the first sweep, which recognises nothing yet", "the same", references, [first], "resources/s", None)
    run.frame.remove(folder)
