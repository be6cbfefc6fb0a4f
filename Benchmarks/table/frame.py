"""What measures stand on: processes that end with the run, logs that are waited for, ports, folders, configurations, repetitions."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path


class Fault(Exception):
    """A measure cannot be had; the words say why."""


class LeftOut(Exception):
    """A measure is not made in this run; the words say why. It is no fault."""


class Stopped:
    """What is stopped at the end of its `with`."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Answering(Stopped):
    """What answers at a port because a process of this run does."""

    def __init__(self, running):
        self.running = running

    def stop(self):
        self.running.stop()


class Running(Stopped):
    """A process of this run, and the log that has both of its outputs."""

    def __init__(self, process, name, log):
        self.process, self.name, self.log = process, name, log

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process.poll() is None

    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait_line(self, pattern, seconds=120):
        """Waits for a line of the log that fits, and returns its first group, or all that fits. Raises Fault."""
        search = re.compile(pattern, re.MULTILINE)
        end = time.monotonic() + seconds
        while True:
            is_over = not self.is_running
            if found := search.search(self.said()):
                return found.group(1) if search.groups else found.group(0)
            if is_over:
                raise Fault(f"{self.name} ended early ({self.process.returncode}): {tail(self.said())}")
            if time.monotonic() > end:
                raise Fault(f"{self.name} was not ready within {seconds} s: {tail(self.said())}")
            time.sleep(0.01)

    def finish(self, seconds=3600):
        """Waits for its end. Raises Fault when it does not end well or in time."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            raise Fault(f"{self.name} took longer than {seconds} s") from None
        if code:
            raise Fault(f"{self.name} ended with {code}: {tail(self.said())}")

    def stop(self, seconds=20):
        """Ends it, if it still runs."""
        if self.is_running:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def memory(self):
        """Resident memory, in bytes; None when it has ended."""
        return self._status("VmRSS")

    def _status(self, key):
        try:
            found = re.search(rf"^{key}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)
        except OSError:
            return None
        return int(found.group(1)) * 1024 if found else None


class Frame:
    """Folders and processes of one run; everything ends and goes with it."""

    def __init__(self, settings):
        self.settings = settings
        self.started = []
        self.folders = []
        self.work = self.folder("work")

    def folder(self, name, among=None):
        """A new folder that goes with the run. Without `among`, below STORAGE, $TMPDIR or /tmp."""
        among = among or self.settings.storage or Path(os.environ.get("TMPDIR") or "/tmp")
        made = Path(tempfile.mkdtemp(prefix=f"social-mirror-bench-{name}.", dir=among))
        self.folders.append(made)
        return made

    def fast_folder(self, name):
        """A new folder in memory (/dev/shm), so that the disk does not level both sides; with STORAGE, below that."""
        return self.folder(name, self.settings.storage or (Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None))

    def remove(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        if folder in self.folders:
            self.folders.remove(folder)

    def start(self, arguments, name=None, core=None, environment=None, folder=None):
        """Starts a process. `core` binds it to one; its outputs go to a log that is flushed by lines."""
        arguments = [str(argument) for argument in arguments]
        name = name or Path(arguments[0]).name
        if core is not None:
            arguments = ["taskset", "-c", str(core), *arguments]
        log = self.work / f"{len(self.started)}-{name}.log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                ["stdbuf", "-oL", *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
                env={**os.environ, **(environment or {})})
        running = Running(process, name, log)
        self.started.append(running)
        return running

    def run(self, arguments, core=None, environment=None, seconds=3600, text=None, folder=None, accepts=(0,)):
        """Runs a command to its end and returns what it printed. Raises Fault with what it said."""
        arguments = [str(argument) for argument in arguments]
        name = Path(arguments[0]).name
        if core is not None:
            arguments = ["taskset", "-c", str(core), *arguments]
        try:
            done = subprocess.run(
                arguments, capture_output=True, text=True, errors="replace", timeout=seconds, input=text, cwd=folder,
                stdin=subprocess.DEVNULL if text is None else None, env={**os.environ, **(environment or {})})
        except subprocess.TimeoutExpired:
            raise Fault(f"{name} took longer than {seconds} s") from None
        except OSError as fault:
            raise Fault(f"{name}: {fault}") from fault
        if done.returncode not in accepts:
            raise Fault(f"{name} {' '.join(arguments[1:4])} ended with {done.returncode}: {tail(done.stderr or done.stdout)}")
        return done.stdout

    def stop_all(self):
        for running in reversed(self.started):
            running.stop()
        self.started = []

    def close(self):
        self.stop_all()
        for folder in list(self.folders):
            self.remove(folder)


def end_on_signals():
    """Ctrl-C and TERM end the run in its own time, so that nothing is left behind."""

    def end(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def free_port():
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


def configure(folder, port, mirror=None, **changes):
    """Writes `config.json` into a folder, for a mirror (`mirror.sqlite` there) of a sample site at a port, and returns its path.

    `changes` are merged into it, by section: `sync={"intervalSeconds": 5}`.
    """
    configuration = {
        "site": {
            "baseURL": f"http://127.0.0.1:{port}",
            "auth": {
                "grant": "password", "clientID": "demo-client", "clientSecret": "demo-secret", "username": "demo",
                "password": "demo-password",
            },
            "requestsPerSecond": 100000,
        },
        "mirror": {"path": str(mirror or Path(folder) / "mirror.sqlite"), "files": "none"},
        "localAPI": {"port": 0, "accessTokenSeconds": 86400},
        "log": {"level": "info"},
    }
    for section, values in changes.items():
        configuration.setdefault(section, {}).update(values)
    path = Path(folder) / "config.json"
    path.write_text(json.dumps(configuration, indent=2))
    path.chmod(0o600)
    return path


def alternate(repetitions, reference, subject, warm=True):
    """Measures both sides in turn, so often each, after one of each that does not count. Returns (references, subjects)."""
    if warm:
        reference()
        subject()
    references, subjects = [], []
    for _ in range(repetitions):
        references.append(reference())
        subjects.append(subject())
    return references, subjects


def tail(text, most=400):
    text = " / ".join(line.strip() for line in text.strip().splitlines() if line.strip())
    return text if len(text) <= most else "…" + text[-most:]
