"""Benchmarks/run: makes the measures that are asked for, prints the table, and ends with 1 where one of them could not be made or a goal
was missed, with 2 where a setting is wrong."""

import shutil
import sys
import time
from datetime import datetime, timezone

from . import frame, machine, registry, report, run, settings
from .rows import Lines, Row

# What a run needs whatever it measures; measures say what they need besides.
TOOLS = {"wrk": "wrk", "curl": "curl", "sqlite3": "sqlite3", "taskset": "util-linux", "stdbuf": "coreutils", "cc": "gcc"}


def chosen(measures, only):
    """The measures that are asked for. Raises SettingsFault for a name that is none."""
    names = {one.name for one in measures}
    if wrong := [name for name in only if name not in names]:
        raise settings.SettingsFault(f"ONLY: there is no measure {', '.join(wrong)}; there are {', '.join(sorted(names))}")
    return [one for one in measures if not only or one.name in only]


def make(one, going, rows, drawn, faults):
    """Makes one measure. What it yielded before a fault counts; the fault costs itself."""
    reason = going.why_left_out(one)
    if reason:
        rows.append(Row(one.figure, left_out=reason, measure=one.name))
        return
    begun = time.monotonic()
    going.say(f"{one.name}: {one.figure}")
    try:
        for found in one.act(going):
            if isinstance(found, Lines):
                drawn.append(found)
            else:
                found.measure = one.name
                rows.append(found)
                if found.is_missing:
                    faults.append((one.name, f"{found.figure}: no figure came of it"))
    except frame.LeftOut as reason:
        rows.append(Row(one.figure, left_out=str(reason), measure=one.name))
    except Exception as fault:  # One measure costs itself and is named.
        words = str(fault) if isinstance(fault, frame.Fault) else f"{type(fault).__name__}: {fault}"
        going.say(f"{one.name} FAILED: {words}")
        faults.append((one.name, words))
    finally:
        going.frame.stop_all()
    going.say(f"{one.name}: {time.monotonic() - begun:.0f} s")


def spent(begun, moment):
    """When a run was begun, how long it has taken by now, and what the machine did meanwhile."""
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    return {"load after": machine.load(), "begun": f"{moment:%Y-%m-%d %H:%M} UTC", "took": f"{minutes} min {seconds} s"}


def main():
    try:
        asked = settings.read(sys.argv[1:])
        measures, unread = registry.load()
        for name, fault in unread:
            print(f"bench: measures of {name} cannot be read: {type(fault).__name__}: {fault}", file=sys.stderr)
        wanted = chosen(measures, asked.only)
    except settings.SettingsFault as fault:
        print(f"bench: {fault}", file=sys.stderr)
        return 2
    if asked.lists:
        print("\n".join(f"{one.name:<14}{one.figure}" for one in measures))
        return 0
    if missing := [f"{tool} ({package})" for tool, package in TOOLS.items() if not shutil.which(tool)]:
        print(f"bench: missing: {', '.join(missing)}; install with apt-get", file=sys.stderr)
        return 2
    frame.end_on_signals()
    rows, drawn, faults = [], [], [(name, f"{type(fault).__name__}: {fault}") for name, fault in unread]
    begun, moment = time.monotonic(), datetime.now(timezone.utc)
    going = run.Run(asked)
    try:
        going.prepare()
        on = machine.describe(asked)
        for one in wanted:
            make(one, going, rows, drawn, faults)
            # A run that is stopped leaves what it had.
            report.write(rows, drawn, faults, on | spent(begun, moment), asked)
    except frame.Fault as fault:
        print(f"bench: {fault}", file=sys.stderr)
        return 2
    finally:
        going.close()
    on |= spent(begun, moment)
    print("\n" + report.text(rows, faults, on, asked))
    files = report.write(rows, drawn, faults, on, asked)
    print("\n" + "\n".join(map(str, files)))
    if asked.writes_docs:
        report.write_page(rows, faults, on, asked, files)
    return 1 if faults or any(row.is_met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
