#!/usr/bin/env python3
"""Controls of `vact verify`: what changes a kernel's constants must change its hash.

    controls.py BUILD [--isa ISA] [--file FILE] [--first N] SET/OPERATION[/TYPE]...

BUILD is a build folder with vact_verify_control. One operation is compiled by itself, as the library's kernels are, and
again for each hexadecimal constant of the headers of kernels/ that it includes, moved by its last bit. Where the object
is another then, the run over all inputs must differ from the file. --first N takes only N of those, the constants with
the most digits. Of 16-bit types, which absorb a last bit, the rounding is changed instead: each result of the float
lanes moves by 16 times the proven bound; and the inputs are not corrected that are rounded by name
(kernels/elem/narrow.h).

Prints a line for each constant, with the block that differs, and one of totals. The operation as it is must have the
file's hash of these blocks. Some changes change no result: limits where both sides have the same results, and the last
bit of a coefficient that is far smaller than the sum. These are "equal", one result after the other, over all inputs.
Exit status 1 where a change was missed, or none found.
"""
import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONSTANT = re.compile(r"0x[0-9a-f]+(?:\.[0-9a-f]+)?p[-+]?[0-9]+f?")
COMMENT = re.compile(r"/\*.*?\*/", re.S)


class Kernel:
    """One operation of a set, compiled by itself."""

    def __init__(self, build, isa, subject, folder):
        self.build, self.isa, self.folder = build, isa, folder
        self.set, self.operation, *rest = subject.split("/")
        self.type = rest[0] if rest else "f32"
        infix = "" if self.type == "f32" else self.type + "_"
        generated = build / "generated" / f"kernels_{isa}_{infix}{self.set}.c"
        text = generated.read_text()
        head = text[: text.index('#include "act/')]
        block = re.search(rf'#include "act/[a-z]+/{self.operation}\.h"\n.*?#undef OP_COUNT\n', text, re.S)
        if not block:
            sys.exit(f"controls: {generated} has no {self.operation}")
        lines = block[0].split("#include \"act/backward/")[0].splitlines()
        self.source = folder / "kernel.c"
        self.source.write_text(head + "\n".join(line for line in lines if "epilogue" not in line) + "\n")
        commands = json.loads((build / "compile_commands.json").read_text())
        command = next(c["command"] for c in commands if Path(c["file"]) == generated)
        words = shlex.split(command)
        self.command = [w for w in words[: words.index("-o")] if w != "-fvisibility=hidden"]
        self.cache = folder / "cache.o"
        self.run(self.command + ["-o", self.cache, "-c", ROOT / "kernels/loop/cache.c"])
        self.symbol = f"vacti_{self.operation}_{self.type}_{isa}_{self.set}"

    def run(self, words):
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"controls: {' '.join(str(w) for w in words)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def headers(self):
        """Those of kernels/ that it includes, but for the vector layer: their constants are of the mathematics."""
        words = self.run(self.command + ["-MM", self.source]).replace("\\\n", " ")
        words = [w.replace("\\ ", " ") for w in re.split(r"(?<!\\)\s+", words)]  # make's rule escapes spaces
        paths = sorted(Path(w) for w in words if w.startswith(str(ROOT / "kernels")))
        return [p for p in paths if "/vec/" not in str(p)]

    def compile(self, header=None, text=None):
        """The object, as bytes, with another text in place of a header's."""
        object_file, overlay = self.folder / "kernel.o", self.folder / "overlay"
        first = []
        if header:
            changed = overlay / header.relative_to(ROOT / "kernels")
            changed.parent.mkdir(parents=True, exist_ok=True)
            changed.write_text(text)
            first = [f"-I{overlay}"]
        self.run([self.command[0], *first, *self.command[1:], "-o", object_file, "-c", self.source])
        if header:
            changed.unlink()
        return object_file.read_bytes()

    def verify(self, file, *block):
        """What vact_verify_control prints for the object that was compiled last."""
        library = self.folder / "kernel.so"
        sleef = ["-lsleef"] if self.set == "sleef" else []
        self.run([self.command[0], "-shared", "-o", library, self.folder / "kernel.o", self.cache, *sleef, "-lm"])
        variant = {"plain": "plain", "fast": "fast", "sleef": "sleef-" + sleef_version(self.build)}[self.set]
        name = f"{self.operation} forward {variant} f32 {2**32}"
        if self.type != "f32":
            name = f"{self.operation} forward cr {self.type} {2**16}"
        control = self.build / "vact_verify_control"
        return self.run([control, library, self.symbol, self.isa, file, name, *block]).strip()


def sleef_version(build):
    info = subprocess.run([build / "vact", "info", "--json"], capture_output=True, text=True, check=True)
    return json.loads(info.stdout)["sleef_version"]


def moved(literal):
    """The literal's neighbour of the same type with a larger magnitude."""
    single = literal.endswith("f")
    value = float.fromhex(literal.rstrip("f"))
    digits = 23 if single else 52
    mantissa, exponent = value.hex().split("p")
    units = round(float.fromhex(mantissa + "p0") * 2**digits) + 1
    return f"0x{units:x}p{int(exponent) - digits}" + ("f" if single else "")


def constants_of(header):
    """The places of its constants, without those of comments."""
    text = header.read_text()
    hidden = [m.span() for m in COMMENT.finditer(text)]
    places = [m.span() for m in CONSTANT.finditer(text)]
    return text, [p for p in places if not any(a <= p[0] < b for a, b in hidden)]


def changes_of_constants(kernel):
    for header in kernel.headers():
        text, places = constants_of(header)
        for start, end in places:
            literal = text[start:end]
            line = text.count("\n", 0, start) + 1
            what = f"{header.relative_to(ROOT)}:{line}: {literal}"
            yield what, header, text[:start] + moved(literal) + text[end:]


def changes_of_rounding(kernel):
    """Of a 16-bit type: the header of its roundings, changed for this operation."""
    header = ROOT / f"kernels/elem/rounding_{kernel.type}.h"
    text = header.read_text()
    match = re.search(rf"static const elem_rounding {kernel.operation}_rounding = {{(.*?)}};", text, re.S)
    if not match:
        sys.exit(f"controls: {header} has no {kernel.operation}")
    listed = json.loads(kernel.run([kernel.build / "vact", "list", kernel.operation, "--json"]))[0]
    factor = 1 + 16 * listed["bounds_ulp"]["fast"] * 2.0**-23
    fields = {f"{kernel.type}: results moved by 16 times the bound": f"{match[1]}, .result = {factor.hex()}f"}
    if ".cures" in match[1]:
        fields[f"{kernel.type}: no input corrected"] = match[1].split(", .cures")[0]
    for what, field in fields.items():
        yield what, header, text[: match.start(1)] + field + text[match.end(1) :]


def try_kernel(kernel, file, first):
    plain = kernel.compile()
    name = f"{kernel.set}/{kernel.operation}/{kernel.type} on {kernel.isa}"
    changes = list(changes_of_constants(kernel) if kernel.type == "f32" else changes_of_rounding(kernel))
    found = []
    if first:  # a constant of many digits is a coefficient
        changes.sort(key=lambda change: -len(change[0].split()[-1]))
    for what, header, text in changes:
        if (first and len(found) == first) or kernel.compile(header, text) == plain:
            continue
        found.append(kernel.verify(file))
        print(f"{name}: {what}: {found[-1]}", flush=True)
    kernel.compile()
    blocks = {words.split()[1] for words in found if words.startswith("block")}
    for block in sorted(blocks):
        if kernel.verify(file, block) != "same":
            sys.exit(f"controls: {name} differs in block {block} without a change: this shows nothing")
    equal, missed = found.count("equal"), found.count("missed")
    seen = len(found) - equal - missed
    print(f"{name}: of {len(found)} changes {seen} found, {missed} missed, {equal} change no result", flush=True)
    return missed == 0 and bool(blocks)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--isa", default="avx2")
    parser.add_argument("--file", type=Path, default=next(iter(sorted(ROOT.glob("docs/bits-v*.txt"))), None))
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("subjects", nargs="+", metavar="SET/OPERATION[/TYPE]")
    given = parser.parse_args()
    good = True
    for subject in given.subjects:
        with tempfile.TemporaryDirectory() as folder:
            kernel = Kernel(given.build.resolve(), given.isa, subject, Path(folder))
            good = try_kernel(kernel, given.file, given.first) and good
    sys.exit(0 if good else 1)


main()
