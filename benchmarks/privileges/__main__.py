"""`python -m benchmarks.privileges` judges an engine on files of PostgreSQL's regression suite, and says why it fails.

Exit status 0, or 2 for an engine that there is not.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.privileges import tally
from benchmarks.privileges.courts import TPC, judge
from benchmarks.privileges.engines import ENGINES
from benchmarks.privileges.regression import TUNED


def main(arguments: list[str]) -> int:
    """Judge the files that are named, or all that may be tuned on, with TPC's and pgbench's."""
    options = _options().parse_args(arguments)
    for name in ENGINES if options.engine == "both" else (options.engine,):
        verdicts = list(judge(options.file or (*TUNED, *TPC), ENGINES[name], options.major, options.before))
        print(f"{name} engine, PostgreSQL {options.major}")
        print("\n".join(tally.table(verdicts)))
        if options.causes:
            print("\n".join(tally.causes(verdicts)))
        if options.why:
            print("\n".join(tally.why(verdicts)))
        if options.left:
            print("\n".join(tally.left_out(verdicts)))
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.privileges", description=__doc__)
    parser.add_argument("--file", action="append", help="a file of the suite, tpch, tpcds or pgbench; may be repeated")
    parser.add_argument("--before", action="append", default=[], help="a file that the others build on, run unjudged")
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="better")
    parser.add_argument("--major", type=int, default=15, help="the PostgreSQL to judge on: 13, 15, 16 or 18")
    parser.add_argument("--why", action="store_true", help="list each statement that is not sound and minimal")
    parser.add_argument("--causes", action="store_true", help="list what fails most often")
    parser.add_argument("--left", action="store_true", help="count the statements that are left out, and why")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
