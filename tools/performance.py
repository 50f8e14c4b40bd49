#!/usr/bin/env python3
"""The tables of docs/performance.md: the cost of each kernel's main loop, what bounds it, and the measured time.

    tools/performance.py BUILD [--arm BUILD] [--bench BENCH.json]

Disassembles the kernel objects of a build folder (objdump) and models the main loop of each kernel with llvm-mca.
`vact_bench --benchmark_out=BENCH.json` gives the measured times, and those of special arguments. Writes Markdown.
"""

import argparse
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CALL = r"(call|bl\s)"
VARIANTS = ("fast", "plain")


@dataclass(frozen=True)
class Target:
    """An instruction set, and the CPUs that its loops are modelled on."""

    build: str
    lanes: int
    objdump: str
    triple: str
    cpus: tuple[str, ...]
    vector: str  # matches the stores that identify the loop, not those to the stack


TARGETS = (
    Target("avx512", 16, "objdump", "x86_64", ("sapphirerapids", "znver4"), r"vmovup[sd]\s+%zmm\d+,.*\("),
    Target("avx2", 8, "objdump", "x86_64", ("sapphirerapids", "znver4"), r"vmovup[sd]\s+%ymm\d+,.*\("),
    Target("neon", 4, "aarch64-linux-gnu-objdump", "aarch64", ("neoverse-v2",), r"st(u?r|p)\s+q\d+,.*\[x"),
)


@dataclass(frozen=True)
class Instruction:
    address: int
    text: str
    branch_to: int | None


def run(command: list[str], text: str | None = None) -> str:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def functions(target: Target, path: Path) -> dict[str, list[Instruction]]:
    found: dict[str, list[Instruction]] = {}
    current: list[Instruction] = []
    for line in run([target.objdump, "-d", "--no-show-raw-insn", str(path)]).splitlines():
        if head := re.match(r"[0-9a-f]+ <(\w+)", line):
            current = found.setdefault(head[1], [])
        elif body := re.match(r"\s*([0-9a-f]+):\s+(.*?)(?:\s+#\s.*|\s*//.*)?\s*$", line):
            text = re.sub(r"\s*<.*>$", "", body[2])
            jump = re.match(r"(?:j\w+|b\.?\w*|cbn?z\s+\w+,|tbn?z\s+\w+,[^,]*,)\s+(?:0x)?([0-9a-f]+)$", text)
            current.append(Instruction(int(body[1], 16), text, int(jump[1], 16) if jump else None))
    return found


def stored_vectors(target: Target, loop: list[Instruction]) -> int:
    stores = [i.text for i in loop if re.match(target.vector, i.text)]
    return sum(2 if text.startswith("stp") else 1 for text in stores)


def usual_path(code: list[Instruction], first: int, last: int) -> list[Instruction]:
    """From one instruction to another: special lanes' code lies aside, or is a call that is branched over."""
    at = {instruction.address: i for i, instruction in enumerate(code)}
    path: list[Instruction] = []
    i = first
    while i < len(code) and len(path) <= len(code):
        path.append(code[i])
        if i == last:
            return path
        target = at.get(code[i].branch_to or 0, len(code))
        over_a_call = i < target <= last and any(re.match(CALL, between.text) for between in code[i:target])
        i = target if re.match(r"(jmp|b)\s", code[i].text) or over_a_call else i + 1
    return []


def main_loop(target: Target, code: list[Instruction]) -> list[Instruction] | None:
    """The shortest loop that stores four vectors on its usual path: that of loop/fours.inc.h. A loop with a call is the
    path of special lanes, unless there is no other."""
    loops = []
    at = {instruction.address: i for i, instruction in enumerate(code)}
    for last, instruction in enumerate(code):
        if instruction.branch_to is None or instruction.branch_to > instruction.address:
            continue
        body = usual_path(code, at.get(instruction.branch_to, len(code)), last)
        if stored_vectors(target, body) == 4 and not any("(bad)" in i.text for i in body):
            loops.append(body)
    return min(loops, key=lambda body: (any(re.match(CALL, i.text) for i in body), len(body)), default=None)


@dataclass(frozen=True)
class Model:
    cycles: float  # per vector
    bound: str


def model(target: Target, cpu: str, loop: list[Instruction]) -> Model:
    """The loop without its branches, for which objdump gives no labels."""
    iterations = 200
    lines = [re.sub(r"0x0\(%rip\)", "64(%rsp)", i.text) for i in loop if i.branch_to is None]
    command = ["llvm-mca-19", f"-mtriple={target.triple}", f"-mcpu={cpu}", f"-iterations={iterations}", "-json"]
    region = json.loads(run(command, "\n".join(lines) + "\n"))
    resources = region["TargetInfo"]["Resources"]
    region = region["CodeRegions"][0]
    summary = region["SummaryView"]
    usage: dict[str, float] = {}
    instructions = len(region["Instructions"])  # of a line with a prefix llvm-mca makes two
    for row in region["ResourcePressureView"]["ResourcePressureInfo"]:
        if row["InstructionIndex"] == instructions:  # the sum over the loop
            usage[resources[row["ResourceIndex"]]] = row["ResourceUsage"]
    cycles = summary["TotalCycles"] / iterations
    width = summary["uOpsPerCycle"]
    name, busy = max(usage.items(), key=lambda item: item[1])
    name = name.partition(".")[0]  # llvm-mca 19 numbers the units of a group by a byte behind a dot
    if busy >= 0.85 * cycles:
        bound = "division" if "div" in name.lower() else name
    elif width >= 0.85 * summary["DispatchWidth"]:
        bound = "issue width"
    else:
        bound = f"latency ({busy / cycles:.0%} of {name})"
    return Model(cycles / 4, bound)


@dataclass(frozen=True)
class Measured:
    ns: float  # per element, 16 KiB
    copy: float  # relative to copy, 64 MiB


def measurements(path: Path | None) -> dict[tuple[str, str, str], Measured]:
    """The medians over uniform inputs."""
    if path is None:
        return {}
    seen: dict[tuple[str, str, str], dict[int, dict[str, float]]] = {}
    for row in json.loads(path.read_text())["benchmarks"]:
        name = row.get("run_name", row["name"]).split("/")
        if len(name) < 6 or name[5] != "uniform" or not name[4].startswith("n:") or "x_copy" not in row:
            continue
        if row.get("run_type") == "aggregate" and row.get("aggregate_name") != "median":
            continue
        seen.setdefault((name[0], name[2], name[3]), {})[int(name[4][2:])] = row
    return {
        key: Measured(1e9 / rows[4096]["elements/s"], rows[1 << 24]["x_copy"])
        for key, rows in seen.items()
        if 4096 in rows and 1 << 24 in rows
    }


def special_table(target: Target, path: Path | None) -> list[str]:
    """By operation, the time of special arguments relative to usual ones (bench/special.h): the medians."""
    ratios: dict[str, dict[str, float]] = {}
    for row in json.loads(path.read_text())["benchmarks"] if path else []:
        name = row.get("run_name", row["name"]).split("/")
        median = row.get("run_type") != "aggregate" or row.get("aggregate_name") == "median"
        if len(name) >= 7 and name[0] == "special" and name[3] == target.build and median and "x_usual" in row:
            ratios.setdefault(name[1], {})[name[6]] = row["x_usual"]
    if not ratios:
        return []
    places = list(dict.fromkeys(place for row in ratios.values() for place in row))
    heads = ["operation"] + [place.replace(":", " near ").replace("_", " ") for place in places]
    lines = [f"### {target.build}: special arguments", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for operation in (name for name in elementwise_operations() if name in ratios):
        row = ratios[operation]
        lines.append("| " + " | ".join([operation] + [f"{row[place]:.2f}" if place in row else "" for place in places]) + " |")
    return lines + [""]


def elementwise_operations() -> list[str]:
    """In the registry's order. Not gradients, gates and epilogues, whose loops do not store four vectors."""
    registry = Path(__file__).parent.parent / "kernels" / "registry.def"
    return re.findall(r"^VACT_OP\((\w+), +\w+, +UNARY,", registry.read_text(), re.MULTILINE)


def table(target: Target, build: Path, measured: dict[tuple[str, str, str], Measured]) -> list[str]:
    with_figures = any(key[1] == target.build for key in measured)
    heads = ["operation", "variant", "instructions"]
    for cpu in target.cpus:
        heads += [f"{cpu}: cycles", "bound by"]
    heads += ["ns an element, 16 KiB", "x copy, 64 MiB"] if with_figures else []
    operations = elementwise_operations()
    lines = [f"## {target.build}", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    rows: dict[str, str] = {}
    for variant in VARIANTS:
        paths = sorted(build.rglob(f"kernels_{target.build}_{variant}.c.o"))
        for symbol, code in functions(target, paths[0]).items() if paths else []:
            name = re.fullmatch(r"(\w+)_unary_fours", symbol)  # loop/fours.inc.h
            if name is None or name[1] not in operations:
                continue
            loop = main_loop(target, code)
            cells = [name[1], variant, f"{len(loop) / 4:g}" if loop else ""]
            calls = any(re.match(CALL, i.text) for i in loop or [])
            for cpu in target.cpus:
                found = model(target, cpu, loop) if loop and not calls else None
                reason = "a call" if loop else "no loop recognised"
                cells += [f"{found.cycles:.1f}", found.bound] if found else ["", f"not modelled: {reason}"]
            if with_figures:
                figures = measured.get((name[1], target.build, variant))
                cells += [f"{figures.ns:.3f}", f"{figures.copy:.2f}"] if figures else ["", ""]
            rows[name[1]] = "| " + " | ".join(cells) + " |"
    return lines + [rows[name] for name in operations if name in rows] + [""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="build folder for this machine")
    parser.add_argument("--arm", type=Path, help="build folder for AArch64")
    parser.add_argument("--bench", type=Path, help="report of vact_bench in JSON")
    options = parser.parse_args()
    measured = measurements(options.bench)
    for target in TARGETS:
        build = options.arm if target.build == "neon" else options.build
        if build is not None:
            print("\n".join(table(target, build, measured) + special_table(target, options.bench)))


if __name__ == "__main__":
    main()
