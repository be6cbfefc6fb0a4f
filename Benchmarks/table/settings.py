"""What a run is told by flags and the environment."""

import argparse
import os
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent

# What the ratios were called before they had names.
FORMER = {"1": ["resource"], "2": ["collection"], "3": ["pull"]}

HELP = """
Environment:
  BINARY        the program to measure (.build/release/social-mirror, built when it is missing)
  ONLY          names of measures, with commas; 1, 2, 3 are resource, collection, pull
  REPETITIONS   measurements of each side (5; quick: 3)
  SECONDS_EACH  seconds of each measurement under load (3; quick: 1)
  RESOURCES     size of the small sample community (20000; quick: 5000)
  LARGE         size of the large one (1000000)
  PAGES         pages of 50 of a first pull (400; quick: 100)
  STORAGE       folder for what is large (below $TMPDIR or /tmp); first pulls are made in /dev/shm unless it is given
  MIRRORS       folder with the mirrors of an earlier run, or to keep those of this one in
  PROGRAMS      folder with the built reference programs (built into .build when it is missing)
"""


class SettingsFault(Exception):
    """A setting that says nothing a run could go by."""


@dataclass(frozen=True)
class Settings:
    """What a run is told, complete. Sizes are resources, times seconds."""

    binary: Path
    is_default_binary: bool
    only: tuple
    is_quick: bool
    repetitions: int
    seconds_each: float
    resources: int
    large: int
    pages: int
    storage: Path | None
    mirrors: Path | None
    programs: Path | None
    results: Path
    writes_docs: bool
    lists: bool
    environment: dict = field(default_factory=dict, repr=False)

    def number(self, name, usual, quick=None, least=1):
        """A whole number that a measure of its own takes from the environment."""
        return _number(self.environment, name, quick if self.is_quick and quick is not None else usual, least)


def _number(environment, name, usual, least=1, most=1_000_000_000):
    text = environment.get(name, "")
    if not text:
        return usual
    try:
        value = float(text) if name == "SECONDS_EACH" else int(text)
    except ValueError as fault:
        raise SettingsFault(f"{name} takes a number, not {text}") from fault
    if not least <= value <= most:
        raise SettingsFault(f"{name} is from {least} to {most}, not {text}")
    return value


def _folder(environment, name):
    text = environment.get(name, "")
    return Path(text).resolve() if text else None


def read(arguments, environment=os.environ):
    """The settings of a run; ends the process on a flag that is none. Raises SettingsFault."""
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run", description="Measures social-mirror beside what limits it and prints the table.", epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a look in under 3 minutes: fewer and smaller; what needs the large mirror is left out")
    parser.add_argument("--write-docs", action="store_true", help="write the table into docs/performance.md, between its marks")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="folder of table.md, table.json and plots (Benchmarks/results)")
    parser.add_argument("--list", action="store_true", help="name the measures and measure nothing")
    flags = parser.parse_args(arguments)
    quick = flags.quick
    only = []
    for name in filter(None, (name.strip() for name in environment.get("ONLY", "").split(","))):
        only += FORMER.get(name, [name])
    storage = _folder(environment, "STORAGE")
    if storage is not None and not (storage.is_dir() and os.access(storage, os.W_OK)):
        raise SettingsFault(f"STORAGE={storage} is no folder that can be written; name another")
    given = environment.get("BINARY", "")
    return Settings(
        binary=Path(given).resolve() if given else ROOT / ".build/release/social-mirror", is_default_binary=not given,
        only=tuple(only), is_quick=quick,
        repetitions=_number(environment, "REPETITIONS", 3 if quick else 5),
        seconds_each=_number(environment, "SECONDS_EACH", 1 if quick else 3, least=0.1, most=3600),
        resources=_number(environment, "RESOURCES", 5_000 if quick else 20_000, least=1000),
        large=_number(environment, "LARGE", 1_000_000, least=1000),
        pages=_number(environment, "PAGES", 100 if quick else 400),
        storage=storage, mirrors=_folder(environment, "MIRRORS"), programs=_folder(environment, "PROGRAMS"),
        results=flags.results.resolve(), writes_docs=flags.write_docs, lists=flags.list, environment=dict(environment))
