#!/usr/bin/env python3
"""The softmax family's options and their gradients beside PyTorch's autograd: tests/pytorch_softmax.py LIBVACT.SO

Needs torch and numpy. The formula of include/vact/vact.h is composed of PyTorch's operations in double, on random
inputs: scale, bias with slopes, byte masks, causality with a window, lengths, sinks, and a soft cap in either order,
each alone and 300 random combinations. Exit status 1 where a result or a gradient of vact is further off than 2^-20 of
its largest term and, with a cap, than the cap's error in a logit. `--wrong` uses other sinks and another scale in
PyTorch, and must fail. `./dev pytorch` runs both.
"""
import pathlib
import sys

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent / "cases"))
from library import Library  # noqa: E402

HEADS = 3
OPTIONS = ["scale", "bias", "slopes", "keep", "causal", "window", "lengths", "sinks", "cap before", "cap after"]
KINDS = ["softmax", "log_softmax", "logsumexp"]


class Problem:
    """Rows of HEADS heads, as many queries each, with the options of a set of names."""

    def __init__(self, random, options):
        self.options, self.queries, self.cols = options, int(random.integers(1, 6)), int(random.integers(1, 200))
        self.rows = HEADS * self.queries
        shape = self.rows, self.cols
        self.x = random.normal(0, 3, shape).astype(np.float32)
        self.dy = random.normal(0, 1, shape).astype(np.float32)
        has = options.__contains__
        self.scale = np.float32(random.choice([0.125, 0.7, -0.5])) if has("scale") else np.float32(1)
        self.bias = random.normal(0, 4, shape).astype(np.float32) if has("bias") or has("slopes") else None
        self.slopes = np.float32([0.5, 0.25, 1.5]) if has("slopes") else None
        self.keep = (random.random(shape) < 0.8).astype(np.uint8) if has("keep") else None
        self.causal = has("causal") or has("window")
        self.before, self.after = (int(random.integers(1, 50)), int(random.integers(0, 5))) if has("window") else (0, 0)
        self.offset = int(random.integers(0, self.cols))
        self.lengths = random.integers(1, self.cols + 1, HEADS).astype(np.int64) if has("lengths") else None
        self.sinks = random.normal(0, 3, HEADS).astype(np.float32) if has("sinks") else None
        self.after_mask = has("cap after")
        self.cap = np.float32(random.choice([2, 5, 30])) if has("cap before") or has("cap after") else np.float32(0)

    def seen(self):
        row, k = np.arange(self.rows)[:, None], np.arange(self.cols)[None, :]
        seen = np.ones((self.rows, self.cols), bool) if self.keep is None else self.keep != 0
        if self.causal:
            p = row % self.queries + self.offset
            seen = seen & (k <= p + self.after) & ((k > p - self.before) | (self.before == 0))
        return seen & self.valid()

    def valid(self):
        """Columns that exist."""
        if self.lengths is None:
            return np.ones((self.rows, self.cols), bool)
        return np.arange(self.cols)[None, :] < np.repeat(self.lengths, self.queries)[:, None]

    def live(self):
        """Rows of which something is left."""
        return self.seen().any(axis=1) | (self.sinks is not None)

    def exact(self, kind, wrong):
        """The result and the gradients by x and by the sinks; what does not exist is 0."""
        x = torch.tensor(self.x, dtype=torch.float64, requires_grad=True)
        sinks = None
        z = x * float(self.scale) * (1.0 + 2.0**-12 if wrong else 1.0)
        cap = float(self.cap)
        if cap and not self.after_mask:
            z = cap * torch.tanh(z / cap)
        if self.bias is not None:
            slopes = 1.0 if self.slopes is None else np.repeat(self.slopes.astype(np.float64), self.queries)[:, None]
            z = z + torch.tensor(self.bias.astype(np.float64) * slopes)
        if cap and self.after_mask:
            z = cap * torch.tanh(z / cap)
        seen = torch.tensor(self.seen())
        z = torch.where(seen, z, -torch.inf)
        if self.sinks is not None:
            sinks = torch.tensor(self.sinks, dtype=torch.float64, requires_grad=True)
            z = torch.cat([z, sinks.repeat_interleave(self.queries)[:, None] + (0.01 if wrong else 0.0)], dim=1)
        all_of = torch.logsumexp(z, dim=1, keepdim=True)
        if kind == "logsumexp":
            y, dy = all_of[:, 0], self.dy[:, 0]
        else:
            y = (torch.exp(z - all_of) if kind == "softmax" else z - all_of)[:, :self.cols]
            dy = self.dy
        live = torch.tensor(self.live())
        if kind == "logsumexp":
            total = (torch.where(live, y, 0.0) * torch.tensor(dy, dtype=torch.float64)).sum()
        else:
            total = torch.where(seen & live[:, None], y * torch.tensor(dy, dtype=torch.float64), 0.0).sum()
        total.backward()
        grad = torch.where(seen, x.grad, 0.0).numpy()
        return y.detach().numpy(), grad, None if sinks is None else sinks.grad.numpy()

    def computed(self, lib, kind):
        members = {"scale": self.scale, "bias": self.bias, "keep": self.keep, "slopes": self.slopes,
                   "sinks": self.sinks, "lengths": self.lengths, "softcap": self.cap,
                   "softcap_order": int(self.after_mask), "heads_layout": (HEADS, self.queries),
                   "lengths_layout": (HEADS, self.queries)}
        for name in "bias", "keep":
            members[name + "_layout"] = (self.cols, 0, 0, 0, 0)
        if self.causal:
            members.update(causal_queries=self.queries, causal_offset=self.offset, window_before=self.before,
                           window_after=self.after)
        options = lib.options("vact_softmax_options_f32", **members)
        c, one = self.cols, kind == "logsumexp"
        dy = np.ascontiguousarray(self.dy[:, 0]) if one else self.dy
        dsink = None if self.sinks is None else np.zeros(HEADS, np.float32)
        dx, y = np.zeros_like(self.x), np.zeros(self.rows if one else self.x.shape, np.float32)
        if one:
            lib.call("vact_logsumexp_masked_f32", y, self.x, c, self.rows, c, options)
            lib.call("vact_logsumexp_backward_masked_f32", dx, c, dsink, dy, self.x, c, y, self.rows, c, options)
        else:
            lib.call(f"vact_{kind}_masked_f32", y, c, self.x, c, self.rows, c, options)
            lib.call(f"vact_{kind}_backward_masked_f32", dx, c, dsink, dy, c, self.x, c, y, c, self.rows, c, options)
        return y, dx, dsink


def compare(lib, problem, kind, wrong):
    """The largest error in units of what is allowed: of the result, of dx, of dsink."""
    y, dx, dsink = problem.computed(lib, kind)
    exact, slopes, exact_dsink = problem.exact(kind, wrong)
    live = problem.live()
    shown = live if kind == "logsumexp" else problem.seen() & live[:, None]
    logit = 2.0**-22 * float(problem.cap) if problem.cap else 0.0  # of two logits
    size = np.abs(problem.x).max() * abs(float(problem.scale)) + (0 if problem.bias is None else 30.0)
    y, exact = y[shown], exact[shown]
    unit = np.maximum(np.abs(exact), size if kind != "softmax" else 0.0)
    result = np.abs(y - exact) / (unit * 2.0**-20 + logit)
    # A sum over the row of |dy|, weighted by p <= 1, bounds every term of a gradient.
    terms = abs(float(problem.scale)) * np.abs(problem.dy).sum(axis=1, keepdims=True) + 2.0**-100
    slope = np.abs(dx - slopes) / (terms * (2.0**-20 + 4 * logit))
    sink = np.zeros(1)
    if dsink is not None:
        sink = np.abs(dsink - exact_dsink) / (np.abs(problem.dy).sum() * (2.0**-20 + 4 * logit))
    return max(result.max(initial=0.0), slope.max(initial=0.0), sink.max())


def main():
    wrong = "--wrong" in sys.argv
    paths = [argument for argument in sys.argv[1:] if argument != "--wrong"]
    if len(paths) != 1:
        sys.exit(__doc__)
    lib, random = Library(pathlib.Path(paths[0])), np.random.default_rng(1)
    sets = [[]] + [[name] for name in OPTIONS]
    sets += [[name for name in OPTIONS if random.random() < 0.35] for _ in range(300)]
    bad, worst = 0, 0.0
    for names in sets:
        problem = Problem(random, names)
        for kind in KINDS:
            error = compare(lib, problem, kind, wrong)
            worst = max(worst, error)
            if not error <= 1.0:
                bad += 1
                if not wrong:
                    print(f"DIFFERS: {kind} with {', '.join(names) or 'no option'}: {error:.3g} of what is allowed")
    print(f"softmax family's options: {len(sets) * len(KINDS)} cases with gradients, {bad} differ; "
          f"the largest error is {worst:.2g} of what is allowed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
