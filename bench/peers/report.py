"""The measurements as a table and a verdict, from the saved form (peers.json) only."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

VACT = "vact"
COPIES = ("memcpy", "stream")

# vact's promise: no peer is faster by more than this, and none that is about as fast is more accurate.
FASTER = {"512 KiB": 1.03, "64 MiB": 1.05}
AS_FAST = 1.02
FASTER_GRADIENTS = {"softmax": 1.10}  # where another limit holds

Case = dict[str, Any]
Result = dict[str, Any]


def title(case: Case) -> str:
    """softmax is measured with rows of several lengths."""
    name = f"gradient of {case['operation']}" if is_gradient(case) else case["operation"]
    return name if case["cols"] is None else f"{name}, rows of {case['cols']}"


def is_gradient(case: Case) -> bool:
    """Reports of before have none."""
    return bool(case.get("gradient", False))


def operations(result: Result) -> list[Case]:
    """All but the gradients."""
    return [case for case in result["operations"] if not is_gradient(case)]


def limit(case: Case, size: str) -> float:
    """By how much a peer may be faster there."""
    return FASTER_GRADIENTS.get(case["operation"], FASTER[size]) if is_gradient(case) else FASTER[size]


def peers(case: Case) -> list[str]:
    """vact first, then the others in the order of measuring."""
    names = [name for name in case["errors"] if name != VACT]
    return [VACT, *names]


def worst_error(case: Case, name: str) -> float:
    """A wrong special value counts as more than any finite error."""
    found = case["errors"][name]["all"]
    return inf if found["wrong"] else found["ulp"]


def show_error(found: dict[str, Any] | None) -> str:
    """Three digits; the exponent only where it is needed."""
    return "-" if found is None else f"{found['ulp']:.3g}"


def columns(result: Result) -> list[tuple[str, str]]:
    """The sizes and distributions that occur, in order."""
    seen: dict[tuple[str, str], None] = {}
    for case in result["operations"]:
        for time in case["times"]:
            seen[time["size"], time["distribution"]] = None
    return list(seen)


def times_of(case: Case) -> dict[tuple[str, str], dict[str, Any]]:
    """By size and distribution."""
    return {(time["size"], time["distribution"]): time["libraries"] for time in case["times"]}


def gradients(result: Result) -> Iterator[str]:
    """The lines of the table of gradients, none where there are none."""
    cases = list(filter(is_gradient, result["operations"]))
    if not cases:
        return
    shown = columns(result)
    yield ""
    yield (
        "Gradients: vact's time relative to the peer's, and the largest error of each in ULP of f'(x); near a zero of f'"
        " in 2^-25, along rows in 2^-24 of the sum of their terms' sizes."
    )
    yield f"{'':48}" + "".join(f"{size:>9}" for size, _ in shown) + f"{'vact':>11}{'peer':>11}{'wrong':>10}"
    yield f"{'':48}" + "".join(f"{distribution:>9}" for _, distribution in shown)
    for case in cases:
        times, own = times_of(case), case["errors"][VACT]["all"]
        for name in peers(case)[1:]:
            line = f"  {title(case) + ', ' + name + ('*' if name in case['allocates'] else ''):46}"
            for column in shown:
                time = times.get(column, {}).get(name)
                line += f"{1.0 / time['to_vact']:9.2f}" if time else f"{'-':>9}"
            found = case["errors"][name]["all"]
            yield line + f"{show_error(own):>11}{show_error(found):>11}{found['wrong']:10}"


def table(result: Result) -> Iterator[str]:
    """The lines of the table."""
    yield f"{result['cpu']}; one thread. " + ", ".join(
        f"{name} {version}" for name, version in result["libraries"].items() if name not in COPIES
    )
    for name, reason in result["absent"].items():
        yield f"absent: {name} ({reason})"
    yield (
        "Time relative to copying (the faster of memcpy and a copy with streaming stores), by size and distribution of"
        " the inputs;"
        " call: a call for 16 elements."
    )
    yield (
        f"Errors in ULP over every {result['stride']}th of the 2^32 inputs and every {result['tail_stride']}th in"
        " [-14, -3]; wrong: infinite errors among them (a NaN, infinity or zero that should be another)."
    )
    yield "PyTorch, ONNX Runtime and NumPy are called from Python, the others from C. *: allocates its result."
    shown = columns(result)
    for case in operations(result):
        times = times_of(case)
        yield ""
        yield f"{title(case):26}" + "".join(f"{size:>9}" for size, _ in shown) + "       call      error  [-14,-3]"
        yield (
            f"{'':26}"
            + "".join(f"{distribution:>9}" for _, distribution in shown)
            + f"{'ns':>11}{'ULP':>11}{'ULP':>10}{'wrong':>10}"
        )
        for name in peers(case):
            line = f"  {name + ('*' if name in case['allocates'] else ''):24}"
            for column in shown:
                time = times.get(column, {}).get(name)
                line += f"{time['to_copy']:9.2f}" if time else f"{'-':>9}"
            errors = case["errors"][name]
            line += f"{1e9 * case['call_seconds'][name]:11.0f}" if name in case["call_seconds"] else f"{'-':>11}"
            line += f"{show_error(errors['all']):>11}{show_error(errors['tail']):>10}{errors['all']['wrong']:10}"
            yield line.rstrip()
    yield from gradients(result)
    if result["without_peer"]:
        yield ""
        yield "No peer has: " + ", ".join(result["without_peer"])


def judged(result: Result) -> Iterator[tuple[Case, str, str, str, dict[str, Any], dict[str, Any]]]:
    """Each peer's time at a size that has a promise: case, size, distribution, peer, its time, vact's."""
    for case in result["operations"]:
        for time in case["times"]:
            if time["size"] not in FASTER:
                continue
            for name in peers(case)[1:]:
                yield case, time["size"], time["distribution"], name, time["libraries"][name], time["libraries"][VACT]


def faster(result: Result) -> list[str]:
    """The peers that are faster than vact by more than is allowed."""
    return [
        f"{title(case)}, {size}, {distribution}: {name} takes {own['to_vact']:.3f} of vact's time"
        for case, size, distribution, name, own, _ in judged(result)
        if own["to_vact"] < 1.0 / limit(case, size)
    ]


def more_accurate(result: Result) -> list[str]:
    """The peers that are about as fast as vact and more accurate."""
    return [
        f"{title(case)}, {size}, {distribution}: {name} takes {own['to_vact']:.3f} of vact's time with an error of "
        f"{worst_error(case, name):.3g} ULP, vact {worst_error(case, VACT):.3g}"
        for case, size, distribution, name, own, _ in judged(result)
        if own["to_vact"] <= AS_FAST and worst_error(case, name) < worst_error(case, VACT)
    ]


def behind_their_call(result: Result) -> list[str]:
    """The peers that would be faster without the cost of calling them. Not part of the verdict."""
    lines = []
    for case, size, distribution, name, own, vact in judged(result):
        cost = case["call_seconds"]
        if own["to_vact"] < 1.0 / limit(case, size) or name not in cost:
            continue
        net = (own["seconds"] - cost[name]) / (vact["seconds"] - cost[VACT])
        if net < 1.0 / limit(case, size):
            lines.append(f"{title(case)}, {size}, {distribution}: {name} without its call {net:.3f} of vact's time")
    return lines


def verdict(result: Result) -> tuple[bool, list[str]]:
    """Whether the promise holds, and the lines that say so."""
    sizes = {time["size"] for case in result["operations"] for time in case["times"]}
    limits = " and ".join(f"{100 * (by - 1):.0f} % at {size}" for size, by in FASTER.items() if size in sizes)
    lines = []
    good = True
    for promise, broken in (
        (f"no peer is faster by more than {limits}", faster(result)),
        (f"no peer within {100 * (AS_FAST - 1):.0f} % of vact's time is more accurate", more_accurate(result)),
    ):
        lines.append(f"verdict: {promise}: {f'NO, {len(broken)} times' if broken else 'holds'}")
        lines.extend(f"    {line}" for line in broken)
        good = good and not broken
    hidden = behind_their_call(result)
    if hidden:
        lines.append("note: these are slower only by what their call costs")
        lines.extend(f"    {line}" for line in hidden)
    return good, lines
