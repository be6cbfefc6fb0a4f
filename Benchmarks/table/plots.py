"""Plots as SVG, written by hand: bars against a goal, and lines over a size."""

import math
from html import escape

COLOURS = ["#1f5fa8", "#c4561b", "#2f8a3e", "#8a3f95", "#777777", "#b58900", "#0f8b8d", "#a11d33"]
MET, MISSED, PLAIN = "#2f8a3e", "#b3261e", "#777777"
STYLE = "<style>text{font:12px sans-serif;fill:#222}.small{font-size:11px;fill:#555}.title{font-size:14px;font-weight:bold}</style>"


def _page(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
            f'{STYLE}<rect width="{width}" height="{height}" fill="#fff"/>' + "\n".join(parts) + "</svg>\n")


def _text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(str(words))}</text>'


def bars(rows, title):
    """A bar for each row: what is held against the goal, as a share of the goal, which is one line for all. The thin line in a bar is
    from the lowest to the highest repetition of the program, beside the reference's median. Beyond four times the goal it is cut."""
    from .rows import plain

    left, across, step, most = 330, 430, 30, 4.0
    height = 70 + step * len(rows)
    scale = lambda value: left + across * max(0.0, min(value, most)) / most
    parts = [_text(12, 24, title, "title"), _text(scale(1), 46, "goal", "small", "middle")]
    for index, row in enumerate(rows):
        y = 56 + index * step
        value = row.judged
        share = value / row.goal.bound if row.goal.bound else 0
        parts.append(_text(left - 10, y + 15, _shortened(row.figure, 52), anchor="end"))
        parts.append(f'<rect x="{left}" y="{y + 3}" width="{scale(share) - left:.1f}" height="16" fill="{MET if row.is_met else MISSED}" opacity="0.85"/>')
        spread = _spread(row)
        if spread:
            low, high = (scale(end / row.goal.bound) for end in spread)
            parts.append(f'<line x1="{low:.1f}" y1="{y + 11}" x2="{high:.1f}" y2="{y + 11}" stroke="#222" stroke-width="1"/>')
        beyond = " →" if share > most else ""
        parts.append(_text(min(scale(share), left + across) + 6, y + 15, f"{plain(value)}{beyond} ({row.goal})", "small"))
    parts.append(f'<line x1="{scale(1):.1f}" y1="50" x2="{scale(1):.1f}" y2="{height - 10}" stroke="#222" stroke-dasharray="4 3"/>')
    return _page(left + across + 140, height, parts)


def _spread(row):
    reference, subject = row.sides
    if not subject or len(subject.all) < 2:
        return None
    by = reference.median if reference else 1
    return (min(subject.all) / by, max(subject.all) / by) if by else None


def _shortened(words, most):
    return words if len(words) <= most else words[:most - 1] + "…"


def lines(plot):
    """Lines over a size. Both axes begin where the values do; the size by powers of ten where that was asked for."""
    from .rows import plain

    width, height, left, right, top, bottom = 760, 420, 80, 190, 50, 60
    points = [point for series in plot.series.values() for point in series]
    if not points:
        return _page(width, height, [_text(12, 24, plot.title, "title"), _text(left, 80, "nothing was measured")])
    place = (lambda x: math.log10(max(x, 1e-9))) if plot.is_log_across else (lambda x: x)
    low, high = min(place(x) for x, _ in points), max(place(x) for x, _ in points)
    greatest = max(y for _, y in points) * 1.08 or 1
    across = lambda x: left + (width - left - right) * ((place(x) - low) / (high - low) if high > low else 0.5)
    up = lambda y: height - bottom - (height - top - bottom) * y / greatest
    parts = [_text(12, 24, plot.title, "title"), _text(left + (width - left - right) / 2, height - 14, plot.across, "small", "middle"),
             _text(12, top - 8, plot.up, "small")]
    for quarter in range(5):
        value = greatest * quarter / 4
        parts.append(f'<line x1="{left}" y1="{up(value):.1f}" x2="{width - right}" y2="{up(value):.1f}" stroke="#ddd"/>')
        parts.append(_text(left - 8, up(value) + 4, plain(value), "small", "end"))
    ticks = sorted({x for x, _ in points})
    if len(ticks) > 8:
        ticks = ticks[::math.ceil(len(ticks) / 8)]
    parts += [_text(across(x), height - bottom + 18, plain(x), "small", "middle") for x in ticks]
    for index, (name, series) in enumerate(plot.series.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in series)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{colour}"/>' for x, y in series if len(series) < 40]
        parts.append(f'<rect x="{width - right + 14}" y="{top + index * 20}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(width - right + 32, top + 11 + index * 20, _shortened(name, 24)))
    return _page(width, height, parts)
