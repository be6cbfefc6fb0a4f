"""What measures of pulls share: commands with what they cost, first pulls of whole communities, plain libcurl beside them."""

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass

from .community import count, start_site
from .frame import Fault, configure, tail
from .targets import rows


@dataclass(frozen=True)
class Cost:
    """What a command cost: seconds, bytes that it had the disk write, most resident memory in bytes."""

    seconds: float
    written: int
    peak: int


def costs(run, *arguments):
    """Runs a command of the program to its end. Raises Fault."""
    log = run.frame.work / "cost.log"
    with open(log, "wb") as output:
        begun = time.monotonic()
        process = subprocess.Popen(
            [str(run.settings.binary), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Fault(f"{arguments[0]} ended with {process.returncode}: {tail(log.read_text(errors='replace'))}")
    # Blocks of 512 bytes, as the kernel counts `write_bytes`.
    return Cost(seconds, used.ru_oublock * 512, used.ru_maxrss * 1024)


@dataclass(frozen=True)
class FirstPull:
    cost: Cost
    resources: int
    size: int


def first_pull(run, resources):
    """The first pull of a community of so many, onto the disk: made once for all measures. Its mirror is the shared one, where
    there is none yet. Raises Fault."""

    def make():
        folder = run.frame.folder("first-pull")
        with start_site(run, resources) as site:
            cost = costs(run, "sync", "--quiet", "--no-sweep", "--config", configure(folder, site.port))
        mirror = folder / "mirror.sqlite"
        made = FirstPull(cost, count(mirror), mirror.stat().st_size)
        shared = run.mirrors.folder / f"{resources}.sqlite"
        if not shared.exists():
            shutil.move(mirror, shared)
        run.frame.remove(folder)
        return made

    return run.once(f"first pull of {resources}", make)


def sizes(run):
    """10,000, 100,000 and 1,000,000, as far as LARGE goes."""
    large = run.settings.large
    return [max(large // 100, 2000), max(large // 10, 4000), large]


def site_token(url):
    """An access token of the sample site. Raises Fault."""
    asked = urllib.parse.urlencode({
        "grant_type": "password", "client_id": "demo-client", "client_secret": "demo-secret", "username": "demo",
        "password": "demo-password"}).encode()
    try:
        with urllib.request.urlopen(f"{url}/oauth/token", asked, timeout=30) as answer:
            return json.load(answer)["access_token"]
    except (OSError, ValueError, KeyError) as fault:
        raise Fault(f"the site gives no token: {fault}") from fault


def replay(run, url, requests, readers, token=None):
    """Seconds that plain libcurl takes for requests of (method, target) or (method, target, body), with so many readers; with a token
    of the sample site, if none is given. Raises Fault."""
    file = run.frame.work / "requests"
    file.write_text("".join(
        f"{one[0]} {one[1]}" + (f"\t{one[2]}" if len(one) > 2 else "") + "\n" for one in requests))
    said = run.frame.run([run.programs.c("CurlReplay", "curl"), url, file, readers, token or site_token(url)])
    return float(said.split()[0])


def documents_size(mirror):
    """The bytes of all compact documents."""
    return rows(mirror, "SELECT sum(length(CAST(document AS BLOB))) FROM resource")[0][0]
