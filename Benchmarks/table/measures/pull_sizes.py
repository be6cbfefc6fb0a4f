"""What a first pull of a large community takes of disk and memory, and the size of what it makes."""

from ..pulls import documents_size, first_pull, sizes
from ..registry import measure
from ..rows import Row, at_most


@measure("written", "bytes written to disk by a first pull", needs_large=True)
def written(run):
    made = first_pull(run, run.settings.large)
    yield Row(f"bytes written to disk by a first pull of {made.resources:,}", "size of the file", [made.size / 1e6],
              [made.cost.written / 1e6], "MB", at_most(4),
              "" if made.cost.written else "the folder is not on a disk: set STORAGE")


@measure("memory-pull", "peak memory of a first pull", needs_large=True)
def memory(run):
    few, many = (first_pull(run, size) for size in sizes(run)[1:])
    peak = many.cost.peak / 1e6
    yield Row(f"peak memory of a first pull, {many.resources:,}", f"at {few.resources:,}", [few.cost.peak / 1e6], [peak], "MB", at_most(1.1))
    yield Row(f"peak memory of a first pull, {many.resources:,}", "", [], [peak], "MB", at_most(150, "MB"))


@measure("size", "mirror's size beside the sum of the compact documents")
def size(run):
    mirror = run.mirrors.small if run.is_quick else run.mirrors.large
    yield Row("mirror's size", "sum of the compact documents", [documents_size(mirror) / 1e6], [mirror.stat().st_size / 1e6], "MB", at_most(1.8))
