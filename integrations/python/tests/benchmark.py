#!/usr/bin/env python3
"""What a call costs through the package, beside NumPy's own composition: benchmark.py [SECONDS]

Both calls are timed in turn, for SECONDS (default 0.5) each size; the smallest time of a call counts. Nothing else may run
on the machine: times under load say nothing.
"""
import sys
import time
from collections.abc import Callable

import numpy as np
import vact

SIZES = {"16 elements": 16, "512 KiB": 512 * 1024 // 4, "64 MiB": 64 * 1024 * 1024 // 4}


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def gelu_tanh(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)))


# name: vact's call, with an array for the result, and NumPy's composition
CALLS: dict[str, tuple[Callable[..., object], Callable[[np.ndarray], object]]] = {
    "relu": (vact.relu, lambda x: np.maximum(x, 0)),
    "silu": (vact.silu, lambda x: x * sigmoid(x)),
    "gelu_tanh": (vact.gelu_tanh, gelu_tanh),
    "tanh": (vact.tanh, np.tanh),
    "swiglu": (lambda x, out: vact.swiglu(x, x, out), lambda x: x * sigmoid(x) * x),
    "softmax": (lambda x, out: vact.softmax(x, -1, out), softmax),
}


def in_turn(functions: list[Callable[[], object]], seconds: float) -> list[float]:
    """The smallest time of each, in nanoseconds, over batches of at least 50 microseconds."""
    start = time.perf_counter_ns()
    for function in functions:
        function()
    batch = max(1, 50_000 * len(functions) // max(time.perf_counter_ns() - start, 1))
    best = [float("inf")] * len(functions)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for i, function in enumerate(functions):
            start = time.perf_counter_ns()
            for _ in range(batch):
                function()
            best[i] = min(best[i], (time.perf_counter_ns() - start) / batch)
    return best


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
    print(f"vact {vact.__version__}, {vact.info()['isa']}, float32; nanoseconds a call\n")
    print(f"{'':12}{'':14}{'out=':>14}{'without':>14}{'NumPy':>14}{'NumPy / out=':>14}")
    for name, (call, composed) in CALLS.items():
        for size, n in SIZES.items():
            x = np.random.default_rng(1).normal(0, 2, n).astype(np.float32).reshape(-1, min(n, 1024))
            out = np.empty_like(x)
            bare = getattr(vact, name)
            without = (lambda x=x: vact.swiglu(x, x)) if name == "swiglu" else (lambda x=x, bare=bare: bare(x))
            times = in_turn([lambda x=x, out=out: call(x, out=out), without, lambda x=x: composed(x)], seconds)
            print(f"{name:12}{size:14}" + "".join(f"{t:14.0f}" for t in times) + f"{times[2] / times[0]:14.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
