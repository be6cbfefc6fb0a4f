"""A PostgreSQL of a drill's own, what is published into it, and whether that is what the mirror has."""
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from workplace import Failed, expect, say


class Postgres:
    """A server of the drill's own."""

    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
        where = os.path.dirname(found[-1] if found else shutil.which("initdb") or "")
        expect(where, "PostgreSQL is missing: apt-get install postgresql")
        self.where = where
        self.folder = tempfile.mkdtemp(prefix="pg-")
        expect(len(self.folder) < 90, "paths of sockets are short: set TMPDIR to a shorter one")
        self.become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.become:
            shutil.chown(self.folder, "postgres")
        self.call("initdb", "-D", self.data, "-A", "trust", "-U", "reports", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    @property
    def data(self):
        return self.folder + "/data"

    @property
    def address(self):
        return f"postgres://reports@/postgres?host={self.folder}"

    def call(self, program, *arguments, code=0):
        done = subprocess.run([*self.become, f"{self.where}/{program}", *arguments], cwd="/", stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        expect(code is None or done.returncode == code, f"{program}: {done.returncode} {done.stderr}")
        return done.returncode

    def start(self):
        """What was killed leaves its memory until its children have seen that: tried again."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c autovacuum=on"
        for _ in range(60):
            if self.call("pg_ctl", "-D", self.data, "-l", self.folder + "/log", "-o", options, "-w", "start", code=None) == 0:
                return
            time.sleep(0.5)
        raise Failed("PostgreSQL does not start: " + open(self.folder + "/log").read()[-1000:])

    def rows(self, sql, tries=1):
        """Lines of what psql prints, each a row."""
        for left in reversed(range(tries)):
            done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "reports", "-d", "postgres",
                                   "-c", sql], capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode == 0:
                return done.stdout.splitlines()
            if left:
                time.sleep(0.5)
        raise Failed(f"psql: {sql}: {done.stderr}")

    def postmaster(self):
        with open(self.data + "/postmaster.pid") as file:
            return int(file.readline())

    def kill(self, dice):
        """Kills the server, or the process of it that serves the publisher, with -9. Which it was."""
        if dice.random() < 0.5:
            try:
                found = self.rows("SELECT pid FROM pg_stat_activity WHERE application_name = 'social-mirror'")
            except Failed:
                found = []
            if found:
                # The server sees it, ends all other processes and starts anew by itself.
                os.kill(int(found[0]), signal.SIGKILL)
                return "backend"
        os.kill(self.postmaster(), signal.SIGKILL)
        time.sleep(dice.uniform(0, 1))
        self.start()
        return "postmaster"

    def stop(self):
        self.call("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop", code=None)
        shutil.rmtree(self.folder, ignore_errors=True)


class Publisher:
    """The process `publish`."""

    def __init__(self, daemon, address):
        self.daemon, self.address = daemon, address
        self.log = open(daemon.place.folder + "/publish.log", "a")
        self.begin()

    def begin(self):
        self.process = subprocess.Popen([self.daemon.program, "publish", "--to", self.address], cwd=self.daemon.place.folder,
                                        stdout=self.log, stderr=self.log)

    def kill(self):
        """False where it had ended by itself, as it may where the server is away as it begins."""
        ran = self.process.poll() is None
        if ran:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return ran

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()


def columns(place):
    """Kinds by name of each published table, as the mirror explains them."""
    found = {}
    for view, column, kind in place.rows('SELECT view, "column", type FROM mirror_columns WHERE "column" IS NOT NULL'):
        # Ready reports are not published.
        if view.startswith("report_"):
            continue
        found.setdefault(view, {})[column] = kind
    return found


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def plain(value):
    """A JSON value in one spelling: numbers that are whole as whole ones, halves of surrogate pairs and NUL as PostgreSQL gets them."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff\0]", "\ufffd", value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {plain(name): plain(one) for name, one in value.items()}
    return value


def canonical(value, kind):
    if kind == "boolean" and value is not None:
        return bool(value)
    if kind == "json" and isinstance(value, str):
        value = json.loads(value)
    return plain(value)


def line(row, kinds):
    return json.dumps([canonical(row[name], kind) for name, kind in kinds.items()], sort_keys=True, ensure_ascii=False)


def of_view(place, table, kinds):
    names = ", ".join(map(quoted, kinds))
    return sorted(line(dict(zip(kinds, row)), kinds) for row in place.rows(f"SELECT {names} FROM {quoted(table)}"))


def of_table(postgres, table, kinds):
    def shown(name, kind):
        if kind == "time":
            return f"""to_char({quoted(name)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS {quoted(name)}"""
        return quoted(name)

    names = ", ".join(shown(name, kind) for name, kind in kinds.items())
    texts = postgres.rows(f"SELECT row_to_json(row)::text FROM (SELECT {names} FROM site.{quoted(table)}) row", tries=60)
    # What PostgreSQL has as JSON is JSON already.
    kinds = {name: "value" if kind == "json" else kind for name, kind in kinds.items()}
    return sorted(line(json.loads(text), kinds) for text in texts)


def checksum(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def compare(place, postgres):
    """Tables that are not what their views are, each with a line that says how."""
    wanted = columns(place)
    found = {}
    for row in postgres.rows("SELECT table_name || '|' || column_name FROM information_schema.columns WHERE table_schema = 'site'"
                             " AND table_name NOT LIKE 'mirror\\_%'", tries=60):
        table, column = row.split("|")
        found.setdefault(table, set()).add(column)
    different, rows, seal = [], 0, hashlib.sha256()
    for table in sorted(wanted.keys() | found.keys()):
        kinds = wanted.get(table)
        if kinds is None or table not in found or set(kinds) != found[table]:
            more = sorted(set(kinds or ()) ^ found.get(table, set()))
            different.append(f"{table}: columns differ by {more}")
            continue
        mine, theirs = of_view(place, table, kinds), of_table(postgres, table, kinds)
        rows += len(mine)
        seal.update(checksum(mine).encode())
        if mine != theirs:
            only = [one for one in mine if one not in set(theirs)], [one for one in theirs if one not in set(mine)]
            different.append(f"{table}: {len(mine)} rows {checksum(mine)} in SQLite, {len(theirs)} {checksum(theirs)} in PostgreSQL;"
                             f" {len(only[0])} and {len(only[1])} only there: {[one[0][:300] for one in only if one]}")
    say(f"reports: {len(wanted)} tables with {rows} rows, checksum over all {seal.hexdigest()[:16]}, {len(different)} differ")
    return different


def position(postgres):
    return int((postgres.rows("SELECT sequence FROM site.mirror_publication") or ["-1"])[0])


def sequence(place):
    return place.rows("SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'sequence'")[0][0]


def wait_for(postgres, place, seconds, what):
    """Until the copy is where the mirror is."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            if position(postgres) >= sequence(place):
                return time.monotonic() - started
        except Failed:
            pass
        time.sleep(0.2)
    raise Failed(f"{what}: the copy does not follow within {seconds} s")
