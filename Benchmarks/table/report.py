"""The table as text, as Markdown, as JSON, and its plots."""

import json
from dataclasses import asdict

from . import plots
from .rows import plain
from .settings import ROOT

PAGE = ROOT / "docs/performance.md"
PICTURES = ROOT / "docs/pictures/performance"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
HEADINGS = ["figure", "beside", "reference", "social-mirror", "unit", "ratio", "goal", "met"]


def _cells(row):
    if row.left_out:
        return [row.figure, row.beside, "left out", "", "", "", str(row.goal or "-"), "-"]
    reference, subject = row.sides
    ratio = plain(row.ratio) if row.ratio is not None else "-"
    met = {True: "yes", False: "NO", None: "-"}[row.is_met]
    return [row.figure, row.beside, str(reference), str(subject), row.unit, ratio, str(row.goal or "-"), met]


def _remarks(rows):
    return [f"{row.figure}: {row.left_out or row.note}" for row in rows if row.left_out or row.note]


def heading(machine, settings):
    """Where the figures come from, in one line for people."""
    return (f"{machine['program']}, commit {machine['commit'] or 'unknown'}, build {machine['build'] or 'unknown'}; {machine['cores']} cores, "
            f"{machine['processor']}, {machine['memory']}, Linux {machine['kernel']}, sqlite3 {machine['sqlite3']}; load {machine['load']} "
            f"before, {machine['load after']} after; {machine['begun']}, {machine['took']}; medians of {settings.repetitions} "
            f"(lowest to highest){'; quick' if settings.is_quick else ''}")


def text(rows, faults, machine, settings):
    """The whole table for a terminal."""
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    out = [heading(machine, settings), ""]
    out += ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    out += ["", *(f"  {remark}" for remark in _remarks(rows))]
    out += [f"NOT MEASURED: {name}: {fault}" for name, fault in faults]
    return "\n".join(out)


def markdown(rows, faults, machine, settings):
    """The same as a Markdown table with its remarks."""
    protected = lambda cell: cell.replace("|", "\\|")
    out = [heading(machine, settings) + ".", "", "| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
    out += ["| " + " | ".join(map(protected, _cells(row))) + " |" for row in rows]
    out += ["", *(f"- {remark}" for remark in _remarks(rows))]
    out += [f"- **not measured: {name}**: {fault}" for name, fault in faults]
    return "\n".join(out).rstrip() + "\n"


def write(rows, drawn, faults, machine, settings):
    """Writes table.md, table.json and the plots into the folder of results; returns the files."""
    folder = settings.results
    folder.mkdir(parents=True, exist_ok=True)
    files = {"table.md": markdown(rows, faults, machine, settings)}
    files["table.json"] = json.dumps({
        "machine": machine,
        "rows": [{**asdict(row), "goal": str(row.goal) if row.goal else None, "ratio": row.ratio, "met": row.is_met} for row in rows],
        "faults": [{"measure": name, "fault": str(fault)} for name, fault in faults],
    }, indent=1, ensure_ascii=False) + "\n"
    for name, is_least, title in [("at-least", True, "Figures that are to be at least"), ("at-most", False, "Figures that are to be at most")]:
        shown = [row for row in rows if row.goal and row.goal.is_least == is_least and row.goal.bound and row.judged is not None]
        if shown:
            files[f"{name}.svg"] = plots.bars(shown, f"{title} (share of the goal)")
    for plot in drawn:
        files[f"{plot.name}.svg"] = plots.lines(plot)
    for name, content in files.items():
        (folder / name).write_text(content)
    return [folder / name for name in files]


def write_page(rows, faults, machine, settings, files):
    """Puts the table between the marks of docs/performance.md, and the plots among `files` beside it. Raises ValueError where the page has
    no marks."""
    page = PAGE.read_text()
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no place for the table: {BEGIN} and {END}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    plots_of_run = [file for file in files if file.suffix == ".svg"]
    for file in plots_of_run:
        (PICTURES / file.name).write_text(file.read_text())
    shown = "".join(f"\n![{file.stem}]({PICTURES.relative_to(PAGE.parent)}/{file.name})\n" for file in plots_of_run)
    PAGE.write_text(f"{before}{BEGIN}\n{markdown(rows, faults, machine, settings)}{shown}{END}{after}")
