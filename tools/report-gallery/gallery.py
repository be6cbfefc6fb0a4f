"""Three ready reports as pictures on one page. Usage: gallery.py DATABASE FOLDER, or gallery.py --demo PROGRAM FOLDER

DATABASE is a mirror, or the snapshot.sqlite of an export. All pictures are of one state: they are read in one transaction, and the
database is only read. FOLDER gets index.html with the pictures in it, and these as SVG; it names people's groups and events, so it is
for its owner alone.
"""

import contextlib
import html
import os
import pathlib
import sqlite3
import sys
import warnings

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from demo import demo  # noqa: E402

# Texts stay texts, which the reader's browser shows in fonts that have all signs; none of them is mathematics.
matplotlib.rcParams.update({
    "svg.fonttype": "none", "text.parse_math": False,
    "axes.prop_cycle": matplotlib.cycler(color=matplotlib.colormaps["tab20"].colors)})
warnings.filterwarnings("ignore", "Glyph .* missing from font")

MOST = 12  # lines, bars and kinds in one picture
WIDTH = 48  # signs of a name

ACTIVITY = """SELECT week, type, created FROM report_activity WHERE week IS NOT NULL ORDER BY week"""
GROUPS = """SELECT coalesce(group_label, group_id), month, members FROM report_group_members
  WHERE month IS NOT NULL ORDER BY month"""
ATTENDANCE = """SELECT coalesce(title, event_id), enrolled, enrollments FROM report_attendance
  ORDER BY enrollments DESC, begins DESC LIMIT ?"""


def short(name):
    return name if len(name) <= WIDTH else name[:WIDTH - 1] + "…"


def activity(rows, axes):
    """What was created each week, by type: the types with most of it, and all others together."""
    sums = {}
    for _, kind, created in rows:
        sums[kind] = sums.get(kind, 0) + created
    kinds = sorted(sums, key=sums.get, reverse=True)
    named = kinds[:MOST - 1]
    weeks = sorted({week for week, _, _ in rows})
    heights = {kind: dict.fromkeys(weeks, 0) for kind in named + (["others"] if len(kinds) > len(named) else [])}
    for week, kind, created in rows:
        heights[kind if kind in named else "others"][week] += created
    below = [0] * len(weeks)
    for number, (kind, height) in enumerate(heights.items()):
        values = [height[week] for week in weeks]
        axes.bar(range(len(weeks)), values, bottom=below, label=short(kind), color=f"C{number}")
        below = [low + value for low, value in zip(below, values)]
    step = max(1, len(weeks) // 12)
    axes.set_xticks(range(0, len(weeks), step), weeks[::step], rotation=30, ha="right")
    axes.set_ylabel("created in the week from")
    legend(axes)


def groups(rows, axes):
    """Members of the largest groups, month by month: a line from the first month on, a bar where there is only one."""
    lines = {}
    for name, month, members in rows:
        lines.setdefault(name, {})[month] = members
    largest = sorted(lines, key=lambda name: max(lines[name].values()), reverse=True)[:MOST]
    months = sorted({month for name in largest for month in lines[name]})
    if len(months) < 2:
        bars([(name, max(lines[name].values())) for name in largest], axes)
        axes.set_xlabel("members" + (f", {months[0]}" if months else ""))
        return
    for name in largest:
        members, values = None, []
        for month in months:
            members = lines[name].get(month, members)
            values.append(members)
        axes.plot(range(len(months)), values, marker=".", label=short(name))
    step = max(1, len(months) // 12)
    axes.set_xticks(range(0, len(months), step), months[::step], rotation=30, ha="right")
    axes.set_ylabel("members")
    legend(axes)


def attendance(rows, axes):
    """The events with most enrollments: who comes, and behind that who is enrolled in any way."""
    bars([(name, enrollments) for name, _, enrollments in rows], axes, color="lightgray", label="enrollments")
    bars([(name, enrolled) for name, enrolled, _ in rows], axes, label="enrolled")
    axes.set_xlabel("people")
    legend(axes)


def legend(axes):
    """Beside the picture, where it hides nothing."""
    axes.legend(fontsize="small", frameon=False, loc="upper left", bbox_to_anchor=(1, 1))


def bars(values, axes, **looks):
    places = range(len(values))
    axes.barh(places, [value for _, value in values], **looks)
    axes.set_yticks(places, [short(name) for name, _ in values])
    if not axes.yaxis_inverted():
        axes.invert_yaxis()


PICTURES = [
    ("report_activity", "What was created, by week", ACTIVITY, (), activity),
    ("report_group_members", "Members of groups", GROUPS, (), groups),
    ("report_attendance", "Events and who comes", ATTENDANCE, (MOST,), attendance),
]


def draw(database, folder):
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(f"file:{os.path.abspath(database)}?mode=ro", uri=True, isolation_level=None)
    with contextlib.closing(connection):
        connection.execute("BEGIN")
        read = [connection.execute(sql, values).fetchall() for _, _, sql, values, _ in PICTURES]
        connection.execute("COMMIT")
    parts = []
    for (view, title, sql, _, picture), rows in zip(PICTURES, read):
        figure, axes = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
        if rows:
            picture(rows, axes)
        else:
            axes.text(0.5, 0.5, "no rows", ha="center")
        axes.spines[["top", "right"]].set_visible(False)
        path = folder / f"{view}.svg"
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)
        path.chmod(0o600)
        parts.append(f"<h2>{html.escape(title)}</h2>\n<pre>{html.escape(sql)}</pre>\n"
                     f'<img src="{view}.svg" alt="{html.escape(title)}">\n<p>{len(rows)} rows of <code>{view}</code></p>')
    page = folder / "index.html"
    page.write_text('<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>Ready reports</title>\n'
                    "<style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
                    "img{width:100%}pre{background:#f4f4f4;padding:.5em;overflow:auto}</style>\n"
                    "<h1>Ready reports</h1>\n" + "\n".join(parts) + "\n</html>\n", encoding="utf-8")
    page.chmod(0o600)
    print(page)


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "--demo":
        with demo(os.path.abspath(arguments[1])) as mirror:
            draw(mirror, pathlib.Path(arguments[2]))
    elif len(arguments) == 2:
        draw(arguments[0], pathlib.Path(arguments[1]))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
