"""16-bit elements, side by side with PyTorch and ONNX Runtime: time by measure.py's method, and errors over all 65,536
inputs of what works element by element."""

from __future__ import annotations

import ctypes
import gc
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import measure
from calls import Arrays, Call, Library
from libraries import CCall, OnnxRuntime, load, names_of
from pytorch import Torch

TYPES = ("bf16", "f16")
CODES = {"bf16": 1, "f16": 2}  # vact_type
BYTES = 2
ALL = 1 << 16
LIMIT = 1.03  # of each peer's time
COLUMNS = 1024  # of softmax's rows


@dataclass(frozen=True)
class Format:
    """A format's significand and exponents, and what the libraries call it."""

    digits: int
    least: int
    torch: str
    onnx: str


FORMATS = {"bf16": Format(8, -126, "bfloat16", "BFLOAT16"), "f16": Format(11, -14, "float16", "FLOAT16")}


class Vact:
    """vact's unary operations, softmax and log_softmax, called from C."""

    name = measure.VACT

    def __init__(self, c: ctypes.CDLL, code: int) -> None:
        self._c = c
        self._code = code
        self.version = c.peers_version(b"vact").decode()

    def open(self, operation: str, arrays: Arrays) -> Call | None:
        """None where it has none."""
        handle = self._c.peers_open_narrow(
            operation.encode(), self._code, arrays.dst, arrays.src, arrays.rows, arrays.cols
        )
        return None if handle is None else CCall(self._c, handle)


class Copy:
    """A copy of as many bytes."""

    def __init__(self, c: ctypes.CDLL, name: str) -> None:
        self._c = c
        self.name = name
        self.version = ""

    def open(self, operation: str, arrays: Arrays) -> Call | None:
        """Of any operation."""
        floats = arrays.rows * arrays.cols // 2
        handle = self._c.peers_open(self.name.encode(), operation.encode(), arrays.dst, arrays.src, None, 1, floats)
        return None if handle is None else CCall(self._c, handle)


def libraries(c: ctypes.CDLL, kind: str) -> list[Library]:
    """The copies, vact and the peers that are installed."""
    found: list[Library] = [Copy(c, name) for name in measure.COPIES if c.peers_version(name.encode())]
    found.append(Vact(c, CODES[kind]))
    for make in (lambda: Torch(FORMATS[kind].torch), lambda: OnnxRuntime(FORMATS[kind].onnx)):
        try:
            found.append(make())
        except ImportError as error:
            print(f"absent: {error}")
    return found


# -------------------------------------------------------------------------------------------------------- error


class Errors:
    """Over all inputs, against the double oracle."""

    def __init__(self, c: ctypes.CDLL, kind: str) -> None:
        import numpy

        self._numpy = numpy
        self._kind = kind
        self._c = c
        self._format = FORMATS[kind]
        self._src = numpy.arange(ALL, dtype=numpy.uint16)
        self._dst = numpy.zeros(ALL, dtype=numpy.uint16)
        self._values = self._floats(self._src)

    def _floats(self, bits: Any) -> Any:
        if self._kind == "bf16":
            return (bits.astype(self._numpy.uint32) << 16).view(self._numpy.float32)
        return bits.view(self._numpy.float16).astype(self._numpy.float32)

    def exact(self, operation: str) -> Any:
        """The exact values as doubles."""
        exact = self._numpy.zeros(ALL)
        self._c.peers_exact(
            operation.encode(), exact.ctypes.data, None, self._values.ctypes.data, 1, ALL
        )
        return exact

    def of(self, library: Library, operation: str, exact: Any) -> tuple[float, int] | None:
        """The largest error in ULP, and how many results are not the nearest; where the oracle cannot tell, none is."""
        np = self._numpy
        call = library.open(operation, Arrays(self._src.ctypes.data, self._dst.ctypes.data, 1, ALL))
        if call is None:
            return None
        call.run()
        with np.errstate(invalid="ignore"):  # signalling NaNs
            computed = self._floats(self._dst).astype(np.float64)
        limit = 2.0 ** (128 if self._kind == "bf16" else 16)
        clipped = np.where(np.isinf(computed), np.copysign(limit, computed), computed)
        number = np.isfinite(self._values) & np.isfinite(exact) & ~np.isnan(computed)
        _, exponent = np.frexp(np.where(number, exact, 1.0))
        exponent = np.where(exact == 0.0, self._format.least, np.maximum(exponent - 1, self._format.least))
        place = exponent - self._format.digits + 1
        steps = np.ldexp(np.abs(np.where(number, exact, 0.0)), -place)
        beyond = np.abs(exact) >= limit * (1.0 - 2.0 ** -(self._format.digits + 1))
        error = np.where(number, np.ldexp(np.abs(clipped - np.where(number, exact, 0.0)), -place), 0.0)
        error = np.where(beyond & np.isinf(computed), 0.0, error)
        undecided = np.abs(steps - np.floor(steps) - 0.5) <= steps * 2.0**-40
        lost = np.isnan(computed) != np.isnan(exact)
        wrong = int(np.sum(((error > 0.5) & ~undecided) | (lost & ~np.isnan(self._values))))
        return float(error.max()), wrong


# --------------------------------------------------------------------------------------------------------- time


def places_of(c: ctypes.CDLL, kind: str, memory: tuple[int, int], size: int, cols: int | None) -> list[Arrays]:
    """Arrays of so many bytes, filled, with rows of `cols`; several where they fit into a cache."""
    src, dst = memory
    warm = size <= measure.WARM_BYTES
    n = size // BYTES
    made = []
    for offset in range(0, measure.PLACES * measure.PLACE_BYTES, measure.PLACE_BYTES) if warm else range(1):
        c.peers_narrow(CODES[kind], src + offset, c.peers_input(b"uniform", min(n, 1 << 24)), min(n, 1 << 24))
        if n > 1 << 24:
            ctypes.memmove(src + offset + (BYTES << 24), src + offset, BYTES * (n - (1 << 24)))
        made.append(Arrays(src + offset, dst + offset, n // (cols or n), cols or n))
    return made


def times_of(
    c: ctypes.CDLL, found: list[Library], operation: str, places: list[Arrays], effort: measure.Effort
) -> dict[str, dict[str, float]]:
    """By library: seconds, to copy, and vact's time to its own."""
    contenders = measure.open_all(found, operation, places)
    gc.collect()
    gc.disable()
    seconds = measure.rotate(c, contenders, effort, len(places) > 1)
    gc.enable()
    copies = [seconds[name] for name in measure.COPIES if name in seconds]
    return {
        name: {
            "copy": max(median(a / b for a, b in zip(own, copy)) for copy in copies),
            "vact": median(a / b for a, b in zip(seconds[measure.VACT], own)),
        }
        for name, own in seconds.items()
    }


def rows_of(
    c: ctypes.CDLL, kind: str, pattern: str, effort: measure.Effort, sizes: dict[str, int]
) -> Iterator[tuple[str, str, dict[str, dict[str, float]], dict[str, tuple[float, int] | None]]]:
    """Operation, size, times and errors."""
    found = libraries(c, kind)
    errors = Errors(c, kind)
    memory = (c.peers_array(), c.peers_output())
    for operation in names_of(c.peers_operation):
        if not re.fullmatch(pattern or ".*", operation):
            continue
        cols = COLUMNS if c.peers_works_on_rows(operation.encode()) else None
        opened = measure.open_all(found, operation, places_of(c, kind, memory, 1 << 14, cols))
        if measure.VACT not in opened or not set(opened) - {measure.VACT, *measure.COPIES}:
            continue
        exact = errors.exact(operation) if cols is None else None
        wrong = {
            library.name: errors.of(library, operation, exact) if cols is None else None
            for library in found
            if library.name in opened
        }
        for size, count in sizes.items():
            yield operation, size, times_of(c, found, operation, places_of(c, kind, memory, count, cols), effort), wrong


def compare(library: Path, kind: str, pattern: str, quick: bool, check: bool) -> int:
    """Prints the table; the exit status, 1 where the check fails."""
    c = load(library)
    effort = measure.QUICK if quick else measure.THOROUGH
    sizes = {k: v for k, v in measure.SIZES.items() if not quick or v <= measure.WARM_BYTES}
    slow: list[str] = []
    shown = 0
    print(f"{kind}: time relative to a copy of the same bytes; vact's time relative to the peer's; the largest error in")
    print("ULP and how many of 65,536 results are not the nearest.\n")
    print(f"{'operation':<16} {'size':<8} {'library':<14} {'x copy':>7} {'vact to it':>10} {'error':>9} {'wrong':>6}")
    for operation, size, times, wrong in rows_of(c, kind, pattern, effort, sizes):
        shown += 1
        for name, time in times.items():
            if name in measure.COPIES:
                continue
            error = wrong[name]
            text = f"{error[0]:9.4g} {error[1]:6d}" if error else f"{'-':>9} {'-':>6}"
            print(f"{operation:<16} {size:<8} {name:<14} {time['copy']:7.2f} {time['vact']:10.3f} {text}", flush=True)
            if name != measure.VACT and time["vact"] > LIMIT:
                slow.append(f"{operation} at {size}: {time['vact']:.3f} of {name}'s time")
    if shown == 0:
        print(f"no operation that a peer has is called {pattern!r}")
        return 2
    print(f"\nslower than {LIMIT} of a peer's time: {len(slow)}")
    for line in slow:
        print(f"    {line}")
    return 1 if check and slow else 0
