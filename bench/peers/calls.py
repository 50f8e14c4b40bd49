"""What measure.py sees of the libraries: operations over given arrays that can be timed."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from time import perf_counter  # CLOCK_MONOTONIC, as in peers.c
from typing import Any, Protocol

PRELU_SLOPE = 0.25


@dataclass(frozen=True)
class Arrays:
    """Addresses of the input and of the output, and their common shape. With dy the gradient is meant, from the operation's
    output as input where peers_takes_output says so."""

    src: int
    dst: int
    rows: int
    cols: int
    dy: int | None = None


class Call(Protocol):
    """One operation over given arrays."""

    allocates: bool  # whether every call makes a new array, there being no other way to call it

    def seconds(self, calls: int) -> float:
        """Runs it so many times; returns the seconds by CLOCK_MONOTONIC."""

    def run(self) -> None:
        """Runs it once; the result is in the output array whether it allocates or not."""


class Library(Protocol):
    """A library that is installed."""

    name: str
    version: str

    def open(self, operation: str, arrays: Arrays) -> Call | None:
        """None where the library has no such operation or gradient."""


class PythonCall:
    """A function without arguments; `store` takes what it returns to the output where it allocates."""

    def __init__(self, function: Callable[[], Any], store: Callable[[Any], object] | None = None) -> None:
        self._function = function
        self._store = store
        self.allocates = store is not None

    def seconds(self, calls: int) -> float:
        function = self._function
        start = perf_counter()
        for _ in repeat(None, calls):
            function()
        return perf_counter() - start

    def run(self) -> None:
        result = self._function()
        if self._store is not None:
            self._store(result)


def buffer(address: int, arrays: Arrays, element: Any = ctypes.c_float) -> Any:
    """The elements at an address, as an object with Python's buffer interface."""
    return (element * (arrays.rows * arrays.cols)).from_address(address)
