"""Fuzzing the wire reader, guided by coverage where atheris is installed, else at random.

    python -m tests.fuzz.guided fuzz --seconds 600
    python -m tests.fuzz.guided keep

`fuzz` starts from real transcripts and from found.b64, and leaves what it finds in .cache/fuzz/wire; `keep` chooses
from both the smallest set that takes every path, and writes it to found.b64.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.fuzz.found import FILE, found, keep

WIRE = Path(__file__).parents[2] / ".cache" / "fuzz" / "wire"
_AGAIN = f"{sys.executable} -m tests.fuzz.guided"
"""How libFuzzer calls us for the second half of a merge."""


def run_atheris(atheris: Any, options: list[str]) -> None:
    """Hand over to libFuzzer, which ends the process. Only our own code counts as covered, if first imported here."""
    with atheris.instrument_imports(include=["safeconduct"]):
        from tests.fuzz.fuzz_wire import corpus, exercise
    _plant(corpus())
    atheris.Setup([_AGAIN, *options], exercise)
    atheris.Fuzz()


def fuzz(atheris: Any, seconds: int) -> None:
    """Look for new paths for so long, in seconds."""
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", f"-artifact_prefix={WIRE.parent}/"]
    run_atheris(atheris, [*options, "-print_final_stats=1", str(WIRE)])


def fuzz_at_random(seconds: int, seed: int) -> None:
    """The same without a view of coverage."""
    from tests.fuzz.fuzz_wire import run_random

    print(f"atheris is not installed: mutating at random, without a view of coverage (seed {seed})", flush=True)
    print(f"{run_random(seconds, seed):,} inputs in {seconds} s, and nothing but WireError")


def keep_what_counts() -> None:
    """Write found.b64 anew."""
    import subprocess

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*_AGAIN.split(" "), "-merge=1", folder, str(WIRE)], check=True, capture_output=True)
        count = keep(path.read_bytes() for path in Path(folder).iterdir())
    print(f"{count} inputs of {len(list(WIRE.iterdir()))} are kept in {FILE.name}, {FILE.stat().st_size:,} bytes")


def _plant(transcripts: list[bytes]) -> None:
    """Put the transcripts and the inputs found before among those of this machine."""
    WIRE.mkdir(parents=True, exist_ok=True)
    for name, inputs in (("seed", transcripts), ("found", found())):
        for number, data in enumerate(inputs):
            (WIRE / f"{name}-{number}").write_bytes(data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Feed bytes to the start-up exchange.")
    parser.add_argument("what", choices=["fuzz", "keep"])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=None, help="of the random mutations, where atheris is absent")
    return parser


def main() -> None:
    """Fuzz for some seconds, or keep what was found."""
    try:
        import atheris
    except ImportError:
        atheris = None
    if any(argument.startswith("-merge") for argument in sys.argv[1:]):
        run_atheris(atheris, sys.argv[1:])
    options = _parser().parse_args()
    if options.what == "keep":
        keep_what_counts()
    elif atheris:
        fuzz(atheris, options.seconds)
    else:
        fuzz_at_random(options.seconds, options.seed if options.seed is not None else random.randrange(2**32))


if __name__ == "__main__":
    main()
