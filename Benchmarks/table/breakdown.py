"""What a request costs, by what it is spent on: `python3 -m table.breakdown` (Benchmarks/breakdown) records `serve` under wrk with perf.

Each sample belongs to the innermost frame that one of the parts knows; what no part knows is `other`. It needs perf, and a program with
symbols, as a release has them.
"""

import re
import shutil
import sys
from collections import Counter

from . import frame, machine, settings
from .measures.busy import cpu
from .measures.collection import GZIP, PAGE
from .run import Run
from .serving import serve
from .targets import ever_different, ever_new, topic_of_middle_size, topics_of_nearly_that_size

COMMENTS = "/jsonapi/comment/comment?page[limit]=50"
# In the order in which a frame is held against them.
PARTS = [
    ("gzip", r"libz\.so|GzipEncoder"),
    ("SQL", r"libsqlite3|5Store(12RawStatement|14ReadConnection|15ReadConnections|13MirrorVersion|10MirrorFile)"),
    ("compile", r"5Store(13QueryCompiler|12PathResolver|9SortOrder|12SchemaLookup)"),
    ("splice", r"7JSONAPI(15SplicedResource|16DocumentRenderer|12DerivedLinks|11SplicePoint|12StoredLayout|11ByteScanner|8ByteSink)"
               r"|8LocalAPI14DocumentWriter|6Coding10JSONParser|5Store12ReadSnapshotV3row"),
    ("token", r"11TokenIssuer|8LocalAPI7Viewers"),
    ("parse", r"llhttp|8NIOHTTP1(16BetterHTTPParser|11HTTPDecoder)|tcp_recvmsg|7JSONAPI(15QueryParameters|10RequestURI|9QueryText)|"
              r"8LocalAPI(12ReceivedHead|11RequestHead|6Places|5Route|13ResourceRoute|8Spelling|9SlowReads|11AwaitedRead|9SitePaths)"),
    ("write", r"tcp_sendmsg|sock_write_iter|__GI___writev|11invokeFlush|BaseSocketChannelC(5flush|8flushNow)|HTTPResponseEncoder|20PendingWritesManager"
              r"|19invokeWriteAndFlush|8LocalAPI11AnswerHeads"),
    ("answer", r"8LocalAPI|5Store|7JSONAPI|8Measures"),
    ("change of thread", r"_swift_job_run|swift_job_run|futex|finish_task_switch|15NIOThreadPool"),
    ("event loop", r"epoll|NIOPosix|7NIOCore|do_syscall_64|sock_read_iter|ksys_read"),
]
COMPILED = [(name, re.compile(pattern)) for name, pattern in PARTS]


def part(frames):
    for one in frames:
        for name, pattern in COMPILED:
            if pattern.search(one):
                return name
    return "other"


def shares(said):
    """Shares of the parts in what `perf script` printed, of 1."""
    found = Counter(part(block.strip().splitlines()[1:]) for block in said.split("\n\n") if block.strip())
    count = sum(found.values())
    if not count:
        raise frame.Fault("perf saw nothing")
    return {name: number / count for name, number in found.items()}


def cases(run, mirror):
    """(name, target, script, environment, fields) of each kind of request."""
    script, environment = ever_different(run, topics_of_nearly_that_size(mirror, topic_of_middle_size(mirror)))
    new = ever_new()
    return [
        ("a resource by id", "/", script, environment, None), ("50 comments", COMMENTS, new, None, None), ("50 topics", PAGE, new, None, None),
        ("3 members of 50 topics", PAGE + "&fields[node--topic]=title,created,uid", new, None, None),
        ("50 comments with their authors", COMMENTS + "&include=uid", new, None, None),
        ("50 topics, filtered and sorted", PAGE + "&filter[status]=1&sort=-changed", new, None, None), ("50 topics, gzip", PAGE, new, None, GZIP),
    ]


def record(run, mirror, target, script, environment, fields):
    """Shares of the parts, and microseconds of processor time that one request takes."""
    folder = run.frame.folder("perf")
    try:
        with serve(run, mirror, folder, core=None) as api:
            load = lambda seconds: api.load(target, seconds, script=script, environment=environment, fields=fields)
            load(1)
            before = cpu(api.running)
            requests = load(3).requests
            microseconds = (cpu(api.running) - before) / max(requests, 1) * 1e6
            perf = run.frame.start(
                ["perf", "record", "-q", "-F", "1999", "-g", "-p", api.running.pid, "-o", folder / "data", "--", "sleep", "3"], name="perf")
            load(4)
            perf.finish(60)
        return shares(run.frame.run(["perf", "script", "-i", folder / "data", "--no-inline", "-F", "comm,tid,ip,sym,dso"])), microseconds
    finally:
        run.frame.remove(folder)


def main():
    if not shutil.which("perf"):
        print("breakdown: perf is missing; Debian: apt-get install linux-perf", file=sys.stderr)
        return 2
    try:
        run = Run(settings.read(sys.argv[1:]))
    except settings.SettingsFault as fault:
        print(f"breakdown: {fault}", file=sys.stderr)
        return 2
    frame.end_on_signals()
    names = [*(name for name, _ in PARTS), "other"]
    try:
        run.prepare()
        mirror, lines = run.mirrors.small, []
        for name, *case in cases(run, mirror):
            found, microseconds = record(run, mirror, *case)
            lines.append(f"| {name} | {microseconds:.0f} | " + " | ".join(f"{100 * found.get(one, 0):.0f}" for one in names) + " |")
        print(f"{machine.describe(run.settings)['program']}, percent of the processor time of each kind of request")
        print("\n| | µs | " + " | ".join(names) + " |\n" + "|---" * (len(names) + 2) + "|")
        print("\n".join(lines))
    except frame.Fault as fault:
        print(f"breakdown: {fault}", file=sys.stderr)
        return 1
    finally:
        run.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
