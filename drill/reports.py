"""A PostgreSQL that follows a mirror of a changing site: how far it lags; what becomes of it when both sides are killed with -9 while a type gets
a field and loses it; whether each table is what its view is. Then sentences are taken back, and looked for in every file.
Needs PostgreSQL's own programs (Debian: postgresql); it starts a server of its own on a socket and ends it."""
import argparse
import json
import random
import re
import sqlite3
import subprocess
import threading
import time

from door import Door
from doors import Daemon
from postgres import Postgres, Publisher, compare, wait_for
from traces import taken_back
from workplace import Reader, SampleSite, expect, main, say, until

ADDED = "field_drill"


class Lag:
    """Watches the mirror and the copy, a look every 30 ms: how long each change takes from its commit here to its commit there."""

    def __init__(self, place, postgres):
        self.place, self.isOver = place, False
        self.mirror, self.copy = [], []
        self.psql = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-h", postgres.folder, "-U", "reports", "-d", "postgres"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.threads = [threading.Thread(target=one, daemon=True) for one in (self.look, self.ask)]
        for one in self.threads:
            one.start()

    def look(self):
        mirror = sqlite3.connect(f"file:{self.place.mirror}?mode=ro", uri=True, timeout=20)
        last = mirror.execute("SELECT coalesce(max(sequence), 0) FROM change_notes").fetchone()[0]
        while not self.isOver:
            now = time.monotonic()
            for (number,) in mirror.execute("SELECT sequence FROM change_notes WHERE sequence > ? ORDER BY sequence", (last,)).fetchall():
                self.mirror.append((number, now))
                last = number
            time.sleep(0.03)

    def ask(self):
        while not self.isOver:
            self.psql.stdin.write("SELECT sequence FROM site.mirror_publication;\n")
            self.psql.stdin.flush()
            text = self.psql.stdout.readline().strip()
            if text.isdigit() and (not self.copy or self.copy[-1][0] < int(text)):
                self.copy.append((int(text), time.monotonic()))
            time.sleep(0.03)

    def end(self):
        self.isOver = True
        for one in self.threads:
            one.join()
        self.psql.stdin.close()
        self.psql.wait()
        lags = []
        for number, seen in self.mirror:
            there = next((when for reached, when in self.copy if reached >= number), None)
            if there is not None:
                lags.append(max(0, there - seen))
        return sorted(lags)


class Field:
    """Adds a field to topics on their way to the mirror, while `value` says what it has: `\\g<2>` is the topic's number."""

    def __init__(self):
        self.value = None

    def changed(self, path, fields, text):
        if self.value and path.startswith("/jsonapi/node/topic"):
            text = re.sub(rb'("attributes":\{"drupal_internal__nid":(\d+),)', b'\\g<1>"%s":%s,' % (ADDED.encode(), self.value), text)
        return fields, text


def column(postgres):
    """The type that the field's column has in PostgreSQL; nothing where there is none."""
    return "".join(postgres.rows(f"SELECT data_type FROM information_schema.columns WHERE table_schema = 'site' AND table_name = 'node_topic'"
                                 f" AND column_name = '{ADDED}'", tries=60))


def lagging(daemon, postgres, changes):
    lag = Lag(daemon.place, postgres)
    started = time.monotonic()
    while len(lag.mirror) < changes and time.monotonic() - started < 300:
        time.sleep(0.5)
    time.sleep(12)
    lags = lag.end()
    expect(len(lags) >= changes, f"{len(lags)} changes were followed within {time.monotonic() - started:.0f} s")
    say(f"reports: {len(lags)} changes from commit in the mirror to commit in PostgreSQL: p50 {lags[len(lags) // 2]:.2f} s,"
        f" p99 {lags[int(len(lags) * .99)]:.2f} s, slowest {lags[-1]:.2f} s")


def field_step(daemon, postgres, field, before, value):
    if before:
        took = until(lambda: column(postgres) == before, 400, f"the field as {before}")
        say(f"reports: the field's column is {before}, {took:.1f} s later than the kills have waited")
    field.value = value
    # A member that all resources have lost is let go by a person's word.
    daemon.place.run("sync", "--full", *([] if value else ["--accept-removals", "node--topic"]), code=None)


def killing(daemon, postgres, publisher, field, dice, kills):
    done = {"publish": 0, "backend": 0, "postmaster": 0}
    by_itself = 0
    turns = ["publish"] * kills + ["server"] * kills
    dice.shuffle(turns)
    steps = dict(zip((len(turns) // 4, len(turns) // 2, len(turns) * 3 // 4), [("", b"\\g<2>"), ("bigint", b'"drill \\g<2>"'), ("text", None)]))
    for at, turn in enumerate(turns):
        if at in steps:
            # Not before the column is what the step before has made of it.
            field_step(daemon, postgres, field, *steps[at])
        time.sleep(dice.uniform(0.02, 2.5))
        if turn == "publish":
            while not publisher.kill():
                by_itself += 1
                time.sleep(0.3)
                publisher.begin()
                time.sleep(dice.uniform(0.02, 1))
            done["publish"] += 1
            publisher.begin()
        else:
            done[postgres.kill(dice)] += 1
            if publisher.process.poll() is not None:
                by_itself += 1
                publisher.begin()
        daemon.expect_alive("a kill")
    say(f"reports: killed with -9: {done}; publish ended by itself, where the server was away as it began, {by_itself} times")
    if publisher.process.poll() is not None:
        publisher.begin()


def drill():
    options = argparse.ArgumentParser(prog="drill/run PROGRAM reports")
    options.add_argument("program")
    options.add_argument("--kills", type=int, default=50, help="of publish, and as many of PostgreSQL")
    options.add_argument("--lags", type=int, default=200, help="changes whose lag is measured")
    options.add_argument("--resources", type=int, default=0)
    options.add_argument("--changes", type=float, default=5, help="of the site in a second")
    options.add_argument("--purge-seconds", type=int, default=300, help="how long words of what was taken back may stay in a file")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options.add_argument("--site-port", type=int, default=18590)
    chosen = options.parse_args()
    say(f"reports: seed {chosen.seed}")
    dice, field = random.Random(chosen.seed), Field()
    # About as many as the kills take time, and some more.
    count = int(chosen.changes * (60 + chosen.lags / chosen.changes + chosen.kills * 4))
    postgres = Postgres()
    sample = SampleSite(chosen.program, chosen.site_port, "--changes", chosen.changes, "--change-count", count, "--resources", chosen.resources)
    door = Door(chosen.site_port, changed=field.changed)
    daemon = Daemon(chosen.program, door.port, chosen.site_port + 4)
    configure(daemon)
    try:
        course(chosen, dice, field, postgres, sample, daemon)
    finally:
        daemon.end()
        door.close()
        sample.stop()
        postgres.stop()


def configure(daemon):
    path = daemon.place.folder + "/config.json"
    with open(path) as file:
        document = json.load(file)
    document["publish"] = {"schema": "site"}
    document["sync"]["intervalSeconds"] = 1
    document["mirror"]["files"] = "none"
    with open(path, "w") as file:
        json.dump(document, file)


def course(chosen, dice, field, postgres, sample, daemon):
    place = daemon.place
    place.run("sync")
    daemon.begin()
    publisher = Publisher(daemon, postgres.address)
    try:
        say(f"reports: {place.rows('SELECT count(*) FROM resources')[0][0]} resources, loaded after"
            f" {wait_for_load(postgres):.1f} s")
        lagging(daemon, postgres, chosen.lags)
        killing(daemon, postgres, publisher, field, dice, chosen.kills)
        say("reports: " + sample.wait_until_quiet())
        time.sleep(4)
        place.run("sync", "--sweep", code=None)
        say(f"reports: after the kills the copy is where the mirror is within {wait_for(postgres, place, 400, 'after the kills'):.1f} s")
        different = compare(place, postgres)
        for one in different:
            say("reports: differs: " + one)
        kept = column(postgres)
        filled = int(postgres.rows(f"SELECT count({ADDED}) FROM site.node_topic")[0]) if kept else 0
        say(f"reports: the field that was taken away again {f'is a column still, with values in {filled} rows' if kept else 'is no column'}")
        site = Reader(f"http://127.0.0.1:{sample.port}", entry=f"http://127.0.0.1:{sample.port}/jsonapi")
        # The token of before has expired meanwhile.
        daemon.token = daemon.sign_in()
        found = taken_back(daemon, postgres, site, dice, chosen.purge_seconds)
        different += compare(place, postgres)
        expect(not different, f"{len(different)} tables are not what their views are")
        expect(not filled, "the field that was taken away has values still")
        expect(not found, "what was taken back is still in a file")
        daemon.expect_alive("all of it")
    finally:
        publisher.end()


def wait_for_load(postgres):
    return until(lambda: bool(postgres.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'mirror_publication'")), 120, "the first load")


if __name__ == "__main__":
    main(drill)
