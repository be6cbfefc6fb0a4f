"""How long builds and tests take: measured with BUILDS=1, and held against what was recorded in Benchmarks/builds.json."""

import json
import time

from ..frame import LeftOut
from ..registry import measure
from ..rows import Row, at_most
from ..settings import HERE, ROOT

RECORD = HERE / "builds.json"
KINDS = {"clean debug build": at_most(1.05), "incremental after one line in Store": at_most(20, "s"), "make test": at_most(1.05)}


@measure("builds", "builds: clean debug, incremental after one line in Store, make test", not_quick="quick: builds take many minutes")
def builds(run):
    recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if run.settings.environment.get("BUILDS") != "1":
        if not recorded:
            raise LeftOut("measured with BUILDS=1 only, and nothing is recorded in Benchmarks/builds.json")
        for kind in KINDS:
            if kind in recorded:
                yield Row(kind, "", [], [recorded[kind]], "s", None, f"as recorded in {RECORD.name}, not measured in this run")
        return
    made = measured(run)
    for kind, goal in KINDS.items():
        before = [recorded[kind]] if kind in recorded and not goal.unit else []
        yield Row(kind, f"as recorded in {RECORD.name}" if before else "", before, [made[kind]], "s", goal if before or goal.unit else None)
    if set(KINDS) - set(recorded):
        RECORD.write_text(json.dumps({**made, **recorded}, indent=2) + "\n")


def measured(run):
    """Seconds of each kind, in a copy of the sources, so that nothing of them is touched."""
    copy = run.frame.folder("builds")
    run.frame.run(["git", "clone", "--quiet", "--local", ROOT, copy / "tree"])
    tree = copy / "tree"

    def timed(*command, seconds=7200):
        begun = time.monotonic()
        run.frame.run(command, folder=tree, seconds=seconds)
        return time.monotonic() - begun

    run.frame.run(["swift", "package", "resolve"], folder=tree)
    made = {"clean debug build": timed("make", "build")}
    source = tree / "Sources/Store/Schema.swift"
    source.write_text(source.read_text() + "\nprivate let benchmark = 1\n")
    made["incremental after one line in Store"] = timed("make", "build")
    run.frame.run(["git", "checkout", "--quiet", source], folder=tree)
    made["make test"] = timed("make", "test")
    run.frame.remove(copy)
    return made
