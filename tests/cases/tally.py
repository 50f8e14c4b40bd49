"""What became of each case, by operation, and the tables of it."""
import collections
import sys

import numpy as np

from library import Failed, NotSayable

LARGEST = 2.0**128 - 2.0**103  # rounds to infinity


def spacing(exact):
    """The distance of floats at these values: what an error in ULP is counted in."""
    _, exponent = np.frexp(np.where(np.isfinite(exact), exact, 1.0))
    return np.ldexp(1.0, np.maximum(np.where(exact == 0, -1000, exponent) - 24, -149))


def ulp(bound):
    return lambda exact: bound * spacing(exact)


class Check:
    """A result beside its exact value. `allowed` gives the largest error from the exact values; `counts`, unless None,
    is where there is something to compare. against() returns how many numbers there were."""

    def __init__(self, what, computed, allowed, counts=None):
        self.what, self.computed, self.allowed, self.counts = what, computed, allowed, counts

    def against(self, exact):
        computed = np.asarray(self.computed, np.float64)
        exact = np.asarray(exact, np.float64)
        if computed.shape != exact.shape:
            raise Failed(f"{self.what}: shape {computed.shape}, expected {exact.shape}")
        with np.errstate(all="ignore"):
            allowed = np.broadcast_to(self.allowed(exact), exact.shape)
            finite = np.where(np.isinf(computed), np.copysign(2.0**128, computed), computed)
            good = np.abs(finite - exact) <= allowed
            large = np.abs(exact) >= LARGEST
            good = np.where(large, np.isinf(computed) & (np.sign(computed) == np.sign(exact)), good)
            good = np.where(np.isnan(exact), np.isnan(computed), good)
        if self.counts is not None:
            good = good | ~self.counts
        if good.all():
            return good.size
        where = tuple(int(i) for i in np.argwhere(~good)[0])
        error = abs(computed[where] - exact[where]) / spacing(exact[where])
        raise Failed(f"{self.what}: {np.count_nonzero(~good)} of {good.size} beyond the bound, first at {list(where)}: got "
                     f"{computed[where]:.9g}, expected {exact[where]:.9g} ({error:.3g} ULP, allowed "
                     f"{allowed[where] / spacing(exact[where]):.3g})")


class Tally:
    def __init__(self, directions):
        self.directions = directions
        self.counts = collections.defaultdict(collections.Counter)  # (operation, direction) -> outcome -> cases
        self.reasons = collections.Counter()
        self.failures, self.missed = [], []
        self.caught, self.empty = collections.Counter(), 0

    def add(self, operation, direction, outcome, cases=1):
        self.counts[operation, direction][outcome] += cases

    def not_sayable(self, operation, direction, reason, cases=1):
        self.add(operation, direction, "not sayable", cases)
        self.reasons[operation, direction, reason] += cases

    def run(self, library, operation, direction, case, evaluate):
        """Evaluates a case, by a function that returns how many numbers it compared. One that passes must fail when the
        library's result is damaged."""
        try:
            compared = evaluate()
        except NotSayable as reason:
            self.not_sayable(operation, direction, str(reason))
            return
        except Failed as fault:
            self.fail(operation, direction, case, fault)
            return
        self.add(operation, direction, "passed")
        if not compared:
            self.empty += 1
            return
        for damage in ("slightly", "plainly"):
            library.broken = damage
            try:
                evaluate()
            except Failed:
                self.caught[damage] += 1
                return
            finally:
                library.broken = None
        self.missed.append(f"{operation}, {direction}, {case}")

    def fail(self, operation, direction, case, fault):
        self.add(operation, direction, "FAILED")
        self.failures.append(f"{operation}, {direction}, {case}: {fault}")
        print("FAILED:", self.failures[-1], file=sys.stderr)

    def total(self, outcome, direction=None):
        return sum(c[outcome] for (_, d), c in self.counts.items() if direction in (None, d))

    def tables(self):
        heads = ["operation"] + [f"{d}: {o}" for d in self.directions for o in ("passed", "failed", "not sayable")]
        cells = lambda get: [str(get(d, o)) for d in self.directions for o in ("passed", "FAILED", "not sayable")]
        operations = dict.fromkeys(name for name, _ in self.counts)
        rows = [[name, *cells(lambda d, o, name=name: self.counts[name, d][o])] for name in operations]
        rows.append(["**all**", *cells(lambda d, o: self.total(o, d))])
        reasons = collections.defaultdict(lambda: [collections.Counter(), {}])
        for (operation, direction, reason), cases in self.reasons.items():
            reasons[reason][0][direction] += cases
            reasons[reason][1][operation] = None
        some = lambda names: ", ".join(names) if len(names) <= 8 else f"{len(names)} operations"
        why = [[reason, *(str(counts[d]) for d in self.directions), some(names)]
               for reason, (counts, names) in sorted(reasons.items(), key=lambda r: -sum(r[1][0].values()))]
        return table(heads, rows) + "\n" + table(["not sayable", *self.directions, "in"], why)

    def control(self):
        slightly, plainly, missed = self.caught["slightly"], self.caught["plainly"], len(self.missed)
        return (f"Control: of the {slightly + plainly + self.empty + missed} cases that passed {slightly} fail when one "
                f"number of each result is 64 ULP off,\n{plainly} more when it is off by 2^−10 of it or of 1 (their bound "
                f"is a larger term's), {self.empty} have no number to change, and\n{missed} do not fail.")

    def status(self, library):
        for missed in self.missed:
            print("NOT CAUGHT by the control:", missed, file=sys.stderr)
        for name in library.wrong.keys() - library.called:
            print(f"no case calls {name}", file=sys.stderr)
            return 2
        return 1 if self.failures or self.missed or not self.caught else 0


def table(heads, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows]) + "\n"
