"""The picture of docs/peers.svg, by gnuplot: per operation a bar per library, its error written at it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from report import VACT, Case, Result, operations, peers, title

SIZE, DISTRIBUTION = "512 KiB", "uniform"

# Tones that stand out from white and from black.
INK = "#7d7d7d"
COLOURS = {
    VACT: "#e4572e",
    "PyTorch": "#9a6fc4",
    "ONNX Runtime": "#2a9d8f",
    "oneDNN": "#3d85c6",
    "XNNPACK": "#c9479b",
    "ggml": "#7a5c3e",
    "NumPy": "#b08900",
    "SLEEF": "#8a8a8a",
    "SLEEF u35": "#a9a9a9",
    "libmvec": "#5fa052",
}

WIDTH = 1000
ROW_PIXELS = 15
TOP_ROWS, BOTTOM_ROWS = 4, 4  # for the headline and for the axis
FEWEST = 0.5  # where the axis begins

Row = tuple[str, float | None, str]  # a library, its time and its label; a title or an empty row has no time


def show_error(error: float, wrong: int) -> str:
    """0.51 ULP, 37 ULP, 4e7 ULP; a dagger for wrong special values."""
    if error < 1e4:
        text = f"{error:.2f}" if error < 10 else f"{error:.0f}"
    else:
        digits, exponent = f"{error:.0e}".split("e")
        text = f"{digits}e{int(exponent)}"
    return f"{text} ULP{' †' if wrong else ''}"


def rows_of(case: Case) -> list[Row]:
    """A title, vact, then the others from the fastest on; nothing where that size was not measured."""
    times: dict[str, Any] = {}
    for time in case["times"]:
        if (time["size"], time["distribution"]) == (SIZE, DISTRIBUTION):
            times = time["libraries"]
    names = [name for name in peers(case) if name in times]
    names.sort(key=lambda name: (name != VACT, times[name]["to_copy"]))
    rows: list[Row] = []
    for name in names:
        error = case["errors"][name]["all"]
        value = times[name]["to_copy"]
        rows.append((name, value, f"{value:.3g},  {show_error(error['ulp'], error['wrong'])}"))
    return [(title(case), None, ""), *rows, ("", None, "")] if rows else []


def columns_of(blocks: list[list[Row]]) -> list[list[Row]]:
    """Two columns of about the same height."""
    half = sum(map(len, blocks)) / 2
    left: list[Row] = []
    right: list[Row] = []
    for block in blocks:
        (left if len(left) + len(block) / 2 <= half else right).extend(block)
    return [column[:-1] for column in (left, right)]


def quoted(text: str) -> str:
    """A literal string of gnuplot."""
    return "'" + text.replace("'", "''") + "'"


def label(text: str, place: str, style: str = "") -> str:
    """A command that writes a text."""
    return f"set label {quoted(text)} at {place} tc rgb '{INK}' {style}"


def column_script(index: int, rows: list[Row], height: int, most: float) -> list[str]:
    """One of the two columns, its rows numbered from the top."""
    lines = [f"$rows{index} << EOD"]
    lines += [f'{i} {value} "{name}" "{text}"' for i, (name, value, text) in enumerate(rows) if value is not None]
    lines += ["EOD", "unset label"]
    for i, (name, value, _) in enumerate(rows):
        if value is not None:
            lines.append(label(name, f"graph -0.02, first {i}", "right font ',10'"))
        elif name:
            lines.append(label(name, f"graph -0.29, first {i}", "left font 'sans-serif,13'"))
    lines += [
        f"set lmargin at screen {0.135 + 0.5 * index}",
        f"set rmargin at screen {0.49 + 0.5 * index}",
        f"set yrange [{height}:-1]",
        f"set xrange [{FEWEST}:{most}]",
    ]
    # One plot per library, for its colour; the others' rows are NaN there.
    present = {name for name, value, _ in rows if value is not None}
    plots = [
        f"$rows{index} using (strcol(3) eq {quoted(name)} ? $2 : NaN):1:({FEWEST}):2:($1 - 0.4):($1 + 0.4) "
        f"with boxxyerror lc rgb '{colour}' fs solid noborder notitle"
        for name, colour in COLOURS.items()
        if name in present
    ]
    plots.append(f"$rows{index} using ($2 * 1.08):1:4 with labels left font ',10' tc rgb '{INK}' notitle")
    lines.append("plot " + ", ".join(plots))
    return lines


def draw(result: Result, path: Path) -> None:
    """Writes the picture; none where nothing of that size was measured."""
    blocks = [rows for rows in map(rows_of, operations(result)) if rows]
    if not blocks:
        return
    columns = columns_of(blocks)
    height = max(map(len, columns))
    most = 12 * max(value for column in columns for _, value, _ in column if value is not None)  # room for labels
    pixels = (height + TOP_ROWS + BOTTOM_ROWS) * ROW_PIXELS
    subtitle = (
        f"{result['cpu']}, one thread; arrays of {SIZE}, inputs {DISTRIBUTION} in [-8, 8]. The shorter and the nearer "
        "0.5 ULP the better. †: wrong special values besides."
    )
    script = [
        f"set terminal svg size {WIDTH},{pixels} dynamic font 'sans-serif,11' noenhanced name 'peers'",
        f"set output {quoted(str(path))}",
        f"set border 1 lc rgb '{INK}'",
        f"set xtics nomirror out tc rgb '{INK}' (1, 2, 5, 10, 20, 50, 100)",
        f"set xlabel 'time / time of copying' tc rgb '{INK}' offset 0,0.4",
        "unset ytics",
        "set logscale x",
        f"set grid xtics lt 1 lc rgb '{INK}' lw 0.3",
        f"set tmargin at screen {1 - TOP_ROWS * ROW_PIXELS / pixels}",
        f"set bmargin at screen {BOTTOM_ROWS * ROW_PIXELS / pixels}",
        "set multiplot",
        label(
            f"Time relative to the faster way to copy the array, and largest error at every {result['stride']}th float",
            f"screen 0.012, screen {1 - 1.3 * ROW_PIXELS / pixels}",
            "left font 'sans-serif,16'",
        ),
        label(subtitle, f"screen 0.012, screen {1 - 2.7 * ROW_PIXELS / pixels}", "left font ',11'"),
    ]
    for index, column in enumerate(columns):
        lines = column_script(index, column, height, most)
        script += [line for line in lines if index or line != "unset label"]  # the headline goes with the first
    script.append("unset multiplot")
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)
