#!/usr/bin/env python3
"""Whether every kernel returns with clean upper halves of the vector registers, from the disassembly of its object.

vzeroupper.py OBJECT... names each global function with a way from its beginning to a return, through the functions of
the same object that it calls or jumps to, on which a wide register is used and vzeroupper does not follow. Then SSE
code of the caller, which was not compiled for AVX, waits for these registers at every instruction. Ends with status 1
if there is one; the last line says how many functions were looked at.
"""
import re
import subprocess
import sys

WIDE = re.compile(r"%[yz]mm([0-9]|1[0-5])\b")  # not 16 to 31, which SSE code does not know
HEAD = re.compile(r"^([0-9a-f]+) <(.+)>:$")
TARGET = re.compile(r"^([0-9a-f]+) <([^>+]+)(?:\+0x[0-9a-f]+)?>$")


def functions_of(path):
    """The functions of an object: {name: [(address, mnemonic, operands, relocated symbol or None)]}."""
    text = subprocess.run(["objdump", "--disassemble", "--reloc", "--no-show-raw-insn", path], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    functions, code = {}, None
    for line in text.splitlines():
        head = HEAD.match(line)
        fields = line.strip().split("\t")
        if head:
            code = functions.setdefault(head.group(2), [])
        elif code and len(fields) == 3 and fields[1].startswith("R_X86_64_"):
            address, mnemonic, operands, _ = code[-1]
            code[-1] = address, mnemonic, operands, re.sub(r"[-+]0x[0-9a-f]+$", "", fields[2])
        elif code is not None and len(fields) >= 2 and fields[0].endswith(":"):
            words = fields[1].split(None, 1)
            while words and words[0] in ("notrack", "bnd", "rep", "repz", "lock", "data16", "cs"):
                words = words[1].split(None, 1) if len(words) > 1 else ["nop"]
            operands = words[1].split("#")[0].strip() if len(words) > 1 else ""
            code.append((int(fields[0][:-1], 16), words[0], operands, None))
    return functions


class Walk:
    """Which functions return with wide registers in use, entered with clean ones or not."""

    def __init__(self, functions):
        self.functions = functions
        self.answers = {}

    def dirty_after(self, name, dirty):
        """Whether some return of the function leaves wide registers in use."""
        if name not in self.functions:
            # SLEEF's functions return vectors; those of the C library clean up.
            return name.startswith("Sleef_") and dirty is not None
        key = name, dirty
        if key not in self.answers:
            self.answers[key] = False  # for a recursion
            self.answers[key] = self.walk(name, dirty)
        return self.answers[key]

    def destination(self, name, operands, symbol):
        """Where a jump or call goes: (index in this function, None) or (None, function)."""
        if symbol:
            return None, re.sub(r"@plt$", "", symbol)
        target = TARGET.match(operands)
        if not target:
            return None, None
        if target.group(2) == name:
            # Clang jumps behind the end where it knows that nothing goes there.
            return self.places[name].get(int(target.group(1), 16), len(self.functions[name])), None
        return None, target.group(2)

    def walk(self, name, dirty):
        code = self.functions[name]
        self.places = getattr(self, "places", {})
        self.places[name] = {line[0]: i for i, line in enumerate(code)}
        seen, todo, found = set(), [(0, dirty)], False
        while todo:
            place, state = todo.pop()
            while place < len(code) and (place, state) not in seen:
                seen.add((place, state))
                _, mnemonic, operands, symbol = code[place]
                place += 1
                if mnemonic in ("vzeroupper", "vzeroall"):
                    state = False
                elif WIDE.search(operands):
                    state = True
                elif mnemonic.startswith("ret"):
                    found |= state
                    break
                elif mnemonic.startswith("call"):
                    _, callee = self.destination(name, operands, symbol)
                    # One that is called by its address takes and returns no vectors where anything is optimised.
                    state = self.dirty_after(callee, state) if callee else state
                elif mnemonic.startswith("j"):
                    inside, callee = self.destination(name, operands, symbol)
                    if inside is not None:
                        todo.append((inside, state))
                    elif callee:
                        found |= self.dirty_after(callee, state)
                    if mnemonic.startswith("jmp"):
                        break
                elif mnemonic in ("ud2", "hlt"):
                    break
        return found


def global_functions(path):
    text = subprocess.run(["nm", "--defined-only", path], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [fields[2] for fields in map(str.split, text.splitlines()) if len(fields) == 3 and fields[1] == "T"]


def main(paths):
    looked = wide = bad = 0
    for path in paths:
        functions = functions_of(path)
        walk = Walk(functions)
        uses = {name for name, code in functions.items() if any(WIDE.search(line[2]) for line in code)}
        wide += len(uses)
        for name in global_functions(path):
            looked += 1
            if walk.dirty_after(name, False):
                bad += 1
                print(f"{path}: {name} returns with wide registers in use")
    print(f"{looked} functions, {wide} with wide registers, {bad} without vzeroupper")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
