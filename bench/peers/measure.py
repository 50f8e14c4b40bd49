"""Time and error of the libraries, side by side: bench/measure.c's method, over calls from C and from Python."""

from __future__ import annotations

import ctypes
import gc
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from calls import Arrays, Call, Library
from libraries import DEEPER, Worst

COPIES = ("memcpy", "stream")
VACT = "vact"

FLOAT = 4
SIZES = {"16 KiB": 16 << 10, "512 KiB": 512 << 10, "64 MiB": 64 << 20}
DISTRIBUTIONS = ("uniform", "normal")

# Up to this size arrays fit into a cache: each slice of time first loads them. They use several places in memory in
# turn, since speed depends on the pages of an array. Beyond this size a slice is one call.
WARM_BYTES = 2 << 20
PLACES = 4
PLACE_BYTES = 4 << 20


# The stack depth of a turn changes too (peers_deeper), over all depths modulo a page.
PAGE = 4096
STACK_STEP = 1024 + 16


@dataclass(frozen=True)
class Effort:
    """How much time is spent."""

    slice_seconds: float  # one library's share of a turn
    turn_seconds: float  # all turns together
    fewest_turns: int
    most_turns: int
    stride: int  # through the bits of all inputs
    tail_stride: int  # of [-14, -3]


THOROUGH = Effort(100e-6, 2.0, 9, 401, 257, 17)
QUICK = Effort(50e-6, 0.05, 5, 101, 65537, 1009)


@dataclass(frozen=True)
class Case:
    """An operation or its gradient, and for one on rows their length."""

    operation: str
    cols: int | None = None
    gradient: bool = False

    def shape(self, n: int) -> tuple[int, int]:
        """At most n elements; no rows where not even one fits."""
        return (1, n) if self.cols is None else (n // self.cols, self.cols)

    def __str__(self) -> str:
        name = f"{self.operation}, gradient" if self.gradient else self.operation
        return name if self.cols is None else f"{name}, {self.cols}"


@dataclass
class Time:
    """Medians over all turns."""

    seconds: float  # a call
    to_copy: float  # against copy (../yardstick.h), in the same turn
    to_vact: float


# --------------------------------------------------------------------------------------------------------- time


def calls_in_slice(call: Call, wanted: float) -> int:
    """The number of calls in a slice, from the shortest of some trials: an interruption looks like slow calls."""
    calls = 1
    while True:
        seconds = min(call.seconds(calls) for _ in range(3))
        if seconds >= wanted:
            return calls
        calls = ceil(calls * wanted / seconds) if seconds >= wanted / 4 else calls * 2


def rotate(c: ctypes.CDLL, contenders: dict[str, list[Call]], effort: Effort, warm: bool) -> dict[str, list[float]]:
    """The seconds of a call, for each contender turn by turn. Each turn has another order, so that what one leaves in the
    caches does not always meet the same other."""
    names = list(contenders)
    calls = {
        name: calls_in_slice(places[0], effort.slice_seconds) if warm else 1 for name, places in contenders.items()
    }
    once = sum(places[0].seconds(calls[name]) for name, places in contenders.items())
    turns = min(max(int(effort.turn_seconds / once), effort.fewest_turns), effort.most_turns)
    seconds: dict[str, list[float]] = {name: [] for name in names}

    def one_turn() -> None:
        turn = len(seconds[names[-1]])
        for name in random.Random(turn).sample(names, len(names)):
            call = contenders[name][turn // len(names) % len(contenders[name])]
            if warm:
                call.seconds(calls[name] // 8 + 1)
            seconds[name].append(call.seconds(calls[name]) / calls[name])

    callback = DEEPER(one_turn)
    for turn in range(turns):
        c.peers_deeper(turn * STACK_STEP % PAGE, callback)
        if any(len(own) != turn + 1 for own in seconds.values()):  # ctypes only prints what a callback raises
            raise RuntimeError("a turn ended early")
    return seconds


class Memory:
    """The arrays of all measurements of time."""

    def __init__(self, c: ctypes.CDLL, vact: Library, distributions: Sequence[str], elements: int) -> None:
        self._c = c
        self._vact = vact
        self._inputs = {name: c.peers_input(name.encode(), elements) for name in distributions}
        self._dst = c.peers_output()
        self._outputs = c.peers_array()
        self._dy = c.peers_array()  # in no input's own memory
        c.peers_scale(self._dy, self._inputs[distributions[-1]], elements, -0.5)

    def _place(self, case: Case, distribution: str, rows: int, cols: int, offset: int) -> Arrays:
        src, dst = self._inputs[distribution] + offset, self._dst + offset
        if not case.gradient:
            return Arrays(src, dst, rows, cols)
        if self._c.peers_takes_output(case.operation.encode()):
            forward = self._vact.open(case.operation, Arrays(src, self._outputs + offset, rows, cols))
            if forward is not None:
                forward.run()
            src = self._outputs + offset
        return Arrays(src, dst, rows, cols, self._dy + offset)

    def places(self, case: Case, distribution: str, size: int) -> list[Arrays]:
        """Where the arrays of a size stand; none where the rows are longer than that."""
        rows, cols = case.shape(size // FLOAT)
        if rows == 0:
            return []
        offsets = range(0, PLACES * PLACE_BYTES, PLACE_BYTES) if size <= WARM_BYTES else range(1)
        return [self._place(case, distribution, rows, cols, offset) for offset in offsets]

    def short(self, case: Case, elements: int) -> list[Arrays]:
        """One row of so many."""
        return [self._place(case, next(iter(self._inputs)), 1, elements, 0)] * 2


def open_all(libraries: list[Library], operation: str, places: list[Arrays]) -> dict[str, list[Call]]:
    """The calls of each library that has the operation, one per place."""
    opened: dict[str, list[Call]] = {}
    for library in libraries:
        calls = [call for call in (library.open(operation, place) for place in places) if call is not None]
        if calls:
            opened[library.name] = calls
    return opened


def measure_time(
    c: ctypes.CDLL, libraries: list[Library], case: Case, places: list[Arrays], effort: Effort
) -> tuple[dict[str, Time], list[str]]:
    """Times of all that have the operation, and which of them allocate."""
    contenders = open_all(libraries, case.operation, places)
    warm = len(places) > 1
    gc.collect()
    gc.disable()
    seconds = rotate(c, contenders, effort, warm)
    gc.enable()
    copies = [seconds[name] for name in COPIES if name in seconds]
    times = {
        name: Time(
            median(own),
            max(median(a / b for a, b in zip(own, copy)) for copy in copies),
            median(a / b for a, b in zip(own, seconds[VACT])),
        )
        for name, own in seconds.items()
    }
    return times, [name for name, calls in contenders.items() if calls[0].allocates]


# -------------------------------------------------------------------------------------------------------- error

BLOCK = 1 << 17
SPARE = 32  # XNNPACK loads whole vectors
TAIL = (0xC0400000, 0xC1600000)  # the bits of -3 and of -14
ROW_FACTORS = (1.0, 12.5)  # uniform in [-8, 8] and in [-100, 100]


class Errors:
    """Compares libraries with the oracle, block by block. An elementwise gradient is that for dy = 1."""

    def __init__(self, c: ctypes.CDLL, libraries: list[Library], case: Case) -> None:
        self._c = c
        self._operation = case.operation.encode()
        self._src = (ctypes.c_float * (BLOCK + SPARE))()
        self._exact = (ctypes.c_double * BLOCK)()
        self._dst = c.peers_output()
        self._rows, self._cols = case.shape(BLOCK)
        self._n = self._rows * self._cols
        src, self._dy = ctypes.addressof(self._src), None
        if case.gradient:
            self._ones = (ctypes.c_float * BLOCK)(*[1.0] * BLOCK)
            self._dy = ctypes.addressof(self._ones) if case.cols is None else c.peers_input(b"normal", BLOCK)
        arrays = Arrays(src, self._dst, self._rows, self._cols, self._dy)
        opened = open_all([library for library in libraries if library.name not in COPIES], case.operation, [arrays])
        self._calls = {name: calls[0] for name, calls in opened.items()}
        # A row's gradient is from its output.
        vact = next(library for library in libraries if library.name == VACT)
        self._forward = vact.open(case.operation, Arrays(src, src, self._rows, self._cols)) if case.gradient else None

    def _add(self, worst: dict[str, Worst], n: int) -> None:
        """The errors of the first n results."""
        self._c.peers_exact(self._operation, self._exact, self._dy, self._src, self._rows, self._cols)
        for name, call in self._calls.items():
            ctypes.memset(self._dst, 0xFF, n * FLOAT)  # NaN: a call that fails has no other's results
            call.run()
            self._c.peers_errors(
                worst[name], self._operation, self._dst, self._exact, self._dy, self._src, n, self._cols
            )

    def _new(self) -> dict[str, Worst]:
        return {name: Worst() for name in self._calls}

    def _stride(self, worst: dict[str, Worst], first: int, last: int, stride: int) -> None:
        for start in range(first, last + 1, self._n * stride):
            self._c.peers_patterns(self._src, self._n, start, stride)
            self._add(worst, min(self._n, (last - start) // stride + 1))

    def all_inputs(self, stride: int) -> dict[str, Worst]:
        """Every stride-th of the 2^32 inputs, and the special values."""
        worst = self._new()
        self._stride(worst, 0, 0xFFFFFFFF, stride)
        self._add(worst, self._c.peers_specials(self._src, self._n))
        return worst

    def tail(self, stride: int) -> dict[str, Worst]:
        """Every stride-th of those in [-14, -3]."""
        worst = self._new()
        self._stride(worst, *TAIL, stride)
        return worst

    def rows(self) -> dict[str, Worst]:
        """Rows of both distributions, narrow and wide."""
        worst = self._new()
        for distribution in DISTRIBUTIONS:
            for factor in ROW_FACTORS:
                drawn = self._c.peers_input(distribution.encode(), self._n)
                self._c.peers_scale(self._src, drawn, self._n, factor)
                if self._forward is not None:
                    self._forward.run()
                self._add(worst, self._n)
        return worst


def cases_of(operations: list[str], on_rows: dict[str, bool]) -> Iterator[Case]:
    """Each operation, then each gradient; those on rows with rows of a hidden layer's and of a vocabulary's size."""
    for gradient in (False, True):
        for operation in operations:
            for cols in (1024, 32000) if on_rows[operation] else (None,):
                yield Case(operation, cols, gradient)
