"""A page of metrics beside a load of known size: 1,000 requests of three kinds and some of the others, counted by the client and by the
daemon; the page in both forms; and whether all that the alerts and the dashboard ask for is on it. promtool (Debian: prometheus) and the
Python package prometheus_client look at the page where they are installed."""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import time
import urllib.request

from doors import Daemon
from workplace import SampleSite, expect, main, say

MONITORING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../packaging/monitoring")
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def page(daemon, accept=None):
    """The page as it came, and its type."""
    request = urllib.request.Request(f"http://127.0.0.1:{daemon.port + 1}/metrics", headers={"Accept": accept} if accept else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read().decode(), answer.headers["Content-Type"]


def samples(text):
    """Values by name and labels."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        expect(match, f"no sample: {line}")
        key = (match[1], tuple(sorted(LABEL.findall(match[2] or ""))))
        expect(key not in found, f"twice: {line}")
        found[key] = float(match[3])
    return found


def of_route(values, name, route, **labels):
    return sum(value for (one, pairs), value in values.items() if one == "social_mirror_" + name and {"route": route, **labels}.items() <= dict(pairs).items())


def load(daemon, topics, dice):
    """What was asked, by kind and class of status, and how long each kind took altogether as the client saw it."""
    wishes = [("individual", f"/jsonapi/node/topic/{dice.choice(topics)}", {}) for _ in range(500)]
    wishes += [("collection", f"/jsonapi/node/topic?page[limit]={dice.randrange(1, 50)}&sort=-changed", {}) for _ in range(300)]
    wishes += [("related", f"/jsonapi/node/topic/{dice.choice(topics)}/{dice.choice(['uid', 'relationships/uid'])}", {}) for _ in range(200)]
    wishes += [("individual", f"/jsonapi/node/topic/00000000-0000-4000-8000-{number:012}", {}) for number in range(10)]
    wishes += [("collection", "/jsonapi/node/topic?sort=nope", {})] * 10
    wishes += [("individual", f"/jsonapi/node/topic/{topics[0]}", {"Authorization": None})] * 10
    wishes += [("description", "/jsonapi", {})] * 10 + [("file", "/nothing/here", {})] * 10
    dice.shuffle(wishes)

    def ask(wish):
        kind, target, fields = wish
        given = {} if "Authorization" in fields else None
        started = time.monotonic()
        status = daemon.ask("GET", target, fields=given)[0]
        return kind, f"{status // 100}xx", time.monotonic() - started

    counts, seconds = {}, {}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for kind, outcome, took in pool.map(ask, wishes):
            counts[kind, outcome] = counts.get((kind, outcome), 0) + 1
            seconds[kind] = seconds.get(kind, 0) + took
    return counts, seconds


def compare(before, after, counts, seconds):
    kinds = sorted({kind for kind, _ in counts})
    for kind in kinds:
        def grown(name, **labels):
            return of_route(after, name, kind, **labels) - of_route(before, name, kind, **labels)

        asked = sum(number for (one, _), number in counts.items() if one == kind)
        histogram, total, slowest = grown("api_request_duration_seconds_count"), grown("api_request_duration_seconds_bucket", le="+Inf"), grown("api_request_duration_seconds_sum")
        expect(histogram == total == asked, f"{kind}: {asked} requests, {histogram:.0f} in the histogram, {total:.0f} below its last bound")
        for (one, outcome), number in counts.items():
            if one == kind:
                expect(grown("api_requests_total", status=outcome) == number, f"{kind} {outcome}: {number} requests, {grown('api_requests_total', status=outcome):.0f} counted")
        expect(0 < slowest <= seconds[kind], f"{kind}: {slowest} s in the histogram, {seconds[kind]} s as the client saw it")
        bounds = sorted((float(dict(pairs)["le"]), value) for (name, pairs), value in after.items() if name.endswith("api_request_duration_seconds_bucket") and dict(pairs)["route"] == kind)
        expect(all(one[1] <= two[1] for one, two in zip(bounds, bounds[1:])), f"{kind}: buckets that shrink: {bounds}")
        outcomes = ", ".join(f"{number} {outcome}" for (one, outcome), number in sorted(counts.items()) if one == kind)
        say(f"metrics: {kind}: {asked} asked ({outcomes}), {histogram:.0f} in the histogram, {slowest:.3f} s of {seconds[kind]:.3f} s that the client waited")


def asked_for():
    """Names that the alerts and the dashboard ask for."""
    with open(MONITORING + "/alerts.yml") as file:
        alerts = set(re.findall(r"social_mirror_[a-z_]+", file.read()))
    with open(MONITORING + "/grafana-dashboard.json") as file:
        dashboard = set(re.findall(r"social_mirror_[a-z_]+", file.read()))
    return alerts, dashboard


def look(name, text, kind):
    """Other people's opinion of the page."""
    if name == "prometheus" and shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        said = (done.stdout + done.stderr).strip()
        expect(done.returncode == 0, f"promtool check metrics: {done.returncode} {said}")
        say(f"metrics: promtool check metrics: {done.returncode}{': ' + said if said else ''}")
    try:
        from prometheus_client import parser
        from prometheus_client.openmetrics import parser as open_parser
    except ImportError:
        return
    families = list((open_parser if name == "openmetrics" else parser).text_string_to_metric_families(text))
    say(f"metrics: prometheus_client reads {len(families)} families, {sum(len(one.samples) for one in families)} samples ({kind})")


def drill():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--site-port", type=int, default=18570)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    chosen = options.parse_args()
    say(f"metrics: seed {chosen.seed}")
    dice = random.Random(chosen.seed)
    sample = SampleSite(chosen.program, chosen.site_port, "--changes", 0)
    daemon = Daemon(chosen.program, chosen.site_port, chosen.site_port + 4)
    try:
        daemon.place.run("sync")
        daemon.begin()
        topics = [one["id"] for one in json.loads(daemon.ask("GET", "/jsonapi/node/topic?page[limit]=50")[2])["data"]]
        before = samples(page(daemon)[0])
        counts, seconds = load(daemon, topics, dice)
        after = samples(page(daemon)[0])
        compare(before, after, counts, seconds)
        for name, accept in [("prometheus", None), ("openmetrics", OPEN_METRICS)]:
            text, kind = page(daemon, accept)
            expect((name == "openmetrics") == kind.startswith("application/openmetrics-text") == text.endswith("# EOF\n"), f"{name}: {kind}, {text[-40:]}")
            look(name, text, kind)
        names = {name for name, _ in after}
        for what, wanted in zip(("alerts", "dashboard"), asked_for()):
            expect(wanted and not wanted - names, f"the {what} ask for what is not there: {sorted(wanted - names)}")
            say(f"metrics: all {len(wanted)} names of the {what} are on the page")
        say(f"metrics: {len(after)} samples of {len({re.sub('_(bucket|count|sum)$', '', name) for name in names})} families")
        daemon.expect_alive("the load")
    finally:
        daemon.end()
        sample.stop()


if __name__ == "__main__":
    main(drill)
