#!/usr/bin/env python3
"""The node cases of the ONNX backend, said by vact: tests/cases/onnx_cases.py LIBVACT.SO [--page FILE] [--wrong OP=OP]

`./dev onnx` runs it and makes docs/onnx.md. Needs onnx and numpy. Each case is passed, failed, or not sayable for a
reason that the page counts. A result is held to vact's own bound against ONNX's reference implementation run in double
on the same inputs, and to the expected output of the case with the case's tolerance. As a control each case that passes
is run again with one number of vact's result off by 64 ULP, and must then fail. --wrong calls another operation than the
table says (gelu=gelu_tanh), which must fail too. Exit status 1 for a failure, and where the control does not fail.
"""
import argparse
import math
import pathlib
import re
import sys
import warnings

import numpy as np

import forms
from library import Failed, Library, NotSayable, other_operation
from tally import Tally

warnings.filterwarnings("ignore", category=RuntimeWarning)

import onnx  # noqa: E402
from onnx.backend.test.loader import load_model_tests  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

# ---------------------------------------------------------------------- what vact calls for each operation of ONNX
#
# A mapping takes the attributes of the node as keywords, and its inputs in order, None where one is left out. It returns
# a form, or raises NotSayable.


def unary(name, **attributes):
    """An operation whose attributes are parameters of vact's: attributes["alpha"] is what vact calls it. Without an
    attribute ONNX's default is vact's."""
    return lambda x, **given: forms.Unary(name, x, **{attributes[a]: v for a, v in given.items()})


def gelu(x, approximate="none"):
    return forms.Unary({"none": "gelu", "tanh": "gelu_tanh"}[approximate], x)


def clip(x, low=None, high=None):
    bounds = {"lo": -np.inf if low is None else float(low), "hi": np.inf if high is None else float(high)}
    return forms.Unary("hardtanh", x, **bounds)


def shrink(x, lambd=0.5, bias=0.0):
    if bias == 0:
        return forms.Unary("hard_shrink", x, **{"lambda": lambd})
    if bias == lambd:
        return forms.Unary("soft_shrink", x, **{"lambda": lambd})
    raise NotSayable("Shrink with bias neither 0 nor lambd")


def identity(x):
    if not isinstance(x, np.ndarray):
        raise NotSayable("a sequence or an optional")
    return forms.Unary("identity", x)


def prelu(x, slope):
    shape = (1,) * (x.ndim - slope.ndim) + slope.shape
    wide = [i for i, n in enumerate(shape) if n > 1] or [0]
    axes = wide[0], wide[-1] + 1
    if shape[axes[0]:axes[1]] != x.shape[axes[0]:axes[1]] and slope.size > 1:
        raise NotSayable("slopes along axes that are not neighbours")
    return forms.Prelu(x, slope, axes if slope.size > 1 else (0, 0))


def swiglu(gate, up, alpha=1.0):
    return forms.Gate("swiglu_clamped", gate, up, alpha=alpha)


def softmax(log):
    return lambda x, axis=-1: forms.Softmax(x, axis, log)


def logsumexp(x, axes=None, keepdims=1, noop_with_empty_axes=0):
    if noop_with_empty_axes and (axes is None or axes.size == 0):
        return forms.Unary("identity", x)
    return forms.LogSumExp(x, None if axes is None or axes.size == 0 else axes.tolist(), bool(keepdims))


class LossWithLogProbabilities(forms.CrossEntropy):
    """The second output of SoftmaxCrossEntropyLoss; without an option for it, in a call of its own."""

    def forward(self, lib):
        if not self.has(lib, "log_probabilities"):
            return super().forward(lib) + forms.Softmax(self.x, 1, log=True).forward(lib)
        log_p = forms.output(self.x.shape)
        return super().forward(lib, log_probabilities=log_p) + [forms.Check("log_prob", log_p, forms.ulp(2))]


def cross_entropy(scores, labels, weights=None, reduction="mean", ignore_index=-100, outputs=1):
    kind = LossWithLogProbabilities if outputs > 1 else forms.CrossEntropy
    return kind(scores, labels, weights, ignore_index, 0.0, reduction)


def nll_loss(scores, labels, weights=None, reduction="mean", ignore_index=-100):
    return forms.CrossEntropy(scores, labels, weights, ignore_index, 0.0, reduction, nll=True)


def attention(q, k, v, mask=None, past_key=None, past_value=None, lengths=None, scale=None, is_causal=0, q_num_heads=None,
              kv_num_heads=None, softcap=0.0, qk_matmul_output_mode=0, left_window_size=-1, right_window_size=-1,
              softmax_precision=None, outputs=1):
    for array in (q, k, v, past_key, past_value):
        if array is not None:
            forms.dense(array)
    if softmax_precision not in (None, onnx.TensorProto.FLOAT):
        raise NotSayable("softmax in double")
    flat = q.ndim == 3
    if flat:
        heads = lambda a, n: a.reshape(*a.shape[:2], n, -1).swapaxes(1, 2)
        q, k, v = heads(q, q_num_heads), heads(k, kv_num_heads), heads(v, kv_num_heads)
    if past_key is not None:
        k, v = np.concatenate([past_key, k], axis=2), np.concatenate([past_value, v], axis=2)
    offset = 0 if past_key is None else past_key.shape[2]
    k, v = (np.repeat(a, q.shape[1] // a.shape[1], axis=1) for a in (k, v))
    scale = 1 / np.sqrt(q.shape[3]) if scale is None else scale
    window = tuple(None if w < 0 else w for w in (left_window_size, right_window_size))
    # with lengths the queries are the last ones of each batch
    return AttentionNode(flat, qk_matmul_output_mode if outputs > 3 else None, q, k, v, scale, mask, bool(is_causal),
                         offset if lengths is None else lengths.reshape(-1) - q.shape[2], window, lengths, softcap)


class AttentionNode(forms.Attention):
    """Y, and the fourth output where it holds the probabilities. What else a node returns is no result of vact."""

    def __init__(self, flat, mode, *arguments):
        super().__init__(*arguments)
        self.flat, self.mode = flat, mode

    def forward(self, lib):
        y, p = super().forward(lib)
        if self.flat:
            shape = self.batch, self.queries, -1
            allowed = y.allowed
            turn = lambda a: a.swapaxes(1, 2).reshape(shape)
            back = lambda a: a.reshape(self.batch, self.queries, self.heads, -1).swapaxes(1, 2)
            y.computed, y.allowed = turn(y.computed), lambda exact: turn(allowed(back(exact)))
        return [y, None, None, p if self.mode == 3 else None]


def flex_attention(q, k, v, scale=None, score_mod=None, prob_mod=None, softmax_precision=None):
    if score_mod is not None or prob_mod is not None:
        raise NotSayable("score_mod or prob_mod, a graph of its own")
    return attention(q, k, v, scale=scale, softmax_precision=softmax_precision)


NODES = {
    "Relu": unary("relu"),
    "LeakyRelu": unary("leaky_relu", alpha="alpha"),
    "Elu": unary("elu", alpha="alpha"),
    "Celu": unary("celu", alpha="alpha"),
    "Selu": unary("selu", alpha="alpha", gamma="gamma"),
    "Gelu": gelu,
    "Swish": unary("swish", alpha="beta"),
    "Mish": unary("mish"),
    "Sigmoid": unary("sigmoid"),
    "HardSigmoid": unary("hard_sigmoid", alpha="alpha", beta="beta"),
    "HardSwish": unary("hard_swish"),
    "Tanh": unary("tanh"),
    "Clip": clip,
    "Shrink": shrink,
    "ThresholdedRelu": unary("thresholded_relu", alpha="alpha"),
    "Softplus": lambda x: forms.Unary("softplus", x, threshold=np.inf),
    "Softsign": unary("softsign"),
    "Exp": unary("exp"),
    "Erf": unary("erf"),
    "Identity": identity,
    "PRelu": prelu,
    "SwiGLU": swiglu,
    "Softmax": softmax(log=False),
    "LogSoftmax": softmax(log=True),
    "ReduceLogSumExp": logsumexp,
    "SoftmaxCrossEntropyLoss": cross_entropy,
    "NegativeLogLikelihoodLoss": nll_loss,
    "Attention": attention,
    "FlexAttention": flex_attention,
}

# These mappings are told how many outputs the node has.
COUNT_OUTPUTS = {"SoftmaxCrossEntropyLoss", "Attention"}

# The definitions of operations for which the reference implementation, a graph, has constants rounded to float.
DEFINITIONS = {
    "Gelu": lambda x, approximate="none": x * 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    if approximate == "tanh" else x * 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2))),
    "HardSwish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
}

# ------------------------------------------------------------------------------------------------------ the cases


def text_attribute(value):
    return value.decode() if isinstance(value, bytes) else value


def node_arguments(node, case_inputs, graph):
    """The inputs in the order of the node, and its attributes."""
    given = dict(zip((i.name for i in graph.input), case_inputs))
    inputs = [given.get(name) if name else None for name in node.input]
    return inputs, {a.name: text_attribute(onnx.helper.get_attribute_value(a)) for a in node.attribute}


def in_double(model):
    """The same model for double: the element types of its inputs and outputs change."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    for value in [*wide.graph.input, *wide.graph.output]:
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
            value.type.tensor_type.elem_type = onnx.TensorProto.DOUBLE
    return wide


def exact_outputs(model, inputs):
    widened = [a.astype(np.float64) if a.dtype == np.float32 else a for a in inputs]
    names = [i.name for i in model.graph.input]
    return ReferenceEvaluator(in_double(model)).run(None, dict(zip(names, widened)))


def near(check, expected, case):
    """Within the case's own tolerance of the expected output, which is float."""
    good = np.isclose(check.computed, expected, rtol=case.rtol, atol=case.atol, equal_nan=True)
    if not good.all():
        where = tuple(np.argwhere(~good)[0])
        raise Failed(f"{check.what}: got {check.computed[where]:.9g}, ONNX expects {expected[where]:.9g}")


def evaluate(lib, case, node):
    """The number of numbers compared."""
    compared = 0
    for inputs, expected in case.data_sets:
        arguments, attributes = node_arguments(node, inputs, case.model.graph)
        for value in (*arguments, *expected):
            if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.dtype != np.float32:
                raise NotSayable(forms.type_name(value.dtype))
        if node.op_type in COUNT_OUTPUTS:
            attributes["outputs"] = len(node.output)
        checks = NODES[node.op_type](*arguments, **attributes).forward(lib)
        if node.op_type in DEFINITIONS:
            exact = [DEFINITIONS[node.op_type](arguments[0].astype(np.float64), **attributes)]
        else:
            exact = exact_outputs(case.model, inputs)
        places = {output.name: i for i, output in enumerate(case.model.graph.output)}
        for check, name in zip(checks, node.output):  # an output that is left out has the name ""
            if check is not None and name:
                compared += check.against(exact[places[name]])
                near(check, expected[places[name]], case)
    return compared


def cases():
    """The cases of one node that NODES has. Those that end in _expanded are the same data on the body of the function."""
    for case in load_model_tests(kind="node"):
        nodes = case.model.graph.node
        if len(nodes) == 1 and nodes[0].op_type in NODES and not re.search(r"_expanded(_ver\d+)?$", case.name):
            yield nodes[0].op_type, case


PAGE = """# ONNX's node cases, said by vact

Made by `./dev onnx` with onnx {version}; do not edit. The cases of the ONNX backend (`onnx.backend.test.case.node`) for
every operation that vact has. Passed: the results are within vact's own bound of ONNX's reference implementation, run in
double, and within the case's tolerance of its expected output. Attention: the products Q·Kᵀ and P·V are numpy's, in double;
what is between them is one call of vact, whose probabilities are held to 2 ULP. Not sayable: vact has no call for it, for
the reason that the second table counts. The cases whose names end in `_expanded` are left out: they have the same data.

{tables}
{control}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("--page", metavar="FILE", help="write docs/onnx.md there")
    parser.add_argument("--wrong", metavar="OP=OTHER", type=other_operation, default={},
                        help="call OTHER instead of vact's operation OP")
    arguments = parser.parse_args()
    lib = Library(arguments.library)
    lib.wrong = arguments.wrong
    tally = Tally(["cases"])
    order = list(NODES)
    found = sorted(cases(), key=lambda c: order.index(c[0]))
    for number, (operation, case) in enumerate(found, 1):
        if sys.stderr.isatty():
            print(f"\r\033[K{number} of {len(found)}: {case.name}", end="", file=sys.stderr)
        tally.run(lib, operation, "cases", case.name, lambda: evaluate(lib, case, case.model.graph.node[0]))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    text = PAGE.format(version=onnx.__version__, tables=tally.tables(), control=tally.control())
    print(text)
    status = tally.status(lib)
    if arguments.page and status == 0:
        pathlib.Path(arguments.page).write_text(text)
    sys.exit(status)


if __name__ == "__main__":
    main()
