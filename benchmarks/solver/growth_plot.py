#!/usr/bin/env python3
"""Draws how the solver's time grows with the size of the graph, from the JSON of run.py.

    benchmarks/solver/growth_plot.py RESULTS.json > docs/solver-growth.svg

Both axes are logarithmic, so that linear growth has the slope of the dashed line.
"""
import json
import math
import sys

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 48, 56
COLOURS = ("#0b6bcb", "#c2410c", "#15803d", "#7e22ce")
DARK = ("#60a5fa", "#fb923c", "#4ade80", "#c084fc")
MARKS = ("circle", "square", "diamond", "triangle")


class Axis:
    """Logarithmic, over whole decades that hold all values."""

    def __init__(self, values, begin, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = math.ceil(math.log10(max(values)))
        self.begin, self.end = begin, end

    def at(self, value):
        return self.begin + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.begin)

    def decades(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def size_text(value):
    return f"{value / 1e6:g}M" if value >= 1e6 else f"{value / 1e3:g}k" if value >= 1e3 else f"{value:g}"


def time_text(value):
    return f"{value:g} s" if value >= 1 else f"{value * 1e3:g} ms" if value >= 1e-3 else f"{value * 1e6:g} µs"


def mark(kind, x, y, number):
    shape = {
        "circle": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"',
        "square": f'<rect x="{x - 3.6:.1f}" y="{y - 3.6:.1f}" width="7.2" height="7.2"',
        "diamond": f'<path d="M{x:.1f} {y - 5:.1f} l5 5 l-5 5 l-5 -5z"',
        "triangle": f'<path d="M{x:.1f} {y - 5:.1f} l5 9 h-10z"',
    }[kind]
    return f'{shape} class="fill{number}"/>'


def drawing(growth):
    families = [(name, points) for name, points in growth.items() if len(points) > 1]
    every = [point for _, points in families for point in points]
    x_axis = Axis([p["nodes"] for p in every], LEFT, WIDTH - RIGHT)
    y_axis = Axis([p["seconds"] for p in every], HEIGHT - BOTTOM, TOP)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
        ' font-family="system-ui, sans-serif" font-size="13">',
        "<title>CPU time of the first minimal cut set, reading included, against the size of the graph</title>",
        "<style>",
        ".paper{fill:#ffffff}.text{fill:#1f2937}.grid{stroke:#d1d5db}.linear{stroke:#6b7280;stroke-dasharray:6 5}",
        *(f".line{i}{{stroke:{c};fill:none;stroke-width:2}}.fill{i}{{fill:{c}}}" for i, c in enumerate(COLOURS)),
        "@media (prefers-color-scheme: dark){.paper{fill:#111827}.text{fill:#e5e7eb}.grid{stroke:#374151}.linear{stroke:#9ca3af}",
        *(f".line{i}{{stroke:{c}}}.fill{i}{{fill:{c}}}" for i, c in enumerate(DARK)),
        "}",
        "</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="text" x="{LEFT}" y="26" font-size="15">First minimal cut set: CPU time, reading included</text>',
    ]
    for value in x_axis.decades():
        x = x_axis.at(value)
        out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        out.append(f'<text class="text" x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size_text(value)}</text>')
    for value in y_axis.decades():
        y = y_axis.at(value)
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text class="text" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{time_text(value)}</text>')
    out.append(f'<text class="text" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">nodes of the graph</text>')
    # Linear growth from the largest graph down to where it leaves the drawing.
    last = max(every, key=lambda point: point["nodes"])
    least = max(10.0**x_axis.low, last["nodes"] * 10.0**y_axis.low / last["seconds"])
    out.append(
        f'<line class="linear" x1="{x_axis.at(least):.1f}" y1="{y_axis.at(last["seconds"] * least / last["nodes"]):.1f}"'
        f' x2="{x_axis.at(last["nodes"]):.1f}" y2="{y_axis.at(last["seconds"]):.1f}"/>'
    )
    for number, (name, points) in enumerate(families):
        places = [(x_axis.at(p["nodes"]), y_axis.at(p["seconds"])) for p in points]
        out.append(f'<polyline class="line{number}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        out += [mark(MARKS[number], x, y, number) for x, y in places]
        y = TOP + 22 + 20 * number
        out.append(mark(MARKS[number], LEFT + 20, y - 4, number))
        out.append(f'<text class="text" x="{LEFT + 34}" y="{y}">{name}</text>')
    y = TOP + 22 + 20 * len(families)
    out.append(f'<line class="linear" x1="{LEFT + 12}" x2="{LEFT + 28}" y1="{y - 4}" y2="{y - 4}"/>')
    out.append(f'<text class="text" x="{LEFT + 34}" y="{y}">linear growth</text>')
    out.append("</svg>")
    return "\n".join(out)


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    with open(sys.argv[1], encoding="utf-8") as results:
        print(drawing(json.load(results)["growth"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
