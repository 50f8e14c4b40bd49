"""The constants of kernels/exact:

for t in exponential normal; do python3 docs/approximations/exact.py $t > kernels/exact/${t}_table.h; done
python3 docs/approximations/exact.py constants > kernels/exact/constants.h
clang-format -i kernels/exact/*.h

Needs mpmath. A number is a pair of doubles: the number rounded to double, then the rest rounded to double.
"""
import sys

from mpmath import erfc, exp, log, mp, mpf, pi, sqrt

mp.prec = 600


def pair(x):
    high = float(x)
    return f"{{{high.hex()}, {float(x - mpf(high)).hex()}}}"


def part(x, bits):
    """x rounded to a multiple of 2^-bits."""
    return mpf(int(mp.nint(x * 2**bits))) / 2**bits


def header(guard, text):
    print(f"/* {text}\n * Made by docs/approximations/exact.py. */")
    print(f"#ifndef VACT_EXACT_{guard}_H\n#define VACT_EXACT_{guard}_H\n\n#include \"dd.h\"\n")


def constant(name, x, comment=""):
    print(f"static const dd {name} = {pair(x)};{' /* ' + comment + ' */' if comment else ''}")


def table(name, size, values, comment):
    print(f"\n/* {comment} */\nstatic const dd {name}[{size}] = {{")
    for x in values:
        print(f"    {pair(x)},")
    print("};\n")


def exponential():
    header("EXPONENTIAL_TABLE", "What e^z needs: ln 2/64 in three parts and the powers 2^(j/64).")
    # The parts have 38 bits at most, so that their products with a whole number below 2^15 are exact.
    step = log(2) / 64
    first = part(step, 44)
    second = part(step - first, 82)
    print(f"static const double steps_per_unit = {float(1 / step).hex()};")
    print(f"static const double step_high = {float(first).hex()};")
    print(f"static const double step_middle = {float(second).hex()};")
    print(f"static const double step_low = {float(step - first - second).hex()};")
    table("powers", 64, [exp(j * step) for j in range(64)], "2^(j/64)")
    print("#endif")


def normal():
    header("NORMAL_TABLE", "The upper tail of the normal distribution, divided by its density.")
    constant("inverse_sqrt_2_pi", 1 / sqrt(2 * pi))
    # sqrt(pi/2)*erfcx(x/sqrt(2))
    values = [sqrt(pi / 2) * exp(x * x / 2) * erfc(x / sqrt(2)) for x in (mpf(j) / 8 for j in range(118))]
    table("mills", 118, values, "At j/8.")
    print("#endif")


def constants():
    header("CONSTANTS", "The real numbers in the definitions of operations.")
    gamma, alpha = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")
    constant("ln_2", log(2))
    constant("sqrt_2", sqrt(2))
    constant("quick_factor", mpf("1.702"))
    constant("selu_gamma", gamma, mp.nstr(gamma, 32))
    constant("selu_gamma_alpha", gamma * alpha, "times " + mp.nstr(alpha, 32))
    constant("gelu_tanh_linear", 2 * sqrt(2 / pi), "2*sqrt(2/pi)")
    constant("gelu_tanh_cubic", 2 * sqrt(2 / pi) * mpf("0.044715"), "times 0.044715")
    print("\n#endif")


{"exponential": exponential, "normal": normal, "constants": constants}[sys.argv[1]]()
