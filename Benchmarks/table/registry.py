"""The measures by name, in the order of the table."""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Callable

# The table's order. A measure that is not named here comes behind them.
ORDER = [
    "resource", "collection", "gzip", "sparse", "include", "indexed", "scan", "writer", "mixed", "pull", "written", "dlt", "datasette",
    "slow-site", "idle", "local-writes", "push", "sweep", "memory-pull", "memory-serve", "size", "start", "growth", "builds",
]


@dataclass(frozen=True)
class Measure:
    """Something that is measured: a generator of rows and plots, which is given the run.

    - needs_large: it needs the large mirror, or a pull of it, and is left out of a quick run.
    - not_quick: why else it is left out of a quick run; empty where it is not.
    """

    name: str
    act: Callable
    figure: str
    needs_large: bool = False
    not_quick: str = ""


_known = {}


def measure(name, figure, needs_large=False, not_quick=""):
    """Registers the generator below it. `figure` is what it measures, in the words of the table."""

    def register(act):
        if name in _known:
            raise ValueError(f"two measures are called {name}")
        _known[name] = Measure(name, act, figure, needs_large, not_quick)
        return act

    return register


def load():
    """All measures in order, and the modules that could not be read, as (name, fault)."""
    from . import measures

    faults = []
    for module in sorted(pkgutil.iter_modules(measures.__path__), key=lambda module: module.name):
        try:
            importlib.import_module(f"{measures.__name__}.{module.name}")
        except Exception as fault:  # One module costs its own measures.
            faults.append((module.name, fault))
    place = {name: index for index, name in enumerate(ORDER)}
    return sorted(_known.values(), key=lambda one: (place.get(one.name, len(ORDER)), one.name)), faults
