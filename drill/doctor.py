"""doctor before set-ups that are broken, one way each, and some two ways at once: what it says first of each, and its exit code. What it
has to name is named, and no secret is in what it says."""
import argparse
import contextlib
import email.utils
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

from door import Authority, Door
from workplace import ACCOUNT, CLIENT, SampleSite, Workplace, expect, main, say

DONE, MACHINE, CONFIGURATION, SITE, CREDENTIALS, PERSON = range(6)
NOBODY = 65534


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


class Trial:
    """A place with its own ports, over a sample site; a mirror in it where it needs one."""

    def __init__(self, program, base, account=ACCOUNT, site={}, mirror={}, **sections):
        self.place = Workplace(program, base, account)
        self.place.configure(base, account, site=site, mirror=mirror)
        with open(self.place.folder + "/config.json") as file:
            document = json.load(file)
        document["localAPI"], document["admin"] = {"port": free_port()}, {"port": free_port()}
        for name, keys in sections.items():
            document[name] |= keys
        with open(self.place.folder + "/config.json", "w") as file:
            json.dump(document, file)
        os.chmod(self.place.folder + "/config.json", 0o600)
        self.before = []

    def mirrored(self):
        self.place.run("sync")
        return self

    def ask(self):
        """Exit code, what is to be done (weight, area, finding, next), all findings."""
        done = subprocess.run([*self.before, self.place.program, "doctor", "--json"], cwd=self.place.folder, capture_output=True, text=True, timeout=180)
        self.place.remove()
        text = done.stdout + done.stderr
        for secret in (CLIENT[1], ACCOUNT[1]):
            expect(secret not in text, f"a secret is in what doctor says: {text[:2000]}")
        try:
            findings = json.loads(done.stdout)["findings"]
        except (ValueError, KeyError):
            return done.returncode, [{"weight": "-", "area": "-", "finding": text.strip()[-400:], "next": None}], []
        return done.returncode, [one for one in findings if one["weight"] in ("fault", "warning")], findings


def is_it(finding, area, words, following=""):
    return finding["area"] == area and re.search(words, finding["finding"]) and re.search(following, finding["next"] or "")


class Drill:
    """All set-ups, each before a site, a door or a disk of its own."""

    def __init__(self, program, port, only):
        self.program, self.port, self.only = program, port, only
        self.failures = []
        self.folder = tempfile.mkdtemp(prefix="mirror-drill-doctor-")
        os.chmod(self.folder, 0o755)
        self.authority = Authority(self.folder)
        self.root = self.authority.path("root")
        self.plain = SampleSite(program, port, "--changes", 0)
        self.base = f"http://127.0.0.1:{port}"
        self.held = contextlib.ExitStack()

    def close(self):
        self.held.close()
        self.plain.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def case(self, name, code, named, make):
        """One set-up. `named`: area, words and, where it matters, next step (patterns) of each finding that has to be there."""
        if self.only and not any(word in name for word in self.only):
            return
        with contextlib.ExitStack() as self.held:
            trial = make()
            if trial is None:
                return say(f"\n{name}: left out, for it takes root")
            started = time.monotonic()
            came, todo, _ = trial.ask()
        missing = [one for one in named if not any(is_it(finding, *one) for finding in todo)]
        mute = [one["finding"] for one in todo if not one["next"]]
        if came != code or missing or mute:
            self.failures.append(f"{name}: {came} instead of {code}; not named: {missing}; without a next step: {mute}; said: {json.dumps(todo, ensure_ascii=False)[:1500]}")
        say(f"\n{name}: exit {came}" + ("" if came == code else f" INSTEAD OF {code}") + f", {time.monotonic() - started:.0f} s")
        for one in todo:
            say(f"  {one['weight']:8}{one['area']:13} {one['finding']}\n          next: {one['next']}")
        if not todo:
            say("  nothing has to be done")
        for one in missing:
            say(f"  NOT NAMED: {': '.join(one)}")

    # Ways to break something

    def door(self, **keys):
        port = keys.pop("port", self.port)
        door = Door(port, **keys)
        self.held.callback(door.close)
        return door

    def habit(self, *names):
        port = free_port()
        site = SampleSite(self.program, port, "--changes", 0, *[word for name in names for word in ("--habit", name)])
        self.held.callback(site.stop)
        return f"http://127.0.0.1:{port}"

    def here(self, base=None, **keys):
        return Trial(self.program, base or self.base, **keys)

    def answering(self, path, status, fields, text):
        """A door that answers for one path itself."""
        return self.door(instead=lambda _, asked: (status, fields, text) if path in (None, asked) else None).base

    def clock(self, seconds, **keys):
        def changed(_, fields, text):
            fields["date"] = fields["Date"] = email.utils.formatdate(time.time() + seconds, usegmt=True)
            del fields["date"]
            return {n: v for n, v in fields.items() if n == "Date" or n.lower() != "date"}, text

        return self.door(changed=changed, **keys).base

    def secure(self, certificate, key, ca=None):
        door = self.door(certificate=certificate, key=key)
        return self.here(door.base, site={"caFile": ca or self.root})

    def leaf(self, name, by, begins, ends, *behind, names="IP:127.0.0.1"):
        """A site with this certificate, and those behind it in the chain that it sends."""
        self.authority.make(name, by, "server", begins, ends, names)
        return self.secure(self.authority.chain(name, *behind), self.authority.path(name, "key"))

    def in_memory(self, size, used, last="true", **keys):
        """A mirror on a disk of its own that has so many MB, so many of them used; `last` is done to it before doctor looks."""
        if os.geteuid() != 0 or not shutil.which("unshare"):
            return None
        disk = tempfile.mkdtemp(prefix="mirror-drill-disk-", dir=self.folder)
        trial = self.here(mirror={"path": disk + "/mirror.sqlite", "filesPath": disk + "/files", "files": "none"}, **keys)
        script = (f"mount -t tmpfs -o size={size}m tmpfs {disk} && {trial.place.program} sync >&2; "
                  f"head -c {used}m /dev/zero > {disk}/filler 2>/dev/null; {last}; exec \"$@\"").replace("DISK", disk)
        trial.before = ["unshare", "-m", "sh", "-c", script, "sh"]
        return trial

    def of_another(self, user, change):
        """A mirror whose files `change` gives to another; doctor runs as `user`."""
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            return None
        trial = self.here().mirrored()
        subprocess.run(["sh", "-c", change], cwd=trial.place.folder, check=True)
        if user != 0:
            trial.before = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"]
        return trial

    # The set-ups

    def sound(self):
        self.case("nothing is broken", DONE, [], lambda: self.here().mirrored())
        self.case("nothing is broken, over TLS", DONE, [], lambda: self.leaf("good", "root", -1, 30))

    def twelve(self):
        grant = json.dumps({
            "error": "unsupported_grant_type", "error_description": "The authorization grant type is not supported by the authorization server.",
            "hint": "Check that all required parameters have been provided", "message": "The authorization grant type is not supported by the authorization server.",
        }).encode()
        form = {"Content-Type": "application/json"}
        self.case("1 wrong secret", CREDENTIALS, [("sign-in", "client")],
                  lambda: self.with_auth(clientSecret="another"))
        self.case("2 grant not allowed", CREDENTIALS, [("sign-in", "grant")],
                  lambda: self.here(self.answering("/oauth/token", 400, form, grant)))
        self.case("3 read-only site", PERSON, [("writes", "reading only")], lambda: self.here(self.habit("read-only")))
        self.case("4 account without rights", PERSON, [("rights", "few rights|is shown|are shown")],
                  lambda: self.here(account=("member", "member-password")))
        self.case("5 filters refused", PERSON, [("filters", "silently shows")], lambda: self.here(self.habit("growing-rights")))
        self.case("6 clock an hour ahead", PERSON, [("clock", "60 minutes ahead")], lambda: self.here(self.clock(3600)))
        self.case("6 clock an hour behind", PERSON, [("clock", "60 minutes behind")], lambda: self.here(self.clock(-3600)))
        self.case("7 expired certificate", SITE, [("tls", "expired|out of date")], lambda: self.leaf("old", "root", -400, -35))
        self.case("8 HTTP Basic in front", CREDENTIALS, [("front door", "Basic")], lambda: self.here(self.habit("basic-door")))
        self.case("9 a cache in front", PERSON, [("caches", "cache in front")], lambda: self.here(self.habit("page-cache")))
        self.case("10 capped pages", PERSON, [("pages", "at most 7 rows")], lambda: self.here(self.habit("capped-pages")))
        self.case("11 full disk", MACHINE, [("disk", "full|space|written")], lambda: self.in_memory(24, 24))
        self.case("12 the mirror is root's, doctor is another", MACHINE, [("permissions", "sqlite, .* belong to root")],
                  lambda: self.of_another(NOBODY, f"chmod 755 . ; chown {NOBODY} config.json; chown {NOBODY} data; chmod 600 data/mirror.sqlite*"))
        self.case("12 a file is another's, doctor is root", PERSON, [("permissions", "belongs to nobody")],
                  lambda: self.of_another(0, f"chown {NOBODY} data/mirror.sqlite"))

    def unseen(self):
        page = {"Content-Type": "text/html; charset=UTF-8"}
        self.case("no such name", SITE, [("reachability", "name|resolve")], lambda: self.here("https://mirror-drill.invalid"))
        self.case("nobody listens", SITE, [("reachability", "")], lambda: self.here(f"http://127.0.0.1:{free_port()}"))
        self.case("redirects to https", SITE, [("reachability", "https")], lambda: self.here(self.door(
            instead=lambda _, path: (301, page | {"Location": "https://127.0.0.1:4443" + path}, b"")).base))
        self.case("the token endpoint fails", SITE, [("sign-in", "500", "simple_oauth")], lambda: self.here(self.answering(
            "/oauth/token", 500, page, b"The website encountered an unexpected error. Please try again later.")))
        self.case("the token endpoint is not there", SITE, [("sign-in", "404", "/oauth/token")], lambda: self.here(self.answering(
            "/oauth/token", 404, page, b"<!DOCTYPE html><html><head><title>Page not found</title></head></html>")))
        self.case("wrong password", CREDENTIALS, [("sign-in", "user|password")], lambda: self.here(account=("demo", "wrong")))
        self.case("the site answers 429", SITE, [("reachability", "429|many")], lambda: self.here(self.door(
            instead=lambda *_: (429, page | {"Retry-After": "120"}, b"Too many requests")).base))
        self.case("too slow", SITE, [("reachability", "time|answer")], lambda: self.here(self.door(
            instead=lambda *_: time.sleep(8) or (200, page, b"")).base))
        self.case("Authorization is dropped on the way", CREDENTIALS, [("account", "visitor|anonymous|signed")],
                  lambda: self.here(self.door(dropped=("authorization",)).base))
        self.case("answers are cut off", SITE, [("reachability", "broke|cut|complete")], lambda: self.here(self.door(
            instead=lambda _, path: (200, page | {"Cut": "yes"}, b"{" * 500) if path == "/jsonapi" else None).base))
        self.case("JSON:API is off", CONFIGURATION, [("configuration", "", "jsonapi")], lambda: self.here(self.answering(
            "/jsonapi", 404, page, b"<!DOCTYPE html><html><head><title>Page not found</title></head></html>")))
        self.case("JSON:API fails", SITE, [("reachability", "500", "watchdog")], lambda: self.here(self.answering(
            "/jsonapi", 500, page, b"The website encountered an unexpected error. Please try again later.")))
        self.case("the proxy is gone", SITE, [("reachability", "proxy")], lambda: self.here(
            "https://mirror-drill.invalid", site={"proxy": f"http://127.0.0.1:{free_port()}"}))
        self.case("maintenance", SITE, [("reachability", "aintenance")], lambda: self.here(self.habit("maintenance")))
        self.case("a firewall's page", SITE, [("front door", "")], lambda: self.here(self.habit("firewall-page")))
        self.case("an intermediate certificate expired", SITE, [("tls", "expired", "chain")],
                  lambda: self.authority.make("half", "root", "authority", -800, -10) and self.leaf("below-half", "half", -1, 30, "half"))
        self.case("the intermediate certificate is not sent", SITE, [("tls", "issuer", r"-connect 127.0.0.1:\d{4}.*whole chain")],
                  lambda: self.authority.make("unsent", "root", "authority", -10, 100) and self.leaf("below-unsent", "unsent", -1, 30))
        self.case("a certificate of another name", SITE, [("tls", "subject name", "subjectAltName")],
                  lambda: self.leaf("other", "root", -1, 30, names="DNS:another.example"))
        self.case("a certificate of tomorrow", SITE, [("tls", "not yet valid", "timedatectl")], lambda: self.leaf("early", "root", 1, 30))
        self.case("a certificate that it signed itself", SITE, [("tls", "self|signed|verify")],
                  lambda: self.leaf("own", None, -1, 30))
        self.case("https to a port of http", SITE, [("tls", "")], lambda: self.here(self.base.replace("http:", "https:")))
        self.case("a disk that can only be read", MACHINE, [("disk", "can only be read", "remount")],
                  lambda: self.in_memory(64, 1, "mount -o remount,ro DISK"))
        self.case("a disk with 100 MB left", PERSON, [("disk", "soon full")], lambda: self.in_memory(124, 1))
        self.case("a mirror that is none", MACHINE, [("mirror", "")], lambda: self.damaged(
            lambda path: open(path, "wb").write(b"x" * 8192)))
        self.case("a mirror whose page is torn", MACHINE, [("mirror", "")], lambda: self.damaged(tear))
        self.case("another process on the port", PERSON, [("ports", "another process listens")], self.with_port_taken)
        self.case("secrets that everybody may read", PERSON, [("permissions", "everybody")], self.readable)
        self.case("the mirror of another site", CONFIGURATION, [("configuration", "")], self.moved)

    def mixed(self):
        self.case("two at once: full disk, wrong secret", MACHINE, [("disk", "full|space|written"), ("sign-in", "client")],
                  lambda: self.with_auth(lambda **keys: self.in_memory(24, 24, **keys), after=True, clientSecret="another"))
        self.case("two at once: read-only site, capped pages, a cache in front", PERSON,
                  [("writes", "reading only"), ("pages", "at most 7"), ("caches", "cache in front")],
                  lambda: self.here(self.habit("read-only", "capped-pages", "page-cache")))
        self.case("two at once: clock an hour ahead, account without rights", PERSON, [("clock", "60 minutes"), ("rights", "")],
                  lambda: self.here(self.clock(3600), account=("member", "member-password")))
        self.case("two at once: HTTP Basic in front, port taken", CREDENTIALS, [("front door", "Basic"), ("ports", "another process")],
                  lambda: self.with_port_taken(self.habit("basic-door")))

    def with_auth(self, make=None, after=False, **keys):
        """With other credentials in the configuration; `after`: once the mirror is made."""
        trial = (make or self.here)()
        if trial is None:
            return None
        path = trial.place.folder + "/config.json"
        with open(path) as file:
            document = json.load(file)
        document["site"]["auth"] |= keys
        other = path if not after else trial.place.folder + "/other.json"
        with open(other, "w") as file:
            json.dump(document, file)
        os.chmod(other, 0o600)
        if after:
            trial.before[4] = trial.before[4].replace('exec "$@"', f'mv {other} {path}; exec "$@"')
        return trial

    def damaged(self, damage):
        trial = self.here().mirrored()
        for end in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(trial.place.mirror + end)
        damage(trial.place.mirror)
        return trial

    def with_port_taken(self, base=None):
        line = socket.socket()
        self.held.callback(line.close)
        line.bind(("127.0.0.1", 0))
        line.listen()
        return self.here(base, localAPI={"port": line.getsockname()[1]})

    def readable(self):
        trial = self.here()
        os.chmod(trial.place.folder + "/config.json", 0o644)
        return trial

    def moved(self):
        trial = self.here().mirrored()
        path = trial.place.folder + "/config.json"
        with open(path) as file:
            document = json.load(file)
        document["site"]["baseURL"] = self.door().base
        with open(path, "w") as file:
            json.dump(document, file)
        return trial


def tear(path):
    """Overwrites a page in the middle."""
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2 // 4096 * 4096)
        file.write(b"\xaa" * 4096)


def drill():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--port", type=int, default=18590, help="of the sample site")
    options.add_argument("--only", nargs="*", default=[], help="those set-ups alone whose names have one of these words")
    chosen = options.parse_args()
    trials = Drill(os.path.abspath(chosen.program), chosen.port, chosen.only)
    try:
        trials.sound()
        trials.twelve()
        trials.unseen()
        trials.mixed()
    finally:
        trials.close()
    expect(not trials.failures, "\n".join(trials.failures))


if __name__ == "__main__":
    main(drill)
