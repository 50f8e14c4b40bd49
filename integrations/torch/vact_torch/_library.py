"""Loads the operators, and reads from them which operations there are."""
import pathlib
from typing import NamedTuple

import torch

torch.ops.load_library(pathlib.Path(__file__).with_name("vact_torch.so"))

_NAMESPACE = torch.ops.vact


class Operation(NamedTuple):
    name: str
    code: int
    kind: str
    parameters: dict[str, float]  # and their defaults, in the order in which a call takes them


def _read(line: str) -> Operation:
    name, code, kind, *parameters = line.split()
    pairs = (parameter.split("=") for parameter in parameters)
    return Operation(name, int(code), kind, {key: float(value) for key, value in pairs})


OPERATIONS = {operation.name: operation for operation in map(_read, _NAMESPACE.registry().splitlines())}

# Three stand for exact constants, which six digits do not have.
OPERATIONS["selu"].parameters.update(alpha=1.6732632423543772848, gamma=1.0507009873554804934)
OPERATIONS["hard_swish"].parameters.update(alpha=1 / 6)

ISAS = {"auto": 0, "scalar": 1, "avx2": 2, "avx512": 3, "neon": 4}
MATHS = {"auto": 0, "sleef": 1, "fast": 2, "cr": 3}


def use(isa: str = "auto", math: str = "auto") -> None:
    """Chooses the instruction set (auto, scalar, avx2, avx512, neon) and the variant of the mathematics (auto, fast,
    cr, sleef) for the whole process. Raises RuntimeError where this CPU or this build lacks it; the choice then stays.
    """
    if isa not in ISAS:
        raise ValueError(f"isa must be one of {', '.join(ISAS)}, not {isa!r}")
    if math not in MATHS:
        raise ValueError(f"math must be one of {', '.join(MATHS)}, not {math!r}")
    if not _NAMESPACE.choose(ISAS[isa], MATHS[math]):
        raise RuntimeError(f"this CPU or this build of vact lacks isa={isa!r} or math={math!r}")


def info() -> dict[str, str]:
    """The version of libvact, and the instruction set and variant in use."""
    version, isa, math = _NAMESPACE.info().split()
    return {"version": version, "isa": isa, "math": math}
