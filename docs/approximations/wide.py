#!/usr/bin/env python3
"""The tables of kernels/math/wide: exponential, logarithm, normal distribution, error function, in double lanes.

    python3 docs/approximations/wide.py [exp|log|normal|erf|tanh_shrink|constants]...

writes kernels/math/wide/<name>_table.h and prints the worst relative error of each polynomial, counted with the rounding
of its coefficients but not that of its evaluation.
"""
import pathlib
import sys
from collections.abc import Callable

import mpmath as mp

mp.mp.prec = 600
HERE = pathlib.Path(__file__).resolve().parent.parent.parent / "kernels" / "math" / "wide"
BITS = 53


def to_double(x: mp.mpf, bits: int = BITS) -> mp.mpf:
    """The nearest number of so many bits."""
    if x == 0:
        return mp.mpf(0)
    unit = mp.mpf(2) ** (mp.frexp(abs(x))[1] - bits)
    return mp.sign(x) * mp.nint(abs(x) / unit) * unit


def pair(x: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """A hi/lo pair."""
    hi = to_double(x)
    return hi, to_double(x - hi)


def text(x: mp.mpf) -> str:
    """A double as C writes it."""
    digits, exponent = float.hex(float(x)).split("p")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits}p{exponent}"


def interpolate(f: Callable[[mp.mpf], mp.mpf], low: mp.mpf, high: mp.mpf, degree: int) -> list[mp.mpf]:
    """The coefficients, the constant first, of the polynomial through f at Chebyshev's points, in x - middle."""
    n = degree + 1
    middle, half = (low + high) / 2, (high - low) / 2
    points = [half * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    matrix = mp.matrix(n, n)
    for i, x in enumerate(points):
        for j in range(n):
            matrix[i, j] = x**j
    solved = mp.lu_solve(matrix, mp.matrix([f(middle + x) for x in points]))
    return [solved[i] for i in range(n)]


def rounded(terms: list[mp.mpf], pairs: int) -> list[mp.mpf]:
    """The coefficients as they stand in a table: so many pairs, then doubles."""
    return [sum(pair(c)) if i < pairs else to_double(c) for i, c in enumerate(terms)]


def row(terms: list[mp.mpf], pairs: int) -> list[mp.mpf]:
    """A row of a table: hi and lo of each pair, then the doubles."""
    out: list[mp.mpf] = []
    for i, c in enumerate(terms):
        out += pair(c) if i < pairs else [to_double(c)]
    return out


def worst(f: Callable[[mp.mpf], mp.mpf], low: mp.mpf, high: mp.mpf, terms: list[mp.mpf]) -> mp.mpf:
    """The largest relative error on 64 points."""
    middle, most = (low + high) / 2, mp.mpf(0)
    for k in range(64):
        x = low + (high - low) * (k + mp.mpf("0.5")) / 64
        value = mp.polyval(terms[::-1], x - middle)
        most = max(most, abs(value / f(x) - 1))
    return most


def write(name: str, what: str, body: str) -> None:
    """A header."""
    guard = f"VACT_MATH_WIDE_{name.upper()}_TABLE_H"
    (HERE / f"{name}_table.h").write_text(
        f"/* {what}\n * Made by docs/approximations/wide.py. */\n#ifndef {guard}\n#define {guard}\n\n{body}\n#endif\n")


def table(name: str, rows: list[list[mp.mpf]], comment: str) -> str:
    """An array of rows."""
    lines = ",\n".join("    {" + ", ".join(text(x) for x in r) + "}" for r in rows)
    return f"/* {comment} */\nstatic const double {name}[{len(rows)}][{len(rows[0])}] = {{\n{lines}}};\n"


def constant(name: str, x: mp.mpf) -> str:
    """A macro."""
    return f"#define {name} {text(x)}\n"


def make_exp() -> None:
    """2^(j/64), and ln 2/64 in three parts, of which the products of the first two with 20 bits are exact."""
    step = mp.log(2) / 64
    high = to_double(step, 33)
    middle = to_double(step - high, 33)
    body = constant("WIDE_EXP_STEPS", to_double(64 / mp.log(2))) + constant("WIDE_EXP_STEP_HIGH", high)
    body += constant("WIDE_EXP_STEP_MIDDLE", middle) + constant("WIDE_EXP_STEP_LOW", to_double(step - high - middle))
    rows = [list(pair(mp.mpf(2) ** (mp.mpf(j) / 64))) for j in range(64)]
    write("exp", "What e^x needs: ln 2/64 in three parts and the powers 2^(j/64).",
          body + "\n" + table("wide_exp_powers", rows, "hi, lo"))


def make_log() -> None:
    """For m in [45/64, 90/64), cut into steps of 1/64: c near 1/m in 9 bits, and -log c."""
    rows = []
    far = mp.mpf(0)
    for j in range(64):  # the last 19 are for arguments that are no numbers
        low = mp.mpf(45 + j) / 64  # m is within [low, low + 1/64)
        middle = low + mp.mpf(1) / 128
        c = mp.mpf(1) if low in (1, mp.mpf(63) / 64) else mp.nint(256 / middle) / 256
        far = max(far, abs(c * low - 1), abs(c * (low + mp.mpf(1) / 64) - 1))
        rows.append([c, *pair(-mp.log(c))])
    print("log: |c*m - 1| <=", mp.nstr(far, 5))
    high = to_double(mp.log(2), 42)
    body = constant("WIDE_LN2_HIGH", high) + constant("WIDE_LN2_LOW", to_double(mp.log(2) - high))
    write("log", "What the logarithm needs: ln 2 in two parts, and for each of 45 intervals, and 19 more that nothing meets, c near 1/m.",
          body + "\n" + table("wide_log_steps", rows, "c, and -log c as hi, lo"))


def mills(t: mp.mpf) -> mp.mpf:
    """Phi(-t)*e^(t^2/2)."""
    return mp.erfc(t / mp.sqrt(2)) * mp.exp(t * t / 2) / 2


def make_normal() -> None:
    """Phi(-t)*e^(t^2/2) for 1 + t in [1, 56]: eight intervals for each power of two."""
    pairs, degree = 3, 13
    rows, most = [], mp.mpf(0)
    for octave in range(6):
        for part in range(8):
            low = mp.mpf(2) ** octave * (1 + mp.mpf(part) / 8) - 1
            high = low + mp.mpf(2) ** octave / 8
            if low > 55:
                continue
            terms = interpolate(mills, low, high, degree)
            most = max(most, worst(mills, low, high, rounded(terms, pairs)))
            rows.append([(low + high) / 2, *row(terms, pairs)])
    print("normal:", len(rows), "intervals, 2^", mp.nstr(mp.log(most, 2), 6))
    write("normal", "Phi(-t)*e^(t^2/2) by intervals of 1 + t, eight for each power of two.",
          table("wide_normal_terms", rows, "the middle t; three coefficients as hi, lo; the others"))


def make_erf() -> None:
    """erf(x)/x in x^2 for |x| <= 1/2."""
    f = lambda u: mp.erf(mp.sqrt(u)) / mp.sqrt(u)
    write("erf", "erf(x)/x in x^2 for |x| <= 1/2.",
          table("wide_erf_terms", [in_square(f, mp.mpf("0.25"), 4, 13, "erf")], "four coefficients as hi, lo; the others"))


def print_constants() -> None:
    """Those that stand in kernels/act/wide and kernels/math/wide, as pairs."""
    a = 2 * mp.sqrt(2 / mp.pi)
    q = mp.erfc(1 / mp.sqrt(2))
    alpha = -mp.sqrt(2 / mp.pi) / (q * mp.exp(mp.mpf(1) / 2) - 1)
    gamma = (1 - q * mp.sqrt(mp.e)) * mp.sqrt(2 * mp.pi) / mp.sqrt(
        2 * mp.erfc(mp.sqrt(2)) * mp.e**2 + mp.pi * q**2 * mp.e - 2 * (2 + mp.pi) * q * mp.sqrt(mp.e) + mp.pi + 2)
    for name, x in [("1.702", mp.mpf("1.702")), ("2*sqrt(2/pi)", a), ("0.044715 of it", a * mp.mpf("0.044715")),
                    ("2/sqrt(pi)", 2 / mp.sqrt(mp.pi)), ("1/sqrt(2*pi)", 1 / mp.sqrt(2 * mp.pi)),
                    ("sqrt(2)", mp.sqrt(2)), ("selu's alpha", alpha), ("selu's gamma", gamma),
                    ("their product", alpha * gamma)]:
        print(f"{name}:", ", ".join(text(part) for part in pair(x)))


def in_square(f: Callable[[mp.mpf], mp.mpf], most_square: mp.mpf, pairs: int, degree: int, name: str) -> list[mp.mpf]:
    """A row of the polynomial of a function of u in [0, most_square]."""
    n = degree + 1
    points = [most_square / 2 * (1 + mp.cos(mp.pi * (2 * k + 1) / (2 * n))) for k in range(n)]
    matrix = mp.matrix(n, n)
    for i, u in enumerate(points):
        for j in range(n):
            matrix[i, j] = u**j
    solved = mp.lu_solve(matrix, mp.matrix([f(u) for u in points]))
    terms = [solved[i] for i in range(n)]
    tried = [most_square * (mp.mpf(k) + mp.mpf("0.37")) / 100 for k in range(100)]
    error = max(abs(mp.polyval(rounded(terms, pairs)[::-1], u) / f(u) - 1) for u in tried)
    print(f"{name}: 2^", mp.nstr(mp.log(error, 2), 6))
    return row(terms, pairs)


def make_tanh_shrink() -> None:
    """(x - tanh x)/x^3 in x^2 for |x| <= 1."""
    f = lambda u: (mp.sqrt(u) - mp.tanh(mp.sqrt(u))) / mp.sqrt(u) ** 3
    write("tanh_shrink", "(x - tanh x)/x^3 in x^2 for |x| <= 1.",
          table("wide_tanh_shrink_terms", [in_square(f, mp.mpf(1), 7, 19, "tanh_shrink")],
                "seven coefficients as hi, lo; the others"))


if __name__ == "__main__":
    for name in sys.argv[1:] or ["exp", "log", "normal", "erf", "tanh_shrink"]:
        {"exp": make_exp, "log": make_log, "normal": make_normal, "erf": make_erf, "tanh_shrink": make_tanh_shrink, "constants": print_constants}[name]()
