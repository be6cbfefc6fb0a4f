"""The sample site with each of its habits alone, and with ten random mixtures: the built program mirrors it, compares it, and
says what it set aside. A line of the table is right when all that can be had is there and all that cannot is named.
"""
import argparse
import hashlib
import json
import random
import subprocess
import time

from links import Served, walk
import weather
from workplace import Failed, Reader, SampleSite, Workplace, comparable, expect, main, say, stored
from writes import written


class Animal:
    """One habit of sites and what is to be expected of a mirror there.

    codes: how `sync` may end. verify: how `verify` may end. lost: how many of the site's resources may be missing from the
    mirror, each of which has to be named in `status`. keys: more of the configuration. alone: not in mixtures. place: where the
    site is on its host. served: whether the mirror is served and asked its own links. excludes: habits that cannot be at the same
    site. visit: another way to look at it, which gives its line. writes: how `sync` ends after clients have written through the local
    API; None where that is not tried, with whatever else the site does. changes: how many things happen on the site after it was
    mirrored, one a second; the next `sync` has to find them without a sweep. unfetched: how many contents of files may be missing,
    each of which has to be named, too.
    """

    def __init__(
        self, codes=(0,), verify=(0,), lost=0, keys=None, alone=False, place="", served=False, excludes=(),
        writes=None, changes=0, visit=None, unfetched=0
    ):
        self.codes, self.verify, self.lost, self.keys, self.visit = codes, verify, lost, keys or {}, visit
        self.alone = alone or visit is not None
        self.place, self.served, self.excludes, self.writes, self.changes = place, served, set(excludes), writes, changes
        self.unfetched = unfetched


# Their files are compared byte by byte through the mirror, which a site that loses, packs or replaces them does not stand.
SERVED = [
    "language-prefix", "language-links", "api-prefix", "api-redirect", "sub-path", "foreign-hosts", "renamed-types",
    "renamed-fields", "group-3",
]

ANIMALS = {
    # The mirror gives full pages there, which is meant to be.
    "capped-pages": Animal(writes=0, excludes=SERVED),
    "dynamic-cache": Animal(writes=0),
    "page-cache": Animal(writes=0),
    "read-only": Animal(writes=3),
    "failing-creations": Animal(writes=3),
    "odd-ids": Animal(),
    "broken-rows": Animal(lost=60, excludes=SERVED),
    "reordered-attributes": Animal(),
    "language-prefix": Animal(served=True, excludes=["language-links", "api-prefix", "api-redirect"]),
    "language-links": Animal(served=True, excludes=["api-prefix", "api-redirect"]),
    "api-prefix": Animal(served=True, excludes=["api-redirect"]),
    "api-redirect": Animal(served=True),
    "sub-path": Animal(served=True, place="/community"),
    "foreign-hosts": Animal(served=True),
    "renamed-types": Animal(served=True),
    "renamed-fields": Animal(served=True),
    "group-3": Animal(served=True),
    "odd-file-addresses": Animal(excludes=SERVED),
    "compressed-files": Animal(excludes=SERVED),
    "empty-files": Animal(excludes=SERVED, unfetched=8),
    "lost-files": Animal(excludes=SERVED, unfetched=9),
    "replaced-files": Animal(excludes=SERVED),
    "old-imports": Animal(changes=7),
    "translations": Animal(changes=7),
    "poison": Animal(lost=60, verify=(0, 1, 5), excludes=SERVED),
    "heavy-pages": Animal(),
    "no-changed": Animal(),
    "no-serial-number": Animal(),
    "shrinking-rights": Animal(visit=weather.shrinking),
    "growing-rights": Animal(visit=weather.growing),
    "basic-door": Animal(visit=weather.door(4, "realm “Staging”")),
    "firewall-page": Animal(visit=weather.door(3, "Attention Required! | Cloudflare")),
    "maintenance": Animal(visit=weather.door(3, "maintenance mode")),
}


def named_habits(program):
    """The habits that the program has, so that none is forgotten here."""
    text = " ".join(subprocess.run([program, "demo", "--help"], capture_output=True, text=True).stdout.split())
    listed = text.split("behave as some sites do (repeatable): ")[1].split(".")[0]
    return [name.strip().replace(" ", "") for name in listed.split(",")]


def mixed(habits):
    """What is to be expected where several habits meet: each allows what it allows alone."""
    animals = [ANIMALS[habit] for habit in habits]
    keys = {}
    for animal in animals:
        for section, values in animal.keys.items():
            keys[section] = {**keys.get(section, {}), **values} if isinstance(values, dict) else values
    return Animal(
        codes=tuple({code for animal in animals for code in animal.codes}),
        verify=tuple({code for animal in animals for code in animal.verify}),
        lost=sum(animal.lost for animal in animals), keys=keys, place="".join(animal.place for animal in animals),
        served=any(animal.served for animal in animals), changes=max(animal.changes for animal in animals),
        unfetched=sum(animal.unfetched for animal in animals),
        writes=None if any(animal.writes is None for animal in animals) else max(animal.writes for animal in animals))


def visit(program, port, habits):
    """Mirrors a site with these habits; gives a line of the table, or what is wrong."""
    if len(habits) == 1 and ANIMALS[habits[0]].visit:
        return ANIMALS[habits[0]].visit(program, port, habits)
    animal = mixed(habits)
    pace = ("--changes", 1, "--change-count", animal.changes) if animal.changes else ("--changes", 0)
    site = SampleSite(program, port, *pace, *(word for habit in habits for word in ("--habit", habit)))
    place = Workplace(program, f"http://127.0.0.1:{port}{animal.place}", **animal.keys)
    served = None
    try:
        started = time.monotonic()
        code, _, _, text = place.measured("sync", "--sweep")
        seconds = time.monotonic() - started
        expect(code in animal.codes, f"sync ended with {code}: {text}")
        if animal.changes:
            time.sleep(animal.changes + 1)
            code, _, _, text = place.measured("sync", "--no-sweep")
            expect(code in animal.codes, f"sync after changes ended with {code}: {text}")
        status = json.loads(place.run("status", "--json"))
        aside = status["setAside"]
        reader = Reader(place.base)
        there, here = reader.all(), stored(place)
        missing = {key for key in there if here.get(key) != there[key]}
        extra = set(here) - set(there)
        expect(not extra, f"{len(extra)} resources are not on the site, such as {sorted(extra)[0] if extra else ''}")
        named = " ".join(f"{thing['type']} {thing['subject']}" for thing in aside)
        unnamed = [key for key in missing if key[1] not in named and key[0] not in named]
        expect(not unnamed, f"{len(unnamed)} differ and are not named, such as {sorted(unnamed)[0] if unnamed else ''}")
        expect(len(missing) <= animal.lost, f"{len(missing)} differ, {animal.lost} may")
        verified, _, _, said = place.measured("verify")
        expect(verified in animal.verify, f"verify ended with {verified}: {said}")
        again, _, _, text = place.measured("sync", "--no-sweep")
        expect(again in animal.codes, f"the next sync ended with {again}: {text}")
        contents = judged_contents(place, animal.unfetched)
        place.run("check", "-q")
        links = ""
        if animal.served:
            served = Served(place, port + 1)
            entry = served.base[: served.base.index("/", 8)] if "/" in served.base[8:] else served.base
            mirror = served.reader(entry + reader.entry[len(reader.origin):])
            asked, same, files = walk(reader, mirror, unordered={thing["type"] for thing in aside if "no serial number" in thing["reason"]})
            links = f"  {asked} links ({same} to the byte), {files} files"
        if animal.writes is not None:
            links += written(place, port + 1, habits, animal.writes)
        first = aside[0]["reason"][:60] if aside else "nothing set aside"
        return f"{'yes':4} exit {code}  {len(there) - len(missing)} of {len(there)} equal, {contents} contents  verify {verified}  {seconds:4.1f} s{links}  {len(aside)}: {first}"
    finally:
        if served:
            served.stop()
        site.stop()
        place.remove()


def judged_contents(place, most):
    """Compares the contents of files, by their SHA-256, with what the site serves by now; contents that are named in `status` may be
    missing. After another sweep, so that what was replaced without a save was found."""
    place.measured("sync", "--sweep", "-q")
    reader = Reader(place.base)
    status = json.loads(place.run("status", "--json"))["setAside"]
    aside = {thing["subject"] for thing in status}
    unfetched = [thing for thing in status if thing["kind"] == "file"]
    expect(len(unfetched) <= most, f"{len(unfetched)} contents are set aside, {most} may: {unfetched[:1]}")
    have = {key: sha for key, sha in place.rows(
        "SELECT r.uuid, f.sha256 FROM files f JOIN resources r ON r.resource = f.resource WHERE f.state = 'present'")}
    equal, wrong = 0, []
    for (kind, key), (attributes, _) in reader.files().items():
        served = reader.content(attributes["uri"]["url"])
        if key in have and served is not None and hashlib.sha256(served).hexdigest() == have[key]:
            equal += 1
        elif key not in aside:
            wrong.append(key)
    expect(not wrong, f"{len(wrong)} contents are not what the site serves and are not named, such as {wrong[:1]}")
    return equal


def drill():
    options = argparse.ArgumentParser(prog="drill/run PROGRAM zoo")
    options.add_argument("program")
    options.add_argument("--site-port", type=int, default=8494)
    options.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    options.add_argument("--mixtures", type=int, default=10)
    options.add_argument("--only", nargs="*", help="these habits together, and nothing else")
    chosen = options.parse_args()
    known = named_habits(chosen.program)
    expect(set(known) == set(ANIMALS), f"habits without expectations, or the other way round: {set(known) ^ set(ANIMALS)}")
    dice = random.Random(chosen.seed)
    mixable = [habit for habit in known if not ANIMALS[habit].alone]
    cages = [[habit] for habit in known]
    for _ in range(chosen.mixtures):
        cage = []
        for habit in dice.sample(mixable, min(len(mixable), dice.randint(2, 5))):
            if not any(habit in ANIMALS[other].excludes or other in ANIMALS[habit].excludes for other in cage):
                cage.append(habit)
        cages.append(sorted(cage))
    if chosen.only:
        cages = [chosen.only]
    say(f"zoo: seed {chosen.seed}, {len(known)} habits")
    wrong = 0
    for habits in cages:
        try:
            line = visit(chosen.program, chosen.site_port, habits)
        except Failed as failure:
            wrong += 1
            line = f"NO   {failure}"
        say(f"{' + '.join(habits):60} {line}")
    expect(wrong == 0, f"{wrong} of {len(cages)} are not as they should be")


main(drill)
