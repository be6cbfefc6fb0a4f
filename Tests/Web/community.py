"""A sample site and a daemon that mirrors it, on free ports of loopback, in a folder that goes with them. Standard library only."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

MEDIA = "application/vnd.api+json"
START_SECONDS = 90


class API:
    """A client of a JSON:API, of the site or of the mirror."""

    def __init__(self, base, **form):
        self.base, self.form, self.token = base, form, None

    def ask(self, method, path, document=None):
        """Status and document."""
        if self.token is None:
            with urllib.request.urlopen(self.base + "/oauth/token", urllib.parse.urlencode(self.form).encode(), 30) as answer:
                self.token = json.load(answer)["access_token"]
        request = urllib.request.Request(
            self.base + path, json.dumps(document).encode() if document else None,
            {"Authorization": "Bearer " + self.token, "Content-Type": MEDIA}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        if status == 401:
            self.token = None
        return status, json.loads(body) if body[:1] == b"{" else None

    def topic(self, id):
        """The attributes of a topic; None where it is not to be had."""
        status, document = self.ask("GET", "/jsonapi/node/topic/" + id)
        return document["data"]["attributes"] if status == 200 else None

    def edit(self, id, **attributes):
        """Changes a topic. The status."""
        return self.ask("PATCH", "/jsonapi/node/topic/" + id, {
            "data": {"type": "node--topic", "id": id, "attributes": attributes}})[0]


class Community:
    """The addresses of all, and clients of the two APIs."""

    def __init__(self, program, folder, site, local, admin):
        self.program, self.folder, self.local, self.admin = program, pathlib.Path(folder), local, admin
        # The same door by a name that is not this machine's: a browser that is told so takes it for elsewhere.
        self.far = admin.replace("127.0.0.1", "mirror.example")
        self.site = API(
            site, grant_type="password", username="demo", password="demo-password", client_id="demo-client",
            client_secret="demo-secret", scope="")
        self.api = API(
            local, grant_type="client_credentials", client_id="web", client_secret="a secret of the test", scope="read write")

    def run(self, *arguments, text=""):
        """Runs a command of the program over the mirror; what it printed."""
        done = subprocess.run(
            [self.program, *arguments], cwd=self.folder, input=text, text=True, check=True, capture_output=True,
            timeout=START_SECONDS)
        return done.stdout

    def log(self):
        return (self.folder / "log").read_text()

    def topics(self, count):
        """Ids of topics that the mirror has."""
        status, document = self.api.ask("GET", f"/jsonapi/node/topic?page[limit]={count}&sort=-created")
        if status != 200:
            raise SystemExit(f"web: the topics cannot be read: {status}")
        return [resource["id"] for resource in document["data"]]


def eventually(question, seconds=20):
    """The first answer that is something; the last one where time is up."""
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def settings(site, interval):
    """The configuration of a daemon that makes a round each `interval` seconds."""
    return {
        "site": {
            "baseURL": site, "requestsPerSecond": 400,
            "auth": {"grant": "password", "clientID": "demo-client", "clientSecret": "demo-secret", "username": "demo",
                     "password": "demo-password"},
        },
        "mirror": {"path": "data/mirror.sqlite", "filesPath": "data/files"},
        "sync": {"intervalSeconds": interval, "settleWindowSeconds": 2},
        "localAPI": {"port": 0}, "admin": {"port": 0},
    }


class Ends(contextlib.ExitStack):
    """Processes that end with the block."""

    def start(self, command, **more):
        process = subprocess.Popen(command, text=True, start_new_session=True, **more)

        def end():
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

        self.callback(end)
        return process


@contextlib.contextmanager
def running(program, changes=0, interval=86_400):
    """A community that lives as long as the block. What happens by itself: `changes` in a second, and a round each `interval` seconds;
    without, all stays as it is until a test asks for something."""
    # A terminated run leaves by an exception, so that all is ended too.
    signal.signal(signal.SIGTERM, lambda *_: raise_exit())
    program = os.path.abspath(program)
    with Ends() as ends:
        folder = pathlib.Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="social-mirror-web-")))
        site_log, log = folder / "site.log", folder / "log"
        with open(site_log, "w") as out:
            site = ends.start([program, "demo", "--site-port", "0", "--changes", str(changes)], stdout=out, stderr=out)
        base = told(site, site_log, r"site\.baseURL (\S+)")
        (folder / "config.json").write_text(json.dumps(settings(base, interval)))
        with open(log, "w") as out:
            daemon = ends.start([program, "run"], cwd=folder, stdout=out, stderr=out)
        local = told(daemon, log, r"local API listens address=(\S+)")
        admin = told(daemon, log, r"admin port listens host=\S+ port=(\d+)")
        community = Community(program, folder, base, f"http://{local}", f"http://127.0.0.1:{admin}")
        told(daemon, log, r"( round .*new=\d+)")
        community.run(
            "consumer", "add", "--label", "Tests of the pages", "--id", "web", "--secret-stdin", "--scopes", "read,write",
            text="a secret of the test")
        yield community


def told(process, log, pattern):
    """What a process says, once it says it."""
    found = eventually(lambda: re.search(pattern, log.read_text()) or process.poll() is not None, START_SECONDS)
    if not isinstance(found, re.Match):
        raise SystemExit(f"web: it did not start: {log.read_text()}")
    return found.group(1)


def raise_exit():
    raise SystemExit(143)
