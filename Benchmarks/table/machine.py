"""What a run was made on, and of what."""

import os
import platform
import re
import subprocess
from pathlib import Path

from .settings import ROOT


def _said(*command, folder=None):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=folder).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def load():
    return round(os.getloadavg()[0], 2)


def commit():
    """The commit of this folder, with a mark where it was changed since; empty outside of a repository."""
    found = _said("git", "rev-parse", "--short=12", "HEAD", folder=ROOT)
    return found + ("+" if found and _said("git", "status", "--porcelain", "--untracked-files=no", folder=ROOT) else "")


def describe(settings):
    """Program, commit, machine, and load before the run, as names and words."""
    processor = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    identity = re.search(r"Build ID: (\w+)", _said("readelf", "-n", str(settings.binary)))
    return {
        "program": _said(str(settings.binary), "version") or "unknown",
        "commit": commit() if settings.is_default_binary else f"{commit()} (this folder; the program is another: BINARY)",
        "build": identity.group(1)[:12] if identity else "",
        "cores": os.cpu_count(),
        "processor": processor.group(1) if processor else platform.machine(),
        "memory": f"{int(memory.group(1)) / 1048576:.0f} GB" if memory else "",
        "kernel": platform.release(),
        "sqlite3": _said("sqlite3", "--version").split(" ")[0],
        "load": load(),
    }
