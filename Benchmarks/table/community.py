"""The sample community: its site as a process, and mirrors of it, which a run makes once and all measures share."""

import os
import shutil
import sqlite3
import time
from contextlib import closing

from .frame import Answering, Fault, configure, free_port


class Site(Answering):
    """A sample site that answers at a port until it is stopped."""

    def __init__(self, running, port):
        super().__init__(running)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"


def start_site(run, resources, changes=0, habits=(), core=None, port=None, wrapper=()):
    """A sample site of so many resources, and waits until it answers. `wrapper` is a command that starts it, such as nice. Raises Fault."""
    port = port or free_port()
    arguments = [*wrapper, run.settings.binary, "demo", "--site-port", port, "--changes", changes, "--resources", resources]
    for habit in habits:
        arguments += ["--habit", habit]
    running = run.frame.start(arguments, name="site", core=core)
    running.wait_line(r"^site\.auth\.username", seconds=900)
    return Site(running, port)


def count(mirror):
    """How many resources a mirror has."""
    with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True)) as opened:
        return opened.execute("SELECT count(*) FROM resource").fetchone()[0]


class Mirrors:
    """Mirrors of sample communities by size, in one folder: that of MIRRORS, whose mirrors are kept, or one that goes with the run."""

    def __init__(self, run):
        self.run = run
        self._folder = None

    @property
    def folder(self):
        if self._folder is None:
            self._folder = self.run.settings.mirrors or self.run.frame.folder("mirrors")
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def of(self, resources):
        """The shared mirror of a community of so many resources: `demo` as the site, then `sync`. It is closed, checkpointed, and
        whole. What changes resources works on a `copy`; consumers and indexes may be added to it. Raises Fault."""
        kept = self.folder / f"{resources}.sqlite"
        if kept.exists():
            return kept
        self._has_room(resources)
        self.run.say(f"mirroring a sample community of {resources:,} resources")
        begun = time.monotonic()
        making = self.folder / f"making-{resources}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        with start_site(self.run, resources) as site:
            configuration = configure(making, site.port)
            self.run.program("sync", "--quiet", "--no-sweep", "--config", configuration)
        self._settle(making / "mirror.sqlite")
        found = count(making / "mirror.sqlite")
        if found < resources * 0.9:
            raise Fault(f"the mirror of {resources} resources has only {found}")
        os.replace(making / "mirror.sqlite", kept)
        shutil.rmtree(making)
        self.run.say(f"mirrored {found:,} in {time.monotonic() - begun:.0f} s, {kept.stat().st_size / 1e6:.0f} MB")
        return kept

    def copy(self, resources, folder):
        """A copy of the shared mirror in a folder, as `mirror.sqlite`; returns its path."""
        shared = self.of(resources)
        self._settle(shared)
        made = folder / "mirror.sqlite"
        shutil.copyfile(shared, made)
        made.chmod(0o600)
        return made

    @property
    def small(self):
        """The shared mirror of RESOURCES."""
        return self.of(self.run.settings.resources)

    @property
    def large(self):
        """The shared mirror of LARGE, a million."""
        return self.of(self.run.settings.large)

    @staticmethod
    def _settle(mirror):
        """Brings what is in the write-ahead log into the file."""
        with closing(sqlite3.connect(mirror)) as opened:
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _has_room(self, resources):
        free = shutil.disk_usage(self.folder).free
        wanted = resources * 6500
        if free < wanted:
            raise Fault(f"{self.folder} has {free / 1e9:.1f} GB free; a mirror of {resources:,} takes up to {wanted / 1e9:.1f}: STORAGE")
