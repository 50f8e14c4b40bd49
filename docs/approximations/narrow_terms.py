"""The polynomials of kernels/elem/terms_<type>.h. Needs NumPy and SciPy.

A result of 16 bits is right if the float before it lies between the middles beside the right element. Where the inputs
are few that is a linear program (as in RLIBM, Lim and Nagarakatte 2021): the coefficients such that the value stays
inside by the largest margin, for every input. In pieces each interval is a program of its own. The margin found must
exceed the rounding errors of float, about 2^-24; where it does not, a few inputs remain, and the search decides.

  python3 docs/approximations/narrow_terms.py fit bf16 >kernels/elem/terms_bf16.h
  python3 docs/approximations/narrow_terms.py search bf16 silu,sigmoid logistic_slope STEPS SPREAD

`fit` writes the header and says the margins. `search` runs narrow_terms_search.c: it moves coefficients of one function
of the header at random, by up to 2^SPREAD ULP, as long as no more results of these operations are wrong, and writes the
best back. Inputs that stay wrong are cured (narrow_cures.c).
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.optimize import linprog
from scipy.special import erf, erfcx

np.seterr(all="ignore")
TYPE = sys.argv[2]
BF16 = TYPE == "bf16"
DIGITS, LEAST = (8, -133) if BF16 else (11, -24)
POLYNOMIAL = np.polynomial.polynomial.Polynomial


def inputs(low, high):
    bits = np.arange(65536, dtype=np.uint16)
    x = (bits.astype(np.uint32) << 16).view(np.float32) if BF16 else bits.view(np.float16)
    x = np.unique(x.astype(np.float64))
    return x[(x >= low) & (x <= high)]


def bounds(y):
    """The middles beside the element that y rounds to."""
    fraction, exponent = np.frexp(y)
    ulp = np.ldexp(1.0, np.maximum(exponent - DIGITS, LEAST))
    nearest = np.abs(np.rint(y / ulp) * ulp)
    fraction, exponent = np.frexp(nearest)
    ulp = np.ldexp(1.0, np.maximum(exponent - DIGITS, LEAST))
    below = np.where((fraction == 0.5) & (exponent - DIGITS > LEAST), ulp / 4, ulp / 2)
    low, high = nearest - below, nearest + ulp / 2
    return np.where(y < 0, -high, low), np.where(y < 0, -low, high)


def program(columns, low, high, size):
    """c with low + m*size <= columns*c <= high - m*size, m as large as can be."""
    a, low, high = columns / size[:, None], low / size, high / size
    one = np.ones((len(a), 1))
    found = linprog(
        np.r_[np.zeros(a.shape[1]), -1],
        A_ub=np.vstack([np.hstack([-a, one]), np.hstack([a, one])]),
        b_ub=np.r_[-low, high],
        bounds=[(None, None)] * (a.shape[1] + 1),
        method="highs-ds",
        options={"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-10},
    )
    return found.x[:-1], found.x[-1]


def powers(f, first, last):
    return np.stack([f**k for k in range(first, last + 1)], 1)


def reduced(x):
    n = np.rint(x * np.log2(np.e))
    return np.exp2(n), x - n * np.log(2)


def logistic(degree):
    x = inputs(-94, 94) if BF16 else inputs(-21, 21)
    x = x[np.abs(x) > (2.0**-9 if BF16 else 2.0**-12)]
    s, r = reduced(-x)
    f = -r
    low, high = bounds(np.abs(x / (1 + np.exp(-x))))
    low_of_sigmoid, high_of_sigmoid = bounds(1 / (1 + np.exp(-x)))
    least = np.maximum(np.maximum(np.abs(x) / high, 1 / high_of_sigmoid) - 1, -1)
    low, low_of_sigmoid = np.maximum(low, 1e-300), np.maximum(low_of_sigmoid, 1e-300)
    most = np.minimum(np.abs(x) / low, 1 / low_of_sigmoid) - 1
    most = np.minimum(most, 4 * np.exp(-x) + 4)
    start = [] if BF16 else [-1.0]  # half: a slope of -1 at 0 keeps ties of subnormal results
    known = s + sum(s * v * f for v in start)
    c, margin = program(s[:, None] * powers(f, 1 + len(start), degree), least - known, most - known, 1 + s)
    return [*start, *c], margin


def exponential(degree):
    x = inputs(-87, 88) if BF16 else inputs(-11, 11)
    x = x[np.abs(x) > 2.0**-11]
    s, r = reduced(x)
    low, high = bounds(np.exp(x))
    c, margin = program(s[:, None] * powers(r, 1, degree), low - s, high - s, np.exp(x))
    return [1.0, *c], margin


def rise(degree):
    x = inputs(-9, -(2.0**-14))
    s, r = reduced(x)
    y = np.expm1(x)
    low, high = bounds(y)
    known = s * r + s - 1
    c, margin = program(s[:, None] * powers(r, 2, degree), low - known, high - known, np.abs(y))
    return [1.0, *c], margin


def least_maximum(target, first, last, half, size):
    """Of the error relative to size, on [-half, half]."""
    f = half * np.cos(np.linspace(0, np.pi, 401))
    c, margin = program(powers(f, first, last), target(f), target(f), size(f))
    return list(c), margin


def by_slope(f):
    return np.where(f == 0, 1, np.expm1(f) / np.where(f == 0, 1, f))


def places(start, end, part):
    """Edges of eight intervals, halves of octaves of start + slope*t, the last one cut short."""
    all_edges = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32]
    edges = np.array([start] + [v for v in all_edges if v > start][:8])
    slope = float(np.float32(((edges[-2] + (edges[-1] - edges[-2]) * part) - start) / end * (1 - 2**-19)))
    index = [int(np.float32((edges[k] + edges[k + 1]) / 2).view(np.uint32) >> 22 & 7) for k in range(8)]
    t = (edges - start) / slope
    t[-1] = end
    return slope, t, index


def pieces(name, degree, start, end, part, x, low, high, factor, size, at_zero=None):
    """factor*P(x) in [low, high] on each interval; in the first one, P begins with the terms at_zero."""
    slope, edges, index = places(start, end, part)
    table, margins = [None] * 8, []
    for k in range(8):
        m = (x >= edges[k]) & (x <= edges[k + 1])
        known = at_zero if k == 0 and at_zero else []
        middle = 0.0 if known else (edges[k] + edges[k + 1]) / 2
        rest = sum(v * x[m] ** j for j, v in enumerate(known)) * factor[m]
        columns = factor[m][:, None] * powers(x[m] - middle, len(known), degree)
        c, margin = program(columns, low[m] - rest, high[m] - rest, size[m])
        p = POLYNOMIAL([*known, *c])(POLYNOMIAL([-middle, 1.0])).coef
        table[index[k]] = [*p, *[0.0] * (degree + 1 - len(p))]
        margins.append(margin)
    report(name, min(margins))
    print_table(name, table)
    print(
        f"VACT_INLINE vf terms_{name}(vf t)\n{{\n    return pieces_value(terms_{name}_table, {degree}, "
        f"vf_fma(t, vf_set1({number(slope)}), vf_set1({number(start)})), t);\n}}"
    )


def mish(degree):
    x = inputs(-8, 8)
    x = x[np.abs(x) > 2.0**-14]
    cells = np.array([0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 6, 7, 7, 7, 7])
    place = (x * float.fromhex("0x1.dffffep-1") + float.fromhex("0x1.80001p+23")).astype(np.float32)
    interval = cells[place.view(np.uint32) & 15]
    y = x * np.tanh(np.log1p(np.exp(x)))
    low, high = bounds(y)
    table, margins = [], []
    for k in range(8):
        m = interval == k
        middle = 0.0 if k == 4 else float(np.float32((x[m].min() + x[m].max()) / 2))
        c, margin = program(x[m][:, None] * powers(x[m] - middle, 0, degree), low[m], high[m], np.abs(y[m]))
        table.append([middle, *c])
        margins.append(margin)
    report("mish", min(margins))
    print("/* mish(x)/x by x - c: the first row has c. */")
    print(f"enum {{ TERMS_MISH = {degree} }}; /* the degree */")
    print_table("mish", table)


def number(value):
    text = re.sub(r"\.?0*p", "p", float(np.float32(value)).hex())
    return text + "f"


def report(name, margin):
    print(f"{TYPE} {name}: margin {margin:.2e}", file=sys.stderr)


def print_table(name, table):
    print(f"_Alignas(32) static const float terms_{name}_table[{len(table[0])}][8] = {{")
    for row in zip(*table):
        print("    {" + ", ".join(number(v) for v in row) + "},")
    print("};\n")


def print_function(name, text, found):
    c, margin = found
    report(name, margin)
    print(f"/* {text} */")
    terms = ", ".join(number(v) for v in reversed(c))
    print(f"VACT_INLINE vf terms_{name}(vf f) {{ return horner{len(c) - 1}(f, {terms}); }}\n")


def fit():
    degree = 4 if BF16 else 5
    guard = f"VACT_ELEM_TERMS_{TYPE.upper()}_H"
    print(f"""/*
 * The polynomials of {"bfloat16" if BF16 else "half"}: {DIGITS} digits need fewer terms than a float's. docs/approximations/narrow_terms.py fits them to
 * what each input's result may be, so that it rounds right; narrow_terms_search.c adjusts the last bits.
 */
#ifndef {guard}
#define {guard}

#include "math/common/horner.h"
#include "math/common/pieces.h"

#define MATH_SHORT 1 /* to the headers of mathematics: take these */
enum {{ MATH_DIGITS = {DIGITS} }};
""")
    print_function("logistic_slope", "(e^-f - 1)/f for |f| <= ln(2)/2", logistic(degree))
    print_function("exp", "e^f for |f| <= ln(2)/2", exponential(degree))
    print_function("exp_slope", "(e^f - 1)/f, the same f", rise(degree))
    scale = 1.6732632423543772848170429916717 * 1.0507009873554804934193349852946
    selu = least_maximum(lambda f: scale * by_slope(f) - 2, 0, degree - 1, 0.3467, np.ones_like)
    print_function("selu_curve", "s*a*(e^f - 1)/f - 2, as in act/fast/selu.h", selu)
    first = 2 * np.sqrt(2 / np.pi) / np.log(2)
    print_function("gelu_tanh_factor", "-log2(e)*2*sqrt(2/pi)*(1 + 0.044715*f)", ([-first, -0.044715 * first], 0.0))
    power = least_maximum(lambda f: np.exp2(f) - 1, 1, degree, 0.5, np.exp2)
    print_function("gelu_tanh_slope", "(2^f - 1)/f for |f| <= 1/2", power)
    print_function("gelu_quick_slope", "(2^f - 1)/f for |f| <= 1/2", power)
    for name, function, start, part, terms in (
        ("tanh", np.tanh, 1.5625 if BF16 else 1.625, 1.0 if BF16 else 0.8, degree - 1),
        ("erf", erf, 1.9375 if BF16 else 1.4375, 1.0 if BF16 else 0.9, degree - 1),
    ):
        x = inputs(2.0**-14, 16)
        most = x[function(x) > 1 - 2.0 ** -(DIGITS + 1)].min()
        x = x[x <= most]
        y = function(x)
        low, high = bounds(y)
        print(f"/* {name}(t) for 0 <= t <= TERMS_{name.upper()}_MOST, which rounds to 1 */")
        pieces(name, terms, start, most, part, x, low, high, np.ones_like(x), y, at_zero=[0.0])
        print(f"#define TERMS_{name.upper()}_MOST {number(most)}\n")
    x = inputs(2.0**-14, 9)
    exact = x.astype(np.longdouble)
    series = exact**3 * (1 / np.longdouble(3) - exact**2 * 2 / 15 + exact**4 * 17 / 315 - exact**6 * 62 / 2835)
    y = np.where(x < 0.05, series, exact - np.tanh(exact)).astype(np.float64)
    low, high = bounds(y)
    print("/* (t - tanh(t))/t^3 for 0 <= t <= 9 */")
    pieces("tanh_shrink", 3 if BF16 else 5, 1.0 if BF16 else 1.75, 9.0, 1.0, x, low, high, x**3, y)
    print("\n/* t - 1 and a little more for t > 9, as it may be a tie and the exact value is above. */")
    print("VACT_INLINE vf terms_tanh_shrink_of_large(vf t)")
    print("{\n    return vf_fms(t, vf_set1(0x1.000004p+0f), vf_set1(1.0f));\n}\n")
    x = inputs(2.0**-13, 10.5)
    tail, size = np.exp(-x * x / 2), x * erfcx(x / np.sqrt(2)) / 2
    low, high = bounds(x * 0 - size * tail)
    low_above, high_above = bounds(x - size * tail)
    least = np.maximum(np.maximum(-high, x - high_above) / tail, size / 5)
    most = np.minimum(np.minimum(-low, x - low_above) / tail, size * 5)
    print("/* t*Phi(-t)*e^(t^2/2) for 0 <= t <= 10.5 */")
    start = 1.25 if BF16 else 1.875
    pieces("gelu", 3 if BF16 else 5, start, 10.5, 1.0, x, least, most, np.ones_like(x), size, at_zero=[0.0, 0.5])
    print()
    power[0].insert(0, 1.0)
    print_function("gelu_power", "2^f for |f| <= 1/2", power)
    mish(5 if BF16 else 7)
    print("#endif")


def search(operations, names, steps, spread):
    root = Path(__file__).resolve().parents[2]
    path = root / f"kernels/elem/terms_{TYPE}.h"
    header = path.read_text()
    literal = re.compile(r"-?0x[0-9a-f.]+p[+-]?\d+f")
    spans = []
    for name in names.split(","):
        found = re.search(rf"terms_{name}(_table\[\d+\]\[8\] = {{.*?\n}};|\(vf f\)\s*{{.*?}})", header, re.S)
        spans.append((found.start(1), found.end(1)))
    spans.sort()
    ordered = [v for a, b in spans for v in literal.findall(header[a:b])]

    def replaced(values):
        values, parts, end = iter(values), [], 0
        for a, b in spans:
            parts += [header[end:a], literal.sub(lambda _: next(values), header[a:b])]
            end = b
        return "".join([*parts, header[end:]])

    moving = replaced(f"moving[{k}]" for k in range(len(ordered)))
    # a table's entries are no constants now: the array itself is the table
    moving = re.sub(
        r"_Alignas\(32\) static const float (terms_\w+_table)\[\d+\]\[8\] = {\s*{moving\[(\d+)\].*?\n};",
        r"#define \1 ((const float (*)[8])(moving + \2))",
        moving,
        flags=re.S,
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "terms.h").write_text(moving)
        forms = [f'#include "act/fast/{op}.h"\n#define OP {op}\n#include "loop/forms.inc.h"\n#undef OP\n' for op in operations]
        entries = [f'{{"{op}", {op}_one, &{op}_rounding}},' for op in operations]
        Path(folder, "operations.h").write_text(
            "".join(forms) + "static const operation operations[] = {" + "\n".join(entries) + "};\n"
        )
        options = {
            "ELEMENT": f'"elem/{TYPE}.h"',
            "ROUNDING": f'"elem/rounding_{TYPE}.h"',
            "TYPE": f"VACT_{TYPE.upper()}",
            "START": ",".join(ordered),
            "SPREAD": spread,
        }
        program_path = str(Path(folder, "search"))
        subprocess.run(
            ["cc", "-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-DVACT_BUILD=search", "-DVACT_SET=fast"]
            + [f"-D{key}={value}" for key, value in options.items()]
            + ["-I" + folder, *(f"-I{root}/{d}" for d in ("kernels", "include", "tests", "."))]
            + ["-o", program_path, str(root / "docs/approximations/narrow_terms_search.c")]
            + [str(root / f) for f in ("tests/exact.c", "tests/narrow_exact.c", "build/libvact.a")]
            + [str(root / "build/libvact_reference.a"), "-lsleef", "-lmpfr", "-lm"],
            check=True,
        )
        output = subprocess.run([program_path, steps], check=True, capture_output=True, text=True).stdout
    *said, best = output.strip().split("\n")
    print("\n".join(said[-12:]))
    path.write_text(replaced(number(float.fromhex(v)) for v in best.split()))


if sys.argv[1] == "fit":
    fit()
else:
    search(sys.argv[3].split(","), *sys.argv[4:7])
