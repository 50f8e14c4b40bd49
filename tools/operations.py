#!/usr/bin/env python3
"""The pages of the operations, docs/operations/*.md, and the tables of README.md and docs/choosing.md.

What is written there comes from the registry (by `vact list`), include/vact/vact.h, docs/accuracy.json, the facts of
docs/operations/facts.toml, the speeds of docs/operations/speed.json, and values computed by the library (by
`vact eval`). The same sources give the same bytes.
"""

import argparse
import json
import math
import re
import struct
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = DOCS / "operations"
POINTS = ["-inf", "-10", "-3", "-1", "-0.5", "-0", "0", "0.5", "1", "3", "10", "inf", "nan"]
ROWS = ["3.2, 1.8, 0.5", "1000, 999, 998", "1, -inf, 0", "-inf, -inf, -inf", "inf, 1, 0", "nan, 1, 0"]
PAIRS = [("-inf", "1"), ("-3", "1"), ("-1", "-2"), ("-0", "3"), ("1", "1"), ("3", "-2"), ("10", "10"), ("inf", "1")]
PAIRS += [("nan", "1"), ("1", "nan"), ("1", "-inf"), ("-inf", "inf")]
SIZES = {"n:4096": "16 KiB", "n:16777216": "64 MiB", "rows:4x1024": "16 KiB", "rows:16384x1024": "64 MiB"}
DRAWN = ("unary", "channels")
CHOICES = {"hidden": ["relu", "leaky_relu:alpha=0.2", "elu", "gelu"], "squashing": ["sigmoid", "tanh", "softsign"]}
BUILDS = ["avx512", "avx2", "neon", "scalar_fma", "scalar"]  # strongest first
FIGURES = {"ns": 3, "x_copy": 2, "x_expf": 2}  # and the digits that are shown
COPY = "../performance.md#copy"  # where it is defined
# The pages beside those of the operations. They are written by hand; the tests hold them to vact.h, run their examples
# and check their numbers.
GUIDES = {
    "cross_entropy": "the loss of a choice among classes, from raw logits",
    "bce_with_logits": "the loss of yes-or-no answers, from raw logits",
    "softmax_family": "softmax, log_softmax and logsumexp with scale and masks, along any axis, in blocks; the gradients",
    "epilogues": "bias, activation and residual after a matrix product, in one pass",
    "cr": "the variant `cr`: correctly rounded elementwise operations of float32, and the proof",
    "narrow": "bfloat16 and half: every result correctly rounded, one type to another, gates as in eager mode",
    "f64": "double: every operation with its gradient, gated units, softmax, losses; their errors",
    "inline": "the activations on vectors, for an engine's own kernels",
}
Json = dict[str, Any]


def shown(text: str) -> str:
    """A number as documents write it."""
    return text.replace("nan", "NaN").replace("inf", "∞").replace("-", "−").replace("e−", "e-").replace("e+", "e")


def short(value: float, digits: int = 4) -> str:
    return shown(f"{value:.{digits}g}")


def code(text: str) -> str:
    """Code within a table."""
    return "`" + text.replace("|", r"\|") + "`"


def prose(comment: str) -> str:
    """A comment as a paragraph: its asterisks are products."""
    parts = " ".join(comment.split()).split("`")
    parts[::2] = [re.sub(r"([*_<])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines] + [""]


@dataclass(frozen=True)
class Library:
    program: Path

    def run(self, *arguments: str) -> str:
        return subprocess.run([self.program, *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout

    def operations(self) -> list[Json]:
        found: list[Json] = json.loads(self.run("list", "--json"))
        return found

    def texts(self, *expressions: str) -> list[str]:
        return self.run("eval", "--", *expressions).splitlines()

    def value(self, expression: str) -> float:
        return float(self.texts(expression)[0])

    def values(self, expression: str) -> list[float]:
        return [float(text) for text in self.texts(expression)[0].split(", ")]


@dataclass(frozen=True)
class Header:
    """The prototypes of vact.h, each with the comment before it."""

    functions: dict[str, tuple[str, str]]  # by name: comment, prototype
    operations: list[str]

    @staticmethod
    def read(operations: list[str]) -> "Header":
        text = (ROOT / "include/vact/vact.h").read_text()
        found = {}
        comment, end = "", 0
        for match in re.finditer(r"/\*(.*?)\*/|^VACT_API (vact_status (vact_\w+)\(.*?\);)", text, re.S | re.M):
            if match[3] is None:
                comment = re.sub(r"^ ?\*( |$)", "", match[1].strip(), flags=re.M)
            else:
                comment = "" if "\n\n" in text[end : match.start()] else comment
                found[match[3]] = (comment, re.sub(r"\n {17,}", "\n    ", match[2]))
            end = match.end()
        return Header(found, operations)

    def comment(self, function: str) -> str:
        return self.functions[function][0] if function in self.functions else ""

    def functions_of(self, name: str) -> list[str]:
        """Those that begin with this operation's name, but not with a longer operation's name."""
        others = [other for other in self.operations if other.startswith(name + "_")]
        own = [function for function in self.functions if function.startswith(f"vact_{name}_")]
        return [f for f in own if not any(f.startswith(f"vact_{other}_") for other in others)]


def extreme(library: Library, name: str, a: int, b: int) -> float:
    """The largest |f'| on [a, b]."""
    return max(library.value(f"max({name}', {a}, {b})"), -library.value(f"min({name}', {a}, {b})"))


def largest_derivative(library: Library, name: str) -> str:
    near, far = extreme(library, name, -10, 10), extreme(library, name, -20, 20)
    return "∞" if far > 1.5 * near else short(far)


def slopes(library: Library, name: str, points: list[float]) -> list[float]:
    """The derivative at any number of points."""
    parts = [points[i : i + 60] for i in range(0, len(points), 60)]
    lines = library.texts(*(f"{name}'({', '.join(map(repr, part))})" for part in parts))
    return [float(text) for line in lines for text in line.split(", ")]


def underflow(library: Library, name: str, sign: int) -> float:
    """From where on, beyond ±8, the derivative is 0 in that direction, to four digits; else 0. No derivative of this
    library has kinks there, so it is too small for a float."""
    near, far = slopes(library, name, [sign * 8.0, sign * math.inf])
    if near == 0 or far != 0:
        return 0.0
    low, high = 8.0, sys.float_info.max
    while high > low * (1 + 1e-6):
        points = [low * (high / low) ** (i / 59) for i in range(60)]
        first = slopes(library, name, [sign * x for x in points]).index(0)
        low, high = points[first - 1], points[first]
    step = 10.0 ** (math.floor(math.log10(high)) - 3)
    return sign * math.ceil(high / step) * step


def flat(library: Library, name: str) -> str:
    """Where the derivative is 0: the intervals and points, the kinks being multiples of 1/64 within ±8; where it changes
    its sign; and where it underflows."""
    grid = [i / 64 for i in range(-512, 513)]
    derivative = slopes(library, name, grid)
    runs: list[tuple[float, float]] = []
    for i, (x, slope) in enumerate(zip(grid, derivative)):
        if slope == 0 and runs and runs[-1][1] == x - 1 / 64:
            runs[-1] = (runs[-1][0], x)
        elif slope == 0:
            runs.append((x, x))
        elif i > 0 and slope * derivative[i - 1] < 0:
            zero = library.value(f"zero({name}', {grid[i - 1]}, {x})")
            runs.append((zero, zero))
    texts = []
    for low, high in runs:
        if low == high:
            texts.append(f"x = {shown(f'{low:.4f}') if low % (1 / 64) else short(low)}")
        elif low == -8:
            texts.append(f"x ≤ {short(high)}")
        else:
            texts.append(f"x ≥ {short(low)}" if high == 8 else f"{short(low)} ≤ x ≤ {short(high)}")
    for sign, relation in ((-1, "≤"), (1, "≥")):
        if end := underflow(library, name, sign):
            texts.append(f"x {relation} {short(end)} (underflow)")
    return ", ".join(texts)


def minimum(library: Library, name: str) -> str:
    """Of an operation that decreases, then increases; else the empty text. Never below −2.9 in this library."""
    left, right = library.values(f"{name}'(-2.9, -0.1)")
    if not left < 0 < right:
        return ""
    value, where = library.value(f"min({name}, -5, 5)"), library.value(f"zero({name}', -2.9, -0.1)")
    return f"Its minimum is {shown(f'{value:.4f}')}, at x = {shown(f'{where:.4f}')}. "


# ------------------------------------------------------------------------------------------------- one page


def parameters(op: Json) -> list[str]:
    rows = [[p["name"], shown(f"{float(p['default']):g}"), p["domain"]] for p in op["parameters"]]
    return table(["parameter", "default", "must be"], rows) if rows else []


def derivative(library: Library, header: Header, op: Json) -> list[str]:
    name = op["name"]
    comment = header.comment(f"vact_{name}_backward_f32")
    if op["kind"] == "gate" and not comment:
        comment = "dgate = dy*up*act'(gate), dup = dy*act(gate)"
    if not comment:
        return []
    lines = ["## Derivative", ""]
    if "\n" in comment:
        lines += ["```text", comment, "```", ""]
    else:
        lines += [prose(comment) if comment.endswith(".") else f"`{comment}`", ""]
    if op["kind"] != "unary":
        return lines
    where = flat(library, name)
    text = f"The largest |f′(x)| is {largest_derivative(library, name)}. "
    lines += [text + (f"f′(x) = 0 for {where}." if where else "f′(x) is 0 nowhere."), ""]
    output = header.comment(f"vact_{name}_backward_from_output_f32")
    return lines + ([f"From the output y = f(x): `{output}`.", ""] if output else [])


def row_values(library: Library, name: str) -> list[str]:
    rows = []
    for row, result in zip(ROWS, library.texts(*(f"{name}({row})" for row in ROWS))):
        rows.append([shown(row), ", ".join(short(float(text), 6) for text in result.split(", "))])
    return ["## Values", "", *table(["row", "result"], rows)]


def slope_values(library: Library, name: str) -> list[str]:
    results = library.values(f"{name}({', '.join(POINTS)}; 0.25)")
    rows = [[shown(x), short(y, 7)] for x, y in zip(POINTS, results)]
    return ["## Values", "", "With the slope 0.25:", "", *table(["x", "f(x)"], rows)]


def gate_values(library: Library, name: str) -> list[str]:
    gates, ups = (", ".join(column) for column in zip(*PAIRS))
    results = library.values(f"{name}({gates}; {ups})")
    rows = [[shown(x), shown(u), short(y, 7)] for (x, u), y in zip(PAIRS, results)]
    return ["## Values", "", *table(["gate", "up", "result"], rows)]


def values(library: Library, op: Json) -> list[str]:
    name = op["name"]
    if op["kind"] == "gate":
        return gate_values(library, name)
    if name in ("softmax", "log_softmax"):
        return row_values(library, name)
    if op["kind"] == "channels":
        return slope_values(library, name)
    if op["kind"] != "unary":
        return []
    points = ", ".join(POINTS)
    results, slopes = library.values(f"{name}({points})"), library.values(f"{name}'({points})")
    rows = [[shown(x), short(y, 7), short(slope, 7)] for x, y, slope in zip(POINTS, results, slopes)]
    text = minimum(library, name) + ("At default parameters:" if op["parameters"] else "")
    lines = ["## Values", "", text.strip(), ""] if text else ["## Values", ""]
    return lines + table(["x", "f(x)", "f′(x)"], rows)


def worst_of(found: list[Json]) -> list[str]:
    """The largest error of several builds, its input, the share of misrounded results, the builds with the same bits."""
    if not found:
        return ["not measured", "", "", ""]
    worst = max(found, key=lambda r: float(r["max_error"]))
    error = math.ceil(float(worst["max_error"]) * 1e4) / 1e4
    bits = int(worst.get("max_input", "0"), 16)
    (x,) = struct.unpack(">f", bits.to_bytes(4, "big"))
    place = shown(f"{x:.9g}") + f" (`{bits:#010x}`)" if error > 0 and "max_input" in worst else ""
    builds = ", ".join(dict.fromkeys(r["build"] for r in found if r["differing"] == 0))
    results = 1 if worst["function"] == "forward" else 2  # for an input: a gradient with dy = 1 and a random one
    misrounded = max(r["misrounded"] / r["inputs"] / results for r in found)
    return [f"{error:.4f}", place, f"{100 * misrounded:.2f} %", builds]


def bound_text(variant: str, bound: float) -> str:
    return f"{bound:g}" if variant == "cr" else f"{bound:.2f}"


def accuracy(op: Json, measured: Json) -> list[str]:
    rows: list[list[str]] = []
    if op["kind"] == "gate":
        rows = [[v + (" (auto)" if v == op["auto"] else ""), bound_text(v, b)] for v, b in op["bounds_ulp"].items()]
        text = "In ULP ([what that is](../accuracy.md)); pairs of inputs are too many to try all, so the tests sample them."
        return ["## Accuracy", "", text, "", *table(["variant", "bound"], rows)]
    all_of_op = [r for r in measured["results"] + measured["rows"] if r["op"] == op["name"]]
    for variant, bound in op["bounds_ulp"].items():
        found = [r for r in all_of_op if (r["function"], r["math"]) == ("forward", variant)]
        errors = ["[proof](cr.md)", "", "", ""] if variant == "cr" else worst_of(found)
        rows.append([variant + (" (auto)" if variant == op["auto"] else ""), bound_text(variant, bound), *errors])
    for function, label in (("backward", "gradient"), ("backward_from_output", "gradient from the output")):
        found = [r for r in all_of_op if r["function"] == function]
        if found:
            rows.append([label, f"{found[0]['bound']:.2f}", *worst_of(found)])
    heads = ["variant", "bound", "largest error", "at", "misrounded", "the same bits on"]
    what = "sampled rows" if op["kind"] == "rows" else "all 2^32 inputs"
    return ["## Accuracy", "", f"In ULP ([what that is](../accuracy.md)), over {what}:", "", *table(heads, rows)]


def speed(op: Json, speeds: Json) -> list[str]:
    found = [r for r in speeds["speeds"] if r["op"] == op["name"]]
    if not found:
        return []
    rows = [[r["build"], r["math"], r["size"], *(f"{r[k]:.{d}f}" for k, d in FIGURES.items())] for r in found]
    heads = ["instruction set", "variant", "array", "ns an element", f"× [copy]({COPY})", "× SLEEF's expf"]
    text = f"One core of {speeds['processor']}, inputs uniform in [−8, 8]. Ratios carry over to other machines, times do not."
    return ["## Speed", "", text, "", *table(heads, rows)]


def elsewhere(fact: Json) -> list[str]:
    lines = [
        "## Elsewhere",
        "",
        f"- Used for: {fact['use']}.",
        f"- ONNX: {fact.get('onnx', 'none')}.",
        f"- PyTorch: {fact.get('pytorch', 'none')}.",
    ]
    lines += [f"- {fact['differs']}"] if "differs" in fact else []
    return lines + [f"- {paper}." for paper in fact["papers"]] + [""]


def page(library: Library, header: Header, op: Json, fact: Json, errors: Json, speeds: Json) -> str:
    name = op["name"]
    functions = header.functions_of(name)
    about = prose(header.comment(f"vact_{name}_f32").removeprefix(f"{name}: "))
    lines = [
        f"# {name}",
        "",
        "<!-- Made by ./dev docs; do not edit. -->",
        f"`{op['formula']}`",
        "",
        f"Results lie in {shown(op['range'])}.",
        "",
    ]
    if op["kind"] in DRAWN:
        lines += [f"![{name} and its derivative]({name}.svg)", ""]
    lines += [about, ""] if about else []
    lines += parameters(op)
    lines += ["```c", *(header.functions[function][1] for function in functions), "```", ""]
    lines += derivative(library, header, op) + values(library, op) + accuracy(op, errors) + speed(op, speeds)
    return "\n".join(lines + elsewhere(fact)).rstrip() + "\n"


def index(operations: list[Json], facts: Json) -> str:
    rows = [[f"[{op['name']}]({op['name']}.md)", code(op["formula"]), facts[op["name"]]["use"]] for op in operations]
    lines = [
        "# The operations",
        "",
        "<!-- Made by ./dev docs; do not edit. -->",
        "Formula, curve, derivative, special values, errors, speed and origin of each operation.",
        "[choosing.md](../choosing.md) says which to take.",
        "",
    ]
    lines += table(["operation", "formula", "used for"], rows)
    lines += ["Functions that are no operations, each page with an example:", ""]
    lines += table(["page", "what it is about"], [[f"[{name}]({name}.md)", text] for name, text in GUIDES.items()])
    return "\n".join(lines).rstrip() + "\n"


# --------------------------------------------------------------------------------------------- the one table


def cost(op: Json, speeds: list[Json], size: str, ratio: str, build: str = "") -> str:
    """Of auto's variant, on the strongest instruction set, which comes first, or on the given one."""
    found = [r for r in speeds if (r["op"], r["math"], r["size"]) == (op["name"], op["auto"], size)]
    ratios = [r[ratio] for r in found if build in ("", r["build"])]
    return f"{ratios[0]:.2f}" if ratios else ""


def properties(library: Library, op: Json, fact: Json, speeds: list[Json]) -> list[str]:
    name = op["name"]
    mean = library.value(f"mean({name})")
    return [
        f"[{name}](operations/{name}.md)",
        flat(library, name) or "nowhere",
        short(library.value(f"{name}'(-5)"), 2),
        largest_derivative(library, name),
        shown(f"{0.0 if abs(mean) < 0.005 else mean:.2f}"),
        fact["smooth"],
        shown(op["range"]),
        f"{library.value(f'gain({name})'):.3f}",
        cost(op, speeds, "16 KiB", "x_expf"),
        cost(op, speeds, "64 MiB", "x_copy"),
        fact["use"],
    ]


def choosing(library: Library, operations: list[Json], facts: Json, speeds: list[Json]) -> str:
    heads = [
        "operation",
        "f′ = 0 for",
        "f′(−5)",
        "largest \\|f′\\|",
        "mean output",
        "differentiable",
        "range",
        "gain",
        "time, cache",
        "time, memory",
        "used for",
    ]
    rows = [properties(library, op, facts[op["name"]], speeds) for op in operations if op["kind"] == "unary"]
    return "\n".join(table(heads, rows)).rstrip() + "\n"


def readme(operations: list[Json], errors: Json, speeds: list[Json]) -> str:
    """The table of README.md: the largest errors, rounded up, and the time of an array in memory."""
    heads = ["operation", "largest error (ULP)", "sleef (ULP)", "× copy, AVX-512", "× copy, AVX2"]
    rows = []
    for op in operations:
        if op["kind"] == "gate":
            continue
        found = [r for r in errors["results"] + errors["rows"] if (r["op"], r["function"]) == (op["name"], "forward")]
        worst: dict[str, float] = {}
        for r in found:
            worst[r["math"]] = max(worst.get(r["math"], 0), math.ceil(float(r["max_error"]) * 100) / 100)
        row = [f"[{op['name']}](docs/operations/{op['name']}.md)"]
        row += [f"{worst[op['auto']]:.2f}", f"{worst['sleef']:.2f}" if "sleef" in worst else ""]
        rows.append(row + [cost(op, speeds, "64 MiB", "x_copy", build) for build in ("avx512", "avx2")])
    return "\n".join(table(heads, rows)).rstrip() + "\n"


# -------------------------------------------------------------------------------------- pictures and speeds


def draw(library: Library, operations: list[Json], facts: Json) -> None:
    """One picture per operation, and those of docs/choosing.md."""
    for op in operations:
        if op["kind"] in DRAWN:
            end = facts[op["name"]].get("to", 5)
            library.run("plot", op["name"], f"--to={end}", "-o", str(PAGES / f"{op['name']}.svg"))
    for name, several in CHOICES.items():
        library.run("plot", *several, "-o", str(DOCS / f"choosing-{name}.svg"))


def processor() -> str:
    found = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.M)
    return found[1] if found else "an unnamed processor"


def measured(reports: list[Path]) -> Json:
    """The medians over uniform inputs in reports of vact_bench, for the pages."""
    found: dict[tuple[str, ...], Json] = {}
    for row in (row for report in reports for row in json.loads(report.read_text())["benchmarks"]):
        parts = row.get("run_name", row["name"]).split("/")
        is_median = row.get("run_type") != "aggregate" or row.get("aggregate_name") == "median"
        if len(parts) < 6 or "uniform" not in parts or parts[4] not in SIZES or "slopes:1" in parts:
            continue
        if not is_median or "x_copy" not in row:  # gated units are measured against their activations
            continue
        key = (parts[0], parts[2], parts[3], SIZES[parts[4]])
        figures = {"ns": 1e9 / row["elements/s"], "x_copy": row["x_copy"], "x_expf": row["x_expf"]}
        named = dict(zip(("op", "build", "math", "size"), key))
        found[key] = named | {name: round(figures[name], digits) for name, digits in FIGURES.items()}
    return {"processor": processor(), "speeds": list(found.values())}


def in_order(operations: list[Json], speeds: list[Json]) -> list[Json]:
    """As the registry has the operations, the strongest instruction set first, vact's variant last, by size."""
    names, sizes = [op["name"] for op in operations], list(dict.fromkeys(SIZES.values()))
    variants = ["plain", "sleef", "fast"]

    def place(r: Json) -> tuple[int, ...]:
        places = (names.index(r["op"]), BUILDS.index(r["build"]), variants.index(r["math"]), sizes.index(r["size"]))
        return places

    return sorted((r for r in speeds if r["op"] in names), key=place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="the program vact")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="write the pages there")
    parser.add_argument("--pictures", action="store_true", help="draw the pictures of docs/")
    parser.add_argument("--table", action="store_true", help="print the table of docs/choosing.md")
    parser.add_argument("--readme", action="store_true", help="print the table of README.md")
    parser.add_argument(
        "--speeds", type=Path, nargs="+", metavar="REPORT", help="write speed.json, from reports of vact_bench"
    )
    options = parser.parse_args()
    library = Library(options.program)
    operations = library.operations()
    if options.speeds:
        found = measured(options.speeds)
        found["speeds"] = in_order(operations, found["speeds"])
        (PAGES / "speed.json").write_text(json.dumps(found, indent=1) + "\n")
    facts = tomllib.loads((PAGES / "facts.toml").read_text())
    speeds = json.loads((PAGES / "speed.json").read_text())
    speeds["speeds"] = in_order(operations, speeds["speeds"])
    errors = json.loads((DOCS / "accuracy.json").read_text())
    for op in operations:
        if op["name"] not in facts:
            raise SystemExit(f"docs/operations/facts.toml has no [{op['name']}]")
    if options.pictures:
        draw(library, operations, facts)
    if options.table:
        print(choosing(library, operations, facts, speeds["speeds"]), end="")
    if options.readme:
        print(readme(operations, errors, speeds["speeds"]), end="")
    if options.pages:
        header = Header.read([op["name"] for op in operations])
        options.pages.mkdir(parents=True, exist_ok=True)
        for op in operations:
            text = page(library, header, op, facts[op["name"]], errors, speeds)
            (options.pages / f"{op['name']}.md").write_text(text)
        for name in GUIDES:
            (options.pages / f"{name}.md").write_text((PAGES / f"{name}.md").read_text())
        (options.pages / "README.md").write_text(index(operations, facts))


if __name__ == "__main__":
    main()
