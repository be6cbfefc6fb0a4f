"""A folder with a configuration, and the program in it."""
import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

CLIENT = ("demo-client", "demo-secret")
ACCOUNT = ("demo", "demo-password")
TYPES = ["comment", "event_enrollment", "file", "group", "group_content", "node", "post", "profile", "taxonomy_term", "user"]


class Failed(Exception):
    """The drill shows something that must not be."""


def expect(condition, text):
    if not condition:
        raise Failed(text)


class SampleSite:
    """`social-mirror demo --site-port`: the site alone."""

    def __init__(self, program, port, *arguments):
        self.port = port
        self.process = subprocess.Popen(
            [program, "demo", "--site-port", str(port), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for line in self.process.stdout:
            if line.startswith("site.auth.username member"):
                break

    def wait_until_quiet(self):
        """Until the community has made all the changes that it was told to make."""
        for line in self.process.stdout:
            if line.startswith("The community is quiet"):
                return line.strip()
        raise Failed("the sample site ended")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def highest_memory(pid):
    """The most that a process has had in memory, in MB. What the kernel reports at its end is no good: that counts the moment
    before it was the program, when it was a copy of this one."""
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


class Workplace:
    """A mirror with its configuration."""

    def __init__(self, program, base, account=ACCOUNT, **keys):
        self.program = os.path.abspath(program)
        self.folder = tempfile.mkdtemp(prefix="mirror-drill-")
        self.base = base
        self.configure(account=account, **keys)

    def configure(self, base=None, account=ACCOUNT, types=TYPES, site={}, sync={}, mirror={}):
        self.base = base or self.base
        document = {
            "site": {
                "baseURL": self.base,
                "auth": {
                    "grant": "password", "clientID": CLIENT[0], "clientSecret": CLIENT[1],
                    "username": account[0], "password": account[1],
                },
                "entityTypes": types, "concurrency": 4, "requestsPerSecond": 400, "timeoutSeconds": 5, **site,
            },
            "mirror": {"path": "data/mirror.sqlite", "filesPath": "data/files", "files": "all", **mirror},
            "sync": {"settleWindowSeconds": 2, **sync},
        }
        with open(self.folder + "/config.json", "w") as file:
            json.dump(document, file)

    @property
    def mirror(self):
        return self.folder + "/data/mirror.sqlite"

    def start(self, *arguments):
        return subprocess.Popen(
            [self.program, *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *arguments, code=0):
        """Runs to the end. What it printed; a surprise when it ends with another code."""
        done = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True)
        text = done.stdout + done.stderr
        expect(code is None or done.returncode == code, f"{' '.join(arguments)}: {done.returncode} instead of {code}\n{text}")
        return text.strip()

    def measured(self, *arguments, kill_after=None):
        """Runs to the end, or kills after seconds: exit code (-9 when killed), seconds, greatest memory in MB, output."""
        started = time.monotonic()
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen([self.program, *arguments], cwd=self.folder, stdout=out, stderr=out)
            peak = 0
            while process.poll() is None:
                peak = max(peak, highest_memory(process.pid))
                if kill_after is not None and time.monotonic() - started >= kill_after:
                    process.send_signal(signal.SIGKILL)
                    kill_after = None
                time.sleep(0.005)
            out.seek(0)
            text = out.read().strip()
        return process.returncode, time.monotonic() - started, peak, text

    def rows(self, sql):
        connection = sqlite3.connect(f"file:{self.mirror}?mode=ro", uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Reader:
    """Reads a site with nothing of the program: the other opinion. Whatever host its links name, it is asked at its own."""

    def __init__(self, base, form=None, entry=None):
        self.base = base
        self.origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(base))
        form = form or {
            "grant_type": "password", "username": ACCOUNT[0], "password": ACCOUNT[1],
            "client_id": CLIENT[0], "client_secret": CLIENT[1],
        }
        answer = self._open(urllib.request.Request(base + "/oauth/token", urllib.parse.urlencode(form).encode()))
        self.token = answer["access_token"]
        self.entry = entry or self._entry()

    def _open(self, request):
        with urllib.request.urlopen(request) as answer:
            # What is broken on purpose is read as well as can be.
            return json.loads(answer.read().decode().lstrip("\ufeff").replace("\\q", "q"), strict=False)

    def get(self, url):
        return self._open(self._asking(url))

    def _asking(self, url):
        """A request that says who asks: a judge is shown what the site's habits would keep from others."""
        return urllib.request.Request(url, headers={"Authorization": "Bearer " + self.token, "Sample-Site-Judge": "yes"})

    def raw(self, url):
        """Status and body."""
        try:
            with urllib.request.urlopen(self._asking(url)) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def _entry(self):
        """The entry point by its own word, on the host that is asked."""
        for path in ["/jsonapi", "/api"]:
            status, body = self.raw(self.base + path)
            if status == 200:
                return self.here(json.loads(body)["links"]["self"]["href"])
        raise Failed(f"{self.base} has no entry point")

    def here(self, url):
        """A URL of the site on the host that is asked."""
        parts = urllib.parse.urlsplit(url)
        return self.origin + urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))

    def links(self):
        return {name: link["href"] for name, link in self.get(self.entry)["links"].items() if name != "self"}

    def hosts(self):
        """The hosts that the site's links name."""
        return sorted({"{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(href)) for href in self.links().values()})

    def files(self):
        """The attributes of all files, as they are, by (type, UUID), whatever their collection is called."""
        found, url = {}, next((href for href in self.links().values() if href.endswith(("/file/file", "/uploads"))), None)
        while url:
            page = self.get(self.here(url))
            for resource in page["data"]:
                # What nobody can use has no content either.
                if isinstance(resource, dict) and resource.get("id") and resource.get("type") and isinstance(resource.get("attributes"), dict):
                    found[resource.get("type"), resource["id"]] = resource["attributes"], None
            url = page["links"].get("next", {}).get("href")
        return found

    def content(self, address):
        """What a browser gets for a file's address, unpacked; None where it gets nothing good."""
        url = urllib.parse.urljoin(self.base + "/", address).split("#")[0]
        url = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", url)
        url = urllib.parse.quote(url, safe="%/:?=&~!$'()*+,;@[]-._")
        request = urllib.request.Request(url)
        if url.startswith(self.origin + "/"):
            request.add_header("Authorization", "Bearer " + self.token)
        try:
            with urllib.request.urlopen(request) as answer:
                body, coding = answer.read(), answer.headers.get("Content-Encoding")
        except urllib.error.HTTPError:
            return None
        return gzip.decompress(body) if coding == "gzip" else zlib.decompress(body) if coding == "deflate" else body

    def all(self):
        """Attributes and relationships of everything the account sees, by (type, UUID)."""
        found = {}
        for url in self.links().values():
            while url:
                page = self.get(self.here(url))
                for resource in page["data"]:
                    if is_named(resource):
                        found[resource["type"], resource["id"]] = comparable(resource)
                url = page["links"].get("next", {}).get("href")
        return found


VOLATILE = {"metatag", "revision_timestamp", "access", "login", "uri"}


def is_named(resource):
    """Whether an element of a collection says which resource it is."""
    return isinstance(resource, dict) and all(
        isinstance(resource.get(name), str) and resource[name] for name in ("type", "id"))


def comparable(resource):
    if not isinstance(resource.get("attributes", {}), dict):
        return resource["attributes"], {}
    attributes = {k: v for k, v in resource.get("attributes", {}).items() if k not in VOLATILE}
    linkage = {k: v.get("data") for k, v in resource.get("relationships", {}).items() if isinstance(v, dict)}
    return attributes, linkage


def stored(workplace):
    """The same of the mirror, straight from the file."""
    found = {}
    bases = workplace.rows("SELECT value FROM setting WHERE name = 'site_bases'")
    base = bases[0][0].split("\n")[0] if bases else workplace.base
    for name, uuid, document in workplace.rows("SELECT type, uuid, document FROM resources"):
        found[name, uuid] = comparable(json.loads(document.replace("\ufdd0", base)))
    return found


def until(condition, seconds, what):
    started = time.monotonic()
    while not condition():
        expect(time.monotonic() - started < seconds, f"{what}: not within {seconds} s")
        time.sleep(0.5)
    return time.monotonic() - started


def say(text):
    print(text, flush=True)


def main(body):
    """Runs a drill; ends with 1 and the reason when it fails."""
    try:
        body()
    except Failed as failure:
        print(f"drill: {failure}", file=sys.stderr)
        sys.exit(1)
