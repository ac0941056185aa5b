#!/usr/bin/env python3
"""Draws the growth of an execution's time from benchmark_dedalus --growth.

    benchmark_dedalus --growth growth.json && growth.py growth.json docs/dedalus-growth.svg

Two panels with logarithmic axes: over the end of time (EOT) with three nodes, over the
number of nodes with EOT 6. Lines carry their names at their ends.
"""
import json
import math
import sys

WIDTH, HEIGHT = 1040, 520
PANEL_WIDTH, PANEL_HEIGHT = 330, 370
TOP, LEFT = 92, 66
PANEL_GAP = 176
WAYS = [  # key, name, colour (told apart without colour vision, too), dashes
    ("naive_us", "naive reference", "#767676", "6 4"),
    ("cold_us", "nothing shared", "#b35900", "2 3"),
    ("lineage_us", "with lineage", "#0072b2", ""),
    ("judge_us", "verdict only", "#1b6e3c", ""),
]
PANELS = [("eot", "end of time (EOT), 3 nodes"), ("nodes", "nodes, EOT 6")]


def scale(low, high, start, end):
    span = math.log(high) - math.log(low)
    return lambda value: start + (math.log(value) - math.log(low)) / span * (end - start)


def text(x, y, content, size=12, anchor="start", colour="#333", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}" font-weight="{weight}">{content}</text>')


def time_name(microseconds):
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:g} s"
    return f"{microseconds / 1e3:g} ms" if microseconds >= 1e3 else f"{microseconds:g} µs"


def spread(wanted, distance):
    """Positions near the wanted ones, at least `distance` apart, in the same order."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    last = -math.inf
    for i in order:
        last = placed[i] = max(wanted[i], last + distance)
    return placed


def panel(points, along, title, left, low, high):
    points = [p for p in points if p["along"] == along]
    values = sorted({p["value"] for p in points})
    x = scale(values[0], values[-1], left, left + PANEL_WIDTH)
    y = scale(low, high, TOP + PANEL_HEIGHT, TOP)
    out = [text(left + PANEL_WIDTH / 2, TOP + PANEL_HEIGHT + 40, title, 13, "middle")]
    power = low
    while power <= high * 1.001:
        out.append(f'<line x1="{left}" x2="{left + PANEL_WIDTH}" y1="{y(power):.1f}" '
                   f'y2="{y(power):.1f}" stroke="#ddd"/>')
        out.append(text(left - 8, y(power) + 4, time_name(power), 11, "end"))
        power *= 10
    for value in values:
        if x(value) - x(values[0]) < 12 and value != values[0]:
            continue
        out.append(text(x(value), TOP + PANEL_HEIGHT + 18, value, 11, "middle"))
    y_goal = y(300)
    out.append(f'<line x1="{left}" x2="{left + PANEL_WIDTH}" y1="{y_goal:.1f}" '
               f'y2="{y_goal:.1f}" stroke="#a00" stroke-dasharray="1 3"/>')
    out.append(text(left + 4, y_goal - 5, "goal: 0.3 ms", 11, colour="#a00"))
    ends = []
    for key, name, colour, dashes in WAYS:
        line = sorted((p["value"], p[key]) for p in points)
        path = " ".join(f"{x(v):.1f},{y(max(t, low)):.1f}" for v, t in line)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                   f'stroke-width="2" stroke-dasharray="{dashes}"/>')
        out += [f'<circle cx="{x(v):.1f}" cy="{y(max(t, low)):.1f}" r="2.5" '
                f'fill="{colour}"/>' for v, t in line]
        ends.append((y(max(line[-1][1], low)), name, colour))
    for place, (_, name, colour) in zip(spread([e[0] for e in ends], 15), ends):
        out.append(text(left + PANEL_WIDTH + 9, place + 4, name, 12, colour=colour))
    return out


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        points = json.load(file)
    family = "redundant_broadcast"
    points = [p for p in points if p["family"] == family]
    times = [p[key] for p in points for key, *_ in WAYS]
    low = 10 ** math.floor(math.log10(min(times)))
    high = 10 ** math.ceil(math.log10(max(times)))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           text(20, 32, "Time of one execution of a protocol model", 18, weight="bold"),
           text(20, 54, "Redundant broadcast (everyone relays at every step) under random "
                "losses; processor time, medians; both axes logarithmic.", 13)]
    for number, (along, title) in enumerate(PANELS):
        left = LEFT + number * (PANEL_WIDTH + PANEL_GAP)
        out += panel(points, along, title, left, low, high)
    out.append("</svg>")
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
