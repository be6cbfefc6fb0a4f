"""Rounds over the network beside plain libcurl with the same requests: an idle one, a first one of a slow site, a sweep."""

import json

from ..community import start_site
from ..frame import alternate, configure
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
        def round_at(port):
            return costs(run, "sync", "--quiet", "--no-sweep", "--no-push", "--config", configure(folder, port)).seconds

        # The daemon's settle window makes what is young be read again; it is over when the round asks what the one before asked.
        with Relay(site.port) as relay:
            round_at(relay.port)
            relay.forget()
            round_at(relay.port)
            asked = [one for one in relay.asked if one[0] == "GET"]
        lists = [one for one in asked if "?" in one[1]]
        costs(run, "sync", "--quiet", "--no-sweep", "--moved", "--config", configure(folder, site.port))
        references, subjects = alternate(
            run.repetitions, lambda: replay(run, site.url, lists, 1) * 1000, lambda: round_at(site.port) * 1000)
        still, _ = alternate(run.repetitions, lambda: costs(run, "version").seconds * 1000, lambda: 0)
        yield Row("idle round over 28 types", f"{len(lists)} plain libcurl requests", references, subjects, "ms", at_most(1.3),
                  f"the command from start to exit, {len(asked)} GETs; its start alone (`version`) takes {sorted(still)[len(still) // 2]:.0f} ms; "
                  "libcurl has one connection")


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
        costs(run, "sync", "--quiet", "--no-sweep", "--moved", "--config", configure(folder, site.port, mirror))
        turns = run.repetitions if run.is_quick else min(run.repetitions, 3)
        references, subjects = alternate(
            turns, lambda: resources / replay(run, site.url, asked, 4), lambda: resources / swept(site.port).seconds, warm=False)
        yield Row(f"sweep of {resources:,}, unlimited rate", "listing the same pages by libcurl alone", references, subjects, "resources/s",
                  at_least(0.5), f"{len(asked):,} GETs, 4 readers on both sides")
    run.frame.remove(folder)
