#!/usr/bin/env python3
"""Put each function's literals where the assembler and l32r want them: literals.py ASSEMBLER < IN.s > OUT.s

Xtensa has no immediates beyond 12 bits: l32r loads a word from a literal pool, which lies before the code, aligned,
and at most 256 KB away. LLVM 22 writes the pool of a function before it switches to the function's section:

    .literal_position                    (still in the section of the function before)
    .literal .LCPI3_0, memcpy
    .section .text.before,"ax",@progbits
    .section .text.this,"ax",@progbits
    .type this,@function
this:
    l32r a8, .LCPI3_0

So the pool lands behind a function that it does not belong to: unaligned, and --gc-sections takes it away from
whoever needs it. Here it moves to where its function begins, in the form that ASSEMBLER understands:

gas      `.literal_position` and `.literal` as before, now at the head of the function's own section.
llvm-mc  A section of the pool's own before the function's, `.literal.this`, of words that are aligned by us: llvm-mc
         aligns a pool to 1, and resolves an l32r within one section a word off where the instruction is at a
         multiple of 4. Across sections the linker resolves it.

Each l32r is checked: what it names must be a literal of the function around it.

LLVM's trap is a call of abort(), which the ESP8266's firmware has not. It becomes one of the shim's up_panic().
"""

import re
import sys

SECTION = re.compile(r"\s*(?:\.section\s+([^,\s]+)|(\.text)\b)")
LITERAL = re.compile(r"\s*\.literal\s+([^,\s]+),\s*(.+)")
FUNCTION = re.compile(r"\s*\.type\s+([^,\s]+),\s*@function")
SIZE = re.compile(r"\s*\.size\s")
LABEL = re.compile(r"([^\s:#]+):")
LOAD = re.compile(r"\s*l32r\s+\w+,\s*([^\s#]+)")


def gas(section, literals):
    """The pool as GNU as has it, under --text-section-literals."""
    return ["\t.literal_position"] + [f"\t.literal {name}, {value}" for name, value in literals]


def llvm_mc(section, literals):
    """The pool in a section of its own, and back."""
    literal_section = section.replace(".text", ".literal", 1)
    words = [f"{name}:\n\t.long {value}" for name, value in literals]
    return [
        f'\t.section {literal_section},"ax",@progbits',
        "\t.p2align 2",
        *words,
        "\t.previous",
    ]


def fix(lines, form):
    """The lines with each pool at the head of its function; ValueError if one cannot be told."""
    out = []
    section = ".text"
    head = 0  # of `out`: where what precedes the next function's label begins
    waiting = []  # literals whose function has not begun
    known = set()  # literals of the function that we are in
    function = None
    for number, line in enumerate(lines, 1):
        literal = LITERAL.match(line)
        if literal:
            name, value = literal.groups()
            waiting.append((name, "up_panic" if value == "abort" else value))
            continue
        if line.strip() == ".literal_position":
            continue
        typed = FUNCTION.match(line)
        label = LABEL.match(line)
        load = LOAD.match(line)
        switch = SECTION.match(line)
        if typed:
            function = typed[1]
        elif label and label[1] == function:
            if waiting:
                if not section.startswith(".text"):
                    raise ValueError(f"line {number}: {function} is in section {section}")
                out[head:head] = form(section, waiting)
            known = {name for name, _ in waiting}
            waiting = []
        elif load and load[1] not in known:
            raise ValueError(f"line {number}: {load[1]} is no literal of {function}")
        out.append(line)
        if switch:
            section = switch[1] or switch[2]
        if switch or SIZE.match(line):
            head = len(out)
    if waiting:
        raise ValueError(f"at the end: no function has the literal {waiting[0][0]}")
    return out


def main():
    """Fix stdin; the exit status."""
    forms = {"gas": gas, "llvm-mc": llvm_mc}
    if len(sys.argv) != 2 or sys.argv[1] not in forms:
        sys.exit(f"usage: literals.py {'|'.join(forms)} < IN.s > OUT.s")
    try:
        lines = fix(sys.stdin.read().splitlines(), forms[sys.argv[1]])
    except ValueError as error:
        sys.exit(f"literals.py: {error}")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
