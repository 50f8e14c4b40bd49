#!/usr/bin/env python3
"""Losses and gradients of vact beside PyTorch's, on the same random inputs: tests/pytorch_losses.py LIBVACT.SO

Needs torch and numpy. PyTorch computes in double, and its results count as exact; its own error in float is shown
beside vact's. Exit status 1 where vact is off by more than 1e-6 of the larger term, or where what both do with
ignored targets, infinities and empty reductions differs without standing in the list of exceptions below. `./dev
pytorch` runs it.

Where vact differs from PyTorch 2.13 on purpose:
  * an ignored row that holds a NaN or an infinity has gradient 0 in vact, NaN in PyTorch;
  * the loss of an infinite probability is NaN in vact, infinite in PyTorch;
  * binary cross-entropy at an infinite logit is its limit in vact (0 or infinity), NaN in PyTorch.
"""
import ctypes
import itertools
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F

NONE, MEAN, SUM = 0, 1, 2
REDUCTIONS = {NONE: "none", MEAN: "mean", SUM: "sum"}
FLOATS = ctypes.POINTER(ctypes.c_float)


class CrossEntropyOptions(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("reduction", ctypes.c_int),
        ("label_smoothing", ctypes.c_float),
        ("ignore_index", ctypes.c_int64),
        ("class_weights", FLOATS),
        ("stride", ctypes.c_size_t),
        ("dx_stride", ctypes.c_size_t),
        ("inner", ctypes.c_size_t),
        ("probabilities", FLOATS),
        ("probabilities_stride", ctypes.c_size_t),
        ("log_probabilities", FLOATS),
        ("log_probabilities_stride", ctypes.c_size_t),
        ("z_loss", ctypes.c_float),
        ("nll", ctypes.c_int),
    ]


class BceOptions(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("reduction", ctypes.c_int),
        ("pos_weight", FLOATS),
        ("pos_weight_count", ctypes.c_size_t),
        ("weight", FLOATS),
        ("weight_count", ctypes.c_size_t),
    ]


def floats(array):
    return None if array is None else array.ctypes.data_as(FLOATS)


def vact_cross_entropy(lib, logits, targets, weights, ignore, smoothing, reduction):
    rows, cols = logits.shape
    wide = targets.dtype == np.int64
    options = CrossEntropyOptions(size=ctypes.sizeof(CrossEntropyOptions), reduction=reduction, label_smoothing=smoothing,
                                  ignore_index=ignore, class_weights=floats(weights))
    loss = np.full(rows if reduction == NONE else 1, 7, np.float32)
    dx = np.full_like(logits, 7)
    call = lib.vact_cross_entropy_forward_backward_i64_f32 if wide else lib.vact_cross_entropy_forward_backward_i32_f32
    status = call(floats(loss), floats(dx), None, floats(logits), targets.ctypes.data_as(ctypes.c_void_p),
                  ctypes.c_size_t(rows), ctypes.c_size_t(cols), ctypes.byref(options))
    assert status == 0, status
    return loss, dx


def torch_cross_entropy(logits, targets, weights, ignore, smoothing, reduction, dtype):
    x = torch.tensor(logits, dtype=dtype, requires_grad=True)
    w = None if weights is None else torch.tensor(weights, dtype=dtype)
    loss = F.cross_entropy(x, torch.tensor(targets, dtype=torch.int64), w, ignore_index=ignore,
                           label_smoothing=float(np.float32(smoothing)), reduction=REDUCTIONS[reduction])
    loss.sum().backward()
    return loss.detach().double().reshape(-1).numpy(), x.grad.double().numpy()


def vact_options(lib, x, targets, weights, smoothing, reduction, z_loss, nll):
    """Of x, [N, C, d1, ...]; targets are indices or probabilities. Loss, dx and the log-probabilities."""
    inner = math.prod(x.shape[2:])
    rows = x.shape[0] * inner
    log = None if nll else np.full_like(x, 7)
    soft = targets.dtype == np.float32
    options = CrossEntropyOptions(size=ctypes.sizeof(CrossEntropyOptions), reduction=reduction, label_smoothing=smoothing,
                                  ignore_index=-100, class_weights=floats(weights), inner=inner,
                                  probabilities=floats(targets) if soft else None, log_probabilities=floats(log),
                                  z_loss=z_loss, nll=nll)
    loss = np.full(rows if reduction == NONE else 1, 7, np.float32)
    dx = np.full_like(x, 7)
    status = lib.vact_cross_entropy_forward_backward_i64_f32(
        floats(loss), floats(dx), None, floats(x), None if soft else targets.ctypes.data_as(ctypes.c_void_p),
        ctypes.c_size_t(rows), ctypes.c_size_t(x.shape[1]), ctypes.byref(options))
    assert status == 0, status
    return loss, dx, log


def torch_options(x, targets, weights, smoothing, reduction, z_loss, nll, dtype):
    """The same of PyTorch; the z-loss by hand, with the divisor that the mean has."""
    leaf = torch.tensor(x, dtype=dtype, requires_grad=True)
    w = None if weights is None else torch.tensor(weights, dtype=dtype)
    soft = targets.dtype == np.float32
    t = torch.tensor(targets, dtype=dtype if soft else torch.int64)
    if nll:
        loss = F.nll_loss(leaf, t, w, reduction=REDUCTIONS[reduction])
    else:
        loss = F.cross_entropy(leaf, t, w, label_smoothing=float(np.float32(smoothing)), reduction=REDUCTIONS[reduction])
    z = float(np.float32(z_loss)) * torch.logsumexp(leaf, 1) ** 2 if z_loss else torch.zeros_like(leaf.sum(1))
    if not soft:
        z = torch.where(t == -100, torch.zeros_like(z), z)
    if reduction == NONE:
        loss = loss + z
    elif reduction == SUM or soft:
        loss = loss + (z.sum() if reduction == SUM else z.mean())
    else:
        kept = t[t != -100]
        loss = loss + z.sum() / (kept.numel() if w is None else w[kept].sum())
    loss.sum().backward()
    return loss.detach().double().reshape(-1).numpy(), leaf.grad.double().numpy(), torch.log_softmax(leaf, 1)


def torch_nll(x, targets, reduction):
    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    loss = F.nll_loss(leaf, torch.tensor(targets), reduction=REDUCTIONS[reduction])
    loss.sum().backward()
    return loss.detach().reshape(-1).numpy(), leaf.grad.numpy()


def vact_bce(lib, x, t, positive, weight, reduction):
    options = BceOptions(ctypes.sizeof(BceOptions), reduction, floats(positive),
                         0 if positive is None else positive.size, floats(weight), 0 if weight is None else weight.size)
    loss = np.full(x.size if reduction == NONE else 1, 7, np.float32)
    dx = np.full_like(x, 7)
    status = lib.vact_bce_with_logits_forward_backward_f32(floats(loss), floats(dx), None, floats(x), floats(t),
                                                           ctypes.c_size_t(x.size), ctypes.byref(options))
    assert status == 0, status
    return loss, dx


def torch_bce(x, t, positive, weight, reduction, dtype):
    as_tensor = lambda a: None if a is None else torch.tensor(a, dtype=dtype)
    logits = torch.tensor(x, dtype=dtype, requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(logits, as_tensor(t), weight=as_tensor(weight),
                                              pos_weight=as_tensor(positive), reduction=REDUCTIONS[reduction])
    loss.sum().backward()
    return loss.detach().double().reshape(-1).numpy(), logits.grad.double().numpy()


class Worst:
    """The largest relative error of losses, and that of gradients over the largest gradient of the same row.

    Only of those above 1e-6 of the largest: the smaller ones have lost their digits in PyTorch even in double. With
    label smoothing, where gradients are differences that vanish, over the terms of the difference.
    """

    LEAST = 1e-6

    def __init__(self):
        self.loss = self.slope = 0.0

    def add(self, got, exact, terms=0.0):
        loss, slope = (np.asarray(a, np.float64) for a in got)
        exact_loss, exact_slope = exact
        assert (np.isnan(loss) == np.isnan(exact_loss)).all(), (loss, exact_loss)
        known = np.abs(exact_loss) > self.LEAST * max(1.0, np.abs(exact_loss).max())
        error = np.abs(loss - exact_loss)[known] / np.abs(exact_loss)[known]
        self.loss = max(self.loss, error.max(initial=0.0))
        scale = np.maximum(np.abs(exact_slope).max(axis=-1), terms)
        known = scale > self.LEAST * scale.max()
        error = np.abs(slope - exact_slope)[known].max(axis=-1, initial=0.0) / scale[known]
        self.slope = max(self.slope, error.max(initial=0.0))


def compare_cross_entropy(lib, random):
    ours, theirs = Worst(), Worst()
    shapes = [(1, 1), (5, 2), (64, 3), (65, 10), (3, 1000), (200, 33)]
    for (rows, cols), smoothing, weighted, reduction, scale, wide in itertools.product(
        shapes, [0.0, 0.1, 1.0], [False, True], REDUCTIONS, [1.0, 30.0], [False, True]
    ):
        logits = (scale * random.normal(size=(rows, cols))).astype(np.float32)
        targets = random.integers(0, cols, rows).astype(np.int64 if wide else np.int32)
        ignore = -100 if wide else 0
        targets[random.random(rows) < 0.2] = ignore
        if (targets == ignore).all():
            targets[0] = cols - 1
        weights = random.random(cols).astype(np.float32) + np.float32(0.01) if weighted else None
        arguments = (logits, targets, weights, ignore, smoothing, reduction)
        exact = torch_cross_entropy(*arguments, torch.float64)
        kept = targets != ignore
        terms = 0.0
        if smoothing > 0:
            w = np.ones(cols) if weights is None else weights
            terms = kept * ((1 - smoothing) * w[np.where(kept, targets, 0)] + smoothing * w.mean())
            terms = terms / (max(w[targets[kept]].sum(), 1e-9) if reduction == MEAN else 1.0)
        ours.add(vact_cross_entropy(lib, *arguments), exact, terms)
        theirs.add(torch_cross_entropy(*arguments, torch.float32), exact, terms)
    return ours, theirs


def compare_options(lib, _):
    """Probabilities, negative weights, z-loss, nll and log-probabilities, with the class axis anywhere."""
    random = np.random.default_rng(2)  # so that the other comparisons keep their numbers
    ours, theirs = Worst(), Worst()
    shapes = [(5, 3), (64, 10), (4, 7, 5), (2, 33, 4, 5), (1, 300, 3)]
    for shape, smoothing, weighted, reduction, soft, z_loss, nll in itertools.product(
        shapes, [0.0, 0.1], [False, True], REDUCTIONS, [False, True], [0.0, 0.01], [0, 1]
    ):
        if nll and (soft or smoothing or z_loss):
            continue
        x = (3 * random.normal(size=shape)).astype(np.float32)
        classes = shape[1]
        if nll:
            x = torch.log_softmax(torch.tensor(x), 1).numpy()
        targets = random.integers(0, classes, shape[:1] + shape[2:])
        targets[random.random(targets.shape) < 0.2] = -100
        targets.reshape(-1)[0] = classes - 1
        if soft:
            targets = random.random(shape).astype(np.float32)
        weights = (random.random(classes) - 0.1).astype(np.float32) if weighted else None
        arguments = (x, targets, weights, smoothing, reduction, z_loss, nll)
        loss, slope, log = torch_options(*arguments, torch.float64)
        got = vact_options(lib, *arguments)
        # Where weights are negative losses cancel: their errors are relative to those with the weights' magnitudes.
        plain = None if weights is None else np.abs(weights)
        size = np.maximum(np.abs(torch_options(x, targets, plain, smoothing, reduction, z_loss, nll, torch.float64)[0]),
                          np.abs(loss))
        for worst, result in ((ours, got), (theirs, torch_options(*arguments, torch.float32))):
            error = np.abs(np.asarray(result[0], np.float64) - loss)
            worst.loss = max(worst.loss, (error / np.maximum(size, 1e-6)).max())
            error = np.abs(np.asarray(result[1], np.float64) - slope)
            worst.slope = max(worst.slope, error.max() / np.abs(slope).max())
        if not nll:
            assert np.allclose(got[2], log.detach().numpy(), rtol=3e-7, atol=0), "log-probabilities"
    return ours, theirs


def compare_bce(lib, random):
    ours, theirs = Worst(), Worst()
    for shape, positive, weighted, reduction, scale in itertools.product(
        [(1, 1), (7, 5), (64, 33)], ["none", "one", "class", "element"], [False, True], REDUCTIONS, [1.0, 30.0]
    ):
        x = (scale * random.normal(size=shape)).astype(np.float32)
        t = np.where(random.random(shape) < 0.7, random.integers(0, 2, shape), random.random(shape)).astype(np.float32)
        sizes = {"none": None, "one": (1,), "class": (shape[1],), "element": shape}
        p = None if sizes[positive] is None else random.random(sizes[positive]).astype(np.float32) * 3
        w = random.random(shape).astype(np.float32) if weighted else None
        exact = torch_bce(x, t, p, w, reduction, torch.float64)
        loss, dx = vact_bce(lib, x, t, p, w, reduction)
        ours.add((loss, dx), exact)
        theirs.add(torch_bce(x, t, p, w, reduction, torch.float32), exact)
    return ours, theirs


def compare_specials(lib):
    """Name, vact's answer, PyTorch's, and whether they are known to differ."""
    nan, inf = math.nan, math.inf
    f = lambda *rows: np.array(rows, np.float32)
    i = lambda *targets: np.array(targets, np.int64)
    rows = {
        "all ignored": (f([1, 2], [3, 4]), i(-100, -100)),
        "a NaN row": (f([1, nan], [3, 4]), i(0, 1)),
        "a +inf row": (f([1, inf], [3, 4]), i(1, 1)),
        "a row of -inf": (f([-inf, -inf], [3, 4]), i(0, 1)),
        "a target of -inf": (f([1, -inf], [3, 4]), i(1, 1)),
        "a class of -inf": (f([1, -inf], [3, 4]), i(0, 1)),
        "an ignored NaN row": (f([nan, 1], [3, 4]), i(-100, 1)),
        "an ignored +inf row": (f([inf, 1], [3, 4]), i(-100, 1)),
    }
    known = {"an ignored NaN row", "an ignored +inf row"}
    weights = {"": None, ", a class of weight 0": np.array([0, 1], np.float32)}
    for (name, (logits, targets)), (suffix, weight), reduction, smoothing in itertools.product(
        rows.items(), weights.items(), REDUCTIONS, [0.0, 0.5]
    ):
        arguments = (logits, targets, weight, -100, smoothing, reduction)
        what = f"{name}{suffix}, {REDUCTIONS[reduction]}, smoothing {smoothing}"
        yield what, vact_cross_entropy(lib, *arguments), torch_cross_entropy(*arguments, torch.float64), name in known
    soft = {
        "a class of -inf": (f([1, -inf], [3, 4]), f([1, 0], [0.5, 0.5])),
        "a wanted class of -inf": (f([1, -inf], [3, 4]), f([0.5, 0.5], [0.5, 0.5])),
        "a NaN row": (f([1, nan], [3, 4]), f([1, 0], [0, 1])),
        "a NaN probability": (f([1, 2], [3, 4]), f([1, nan], [0, 1])),
        "an infinite probability": (f([1, 2], [3, 4]), f([1, inf], [0, 1])),
        "no classes": (np.zeros((2, 0), np.float32), np.zeros((2, 0), np.float32)),
        "no rows": (np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)),
    }
    for (name, (logits, targets)), reduction, smoothing in itertools.product(soft.items(), REDUCTIONS, [0.0, 0.5]):
        arguments = (logits, targets, None, smoothing, reduction, 0.0, 0)
        yield (f"{name}, probabilities, {REDUCTIONS[reduction]}, smoothing {smoothing}",
               vact_options(lib, *arguments)[:2], torch_options(*arguments, torch.float64)[:2],
               name == "an infinite probability")
    for (name, (logits, targets)), reduction in itertools.product(rows.items(), REDUCTIONS):
        if "NaN row" in name or "inf" in name or "ignored" in name:
            arguments = (logits, targets, None, 0.0, reduction, 0.0, 1)
            yield (f"{name}, nll, {REDUCTIONS[reduction]}", vact_options(lib, *arguments)[:2],
                   torch_nll(*arguments[:2], reduction), False)
    for x, t in itertools.product([inf, -inf, nan, 200.0, -200.0], [0.0, 1.0, 0.5, nan]):
        arguments = (np.array([x], np.float32), np.array([t], np.float32), None, None, SUM)
        limit = math.isinf(x) and not math.isnan(t)
        yield f"bce({x}, {t})", vact_bce(lib, *arguments), torch_bce(*arguments, torch.float64), limit


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    lib = ctypes.CDLL(sys.argv[1])
    random = np.random.default_rng(1)
    bad = 0
    print(f"PyTorch {torch.__version__}; relative errors against its double results")
    for name, compare in (("cross_entropy", compare_cross_entropy), ("its options", compare_options),
                          ("bce_with_logits", compare_bce)):
        ours, theirs = compare(lib, random)
        print(f"{name:16s} loss: vact {ours.loss:.2e}, torch {theirs.loss:.2e};  "
              f"gradient: vact {ours.slope:.2e}, torch {theirs.slope:.2e}")
        bad += max(ours.loss, ours.slope) > 1e-6
    exceptions = 0
    for name, ours, theirs, known in compare_specials(lib):
        same = all(np.allclose(np.asarray(a, np.float64).ravel(), b.ravel(), rtol=1e-6, atol=1e-37, equal_nan=True)
                   for a, b in zip(ours, theirs))
        if not same:
            bad += not known
            exceptions += known
            if not known:
                print(f"DIFFERS: {name}: vact {ours[0]} {ours[1].tolist()}, torch {theirs[0]} {theirs[1].tolist()}")
    print(f"special values: equal but for {exceptions} cases of the three exceptions")
    gains(lib)
    sys.exit(1 if bad else 0)


def gains(lib):
    """vact_gain against torch.nn.init.calculate_gain."""
    lib.vact_gain.restype = ctypes.c_double
    codes = {"relu": 0x101, "leaky_relu": 0x104, "selu": 0x107, "sigmoid": 0x10E, "tanh": 0x113}
    for name, code in codes.items():
        for param in [0.01, 0.2, 1.0] if name == "leaky_relu" else [0.0]:
            ours = lib.vact_gain(code, ctypes.c_float(param))
            theirs = torch.nn.init.calculate_gain(name, param if name == "leaky_relu" else None)
            assert abs(ours - theirs) < 1e-7, (name, ours, theirs)
    print("gains: equal")


if __name__ == "__main__":
    main()
