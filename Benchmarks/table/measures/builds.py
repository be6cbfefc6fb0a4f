"""How long builds and tests take: measured with BUILDS=1, and held against what was recorded in Benchmarks/builds.json."""

import json
import time

from ..frame import LeftOut
from ..registry import measure
from ..rows import Row, at_most
from ..settings import HERE, ROOT

RECORD = HERE / "builds.json"
LINE, DECLARATION = "incremental after one line in Store", "incremental after a new declaration in Store"
KINDS = {"clean debug build": at_most(1.05), LINE: at_most(20, "s"), DECLARATION: None, "make test": at_most(1.05)}
# A statement in the body of a function, as most changed lines are: what other files see of this one stays as it was.
CHANGED = "Outbox/OutboxWriter.swift"
BEFORE, AFTER = "    let bytes = Data(uuid.bytes)\n", "    let bytes = Data(uuid.bytes)\n    if bytes.isEmpty { return 0 }\n"
# A declaration, and in the file that most others see: whatever stands above it is looked at again.
SEEN = "Schema.swift"


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
        before = [recorded[kind]] if kind in recorded and goal and not goal.unit else []
        yield Row(
            kind, f"as recorded in {RECORD.name}" if before else "", before, [made[kind]], "s",
            goal if before or goal and goal.unit else None)
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

    def changed(name, change):
        source = tree / "Sources/Store" / name
        before = source.read_text()
        after = change(before)
        assert after != before, f"the line that builds.py changes is no longer in {name}"
        source.write_text(after)
        seconds = timed("make", "build")
        source.write_text(before)
        # So that what is built next is that alone.
        timed("make", "build")
        return seconds

    run.frame.run(["swift", "package", "resolve"], folder=tree)
    made = {"clean debug build": timed("make", "build")}
    made[LINE] = changed(CHANGED, lambda text: text.replace(BEFORE, AFTER, 1))
    made[DECLARATION] = changed(SEEN, lambda text: text + "\nprivate let benchmark = 1\n")
    made["make test"] = timed("make", "test")
    run.frame.remove(copy)
    return made
