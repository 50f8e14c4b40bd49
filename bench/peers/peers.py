"""vact compared with other libraries: time relative to copying and largest error of each, in one process.

./dev bench --peers builds what it needs and runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # among the sources

# Before any library starts: limit each to one thread.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import measure
import narrow
import picture
import report
from calls import Library
from libraries import Worst, find_libraries, load, names_of

ROOT = Path(__file__).resolve().parents[2]
CALL_ELEMENTS = 16


def read_arguments() -> argparse.Namespace:
    """Those of the command line."""
    parser = argparse.ArgumentParser(
        prog="./dev bench --peers",
        description="Compares vact with PyTorch, ONNX Runtime, NumPy, oneDNN, SLEEF and libmvec: time relative to "
        "copying (the faster of memcpy and streaming stores), and the largest error. Gradients are compared with "
        "PyTorch's.",
    )
    parser.add_argument("--op", metavar="REGEX", default="", help="the operations whose whole name it matches")
    parser.add_argument(
        "--type", choices=["f32", *narrow.TYPES], default="f32", help="of the elements; others than f32: unary operations"
    )
    parser.add_argument("--quick", action="store_true", help="few turns and inputs, one distribution, no 64 MiB")
    for name in ("XNNPACK", "ggml"):
        parser.add_argument(
            f"--{name.lower()}",
            metavar="DIR",
            type=Path,
            help=f"compare with {name}, whose include/ and lib/ are there: cmake --install has put them there, of a "
            "shared build or one with CMAKE_POSITION_INDEPENDENT_CODE",
        )
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


def build(arguments: argparse.Namespace) -> Path:
    """The C part, with oneDNN from among Python's packages and the libraries that the arguments name."""
    folder = ROOT / "build"
    places = {"ONEDNN": Path(sys.prefix), "XNNPACK": arguments.xnnpack, "GGML": arguments.ggml}
    options = [f"-DVACT_PEERS_{name}={path.resolve() if path else ''}" for name, path in places.items()]
    for step in (["-S", ROOT, "-B", folder, *options], ["--build", folder, "--target", "vact_peers_all", "--parallel"]):
        done = subprocess.run(["cmake", *step], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stdout)
    return folder / "libvact_peers_all.so"


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
        vact = next(library for library in self.libraries if library.name == measure.VACT)
        self.memory = measure.Memory(self.c, vact, self.distributions, most)

    def has_peer(self, case: measure.Case) -> bool:
        """Whether any library but vact has it, and vact too."""
        places = self.memory.places(case, self.distributions[0], 1 << 17)
        names = set(measure.open_all(self.libraries, case.operation, places)) - {*measure.COPIES}
        return measure.VACT in names and len(names) > 1

    def errors(self, case: measure.Case) -> dict[str, dict[str, Any]]:
        """By library."""
        errors = measure.Errors(self.c, self.libraries, case)
        if case.cols is not None or (case.gradient and self.c.peers_takes_output(case.operation.encode())):
            found = errors.rows() if case.cols is not None else errors.all_inputs(self.effort.stride)
            return {name: {"all": error_entry(worst), "tail": None} for name, worst in found.items()}
        tail = errors.tail(self.effort.tail_stride)
        return {
            name: {"all": error_entry(worst), "tail": error_entry(tail[name])}
            for name, worst in errors.all_inputs(self.effort.stride).items()
        }

    def measure(self, case: measure.Case) -> dict[str, Any]:
        """One entry of the saved form."""
        entry: dict[str, Any] = {"operation": case.operation, "cols": case.cols, "gradient": case.gradient}
        entry["errors"] = self.errors(case)
        entry["times"] = []
        for size, bytes_ in self.sizes.items():
            for distribution in self.distributions:
                places = self.memory.places(case, distribution, bytes_)
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
        short = self.memory.short(case, CALL_ELEMENTS)
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
            "without_peer": [str(case) for case in cases if not case.gradient and case not in with_peer],
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
        library = arguments.library or build(arguments)
        if arguments.type != "f32":
            return narrow.compare(library, arguments.type, arguments.op, arguments.quick, arguments.check)
        saved = arguments.json or ROOT / "build" / "peers.json"
        if not os.access(saved.parent, os.W_OK):
            say(f"cannot write into {saved.parent}")
            return 1
        run = Run(library, arguments.quick)
        for name, folder in (("XNNPACK", arguments.xnnpack), ("ggml", arguments.ggml)):
            if folder and name not in [library.name for library in run.libraries]:
                say(f"no {name} with include/ and lib/ in {folder}")
                return 2
        result = run.all(arguments.op, saved)
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
