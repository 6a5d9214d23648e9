"""Breaks real model files in many ways and sees that every one ends in an answer or in a sentence.

``python -m tests.fuzz.fuzz --count 10000 --seed 1 [--keep FOLDER] [FILE OR FOLDER ...]`` runs ``show`` and ``summary``
on each mutant, each as a table or as JSON, and ``check`` on every fourth, in one process, under 1 GB of memory and 5
seconds. It prints how the runs ended and leaves with 1 where one of them was a crash, a hang or an exception that is
not ours. A crash of the interpreter itself ends the run: the mutant's number is then in the folder that was printed
first. What a mutant would do to other readers is not known, so none is a file with a name: those that fail are kept as
texts in base 64.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import json
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.commands.cli import run
from tests.makers.mutators import WHOLE, mutate
from tests.makers.nameless import nameless
from tests.makers.seeds import found_seeds
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

assert sys.platform != "win32", "it needs alarms"

MEMORY, SECONDS = 1 << 30, 5
COMMANDS = (("show",), ("summary",))
CHECK, ONE_IN = ("check", "--no-config"), 4
STATUSES = {"show": {0, 3}, "summary": {0, 3}, "check": {0, 1, 3}}
FORMATS: tuple[tuple[str, ...], ...] = ((), ("--format", "json"))
PROGRESS = 1_000


class Hang(BaseException):
    """A run that took too long; no ``except Exception`` on the way catches it."""


@dataclass
class Tally:
    """How the runs ended, and what must not have happened."""

    endings: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def words(self) -> str:
        """All of it in lines."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        lines = [f"{count:9,} {ending}" for ending, count in sorted(self.endings.items())]
        lines += [f"{count:9,} FAILED: {failure}" for failure, count in self.failures.most_common()]
        return "\n".join([*lines, f"slowest run {self.slowest:.2f} s, most memory {memory:,} MB"])


def fuzz(seeds: Iterable[Path], count: int, seed: int, keep: Path | None = None) -> Tally:
    """Run commands, each in one of its formats, on ``count`` mutants; ``seed`` chooses, ``keep`` gets what fails."""
    chooser = random.Random(seed)  # noqa: S311 - the same mutants every time
    originals = [(path.suffix, path.read_bytes()) for path in seeds]
    WHOLE.update(hash(data) for _, data in originals)
    tally = Tally()
    with tempfile.TemporaryDirectory() as room:
        sys.stderr.write(f"the number of the mutant that is tried is in {room}\n")
        for number in range(count):
            suffix, data = chooser.choice(originals)
            mutant = mutate(chooser, data)
            Path(room, "number").write_text(str(number), encoding="ascii")
            asked = COMMANDS if number % ONE_IN else (*COMMANDS, CHECK)
            commands = [(*command, *chooser.choice(FORMATS)) for command in asked]
            with nameless(mutant) as path:
                failures = [failure for command in commands for failure in tried(command, path, tally)]
            if failures and keep:
                (keep / f"{seed}-{number}{suffix}.base64").write_bytes(base64.encodebytes(mutant))
            if (number + 1) % PROGRESS == 0:
                sys.stderr.write(f"{number + 1:,} mutants\n{tally.words()}\n")
    return tally


def tried(command: tuple[str, ...], path: Path, tally: Tally, seconds: int = SECONDS) -> Iterator[str]:
    """What went wrong in one run of one command, which is stopped after so many seconds."""
    out, err = io.StringIO(), io.StringIO()
    signal.setitimer(signal.ITIMER_REAL, seconds)
    started = time.perf_counter()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run([command[0], str(path), *command[1:]])
    except (Exception, Hang, SystemExit) as error:  # noqa: BLE001 - this is what is looked for
        failure = f"{' '.join(command)}: {described(error)}"
    else:
        failure = complaint(command, status, out.getvalue(), err.getvalue())
        tally.endings[f"{command[0]} ended in {status}"] += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        tally.slowest = max(tally.slowest, time.perf_counter() - started)
        out.close()  # click remembers every stream that it wrote to
        err.close()
    if failure:
        tally.failures[failure] += 1
        yield failure


def described(error: BaseException) -> str:
    """An exception's kind and where it came from."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "kerasinspect" in frame.filename]
    place = f" in {Path(ours[-1].filename).name}:{ours[-1].lineno} {ours[-1].name}" if ours else ""
    return f"{type(error).__name__}{place}"


def complaint(command: tuple[str, ...], status: int, out: str, err: str) -> str:
    """What is wrong with how a run ended, or an empty text."""
    if status not in STATUSES[command[0]]:
        return f"exit status {status}"
    if status and not (err or command[0] == "check"):
        return "no sentence"
    if any(not line.isprintable() for line in (out + err).split("\n")):
        return "characters that cannot be seen"
    if "json" in command and out:
        try:
            json.loads(out, parse_constant=lambda word: json.loads(f"not {word}"))
        except ValueError:
            return "no strict JSON"
    return ""


def ring(_number: int, _frame: FrameType | None) -> None:
    """Stop a run that takes too long."""
    raise Hang


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Break model files and see that kerasinspect survives them.")
    parser.add_argument("seeds", nargs="*", type=Path, default=[SAMPLES])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the mutants that fail")
    chosen = parser.parse_args()
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, ring)
    tally = fuzz(found_seeds(chosen.seeds), chosen.count, chosen.seed, chosen.keep)
    sys.stdout.write(f"{tally.words()}\n")
    raise SystemExit(bool(tally.failures))


if __name__ == "__main__":
    main()
