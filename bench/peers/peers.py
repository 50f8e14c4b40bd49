"""vact compared with other libraries: time relative to copying and largest error of each, in one process.

./dev bench --peers builds what it needs and runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # among the sources

# Before any library starts: limit each to one thread.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import measure
import picture
import report
from libraries import Arrays, Library, Worst, find_libraries, load, names_of

ROOT = Path(__file__).resolve().parents[2]
CALL_ELEMENTS = 16


def read_arguments() -> argparse.Namespace:
    """Those of the command line."""
    parser = argparse.ArgumentParser(
        prog="./dev bench --peers",
        description="Compares vact with PyTorch, ONNX Runtime, NumPy, oneDNN, SLEEF and libmvec: time relative to "
        "copying (the faster of memcpy and streaming stores), and the largest error.",
    )
    parser.add_argument("--op", metavar="REGEX", default="", help="the operations whose whole name it matches")
    parser.add_argument("--quick", action="store_true", help="few turns and inputs, one distribution, no 64 MiB")
    parser.add_argument("--json", metavar="FILE", type=Path, help="where it is saved (default: build/peers.json)")
    parser.add_argument(
        "--picture", metavar="FILE", type=Path, help="default: docs/peers.svg of a whole run, else build/peers.svg"
    )
    parser.add_argument(
        "--from", dest="saved", metavar="FILE", type=Path, nargs="+", help="measure nothing, report what they have"
    )
    parser.add_argument("--check", action="store_true", help="exit status 1 where the verdict is NO")
    parser.add_argument("--library", metavar="FILE", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        re.compile(arguments.op)
    except re.error as error:
        parser.error(f"--op: {error}")
    return arguments


def say(text: str) -> None:
    """Progress, apart from the table."""
    print(text, file=sys.stderr, flush=True)


def cpu_name() -> str:
    """As Linux calls it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown CPU")


def error_entry(worst: Worst) -> dict[str, Any]:
    """JSON has neither NaN nor infinity: inputs are text."""
    return {
        "ulp": worst.ulp,
        "input": f"{worst.input:.9g}",
        "wrong": worst.wrong,
        "wrong_input": f"{worst.wrong_input:.9g}" if worst.wrong else None,
        "count": worst.count,
    }


def save(result: report.Result, path: Path) -> None:
    """The file is whole at any time."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


class Run:
    """Everything that is measured with one effort."""

    def __init__(self, library: Path, quick: bool) -> None:
        self.c = load(library)
        self.libraries: list[Library]
        self.libraries, self.absent = find_libraries(self.c)
        self.effort = measure.QUICK if quick else measure.THOROUGH
        self.sizes = {k: v for k, v in measure.SIZES.items() if not quick or v <= measure.WARM_BYTES}
        self.distributions = measure.DISTRIBUTIONS[:1] if quick else measure.DISTRIBUTIONS
        most = max(*self.sizes.values(), measure.PLACES * measure.PLACE_BYTES) // measure.FLOAT
        self.inputs = {name: self.c.peers_input(name.encode(), most) for name in self.distributions}
        self.output = self.c.peers_output()

    def has_peer(self, case: measure.Case) -> bool:
        """Whether any library but vact has it."""
        rows, cols = case.shape(1 << 15)
        arrays = Arrays(self.inputs[self.distributions[0]], self.output, rows, cols)
        names = measure.open_all(self.libraries, case.operation, [arrays])
        return bool(set(names) - {*measure.COPIES, measure.VACT})

    def errors(self, case: measure.Case) -> dict[str, dict[str, Any]]:
        """By library."""
        errors = measure.Errors(self.c, self.libraries, case)
        if case.cols is not None:
            return {name: {"all": error_entry(worst), "tail": None} for name, worst in errors.rows().items()}
        tail = errors.tail(self.effort.tail_stride)
        return {
            name: {"all": error_entry(worst), "tail": error_entry(tail[name])}
            for name, worst in errors.all_inputs(self.effort.stride).items()
        }

    def measure(self, case: measure.Case) -> dict[str, Any]:
        """One entry of the saved form."""
        entry: dict[str, Any] = {"operation": case.operation, "cols": case.cols, "errors": self.errors(case)}
        entry["times"] = []
        for size, bytes_ in self.sizes.items():
            for distribution in self.distributions:
                places = measure.places_of(case, bytes_, self.inputs[distribution], self.output)
                if not places:
                    continue
                times, entry["allocates"] = measure.measure_time(self.c, self.libraries, case, places, self.effort)
                entry["times"].append(
                    {
                        "size": size,
                        "distribution": distribution,
                        "libraries": {name: asdict(time) for name, time in times.items()},
                    }
                )
        start = self.inputs[self.distributions[0]]
        short = [Arrays(start, self.output, 1, CALL_ELEMENTS)] * 2
        times, _ = measure.measure_time(self.c, self.libraries, case, short, self.effort)
        entry["call_seconds"] = {name: time.seconds for name, time in times.items()}
        return entry

    def all(self, pattern: str, saved: Path) -> report.Result:
        """The saved form; what has been measured is in the file after each operation."""
        operations = [name for name in names_of(self.c.peers_operation) if re.fullmatch(pattern or ".*", name)]
        on_rows = {name: bool(self.c.peers_works_on_rows(name.encode())) for name in operations}
        cases = list(measure.cases_of(operations, on_rows))
        with_peer = [case for case in cases if self.has_peer(case)]
        result: report.Result = {
            "cpu": cpu_name(),
            "libraries": {library.name: library.version for library in self.libraries},
            "absent": self.absent,
            "stride": self.effort.stride,
            "tail_stride": self.effort.tail_stride,
            "without_peer": [str(case) for case in cases if case not in with_peer],
            "operations": [],
        }
        for i, case in enumerate(with_peer):
            say(f"{i + 1}/{len(with_peer)} {case}")
            result["operations"].append(self.measure(case))
            save(result, saved)
        return result


def read_saved(paths: list[Path]) -> report.Result:
    """Several runs as one: the first, with the operations of all."""
    results: list[report.Result] = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    for key in ("without_peer", "operations"):
        results[0][key] = [entry for result in results for entry in result[key]]
    return results[0]


def main() -> int:
    """The exit status."""
    arguments = read_arguments()
    if arguments.saved:
        result = read_saved(arguments.saved)
    else:
        library = arguments.library or ROOT / "build" / "libvact_peers.so"
        saved = arguments.json or ROOT / "build" / "peers.json"
        if not os.access(saved.parent, os.W_OK):
            say(f"cannot write into {saved.parent}")
            return 1
        result = Run(library, arguments.quick).all(arguments.op, saved)
        if not result["operations"]:
            say(f"no operation that a peer has is called {arguments.op!r}")
            return 2
    for line in report.table(result):
        print(line)
    good, lines = report.verdict(result)
    print()
    print("\n".join(lines))
    whole = not (arguments.quick or arguments.op or arguments.saved or result["absent"])
    drawing = arguments.picture or (ROOT / "docs" / "peers.svg" if whole else ROOT / "build" / "peers.svg")
    try:
        picture.draw(result, drawing)
    except FileNotFoundError:
        say("no picture: gnuplot is not installed")
    return 1 if arguments.check and not good else 0


if __name__ == "__main__":
    sys.exit(main())
