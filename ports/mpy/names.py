#!/usr/bin/env python3
"""Write the configuration header of a native .mpy: names.py TREE OUTPUT [FILE]

Like MicroPython's `mpy_ld.py --preprocess`: MP_QSTR_x is a constant where all firmwares have the same, else it is read from
the table that the loader fills. Besides, each has a number that is constant: UP_NUMBER_OF_MP_QSTR_x (platform/dynamic.h).

FILE is what the preprocessor makes of the sources, with the header that is written without it. So names of what is left out
are no names: each takes some 20 bytes of RAM.
"""

import re
import sys
from pathlib import Path


def main():
    """Write it, unless it is the same."""
    tree, output, *file = sys.argv[1:]
    sys.path.insert(0, f"{tree}/py")
    import makeqstrdata

    static = [makeqstrdata.qstr_escape(name) for name in makeqstrdata.static_qstr_list]
    text = Path(*file).read_text() if file else ""
    names = set(re.findall(r"MP_QSTR_(\w*)", text))
    lines = [
        "#include <stdint.h>",
        "typedef uintptr_t mp_uint_t;",
        "typedef intptr_t mp_int_t;",
        "typedef intptr_t mp_off_t;",
        "extern const uint16_t mp_native_qstr_table[];",
        "extern const mp_uint_t mp_native_obj_table[];",
        "#define UP_NUMBER_OF_OWN (0x8000)",
    ]
    for number, name in enumerate(static, 1):
        lines += [f"#define MP_QSTR_{name} ({number})"]
        lines += [f"#define UP_NUMBER_OF_MP_QSTR_{name} ({number})"]
    for index, name in enumerate(sorted(names - set(static)), 1):
        lines += [f"#define MP_QSTR_{name} (mp_native_qstr_table[{index}])"]
        lines += [f"#define UP_NUMBER_OF_MP_QSTR_{name} (UP_NUMBER_OF_OWN + {index})"]
    text = "\n".join(lines) + "\n"
    output = Path(output)
    if not output.exists() or output.read_text() != text:
        output.write_text(text)


if __name__ == "__main__":
    main()
