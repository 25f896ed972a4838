"""`python -m benchmarks [NAME]` prints one JSON line per figure."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("why", "privileges", "held", "dags", "detector", "rotation")


def main(arguments: list[str]) -> int:
    """Run the benchmark of this name, or all. 2 for a name that there is not."""
    for name in arguments or NAMES:
        if name not in NAMES:
            print(f"there is no benchmark {name}; there are: {', '.join(NAMES)}", file=sys.stderr)
            return 2
        for figure in import_module(f"benchmarks.{name}").figures():
            print(figure.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
