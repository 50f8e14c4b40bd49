"""The libraries: each opens an operation over given arrays and returns a call that can be timed.

What has a C interface is called and timed from C (peers.c); PyTorch, ONNX Runtime and NumPy are called from Python,
as their users call them, and the cost of that call is in their times.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from calls import PRELU_SLOPE, Arrays, Call, Library, PythonCall, buffer
from pytorch import Torch

# ------------------------------------------------------------------------------------------------------ from C


class Worst(ctypes.Structure):
    """peers_worst of peers.h."""

    _fields_ = [
        ("ulp", ctypes.c_double),
        ("input", ctypes.c_float),
        ("wrong_input", ctypes.c_float),
        ("wrong", ctypes.c_uint64),
        ("count", ctypes.c_uint64),
    ]


DEEPER = ctypes.CFUNCTYPE(None)


def load(path: Path) -> ctypes.CDLL:
    """The shared object of peers.h with its prototypes."""
    c = ctypes.CDLL(str(path))
    text, address, size = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t
    prototypes: dict[str, tuple[Any, list[Any]]] = {
        "peers_library": (text, [size]),
        "peers_version": (text, [text]),
        "peers_open": (address, [text, text, address, address, address, size, size]),
        "peers_open_narrow": (address, [text, ctypes.c_int, address, address, size, size]),
        "peers_narrow": (ctypes.c_bool, [ctypes.c_int, address, address, size]),
        "peers_close": (None, [address]),
        "peers_seconds": (ctypes.c_double, [address, size]),
        "peers_deeper": (None, [size, DEEPER]),
        "peers_operation": (text, [size]),
        "peers_works_on_rows": (ctypes.c_bool, [text]),
        "peers_takes_output": (ctypes.c_bool, [text]),
        "peers_exact": (ctypes.c_bool, [text, address, address, address, size, size]),
        "peers_errors": (None, [ctypes.POINTER(Worst), text, address, address, address, address, size, size]),
        "peers_input": (address, [text, size]),
        "peers_output": (address, []),
        "peers_array": (address, []),
        "peers_patterns": (None, [address, size, ctypes.c_uint32, ctypes.c_uint32]),
        "peers_specials": (size, [address, size]),
        "peers_scale": (None, [address, address, size, ctypes.c_float]),
    }
    for name, (result, arguments) in prototypes.items():
        function = getattr(c, name)
        function.restype = result
        function.argtypes = arguments
    return c


def names_of(function: Callable[[int], bytes | None]) -> list[str]:
    """What a function of peers.h lists, up to its null."""
    names: list[str] = []
    while (name := function(len(names))) is not None:
        names.append(name.decode())
    return names


class CCall:
    """A call of peers.h."""

    allocates = False

    def __init__(self, c: ctypes.CDLL, handle: int) -> None:
        self._c = c
        self._handle = handle

    def seconds(self, calls: int) -> float:
        return float(self._c.peers_seconds(self._handle, calls))

    def run(self) -> None:
        self.seconds(1)

    def __del__(self) -> None:
        self._c.peers_close(self._handle)


class CLibrary:
    """A library of peers.h."""

    def __init__(self, c: ctypes.CDLL, name: str, version: str) -> None:
        self._c = c
        self.name = name
        self.version = version

    def open(self, operation: str, arrays: Arrays) -> Call | None:
        handle = self._c.peers_open(
            self.name.encode(), operation.encode(), arrays.dst, arrays.src, arrays.dy, arrays.rows, arrays.cols
        )
        return None if handle is None else CCall(self._c, handle)


# ------------------------------------------------------------------------------------------------- from Python


class Numpy:
    """NumPy's ufuncs with out=; only what one of them does."""

    name = "NumPy"

    def __init__(self) -> None:
        import numpy

        self._numpy = numpy
        self.version = numpy.__version__
        self._functions: dict[str, Callable[..., Any]] = {
            "relu": partial(numpy.maximum, 0.0),
            "relu6": lambda x, out: numpy.clip(x, 0.0, 6.0, out=out),
            "hardtanh": lambda x, out: numpy.clip(x, -1.0, 1.0, out=out),
            "tanh": numpy.tanh,
            "softplus": partial(numpy.logaddexp, 0.0),
            "exp": numpy.exp,
        }
        numpy.seterr(all="ignore")

    def open(self, operation: str, arrays: Arrays) -> Call | None:
        function = self._functions.get(operation)
        if function is None or arrays.dy is not None:
            return None
        x, y = (self._numpy.frombuffer(buffer(a, arrays), self._numpy.float32) for a in (arrays.src, arrays.dst))
        return PythonCall(partial(function, x, out=y))


@dataclass(frozen=True)
class Node:
    """An operator of ONNX, or of ONNX Runtime's own domain, that is an operation; `constants` follow its input."""

    operator: str
    attributes: dict[str, Any]
    constants: tuple[float, ...] = ()
    domain: str = ""


NODES = {
    "relu": Node("Relu", {}),
    "relu6": Node("Clip", {}, (0.0, 6.0)),
    "leaky_relu": Node("LeakyRelu", {"alpha": 0.01}),
    "elu": Node("Elu", {"alpha": 1.0}),
    "celu": Node("Celu", {"alpha": 1.0}),
    "selu": Node("Selu", {}),
    "gelu": Node("Gelu", {"approximate": "none"}),
    "gelu_tanh": Node("Gelu", {"approximate": "tanh"}),
    "gelu_quick": Node("QuickGelu", {"alpha": 1.702}, domain="com.microsoft"),
    "silu": Node("QuickGelu", {"alpha": 1.0}, domain="com.microsoft"),  # what x*Sigmoid(x) is optimised into
    "swish": Node("Swish", {"alpha": 1.0}),
    "mish": Node("Mish", {}),
    "sigmoid": Node("Sigmoid", {}),
    "hard_sigmoid": Node("HardSigmoid", {"alpha": 0.2, "beta": 0.5}),
    "hard_sigmoid6": Node("HardSigmoid", {"alpha": 1.0 / 6.0, "beta": 0.5}),
    "hard_swish": Node("HardSwish", {}),
    "tanh": Node("Tanh", {}),
    "hardtanh": Node("Clip", {}, (-1.0, 1.0)),
    "soft_shrink": Node("Shrink", {"lambd": 0.5, "bias": 0.5}),
    "hard_shrink": Node("Shrink", {"lambd": 0.5, "bias": 0.0}),
    "thresholded_relu": Node("ThresholdedRelu", {"alpha": 1.0}),
    "softplus": Node("Softplus", {}),
    "softsign": Node("Softsign", {}),
    "exp": Node("Exp", {}),
    "prelu": Node("PRelu", {}, (PRELU_SLOPE,)),
    "softmax": Node("Softmax", {"axis": -1}),
    "log_softmax": Node("LogSoftmax", {"axis": -1}),
}

ONNX_OPSET = 24  # the first with Swish
ONNX_IR = 10


class OnnxRuntime:
    """ONNX Runtime's CPU provider: a model of one node, bound to the arrays."""

    name = "ONNX Runtime"

    def __init__(self, element: str = "FLOAT") -> None:
        import onnx
        import onnxruntime

        self._element = getattr(onnx.TensorProto, element)
        self._onnx = onnx
        self._runtime = onnxruntime
        self.version = onnxruntime.__version__
        self._options = onnxruntime.SessionOptions()
        self._options.intra_op_num_threads = 1
        self._options.inter_op_num_threads = 1
        self._options.log_severity_level = 4
        self._sessions: dict[str, Any] = {}

    def _model(self, node: Node) -> bytes:
        helper, single = self._onnx.helper, self._element
        constants = [
            helper.make_tensor(f"c{i}", single, [1] if node.operator == "PRelu" else [], [value])
            for i, value in enumerate(node.constants)
        ]
        made = helper.make_node(
            node.operator, ["x", *(c.name for c in constants)], ["y"], domain=node.domain, **node.attributes
        )
        x, y = (helper.make_tensor_value_info(name, single, ["rows", "cols"]) for name in "xy")
        opsets = [helper.make_opsetid("", ONNX_OPSET), helper.make_opsetid("com.microsoft", 1)]
        graph = helper.make_graph([made], "one", [x], [y], constants)
        return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=ONNX_IR).SerializeToString())

    def _session(self, operation: str) -> Any:
        if operation not in self._sessions:
            model = self._model(NODES[operation])
            try:
                session = self._runtime.InferenceSession(model, self._options, providers=["CPUExecutionProvider"])
            except Exception as error:  # it has no common class for "not implemented"
                # ... and an operator that is not defined for a type makes the graph invalid
                other_type = self._element != self._onnx.TensorProto.FLOAT
                if "NOT_IMPLEMENTED" not in str(error) and not (other_type and "INVALID_GRAPH" in str(error)):
                    raise
                session = None
            self._sessions[operation] = session
        return self._sessions[operation]

    def open(self, operation: str, arrays: Arrays) -> Call | None:
        session = self._session(operation) if operation in NODES and arrays.dy is None else None
        if session is None:
            return None
        binding = session.io_binding()
        shape = [arrays.rows, arrays.cols]
        binding.bind_input("x", "cpu", 0, self._element, shape, arrays.src)
        binding.bind_output("y", "cpu", 0, self._element, shape, arrays.dst)
        return PythonCall(partial(session.run_with_iobinding, binding))


# ---------------------------------------------------------------------------------------------------- all of them


def find_libraries(c: ctypes.CDLL) -> tuple[list[Library], dict[str, str]]:
    """The installed libraries, and why each other one is absent."""
    found: list[Library] = []
    absent: dict[str, str] = {}
    for name in names_of(c.peers_library):
        version = c.peers_version(name.encode())
        if version is None:
            absent[name] = "not found when this was built"
        else:
            found.append(CLibrary(c, name, version.decode()))
    for kind in (Torch, OnnxRuntime, Numpy):
        try:
            found.append(kind())
        except ImportError as error:
            absent[kind.name] = str(error)
    return found, absent
