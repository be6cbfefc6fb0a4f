"""`social-mirror serve` over a mirror, the static server beside it, and wrk as the load of both."""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from .frame import Answering, Fault, configure

MEDIA_TYPE = "application/vnd.api+json"
# The server has the first core and the load the second, where one is measured beside the other.
SERVER_CORE, LOAD_CORE = 0, 1
CONSUMER = "bench"


@dataclass
class Loaded:
    """What wrk saw: requests in a second, and how long they took, in milliseconds."""

    rate: float
    p50: float
    p99: float
    slowest: float
    requests: int
    bad: int


class Server(Answering):
    """Something that answers HTTP on this machine, and the token that it is sent."""

    def __init__(self, run, running, base, token=""):
        super().__init__(running)
        self.run, self.base, self.token = run, base, token

    def get(self, target, **fields):
        """The body of an answer. Raises Fault where it is none of 200."""
        asked = urllib.request.Request(self.base + urllib.parse.quote(target, safe="/?&=%[]:,;@!$'()*+-._~"), headers={
            "Authorization": f"Bearer {self.token}", **{name.replace("_", "-"): value for name, value in fields.items()}})
        try:
            with urllib.request.urlopen(asked, timeout=120) as answer:
                return answer.read()
        except (urllib.error.URLError, OSError) as fault:
            words = fault.read()[:300].decode(errors="replace") if isinstance(fault, urllib.error.HTTPError) else ""
            raise Fault(f"{target}: {fault} {words}") from fault

    def load(self, target, seconds=None, connections=32, core=LOAD_CORE, script=None, environment=None, fields=None, accepts_bad=False):
        """wrk at a target for so many seconds (SECONDS_EACH). `script` is Lua in a file. Raises Fault for answers other than 2xx."""
        seconds = seconds or self.run.seconds_each
        arguments = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "--latency"]
        if script:
            arguments += ["-s", script]
        for name, value in {"Authorization": f"Bearer {self.token}", **(fields or {})}.items():
            arguments += ["-H", f"{name}: {value}"]
        said = self.run.frame.run([*arguments, self.base + target], core=core, environment=environment, seconds=seconds + 120)
        return read_wrk(said, target, accepts_bad)


def read_wrk(said, target, accepts_bad=False):
    """What wrk printed, as figures. Raises Fault."""
    def number(pattern, usual=None):
        found = re.search(pattern, said, re.MULTILINE)
        if not found and usual is None:
            raise Fault(f"wrk at {target}: {said.strip()[:300]}")
        return float(found.group(1)) if found else usual

    bad = int(number(r"Non-2xx or 3xx responses: (\d+)", 0))
    if not accepts_bad and (bad or "Socket errors" in said):
        raise Fault(f"{target} did not answer well: {' '.join(said.split())[-300:]}")
    return Loaded(
        rate=number(r"^Requests/sec:\s+([\d.]+)"), p50=_milliseconds(said, r"^\s+50%\s+(\S+)"), p99=_milliseconds(said, r"^\s+99%\s+(\S+)"),
        slowest=_milliseconds(said, r"^\s+Latency\s+\S+\s+\S+\s+(\S+)"), requests=int(number(r"(\d+) requests in")), bad=bad)


def _milliseconds(said, pattern):
    found = re.search(pattern, said, re.MULTILINE)
    parts = re.fullmatch(r"([\d.]+)(us|ms|s|m)", found.group(1)) if found else None
    if not parts:
        return 0.0
    return float(parts.group(1)) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[parts.group(2)]


def serve(run, mirror, folder=None, core=SERVER_CORE, command="serve", port=1, **changes):
    """`serve` (or `run`) over a mirror, with a consumer of everything, and waits until it answers. `port` is that of the site, which
    `serve` does not ask. Raises Fault."""
    folder = folder or run.frame.folder("serve")
    configuration = configure(folder, port, mirror, **changes)
    secret = _consumer(run, configuration, mirror)
    running = run.frame.start([run.settings.binary, command, "--config", configuration], name=command, core=core)
    address = running.wait_line(r"the local API listens.*?(127\.0\.0\.1:\d+)")
    server = Server(run, running, f"http://{address}")
    asked = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": CONSUMER, "client_secret": secret}).encode()
    end = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(f"{server.base}/oauth/token", asked, timeout=20) as answer:
                server.token = json.load(answer)["access_token"]
                return server
        except (urllib.error.URLError, OSError, KeyError) as fault:
            if time.monotonic() > end:
                raise Fault(f"no token: {fault}") from fault
            time.sleep(0.1)


def _consumer(run, configuration, mirror):
    """The secret of the consumer of a mirror that all measures share; it is added where it is not there."""
    secret = "bench-" + "0123456789abcdef" * 2
    known = run.program("consumer", "list", "--config", configuration)
    if not re.search(rf"^{CONSUMER}\b", known, re.MULTILINE):
        run.program("consumer", "add", "--config", configuration, "--label", "bench", "--id", CONSUMER, "--secret-stdin", text=secret)
    return secret


def static(run, body, media_type=MEDIA_TYPE, core=SERVER_CORE):
    """A Hummingbird server whose answer to everything is these bytes, as a process of its own."""
    file = run.frame.folder("body") / "body"
    file.write_bytes(body)
    running = run.frame.start([run.programs.static_server(), "answer", 0, file, media_type], name="static", core=core)
    port = running.wait_line(r"^listening on (\d+)", 20)
    return Server(run, running, f"http://127.0.0.1:{port}", token="benchmark")
