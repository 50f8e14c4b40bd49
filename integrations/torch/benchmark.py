"""What a call costs through vact_torch and through PyTorch's own operator: python benchmark.py [--models] [--overhead]

Times of both calls are taken in turn, and the smallest of many counts. Errors beside are the largest of 65536 results in
ULP of the type, against PyTorch in double. Nothing else may run on the machine: times under load say nothing.
"""
import argparse
import copy
import math
import time

import torch
import torch.nn.functional as F
from torch import nn

import vact_torch
from vact_torch._library import OPERATIONS


def silu_and_mul(gate, up):
    return F.silu(gate) * up


# name: vact's call, PyTorch's, the exact function of doubles
CALLS = {
    "relu": (vact_torch.relu, F.relu, F.relu),
    "gelu": (vact_torch.gelu, F.gelu, lambda x: x * torch.special.erfc(x / -math.sqrt(2)) / 2),
    "gelu_tanh": (lambda x: vact_torch.gelu(x, "tanh"), lambda x: F.gelu(x, approximate="tanh"),
                  lambda x: x * torch.sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "silu": (vact_torch.silu, F.silu, F.silu),
    "tanh": (vact_torch.tanh, torch.tanh, torch.tanh),
    "sigmoid": (vact_torch.sigmoid, torch.sigmoid, torch.sigmoid),
    "mish": (vact_torch.mish, F.mish, F.mish),
    "softplus": (vact_torch.softplus, F.softplus, F.softplus),
    "softmax": (lambda x: vact_torch.softmax(x, -1), lambda x: F.softmax(x, -1), lambda x: F.softmax(x, -1)),
    "log_softmax": (lambda x: vact_torch.log_softmax(x, -1), lambda x: F.log_softmax(x, -1),
                    lambda x: F.log_softmax(x, -1)),
    "swiglu": (lambda x: vact_torch.swiglu(*x.chunk(2, -1)), lambda x: silu_and_mul(*x.chunk(2, -1)),
               lambda x: silu_and_mul(*x.chunk(2, -1))),
}
BYTES = {"16 elements": None, "512 KiB": 512 * 1024, "64 MiB": 64 * 1024 * 1024}
COLUMNS = 1024


def numbers(elements, dtype):
    x = torch.randn(elements, generator=torch.Generator().manual_seed(0)) * 2
    return x.to(dtype).reshape(-1, min(elements, COLUMNS))


def in_turn(functions, seconds):
    """The smallest time of each in seconds; batches of calls, so that the clock costs nothing."""
    start = time.perf_counter()
    for function in functions:
        function()
    once = (time.perf_counter() - start) / len(functions)
    batch = max(1, int(5e-5 / max(once, 1e-7)))
    best = [math.inf] * len(functions)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for i, function in enumerate(functions):
            start = time.perf_counter()
            for _ in range(batch):
                function()
            best[i] = min(best[i], (time.perf_counter() - start) / batch)
    return best


def ulp_error(y, exact):
    digits = {torch.float32: 23, torch.bfloat16: 7}[y.dtype]
    spacing = torch.exp2(torch.clamp(torch.floor(torch.log2(exact.abs())), min=-126) - digits)
    return ((y.double() - exact).abs() / spacing).max().item()


def calls(seconds):
    print("| operation | type | elements | threads | vact | PyTorch | ratio | ULP vact | ULP PyTorch |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for dtype in (torch.float32, torch.bfloat16):
        for name, (ours, theirs, exact) in CALLS.items():
            x = numbers(65536, dtype)
            best = exact(x.double())
            errors = ulp_error(ours(x), best), ulp_error(theirs(x), best)
            for size, count in BYTES.items():
                x = numbers(16 if count is None else count // dtype.itemsize, dtype)
                for threads in (1, 2):
                    torch.set_num_threads(threads)
                    a, b = in_turn([lambda: ours(x), lambda: theirs(x)], seconds)
                    print(f"| {name} | {str(dtype)[6:]} | {size} | {threads} | {a * 1e6:.2f} us | {b * 1e6:.2f} us | "
                          f"{a / b:.2f} | {errors[0]:.2f} | {errors[1]:.2f} |", flush=True)


def overhead(seconds):
    """Of a call on 16 elements: one operator for all operations, its parameters, and autograd in Python."""
    x = torch.randn(16)
    leaf = x.clone().requires_grad_()
    code = OPERATIONS["silu"].code
    plain, full = torch.ops.vact.unary_no_grad.default, torch.ops.vact.unary.default
    rows = {
        "F.silu": lambda: F.silu(x),
        "unary_no_grad(x, op)": lambda: plain(x, code),
        "unary_no_grad(x, op, a, b, c)": lambda: plain(x, code, 1.0, 1.0, 1.0),
        "unary(x, op), which has a gradient": lambda: full(x, code),
        "vact_torch.silu(x)": lambda: vact_torch.silu(x),
        "F.silu, x wants a gradient": lambda: F.silu(leaf),
        "vact_torch.silu, x wants a gradient": lambda: vact_torch.silu(leaf),
    }
    print("| call on 16 elements | ns |\n| --- | --- |")
    for name, best in zip(rows, in_turn(list(rows.values()), seconds * len(rows))):
        print(f"| {name} | {best * 1e9:.0f} |")


def activation_share(step, names):
    """The share of the time of `step` in operators with such names, by PyTorch's profiler."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        for _ in range(5):
            step()
    events = profile.key_averages()
    total = sum(event.self_cpu_time_total for event in events)
    return sum(event.self_cpu_time_total for event in events if any(n in event.key for n in names)) / total


def models(seconds):
    names = ("gelu", "softmax", "nll_loss", "cross_entropy", "vact::", "GeneratedBackwardFor_vact")
    width = 512
    mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.LayerNorm(4 * width), nn.Linear(4 * width, width),
                        nn.GELU(), nn.LayerNorm(width), nn.Linear(width, 1000))
    block = nn.TransformerEncoderLayer(width, 8, 4 * width, dropout=0.0, activation="gelu", batch_first=True)
    block = nn.Sequential(block, nn.Linear(width, 1000))
    print("| model | share before | share after | step before | step after |\n| --- | --- | --- | --- | --- |")
    for name, model, x in (("DeepMLP", mlp, torch.randn(512, width)), ("Transformer", block, torch.randn(8, 64, width))):
        target = torch.arange(512) % 1000
        patched, loss, patched_loss = copy.deepcopy(model), nn.CrossEntropyLoss(), nn.CrossEntropyLoss()
        vact_torch.patch(patched)
        vact_torch.patch(patched_loss)

        def before(model=model, x=x):
            loss(model(x).flatten(0, -2), target).backward()

        def after(patched=patched, x=x):
            patched_loss(patched(x).flatten(0, -2), target).backward()

        shares = activation_share(before, names), activation_share(after, names)
        times = in_turn([before, after], max(seconds * 10, 2.0))
        print(f"| {name} | {shares[0]:.1%} | {shares[1]:.1%} | {times[0] * 1e3:.1f} ms | {times[1] * 1e3:.1f} ms |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each pair of calls")
    parser.add_argument("--models", action="store_true", help="the models' share of time in activations alone")
    parser.add_argument("--overhead", action="store_true", help="what a call on 16 elements is made of alone")
    arguments = parser.parse_args()
    everything = not (arguments.models or arguments.overhead)
    with torch.no_grad():
        if everything:
            calls(arguments.seconds)
    if everything or arguments.overhead:
        overhead(arguments.seconds)
    if everything or arguments.models:
        models(arguments.seconds)


if __name__ == "__main__":
    main()
