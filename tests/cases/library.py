"""libvact.so through ctypes, as vact.h declares it: the header is read, so a new function, operation or member of an
option structure is there without a line here."""
import argparse
import ctypes
import pathlib
import re

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCALARS = {"float": ctypes.c_float, "double": ctypes.c_double, "size_t": ctypes.c_size_t, "int": ctypes.c_int,
           "ptrdiff_t": ctypes.c_ssize_t, "int64_t": ctypes.c_int64, "int32_t": ctypes.c_int32}
ELEMENTS = {"float": np.float32, "double": np.float64, "int64_t": np.int64, "int32_t": np.int32,
            "unsigned char": np.uint8, "size_t": np.uintp, "ptrdiff_t": np.intp}
STATUS = {0: "OK", 1: "EINVAL", 2: "EOVERLAP", 3: "EUNSUPPORTED"}


class NotSayable(Exception):
    """vact has no call for this case; the argument is the reason."""


class Failed(Exception):
    """The case has a wrong result, or a call that should have worked was refused."""


class Operation:
    """A line of the registry."""

    def __init__(self, parameters, bound):
        self.parameters, self.bound = parameters, bound


def read_registry():
    """Of each operation its parameters with their defaults, and the bound of the variant `fast` in ULP."""
    lines = re.findall(r"^VACT_OP\((\w+),(.*)\)$", (ROOT / "kernels/registry.def").read_text(), re.MULTILINE)
    operations = {}
    for name, rest in lines:
        values = re.search(r"P\d(?:_BY_CODE)?\(([^()]*)\)", rest).group(1).split(",")
        defaults = [v.strip().rstrip("f") for v in values[1::3]]
        parameters = {n.strip(): float("inf" if v == "INFINITY" else v) for n, v in zip(values[::3], defaults)}
        bound = re.search(r"PLAIN_BOUND\(([\d.]+)\)|BOUNDS\([\d.]+, *([\d.]+)\)", rest)
        operations[name] = Operation(parameters, float(bound.group(1) or bound.group(2)))
    return operations


def other_operation(text):
    """The argument of --wrong: {OP: OTHER}."""
    name, _, other = text.partition("=")
    if not name or not other:
        raise argparse.ArgumentTypeError(f"'{text}' is not OP=OTHER")
    return {name: other}


class Library:
    """`broken` makes results wrong, as a control: of each array that a call writes the largest finite element,
    "slightly", by 64 ULP, or "plainly", by 2^-10 of it or of 1. `wrong` calls other operations than
    asked for: {"gelu": "gelu_tanh"}."""

    def __init__(self, path):
        self.operations = read_registry()
        self.broken, self.wrong, self.called = None, {}, set()
        self.library = ctypes.CDLL(str(path))
        text = re.sub(r"/\*.*?\*/", "", (ROOT / "include/vact/vact.h").read_text(), flags=re.DOTALL)
        self.codes = {name.lower(): int(code, 16) for name, code in re.findall(r"VACT_OP_(\w+) = (0x\w+)", text)}
        self.structures, self.enumerations = {}, set(re.findall(r"typedef enum (\w+)", text))
        for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\} \w+;", text, re.DOTALL):
            self.structures[name] = type(name, (ctypes.Structure,), {"_fields_": list(self.members(body))})
        self.prototypes = {
            name: [self.parameter(p) for p in parameters.split(",")]
            for name, parameters in re.findall(r"VACT_API vact_status (\w+)\(([^;]*)\);", text)}

    def members(self, body):
        for declaration in filter(None, map(str.strip, body.split(";"))):
            kind, names = re.fullmatch(r"(?:const )?((?:unsigned )?\w+)\s*(.*)", declaration, re.DOTALL).groups()
            for name in names.split(","):
                bare, array = re.fullmatch(r"\s*(\*?\s*\w+)(?:\[(\d+)\])?\s*", name).groups()
                if bare.startswith("*"):
                    yield bare[1:].strip(), ctypes.c_void_p
                else:
                    one = self.structures.get(kind) or self.scalar(kind) or ctypes.c_char_p
                    yield bare, one * int(array) if array else one

    def scalar(self, kind):
        return ctypes.c_int if kind in self.enumerations else SCALARS.get(kind)

    def parameter(self, text):
        """(type, whether it is a pointer, whether the call writes there)."""
        form = r"\s*(const )?((?:unsigned )?\w+)\s*(\*?)\s*\w+(\[\d+\])?\s*"
        constant, kind, star, array = re.fullmatch(form, text).groups()
        pointer = bool(star or array)
        return kind, pointer, pointer and not constant

    def has(self, function):
        return function in self.prototypes

    def has_option(self, structure, member):
        return any(name == member for name, _ in self.structures[structure]._fields_)

    def options(self, structure, **members):
        """The defaults with these members; an array is a pointer to its elements, and None is left out."""
        made = self.structures[structure]()
        init = getattr(self.library, structure.replace("_f32", "_init_f32"))
        status = init(ctypes.byref(made), ctypes.c_size_t(ctypes.sizeof(made)))
        assert status == 0, (structure, status)
        made.keep_alive = members
        for name, value in members.items():
            if isinstance(value, np.ndarray):
                assert value.flags.c_contiguous, name
                value = value.ctypes.data
            if value is not None:
                setattr(made, name, value)
        return made

    def params(self, values):
        return self.structures["vact_params_f32"]((ctypes.c_float * 4)(*values))

    def chosen(self, operation):
        """The operation, or what is called in its place."""
        self.called.add(operation)
        return self.wrong.get(operation, operation)

    def code(self, operation):
        return self.codes[self.chosen(operation)]

    def call(self, function, *arguments):
        prototype = self.prototypes[function]
        assert len(prototype) == len(arguments), function
        given = []
        for (kind, pointer, _), value in zip(prototype, arguments):
            if not pointer:
                given.append(self.scalar(kind)(value))
            elif isinstance(value, np.ndarray):
                assert value.dtype == ELEMENTS[kind] and value.flags.c_contiguous, (function, kind, value.dtype)
                given.append(ctypes.c_void_p(value.ctypes.data))
            else:
                given.append(None if value is None else ctypes.byref(value))
        status = getattr(self.library, function)(*given)
        if status != 0:
            raise Failed(f"{function}: {STATUS.get(status, status)}")
        if self.broken:
            for (_, _, written), value in zip(prototype, arguments):
                if written and value is not None:
                    self.damage(value)

    def damage(self, result):
        flat = result.reshape(-1)
        if flat.size:
            place = np.argmax(np.where(np.isfinite(flat), np.abs(flat), -1.0))
            if not np.isfinite(flat[place]):
                flat[place] = 1.0
            elif self.broken == "plainly":
                flat[place] += 2.0**-10 * max(1.0, abs(flat[place]))
            else:
                flat.view(np.int32)[place] ^= 64


def output(shape):
    """An array for results, filled with what is none."""
    return np.full(shape, 7.0, np.float32)
