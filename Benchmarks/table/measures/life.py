"""How a server lives: its start, and its memory under load."""

import os
import socket
import threading
import time

from ..frame import Fault, configure, free_port
from ..registry import measure
from ..rows import Lines, Row, at_most
from ..serving import serve
from ..settings import HERE
from ..targets import ever_different, topic_of_middle_size, topics_of_nearly_that_size

START = "start of `serve` on the large mirror to the first answer"
MEMORY = "memory of `serve` under mixed load"


@measure("start", START, needs_large=True)
def start(run):
    mirror, folder, port = run.mirrors.large, run.frame.folder("start"), free_port()
    target = f"/jsonapi/node/topic/{topic_of_middle_size(mirror)}"
    with serve(run, mirror, folder, core=None) as api:
        token = api.token
    configuration = configure(folder, 1, mirror, localAPI={"port": port})
    head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode()

    def milliseconds():
        begun = time.monotonic()
        with run.frame.start([run.settings.binary, "serve", "--quiet", "--config", configuration], name="serve") as running:
            answer = first_answer(running, port, head)
            taken = (time.monotonic() - begun) * 1000
        if not answer.startswith(b"HTTP/1.1 200"):
            raise Fault(f"the first answer was {answer[:60]}")
        return taken

    milliseconds()
    yield Row(f"{START}, {run.settings.large:,} resources", "", [], [milliseconds() for _ in range(run.repetitions)], "ms", at_most(300, "ms"),
              "from the start of the process to the end of the answer to a resource by its id with a token; the file is in the system's cache")

    def cold():
        forget_cache(mirror)
        return milliseconds()

    yield Row("the same, nothing of the mirror in the system's cache", "", [], [cold() for _ in range(run.repetitions)], "ms")


def first_answer(running, port, head):
    end = time.monotonic() + 60
    while time.monotonic() < end and running.is_running:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                connection.sendall(head)
                answer = b""
                while part := connection.recv(1 << 16):
                    answer += part
                return answer
        except ConnectionError:
            time.sleep(0.001)
    raise Fault(f"no answer: {running.said()[-300:]}")


def forget_cache(file):
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


@measure("memory-serve", MEMORY, not_quick="quick: it takes minutes")
def memory(run):
    minutes = run.settings.number("MEMORY_MINUTES", 10, least=2)
    folder = run.frame.folder("memory")
    mirror = run.mirrors.copy(run.settings.resources, folder)
    _, environment = ever_different(run, topics_of_nearly_that_size(mirror, topic_of_middle_size(mirror)))
    points = []
    with serve(run, mirror, folder, core=None) as api:
        begun, is_over = time.monotonic(), threading.Event()

        def watch():
            while not is_over.wait(1):
                points.append((time.monotonic() - begun, (api.running.memory() or 0) / 1e6))

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            loaded = api.load("/", minutes * 60, connections=64, core=None, script=HERE / "mixed.lua", environment=environment)
        finally:
            is_over.set()
            watching.join()
    run.frame.remove(folder)
    after = lambda low, high: [size for second, size in points if low <= second <= high]
    # Ten seconds each: one look may meet a burst.
    yield Row(f"memory of `serve` after {minutes} minutes of mixed load", "after 1 minute", after(55, 65), after(minutes * 60 - 10, minutes * 60),
              "MB", at_most(1.1), f"{loaded.requests:,} requests of 64 clients; resident memory, a second apart; the indexes that the load wants are "
              "made within the first minute")
    yield Lines("memory-serve", "Memory of serve under mixed load", "seconds", "MB", {"resident": points}, is_log_across=False)
