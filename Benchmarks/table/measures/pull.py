"""The first pull of pages that lie ready, beside what limits it: libcurl and SQLite, each alone."""

import statistics

from ..community import count
from ..frame import Fault, configure, free_port
from ..pulls import costs
from ..registry import measure
from ..rows import Row, at_least
from ..serving import serve
from ..targets import rows

FIRST_CHANGED = 1_700_000_000
FIGURE = "first pull, pages from a static server"


@measure("pull", FIGURE)
def pull(run):
    pages, port = run.settings.pages, free_port()
    template = run.frame.folder("template") / "template.json"
    with serve(run, run.mirrors.small) as api:
        # The mirror writes its links with the host that it is asked as: here that of the site that is about to start.
        template.write_bytes(api.get("/jsonapi/node/topic?page[limit]=50", Host=f"127.0.0.1:{port}"))
    site = run.frame.start([run.programs.static_server(), "pages", port, template, pages, FIRST_CHANGED], name="pages")
    site.wait_line(r"^listening on (\d+)", 60)
    databases = run.frame.fast_folder("pull")
    curl, sqlite = run.programs.c("CurlAlone", "curl"), run.programs.c("SQLiteAlone", "sqlite3")
    mirror, alone = databases / "mirror.sqlite", databases / "alone.sqlite"
    configuration = configure(databases, port, site={"entityTypes": ["node"]})

    def program():
        for file in databases.glob("mirror.sqlite*"):
            file.unlink()
        cost = costs(run, "sync", "--quiet", "--no-sweep", "--config", configuration)
        if count(mirror) != pages * 50:
            raise Fault(f"the pull did not bring all of the {pages * 50} resources")
        return pages * 50 / cost.seconds

    def by_sqlite(*words):
        rate = float(run.frame.run([sqlite, kept, alone, *words]))
        for file in databases.glob("alone.sqlite*"):
            file.unlink()
        return rate

    program()
    kept = databases / "rows.sqlite"
    rows(mirror, f"VACUUM INTO '{kept}'")
    # Where the words are left to a service behind the pull, the pull's own rows are without them.
    has_words = rows(kept, "SELECT count(*) FROM search_index")[0][0] > 0
    sides = {"libcurl": [], "SQLite": [], "SQLite with the words": []}
    subject = []
    for _ in range(run.repetitions):
        sides["libcurl"].append(float(run.frame.run([curl, site_url(port), pages, FIRST_CHANGED])))
        sides["SQLite"].append(by_sqlite())
        if has_words:
            sides["SQLite with the words"].append(by_sqlite("words"))
        subject.append(program())
    run.frame.remove(databases)
    same = "SQLite with the words" if has_words else "SQLite"
    slower = min(("libcurl", same), key=lambda name: statistics.median(sides[name]))
    note = (f"{pages * 50:,} resources, the whole command; the pull {'writes the index of words, too' if has_words else 'leaves the words for later'}")
    yield Row(FIGURE, f"{slower} alone, same rows and indexes", sides[slower], subject, "resources/s", at_least(0.65), note)
    for name, values in sides.items():
        if name != slower and values:
            yield Row("first pull", f"{name} alone", values, subject, "resources/s")


def site_url(port):
    return f"http://127.0.0.1:{port}"
