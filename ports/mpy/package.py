#!/usr/bin/env python3
"""Print a package.json for mip, of files that lie beside it: package.py FILE..."""

import json
import sys

print(
    json.dumps(
        {"urls": [[name, name] for name in sorted(sys.argv[1:])], "version": "0.1.0"}, indent=1
    )
)
