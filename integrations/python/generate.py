#!/usr/bin/env python3
"""Writes the package's functions, one per operation: generate.py REPOSITORY FILE

From kernels/registry.def come names, parameters with their defaults and formulas, from include/vact/vact.h the codes. The
file is plain Python, so that editors and type checkers see each function with its parameters.
"""
import re
import sys
from pathlib import Path

LINE = re.compile(
    r"^VACT_OP\((\w+),\s*(\w+),\s*(\w+),\s*(\w+),\s*(\w+),\s*P\d(_BY_CODE)?\((.*?)\),\s*(\w+\([^)]*\)),"
    r'\s*"([^"]*)",\s*(\w+),\s*(\w+),\s*"((?:[^"\\]|\\.)*)"\)', re.MULTILINE)


HEAD = '''"""The functions of the operations. Made by generate.py from kernels/registry.def; do not edit."""
from typing import Any

import numpy as np

from . import _vact

__all__ = {names}

Array = np.ndarray[Any, Any]
DEFAULTS = 0x10000  # beside a code: without parameters
'''

NOTES = {
    "UNARY": "Element by element. `out` may be `x`; `dtype`, or that of `out`, may be another type: float32 to and from 16 bits.",
    "GATE": "The activation of `gate`, times `up`; the two may have different shapes that NumPy broadcasts. `rounding='eager'`\n"
            "    rounds the activation to the array's type first, as frameworks do.",
}


def parameters(text: str) -> list[tuple[str, str]]:
    words = [w.strip() for w in text.split(",")] if text.strip() else []
    return [(words[i], words[i + 1]) for i in range(0, len(words), 3)]


def number(text: str) -> str:
    """A float's default as the decimal that it stands for, so that doubles get the number of the definition."""
    return "float('inf')" if text == "INFINITY" else repr(float(text.rstrip("f")))


def safe(name: str) -> str:
    return name + "_" if name == "lambda" else name


def unary(name: str, code: str, keeps: str, formula: str, given: list[tuple[str, str]]) -> list[str]:
    names = [safe(p) for p, _ in given]
    values = ", ".join((names + ["0.0"] * 3)[:3])
    keys = "".join(f", {safe(p)}: float = {number(d)}" for p, d in given)
    lines = [
        f"def {name}(x: Any, out: Array | None = None{keys}, *, dtype: Any = None) -> Array:",
        f'    """{formula}', "", f"    {NOTES['UNARY']}", '    """',
        f"    return _vact.unary({code}, x, out, dtype, {values})", "", "",
        f"def {name}_backward(dy: Any, x: Any, out: Array | None = None{keys}) -> Array:",
        f'    """dy times the derivative of {name} at x. `out` may be `dy` or `x`."""',
        f"    return _vact.backward({code}, False, dy, x, out, {values})", "", ""]
    made = [name, f"{name}_backward"]
    if keeps == "OUTPUT":
        lines += [f"def {name}_backward_from_output(dy: Any, y: Any, out: Array | None = None{keys}) -> Array:",
                  f'    """The same from the output y = {name}(x)."""',
                  f"    return _vact.backward({code}, True, dy, y, out, {values})", "", ""]
        made.append(f"{name}_backward_from_output")
    return [*made, "\n".join(lines)]


def gate(name: str, code: str, formula: str, given: list[tuple[str, str]]) -> list[str]:
    values = ", ".join(([safe(p) for p, _ in given] + ["0.0"] * 3)[:3])
    keys = "".join(f", {safe(p)}: float = {number(d)}" for p, d in given)
    lines = [
        f"def {name}(gate: Any, up: Any, out: Array | None = None{keys}, *, dtype: Any = None, rounding: str = 'once') -> Array:",
        f'    """{formula}, x the gate, u the other half', "", f"    {NOTES['GATE']}", '    """',
        f"    return _vact.gate({code}, gate, up, out, dtype, _eager(rounding), {values})", "", "",
        f"def {name}_backward(dy: Any, gate: Any, up: Any{keys}) -> tuple[Array, Array]:",
        f'    """The gradients of {name} by gate and by up."""',
        f"    return _vact.gate_backward({code}, dy, gate, up, {values})", "", ""]
    return [name, f"{name}_backward", "\n".join(lines)]


EAGER = '''

def _eager(rounding: str) -> bool:
    if rounding not in ("once", "eager"):
        raise ValueError(f"rounding is 'once' or 'eager', not {rounding!r}")
    return rounding == "eager"


'''


def main() -> int:
    root, target = Path(sys.argv[1]), Path(sys.argv[2])
    header = (root / "include/vact/vact.h").read_text()
    codes = {n: int(v, 16) for n, v in re.findall(r"VACT_OP_(\w+) = (0x[0-9a-f]+)", header)}
    text = (root / "kernels/registry.def").read_text()
    found = LINE.findall(text)
    if len(found) != len(re.findall(r"^VACT_OP\(", text, re.MULTILINE)):
        sys.exit("generate.py: a line of kernels/registry.def is not understood")
    names: list[str] = []
    bodies: list[str] = []
    table: list[str] = []
    for name, code, kind, _, _, by_code, given, _, _, keeps, _, formula in found:
        # Named functions of those have no parameters: the library's defaults, which doubles have as doubles.
        listed = [] if by_code else parameters(given)
        own = f"{codes[code]:#x}{' | DEFAULTS' if by_code else ''}"
        table.append(f"    {name!r}: ({codes[code]:#x}, {kind.lower()!r}, {{{', '.join(f'{safe(p)!r}: {number(d)}' for p, d in listed)}}}),")
        if kind not in ("UNARY", "GATE"):
            continue
        made = unary(name, own, keeps, formula, listed) if kind == "UNARY" else gate(name, own, formula, listed)
        names += made[:-1]
        bodies.append(made[-1])
    operations = "# Of each operation: its code, its kind, its parameters with their defaults.\nOPERATIONS = {\n" + "\n".join(table) + "\n}\n"
    target.write_text(HEAD.format(names=names) + operations + EAGER + "\n".join(bodies).rstrip() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
