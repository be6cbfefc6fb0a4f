"""Rows of the table and what is drawn of them."""

import statistics
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """What a row's ratio (or, without a reference, its figure) is to be at least or at most."""

    bound: float
    is_least: bool
    unit: str = ""

    def is_met(self, value):
        return value >= self.bound if self.is_least else value <= self.bound

    def __str__(self):
        return f"{'≥' if self.is_least else '≤'} {plain(self.bound)}{' ' + self.unit if self.unit else ''}"


def at_least(bound, unit=""):
    return Goal(bound, True, unit)


def at_most(bound, unit=""):
    return Goal(bound, False, unit)


@dataclass(frozen=True)
class Values:
    """One side's measurements."""

    all: tuple

    @property
    def median(self):
        return statistics.median(self.all)

    def __bool__(self):
        return bool(self.all)

    def __str__(self):
        if not self.all:
            return "-"
        if len(self.all) == 1:
            return plain(self.all[0])
        return f"{plain(self.median)} ({plain(min(self.all))} to {plain(max(self.all))})"


@dataclass
class Row:
    """One line of the table: what was measured of the program (`subject`) beside a reference that shares its limits.

    The ratio is subject by reference, of medians; without a reference, the subject's median itself is held against the goal. A row
    without a goal has nothing to meet. `left_out` says why a row was not measured: then there are no values.
    """

    figure: str
    beside: str = ""
    reference: list = field(default_factory=list)
    subject: list = field(default_factory=list)
    unit: str = ""
    goal: Goal | None = None
    note: str = ""
    left_out: str = ""
    measure: str = ""

    @property
    def sides(self):
        return Values(tuple(self.reference)), Values(tuple(self.subject))

    @property
    def ratio(self):
        """Subject by reference; nil where one of them is missing or the reference is 0."""
        reference, subject = self.sides
        if not reference or not subject or reference.median == 0:
            return None
        return subject.median / reference.median

    @property
    def judged(self):
        """What is held against the goal."""
        if self.reference:
            return self.ratio
        return self.sides[1].median if self.subject else None

    @property
    def is_met(self):
        """Nil where there is no goal, or nothing to hold against it."""
        value = self.judged
        return None if self.goal is None or value is None else self.goal.is_met(value)

    @property
    def is_missing(self):
        """Whether it should have values and has none."""
        return not self.left_out and self.judged is None


@dataclass
class Lines:
    """Something that grows: lines over a size, drawn into a file of this name."""

    name: str
    title: str
    across: str
    up: str
    series: dict
    is_log_across: bool = True


def plain(value):
    """A number as people write it: three digits that count, no exponent."""
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 else f"{value:.3f}"
