"""One run: what measures are given."""

import subprocess
import sys
import time

from .community import Mirrors
from .frame import Fault, Frame
from .programs import Programs
from .settings import ROOT


class Run:
    """Settings, processes, shared mirrors and reference programs of one run.

    A measure is a generator that is given it. It starts processes by `run.frame`, which ends them after the measure; it takes
    repetitions from `run.repetitions`, and asks `run.is_quick` where it is to do less.
    """

    def __init__(self, settings):
        self.settings = settings
        self.frame = Frame(settings)
        self.mirrors = Mirrors(self)
        self.programs = Programs(self.frame, settings.programs)
        self.begun = time.monotonic()
        self.shared = {}

    @property
    def is_quick(self):
        return self.settings.is_quick

    @property
    def repetitions(self):
        return self.settings.repetitions

    @property
    def seconds_each(self):
        return self.settings.seconds_each

    def say(self, words):
        """A line on how far the run is, for whoever waits."""
        print(f"[{time.monotonic() - self.begun:6.0f} s] {words}", file=sys.stderr, flush=True)

    def prepare(self):
        """Builds the program where it is missing. Raises Fault."""
        binary = self.settings.binary
        if not binary.exists():
            if not self.settings.is_default_binary:
                raise Fault(f"BINARY={binary} is no program")
            if subprocess.run(["make", "-C", str(ROOT), "release"], stdout=sys.stderr).returncode:
                raise Fault("the program could not be built")
        if "debug" in binary.parts or binary.name.endswith("debug"):
            self.say(f"{binary} is a debug build; its figures say nothing about a release")

    def program(self, *arguments, **options):
        """Runs a command of the program to its end; returns what it printed. Raises Fault."""
        return self.frame.run([self.settings.binary, *arguments], **options)

    def why_left_out(self, measure):
        """Why a measure is not made in this run; empty where it is."""
        if not self.is_quick:
            return ""
        return measure.not_quick or ("quick: it needs the large mirror" if measure.needs_large else "")

    def once(self, name, make):
        """What several measures need and one makes."""
        if name not in self.shared:
            self.shared[name] = make()
        return self.shared[name]

    def close(self):
        self.frame.close()
