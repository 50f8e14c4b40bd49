"""What vact can say: a class per form, with the calls that make its results and gradients, and the bound that vact.h
states for each. tests/cases/onnx_cases.py and tests/cases/pytorch_cases.py map other libraries' operations to these.

A form has forward(lib), a list of Checks for the outputs of the case, and gradients(lib, dy), a dictionary from the name
of an input to a Check. Either raises NotSayable where vact has no call. Inputs are float32 arrays; a view is made dense.
"""
import math

import numpy as np

from library import NotSayable, output
from tally import Check, spacing, ulp

# Where the gradient passes through a zero, its error is at most 2^-24*|dy| (docs/accuracy.md).
NEAR_ZERO = {"gelu": (-1.25, -0.25), "gelu_tanh": (-1.25, -0.25), "gelu_quick": (-1.25, -0.25), "silu": (-1.75, -0.75),
             "swish": (-1.75, -0.75), "mish": (-1.75, -0.75), "hard_swish": (-2.0, -1.0)}
REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}
HALF = 2.0**-24  # half an ULP of 1


def dense(array):
    if array.dtype != np.float32:
        raise NotSayable(type_name(array.dtype))
    return np.ascontiguousarray(array).reshape(array.shape)


def type_name(dtype):
    """What a table calls an element type: integers are one, and complex numbers."""
    name = str(dtype).replace("torch.", "")
    return "complex" if "complex" in name else "integers" if "int" in name or "bool" in name else name


def split(shape, axis):
    """outer, the axis, inner; 1 for a scalar."""
    shape = shape or (1,)
    axis %= len(shape)
    return math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1:])


class Unary:
    """An operation of VACT_KIND_UNARY, by its code. Parameters that are not given have their defaults."""

    def __init__(self, name, x, **parameters):
        self.name, self.x, self.given = name, dense(x), parameters

    def params(self, lib):
        known = dict(lib.operations[self.name].parameters)
        assert self.given.keys() <= known.keys(), (self.name, self.given)
        known.update(self.given)
        domain(self.name, known)
        return lib.params(list(known.values()))

    def forward(self, lib):
        y = output(self.x.shape)
        lib.call("vact_forward_f32", lib.code(self.name), self.params(lib), y, self.x, y.size)
        return [Check("y", y, ulp(lib.operations[self.name].bound))]

    def gradients(self, lib, dy):
        dx = output(self.x.shape)
        lib.call("vact_backward_f32", lib.code(self.name), self.params(lib), dx, dy, self.x, dx.size)
        low, high = NEAR_ZERO.get(self.name, (0.0, 0.0))
        near, size = (self.x > low) & (self.x < high), np.abs(dy.astype(np.float64))
        return {"input": Check("dx", dx, lambda exact: np.maximum(ulp(2)(exact), np.where(near, HALF * size, 0)))}


def domain(name, parameters):
    """What vact.h excludes and frameworks take."""
    if name in ("soft_shrink", "hard_shrink") and parameters["lambda"] < 0:
        raise NotSayable("lambda below 0")
    if name == "softplus" and parameters["beta"] <= 0:
        raise NotSayable("softplus with beta <= 0")


class Prelu:
    """Slopes along neighbouring axes of x: [outer, channels, inner]. `axes` is where they begin and end."""

    def __init__(self, x, slope, axes):
        self.x, self.slope = dense(x), dense(slope)
        shape = x.shape or (1,)
        self.size = tuple(map(math.prod, (shape[:axes[0]], shape[axes[0]:axes[1]], shape[axes[1]:])))
        assert self.size[1] == slope.size or x.size == 0, (x.shape, slope.shape, axes)

    def forward(self, lib):
        y = output(self.x.shape)
        lib.call("vact_prelu_f32", y, self.x, self.slope, *self.size)
        return [Check("y", y, ulp(lib.operations["prelu"].bound))]

    def gradients(self, lib, dy):
        dx, dslope = output(self.x.shape), output(self.slope.shape)
        lib.call("vact_prelu_backward_f32", dx, dslope, dy, self.x, self.slope, *self.size)
        terms = np.abs(np.where(self.x <= 0, self.x, 0) * dy.astype(np.float64)).reshape(self.size).sum(axis=(0, 2))
        terms = terms.reshape(self.slope.shape)
        return {"input": Check("dx", dx, ulp(0.5)),
                "weight": Check("dslope", dslope, lambda exact: ulp(1)(exact) + 2.0**-40 * terms)}


class Gate:
    """A gated unit with gate and up in two arrays, or, packed, in halves of an axis: up first, as PyTorch's glu."""

    def __init__(self, name, gate, up=None, axis=None, **parameters):
        self.name, self.given, self.packed = name, parameters, up is None
        self.gate, self.up = dense(gate), None if self.packed else dense(up)
        if self.packed:
            outer, both, inner = split(gate.shape, axis)
            self.rows, self.cols = outer, both // 2 * inner
            self.shape = tuple(n // 2 if i == axis % gate.ndim else n for i, n in enumerate(gate.shape))

    def params(self, lib):
        return lib.params([*{**lib.operations[self.name].parameters, **self.given}.values()])

    def forward(self, lib):
        bound = ulp(lib.operations[self.name].bound)
        if not self.packed:
            y = output(self.gate.shape)
            lib.call("vact_gate_rows_f32", lib.code(self.name), self.params(lib), y, y.size, self.gate, y.size, self.up,
                     y.size, 1, y.size)
        else:
            y = output(self.shape)
            lib.call("vact_gate_packed_f32", lib.code(self.name), self.params(lib), 1, y, self.cols, self.gate,
                     2 * self.cols, self.rows, self.cols)
        return [Check("y", y, bound)]

    def gradients(self, lib, dy):
        """Of a packed unit, where the bound of the gate's half, 3 ULP, covers the other's."""
        dx = output(self.gate.shape)
        lib.call("vact_gate_backward_packed_f32", lib.code(self.name), self.params(lib), 1, dx, 2 * self.cols, dy,
                 self.cols, self.gate, 2 * self.cols, self.rows, self.cols)
        return {"input": Check("dx", dx, ulp(3))}


class Softmax:
    """softmax or log_softmax along an axis."""

    def __init__(self, x, axis, log=False):
        self.x, self.log, self.axis = dense(x), log, axis
        self.outer, self.n, self.inner = split(x.shape, axis)
        self.name = "log_softmax" if log else "softmax"

    def forward(self, lib):
        y = output(self.x.shape)
        name = lib.chosen(self.name)
        if self.inner == 1:
            lib.call(f"vact_{name}_f32", y, self.x, self.outer, self.n)
        else:
            lib.call(f"vact_{name}_axis_f32", y, self.x, self.outer, self.n, self.inner)
        return [Check("y", y, ulp(2))]

    def gradients(self, lib, dy):
        y = self.forward(lib)[0].computed
        dx = output(self.x.shape)
        if self.inner == 1:
            lib.call(f"vact_{self.name}_backward_f32", dx, dy, y, self.outer, self.n)
        elif lib.has(f"vact_{self.name}_backward_axis_f32"):
            lib.call(f"vact_{self.name}_backward_axis_f32", dx, dy, y, self.outer, self.n, self.inner)
        else:
            raise NotSayable("gradient along an axis that is not the last")
        return {"input": softmax_gradient(dx, dy, y, self.axis, self.log)}


def softmax_gradient(dx, dy, y, axis, log, factor=1.0):
    """From the output of the forward function, whose error of 2 ULP comes in beside that of the gradient: y changes the
    size of the terms by 2^-22 of itself, the logarithm's by e^(2^-22*|y|)."""
    y, dy = y.astype(np.float64), dy.astype(np.float64)
    with np.errstate(all="ignore"):
        if log:
            s = np.exp(y) * np.abs(dy.sum(axis=axis, keepdims=True))
            terms = s * np.where(np.isinf(y), 0, 2.0**-22 * np.abs(y) + 2.0**-23)
        else:
            terms = 2.0**-21 * y * (np.abs(dy) + np.abs(dy * y).sum(axis=axis, keepdims=True))
        return Check("dx", dx, lambda exact: ulp(2)(exact) + factor * terms + 2.0**-149)


class SoftmaxBackward:
    """The gradient of softmax itself as an operation."""

    def __init__(self, dy, y, axis):
        self.dy, self.y, self.axis = dense(dy), dense(y), axis
        self.outer, self.n, self.inner = split(y.shape, axis)

    def forward(self, lib):
        dx = output(self.y.shape)
        if self.inner == 1:
            lib.call("vact_softmax_backward_f32", dx, self.dy, self.y, self.outer, self.n)
        elif lib.has("vact_softmax_backward_axis_f32"):
            lib.call("vact_softmax_backward_axis_f32", dx, self.dy, self.y, self.outer, self.n, self.inner)
        else:
            raise NotSayable("gradient along an axis that is not the last")
        y, dy = self.y.astype(np.float64), self.dy.astype(np.float64)
        terms = np.abs(y) * np.abs(dy * y).sum(axis=self.axis, keepdims=True)
        return [Check("dx", dx, lambda exact: ulp(2)(exact) + 2.0**-40 * terms)]

    def gradients(self, lib, dy):
        raise NotSayable("second derivative")


class LogSumExp:
    def __init__(self, x, axes, keep):
        self.x = dense(x)
        rank = max(x.ndim, 1)
        axes = sorted({a % rank for a in (range(rank) if axes is None else axes)})
        shape = x.shape or (1,)
        self.adjacent = axes == list(range(axes[0], axes[-1] + 1))
        self.size = tuple(map(math.prod, (shape[:axes[0]], shape[axes[0]:axes[-1] + 1], shape[axes[-1] + 1:])))
        self.shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape) if keep or i not in axes)

    def unit(self):
        """|max| + log(sum), of which the result is within 2 ULP, as [outer, 1, inner]."""
        x = self.x.astype(np.float64).reshape(self.size)
        with np.errstate(all="ignore"):
            top = x.max(axis=1, keepdims=True, initial=-np.inf)
            unit = np.abs(top) + np.log(np.exp(x - top).sum(axis=1, keepdims=True))
        return np.nan_to_num(unit, posinf=0.0, neginf=0.0)

    def forward(self, lib):
        y = output(self.shape)
        outer, n, inner = self.size
        if not self.adjacent:
            raise NotSayable("logsumexp along axes that are not neighbours")
        if inner == 1:
            lib.call("vact_logsumexp_f32", y, self.x, outer, n)
        elif lib.has("vact_logsumexp_axis_f32"):
            lib.call("vact_logsumexp_axis_f32", y, self.x, outer, n, inner)
        else:
            raise NotSayable("logsumexp along an axis that is not the last")
        unit = self.unit().reshape(self.shape)
        return [Check("y", y, lambda exact: 2 * spacing(np.maximum(unit, np.abs(np.where(np.isfinite(exact), exact, 0)))))]

    def gradients(self, lib, dy):
        y = self.forward(lib)[0].computed
        dx = output(self.x.shape)
        outer, n, inner = self.size
        if inner == 1:
            lib.call("vact_logsumexp_backward_f32", dx, dy, self.x, y, outer, n)
        elif lib.has("vact_logsumexp_backward_axis_f32"):
            lib.call("vact_logsumexp_backward_axis_f32", dx, dy, self.x, y, outer, n, inner)
        else:
            raise NotSayable("gradient along an axis that is not the last")
        grow = np.broadcast_to(2.0**-22 * self.unit(), self.size).reshape(self.x.shape)
        small = np.broadcast_to(np.abs(dy.astype(np.float64)).reshape(outer, 1, inner), self.size).reshape(self.x.shape)
        return {"input": Check("dx", dx, lambda exact: ulp(2)(exact) + np.abs(exact) * grow + 2.0**-149 * (small + 1))}


class CrossEntropy:
    """Of logits, or with nll of log-probabilities, [C] or [N, C, d1, ...]; with class indices, or class probabilities of
    the shape of x."""

    def __init__(self, x, target, weight=None, ignore=-100, smoothing=0.0, reduction="mean", nll=False):
        self.x, self.target, self.weight = dense(x), target, None if weight is None else dense(weight)
        self.ignore, self.smoothing, self.reduction, self.nll = int(ignore), float(smoothing), reduction, nll
        self.outer, self.cols, self.inner = split(x.shape, 1 if x.ndim > 1 else 0)
        self.rows = self.outer * self.inner
        self.soft = target.dtype.kind == "f"
        losses = x.shape[:1] + x.shape[2:] if x.ndim > 1 else ()
        self.shape = losses if reduction == "none" else ()

    @staticmethod
    def has(lib, option):
        return lib.has_option("vact_cross_entropy_options_f32", option)

    def members(self, lib):
        """The options that not every release has."""
        needed = {"loss from log-probabilities": ("nll", int(self.nll)),
                  "class probabilities as targets": ("probabilities", dense(self.target) if self.soft else None),
                  "class axis that is not the last": ("inner", self.inner if self.inner > 1 else 0)}
        for reason, (option, value) in needed.items():
            if value is not None and not isinstance(value, int) or value:
                if not self.has(lib, option):
                    raise NotSayable(reason)
        if self.weight is not None and (self.weight < 0).any() and not self.has(lib, "inner"):
            raise NotSayable("negative class weights")
        return {option: value for option, value in needed.values() if self.has(lib, option)}

    def call(self, lib, function, *results, **more):
        kind = "i32" if self.target.dtype == np.int32 else "i64"
        target = None if self.soft else np.ascontiguousarray(self.target, np.int32 if kind == "i32" else np.int64)
        options = lib.options("vact_cross_entropy_options_f32", reduction=REDUCTIONS[self.reduction],
                              label_smoothing=self.smoothing, ignore_index=self.ignore, class_weights=self.weight,
                              **self.members(lib), **more)
        lib.call(f"vact_cross_entropy_{function}{kind}_f32", *results, self.x, target, self.rows, self.cols, options)

    def forward(self, lib, **more):
        loss = output(self.shape)
        self.call(lib, "", loss, **more)
        if self.plain():
            return [Check("loss", loss, ulp(1.5))]
        x, q, divisor = self.parts()
        top = x.max(axis=1, keepdims=True)
        size = np.abs(x) if self.nll else top - x + np.log(np.exp(x - top).sum(axis=1, keepdims=True))
        terms = (np.abs(q) * size).sum(axis=1)
        terms = terms.reshape(self.shape) if self.reduction == "none" else terms.sum() / divisor
        return [Check("loss", loss, lambda exact: 3 * spacing(np.maximum(terms, np.abs(exact))))]

    def gradients(self, lib, dy):
        dx = output(self.x.shape)
        self.call(lib, "backward_", dx, dy)
        if self.plain():
            return {"input": Check("dx", dx, ulp(3))}
        x, q, divisor = self.parts()
        p = np.exp(x - x.max(axis=1, keepdims=True))
        p = np.zeros_like(p) if self.nll else p / p.sum(axis=1, keepdims=True)
        size = np.abs(dy.astype(np.float64)).reshape(-1, 1) / (divisor if self.reduction == "mean" else 1)
        larger = size * np.maximum(np.abs(q), np.abs(q.sum(axis=1, keepdims=True)) * p)
        cancelled = 2.0**-22 * size * np.abs(q).sum(axis=1, keepdims=True) * p if (q < 0).any() else 0 * p
        back = lambda a: np.moveaxis(a.reshape(self.outer, self.inner, self.cols), 2, 1).reshape(self.x.shape)
        larger, cancelled = back(larger), back(cancelled)
        return {"input": Check("dx", dx, lambda exact: 3 * spacing(np.maximum(np.abs(exact), larger)) + cancelled)}

    def plain(self):
        """Whether no terms of different signs meet, nor more than one of a row."""
        return not (self.soft or self.nll or self.smoothing or self.weight is not None and (self.weight < 0).any())

    def parts(self):
        """The logits as rows, the weights q of -log_p, and what MEAN divides by."""
        rows = lambda a: np.moveaxis(a.astype(np.float64).reshape(self.outer, self.cols, self.inner), 1, 2).reshape(
            self.rows, self.cols)
        w = np.ones(self.cols) if self.weight is None else self.weight.astype(np.float64)
        s = float(np.float32(self.smoothing))
        if self.soft:
            return rows(self.x), w * ((1 - s) * rows(self.target) + s / self.cols), self.rows
        target = self.target.reshape(-1)
        kept = target != self.ignore
        chosen = np.where(kept, target, 0)
        q = np.tile(s / self.cols * w, (self.rows, 1))
        q[np.arange(self.rows), chosen] += (1 - s) * w[chosen]
        return rows(self.x), q * kept[:, None], abs(w[chosen][kept].sum())


class BceWithLogits:
    """Weights go by the element's index modulo their count; others are repeated until they do."""

    def __init__(self, x, target, weight=None, pos_weight=None, reduction="mean"):
        self.x, self.target, self.reduction = dense(x), dense(target), reduction
        self.weight, self.pos_weight = (self.suffix(w) for w in (weight, pos_weight))

    def suffix(self, weight):
        if weight is None:
            return None
        shape = tuple(weight.shape)
        while shape and shape[0] == 1:
            shape = shape[1:]
        if shape == self.x.shape[self.x.ndim - len(shape):]:
            return dense(weight)
        return dense(np.broadcast_to(weight, self.x.shape))

    def options(self, lib):
        count = lambda w: 0 if w is None else w.size
        return lib.options("vact_bce_with_logits_options_f32", reduction=REDUCTIONS[self.reduction],
                           pos_weight=self.pos_weight, pos_weight_count=count(self.pos_weight), weight=self.weight,
                           weight_count=count(self.weight))

    def terms(self):
        """w*(1 - t) and w*p*t, of every element."""
        wide = lambda w: 1.0 if w is None else np.resize(w, self.x.shape).astype(np.float64)
        t = self.target.astype(np.float64)
        return np.abs(wide(self.weight) * (1 - t)), np.abs(wide(self.weight) * wide(self.pos_weight) * t)

    def forward(self, lib):
        loss = output(self.x.shape if self.reduction == "none" else ())
        lib.call("vact_bce_with_logits_f32", loss, self.x, self.target, self.x.size, self.options(lib))
        negative, positive = self.terms()
        x = self.x.astype(np.float64)
        size = negative * np.logaddexp(0, x) + positive * np.logaddexp(0, -x)
        if self.reduction != "none":  # with negative weights the sum may cancel
            size = size.sum() / (x.size if self.reduction == "mean" else 1)
        return [Check("loss", loss, lambda exact: 4 * spacing(np.maximum(size, np.abs(exact))))]

    def gradients(self, lib, dy):
        dx = output(self.x.shape)
        lib.call("vact_bce_with_logits_backward_f32", dx, dy, self.x, self.target, self.x.size, self.options(lib))
        negative, positive = self.terms()
        x = self.x.astype(np.float64)
        size = np.abs(dy.astype(np.float64)) / (x.size if self.reduction == "mean" else 1)
        larger = size * np.maximum(negative / (1 + np.exp(-x)), positive / (1 + np.exp(x)))
        return {"input": Check("dx", dx, lambda exact: 4 * spacing(np.maximum(larger, np.abs(exact))))}


class Masked:
    """softmax, log_softmax or logsumexp with a boolean mask (True keeps) of the shape of x, or with none, where a row of
    nothing but -inf is 0: along the last axis, of a logsumexp along the last `axes` axes. PyTorch defines no result for
    a row of which the mask leaves nothing."""

    def __init__(self, name, x, keep, scale=1.0, axes=1, kept_axes=False):
        self.name, self.x, self.scale = name, dense(x), scale
        shape = x.shape or (1,)
        self.rows, self.cols = math.prod(shape[:-axes]), math.prod(shape[-axes:])
        self.ones = x.shape[:-axes] + (1,) * min(axes, x.ndim)  # what is reduced, as axes of one element
        self.reduced = self.ones if kept_axes else x.shape[:-axes]
        self.keep = None if keep is None else np.ascontiguousarray(keep, np.uint8)
        self.counts = None if keep is None else self.keep.reshape(x.shape) != 0

    def options(self, lib):
        bias = np.zeros(self.cols, np.float32) if self.keep is None else None
        return lib.options("vact_softmax_options_f32", scale=self.scale, bias=bias, keep=self.keep,
                           keep_layout=(self.cols, 0, 0, 0, 0))

    def forward(self, lib):
        if self.scale <= 0 and not lib.has_option("vact_softmax_options_f32", "softcap"):
            raise NotSayable("a scale of 0 or below")
        size = self.x, self.cols, self.rows, self.cols, self.options(lib)
        if self.name != "logsumexp":
            y = output(self.x.shape)
            lib.call(f"vact_{self.name}_masked_f32", y, self.cols, *size)
            defined = None if self.keep is None else np.broadcast_to(self.counts.any(axis=-1, keepdims=True), y.shape)
            return [Check("y", y, ulp(2), defined)]
        y = output(self.reduced)
        lib.call("vact_logsumexp_masked_f32", y, *size)
        seen = self.x if self.keep is None else np.where(self.counts, self.x, np.float32(-np.inf))
        unit = LogSumExp(seen.reshape(self.rows, self.cols), [1], False).unit().reshape(y.shape)
        return [Check("y", y, lambda exact: 2 * spacing(np.maximum(unit, np.where(np.isfinite(exact), np.abs(exact), 0))))]

    def gradients(self, lib, dy):
        y = self.forward(lib)[0].computed
        dx, c = output(self.x.shape), self.cols
        if self.name == "logsumexp":
            lib.call("vact_logsumexp_backward_masked_f32", dx, c, None, dy, self.x, c, y, self.rows, c, self.options(lib))
            grow = np.nan_to_num(np.abs(y.astype(np.float64)), posinf=0.0).reshape(self.ones) * 2.0**-21 + 2.0**-22
            return {"input": Check("dx", dx, lambda exact: np.abs(exact) * grow + 2.0**-148)}
        lib.call(f"vact_{self.name}_backward_masked_f32", dx, c, None, dy, c, self.x, c, y, c, self.rows, c,
                 self.options(lib))
        return {"input": softmax_gradient(dx, self.counted(dy), y, -1, self.name == "log_softmax", abs(self.scale))}

    def counted(self, dy):
        """The incoming gradient without that of results that the mask leaves out, which vact does not count."""
        return dy if self.keep is None or self.name == "logsumexp" else np.where(self.counts, dy, np.float32(0))


class Attention:
    """softmax(scale*Q*K^T + mask) in vact between two products in double: [batch, heads, queries, size] times
    [batch, heads, keys, size]. The scores are rounded to float for vact. `mask` is boolean (True keeps) or float; a short
    one leaves the last keys out. Query q is at position q + offset, one number or one for each batch; causal hides the
    keys after it, and window = (before, after) those further away; None is no limit. lengths are those of the keys, for
    each batch. A soft cap comes before the mask."""

    def __init__(self, q, k, v, scale, mask=None, causal=False, offset=0, window=(None, None), lengths=None, softcap=0.0):
        self.q, self.k, self.v = (dense(a).astype(np.float64) for a in (q, k, v))
        self.scale, self.softcap = np.float32(scale), np.float32(softcap)
        self.scores = (self.q @ self.k.swapaxes(-1, -2)).astype(np.float32)
        self.batch, self.heads, self.queries, self.keys = self.scores.shape
        self.cols = self.keys if mask is None else mask.shape[-1] if mask.ndim and mask.shape[-1] > 1 else self.keys
        self.mask, self.lengths, self.offset = mask, lengths, offset
        self.before, self.after = window[0], 0 if causal else window[1]
        self.places = self.before is not None or self.after is not None

    def layout(self):
        """The mask's rows, dense, and where they serve: without a copy for each head or query."""
        shape = (1,) * (4 - self.mask.ndim) + self.mask.shape
        b, h, q = (n > 1 for n in shape[:3])
        batch, heads, queries, c = self.batch, self.heads, self.queries, self.cols
        used = [n if keep else 1 for n, keep in zip((batch, heads, queries), (b, h, q))]
        rows = np.ascontiguousarray(np.broadcast_to(self.mask.reshape(shape), (*used, c)))
        if b and h:
            return rows, (c, math.prod(used), 1 if q else queries, 0, 0)
        if b and q:
            return rows, (c, batch * queries, 1, heads * queries, queries)
        if b:
            return rows, (c, batch, heads * queries, 0, 0)
        if h:
            return rows, (c, math.prod(used), 1 if q else queries, 0, 0)
        return rows, (c, queries, 1, 0, 0) if q else (0, 0, 0, 0, 0)

    def options(self, lib):
        each, per_batch = np.ndim(self.offset) > 0, (self.batch, self.heads * self.queries)
        members, missing = {"scale": self.scale}, []

        def late(reason, **options):
            """Options that not every release has."""
            if all(lib.has_option("vact_softmax_options_f32", option) for option in options):
                members.update(options)
            else:
                missing.append(reason)

        if self.places:
            members.update(causal_queries=self.queries, causal_offset=0 if each else self.offset)
            if each:
                late("causal offset of each batch", causal_offsets=np.ascontiguousarray(self.offset, np.int64),
                     causal_layout=per_batch)
            if self.before is not None or self.after != 0:
                late("sliding window", window_before=0 if self.before is None else self.before + 1,
                     window_after=2**64 - 1 if self.after is None else self.after)
        if self.lengths is not None:
            late("lengths of keys", lengths=np.ascontiguousarray(self.lengths, np.int64), lengths_layout=per_batch)
        if self.softcap > 0:
            late("soft cap inside softmax", softcap=self.softcap)
        if missing:
            raise NotSayable(", ".join(missing))
        if self.mask is not None:
            rows, layout = self.layout()
            if rows.dtype == np.bool_:
                members.update(keep=rows.astype(np.uint8), keep_layout=layout)
            else:
                members.update(bias=dense(rows), bias_layout=layout)
        return lib.options("vact_softmax_options_f32", **members)

    def seen(self):
        """Which keys a query sees by its place and the lengths."""
        key = np.arange(self.cols)
        place = np.arange(self.queries)[:, None] + np.reshape(self.offset, (-1, 1, 1, 1))
        seen = np.ones(self.scores.shape[:3] + (self.cols,), bool)
        if self.before is not None:
            seen &= key >= place - self.before
        if self.after is not None:
            seen &= key <= place + self.after
        if self.lengths is not None:
            seen &= key < np.reshape(self.lengths, (-1, 1, 1, 1))
        return seen

    def exact(self):
        """The probabilities by numpy in double, of the same float scores; what is left out has probability 0."""
        logits = float(self.scale) * self.scores[..., :self.cols].astype(np.float64)
        if self.softcap > 0:
            logits = float(self.softcap) * np.tanh(logits / float(self.softcap))
        seen = self.seen()
        if self.mask is not None and self.mask.dtype == np.bool_:
            seen &= self.mask
        elif self.mask is not None:
            seen &= ~np.isneginf(self.mask)
            logits = logits + np.where(np.isneginf(self.mask), 0, self.mask)
        logits = np.where(seen, logits, -np.inf)
        top = logits.max(axis=-1, keepdims=True)
        masked = self.mask is not None or self.places or self.lengths is not None
        e = np.exp(logits - np.where(np.isneginf(top), 0, top) if masked else logits - top)
        total = e.sum(axis=-1, keepdims=True)
        p = e / np.where(total == 0, 1, total) if masked else e / total
        return np.concatenate([p, np.zeros((*p.shape[:3], self.keys - self.cols))], axis=-1)

    def probabilities(self, lib):
        """vact's, held to their bound."""
        p = np.zeros_like(self.scores)
        rows = math.prod(self.scores.shape[:3])
        lib.call("vact_softmax_masked_f32", p, self.keys, self.scores, self.keys, rows, self.cols, self.options(lib))
        cap = np.expm1(2.0**-22 * float(self.softcap))  # the error of a logit, and that of the sum
        Check("probabilities", p, lambda exact: ulp(2)(exact) + cap * exact).against(self.exact())
        return p

    def growth(self):
        """How far the rounded scores, the cap and the probabilities' own error may move a probability, relative to it."""
        sizes = np.abs(float(self.scale) * np.where(np.isfinite(self.scores), self.scores, 0).astype(np.float64))
        return 2.0**-21 + 2.0**-22 * (float(self.softcap) + sizes.max(axis=-1, keepdims=True, initial=0))

    def forward(self, lib):
        """Y, and the probabilities; the first within what their error makes of it."""
        p = self.probabilities(lib).astype(np.float64)
        # what is left out enters nothing, an infinite or NaN value either
        y = np.where(p[..., None] == 0, 0, p[..., None] * self.v[:, :, None]).sum(axis=-2)
        size = (p * self.growth()) @ np.abs(np.nan_to_num(self.v))
        return [Check("Y", y.astype(np.float32), lambda exact: size + ulp(1)(exact)),
                Check("probabilities", p, lambda exact: p * self.growth() + ulp(2)(exact))]

    def gradients(self, lib, dy):
        """By Q, K and V: softmax's gradient in vact, held to its bound, between products in double."""
        p, dy = self.probabilities(lib), dy.astype(np.float64)
        dp = (dy @ self.v.swapaxes(-1, -2)).astype(np.float32)
        ds = np.zeros_like(p)
        rows, keys = math.prod(p.shape[:3]), self.keys
        lib.call("vact_softmax_backward_masked_f32", ds, keys, None, dp, keys, self.scores, keys, p, keys, rows, self.cols,
                 self.options(lib))
        wide, g = p.astype(np.float64), dp.astype(np.float64)
        sums = (wide * g).sum(axis=-1, keepdims=True)
        sizes = np.abs(wide * g).sum(axis=-1, keepdims=True)
        scale = float(self.scale)
        Check("dS", ds, lambda exact: ulp(2)(exact) + 2.0**-40 * scale * wide * sizes).against(scale * wide * (g - sums))
        # dP is rounded to float too: each of its terms has an error of half an ULP more
        unit = scale * wide * (np.abs(g) + sizes) * (2 * self.growth() + 2.0**-22) + 2.0**-148
        transposed, s = (a.swapaxes(-1, -2) for a in (unit, ds.astype(np.float64)))
        allow = lambda size: lambda exact: size + ulp(1)(exact)
        made = {"query": (ds @ self.k, unit @ np.abs(self.k)), "key": (s @ self.q, transposed @ np.abs(self.q)),
                "value": (wide.swapaxes(-1, -2) @ dy, (wide * self.growth()).swapaxes(-1, -2) @ np.abs(dy))}
        return {name: Check(name, d, allow(size)) for name, (d, size) in made.items()}
