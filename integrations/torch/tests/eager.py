"""The operators of the Hugging Face layout beside eager PyTorch on the sizes of its tests: python tests/eager.py

Counts, for every operator and type, the results that differ from eager PyTorch's, by one last place and by more; and how
many of each differ from the ideal: the exact function, rounded once to the type; of a gated unit, whose steps eager mode
rounds, each step rounded once. `--small` leaves out the largest size.
"""
import argparse
import math

import torch
import torch.nn.functional as F
import vact_activation

TYPES = [torch.float32, torch.float16, torch.bfloat16]
TOKENS, D = [7, 83, 2048], [512, 13824]
THRESHOLD = 0.3


def narrow(x, dtype):
    """A double rounded once: to float by rounding to odd, so that the second rounding is the only one."""
    near = x.float()
    if dtype == torch.float32:
        return near
    inexact = near.double() != x
    beyond = near.double().abs() > x.abs()
    bits = near.view(torch.int32) - beyond.int()
    return torch.where(inexact, bits | 1, bits).view(torch.float32).to(dtype)


def exact_gelu(x):
    return x * torch.special.erfc(x / -math.sqrt(2)) / 2


def exact_gelu_tanh(x):
    return x * torch.sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


def halves(x):
    return x.chunk(2, -1)


def unit(activation, exact, swap=False):
    """Eager PyTorch and the ideal of activation(gate)*up."""

    def eager(x):
        gate, up = reversed(halves(x)) if swap else halves(x)
        return activation(gate) * up

    def ideal(x):
        gate, up = reversed(halves(x)) if swap else halves(x)
        return narrow(narrow(exact(gate.double()), x.dtype).double() * up.double(), x.dtype)

    return eager, ideal


def elementwise(activation, exact):
    return activation, lambda x: narrow(exact(x.double()), x.dtype)


def new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3))))


def fast(x):
    return 0.5 * x * (1 + torch.tanh(x * 0.7978845608 * (1 + 0.044715 * x * x)))


def quick(x):
    return x * torch.sigmoid(1.702 * x)


def tanh_gelu(x):
    return F.gelu(x, approximate="tanh")


def fatrelu(x):
    return F.threshold(x, THRESHOLD, 0.0)


# 2026's gates, in eager mode as their models' code has it; an ideal would need each of their steps, so there is none.
def step(x):
    gate, up = halves(x)
    return F.silu(gate).clamp(max=7.0) * up.clamp(-7.0, 7.0)


def oai(x):
    gate, up = x[..., ::2].clamp(max=7.0), x[..., 1::2].clamp(-7.0, 7.0)
    return gate * torch.sigmoid(gate * 1.702) * (up + 1)


def clamped(x):
    gate, up = halves(x)
    return F.silu(gate.clamp(max=10.0)) * up.clamp(-10.0, 10.0)


def situ(x):
    gate, up = halves(x)
    return 4 * torch.tanh(gate / 4) * torch.sigmoid(gate) * (25 * torch.tanh(up / 25))


SILU = (F.silu, lambda x: x * torch.sigmoid(x))
OPERATORS = {
    "silu_and_mul": (*unit(*SILU), ()),
    "mul_and_silu": (*unit(*SILU, swap=True), ()),
    "gelu_and_mul": (*unit(F.gelu, exact_gelu), ()),
    "gelu_tanh_and_mul": (*unit(tanh_gelu, exact_gelu_tanh), ()),
    "fatrelu_and_mul": (*unit(fatrelu, fatrelu), (THRESHOLD,)),
    "gelu_new": (*elementwise(new, exact_gelu_tanh), ()),
    "gelu_fast": (*elementwise(fast, exact_gelu_tanh), ()),
    "gelu_quick": (*elementwise(quick, quick), ()),
    "gelu_tanh": (*elementwise(tanh_gelu, exact_gelu_tanh), ()),
    "silu": (*elementwise(*SILU), ()),
    "gelu": (*elementwise(F.gelu, exact_gelu), ()),
    "swiglu_step": (step, None, ()),
    "swiglu_oai": (oai, None, ()),
    "swiglu_clamped": (clamped, None, ()),
    "situ_and_mul": (situ, None, ()),
}


def places(a, b):
    """How many numbers of the type lie between a and b."""

    def order(x):
        bits = x.view(torch.int32 if x.dtype == torch.float32 else torch.int16).long()
        return torch.where(bits < 0, -(bits & (0x7FFFFFFF if x.dtype == torch.float32 else 0x7FFF)), bits)

    return (order(a) - order(b)).abs()


def is_unit(name):
    return OPERATORS[name][0].__name__ not in ("new", "fast", "quick", "tanh_gelu", "silu", "gelu")


def compare(name, dtype, sizes):
    """Of all sizes: results, those that differ from eager PyTorch by one place and by more, from the ideal, and those of
    eager PyTorch that differ from the ideal (None without an ideal)."""
    eager, ideal, parameters = OPERATORS[name]
    counts = dict(results=0, one=0, more=0, off=0, eager_off=0)
    for tokens, d in sizes:
        torch.manual_seed(0)
        x = torch.randn(tokens, 2 * d if is_unit(name) else d, dtype=dtype)
        for piece in x.split(256):
            y = getattr(vact_activation, name)(piece.new_empty(len(piece), d), piece, *parameters)
            theirs = eager(piece)
            apart = places(y, theirs)
            counts["results"] += y.numel()
            counts["one"] += (apart == 1).sum().item()
            counts["more"] += (apart > 1).sum().item()
            if ideal is not None:
                best = ideal(piece)
                counts["off"] += (y != best).sum().item()
                counts["eager_off"] += (theirs != best).sum().item()
    return counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    sizes = [(t, d) for t in TOKENS for d in D if not (small and (t, d) == (TOKENS[-1], D[-1]))]
    print("| operator | type | results | not PyTorch's by one place | by more | not ideal | PyTorch's not ideal |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, (_, ideal, _) in OPERATORS.items():
        for dtype in TYPES:
            c = compare(name, dtype, sizes)
            rest = f"{c['off']:,} | {c['eager_off']:,}" if ideal else "– | –"
            print(f"| {name} | {str(dtype)[6:]} | {c['results']:,} | {c['one']:,} | {c['more']:,} | {rest} |", flush=True)


if __name__ == "__main__":
    main()
