"""Measures how long a comparison of two large files takes: ``python -m tests.measure_speed WORK --keras PYTHON``.

PYTHON has a Keras, which makes a VGG19 of random weights in WORK, one that differs in a single layer, and a copy. Each
round times ``stats`` of one of them, ``diff`` of the two, ``diff`` of the copies, ``cat`` of both copies, the start of
the program, and ``load_model`` of both with numpy over all weights, one after the other, so that whatever else the
machine does meets all of them. Printed are the median seconds by the clock and by the processors, the most memory of
each, and the medians of the ratios within a round, beside what they have to keep to.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.places import ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

QUIET = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
OWN = (sys.executable, "-m", "kerasinspect")
NAMES = ("old", "new", "copy")
FORMATS = ("keras", "h5")
CHANGED = "fc1"
"""The layer that differs: the largest, so that most is measured and least is equal."""

LIMITS = {
    "diff, one layer differs / stats": 2.2,
    "diff, equal bytes / (3 cat + start)": 1.0,
    "diff, one layer differs / keras": 1 / 20,
}
"""What each ratio may be at most."""
MOST_MEMORY = 80 << 20
"""Bytes that ``diff`` may take."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a command took."""

    seconds: float
    computed: float
    """Seconds of processors, which other programs of the machine have no part in."""
    peak: int
    """The most memory of the process, in bytes."""
    status: int


def make(folder: Path, ending: str) -> None:
    """Make the three files, in an interpreter with Keras; they are kept for the next run."""
    import keras
    import numpy as np

    if all((folder / f"{name}.{ending}").exists() for name in NAMES):
        return
    keras.utils.set_random_seed(1)
    model = keras.applications.VGG19(weights=None)
    model.save(folder / f"old.{ending}")
    shutil.copyfile(folder / f"old.{ending}", folder / f"copy.{ending}")
    layer = model.get_layer(CHANGED)
    kernel, bias = layer.get_weights()
    noise = np.random.default_rng(1).standard_normal(kernel.shape, "float32")
    layer.set_weights([kernel + noise * kernel.std() / 10, bias])
    model.save(folder / f"new.{ending}")


def load_both(old: str, new: str) -> None:
    """Compare two models as one does without a tool: load both, and compute the figures of arrays that differ."""
    import keras
    import numpy as np

    models = (keras.models.load_model(path, compile=False) for path in (old, new))
    for first, second in zip(*(model.get_weights() for model in models), strict=True):
        if not np.array_equal(first, second):
            before, after = first.astype("float64").ravel(), second.astype("float64").ravel()
            change, norm = np.abs(after - before), np.linalg.norm(before)
            print(  # noqa: T201 - as one does
                *(np.allclose(after, before), change.max(), change.mean(), np.count_nonzero(change)),
                *(np.linalg.norm(change) / norm, before @ after / (norm * np.linalg.norm(after))),
                *(np.count_nonzero(before * after < 0), np.isnan(before).sum(), np.isnan(after).sum()),
            )


def run(command: Sequence[str]) -> Run:
    """Run a command whose output goes nowhere, where the system tells what a process took."""
    if sys.platform == "win32":
        raise SystemExit("Windows does not tell what a process took.")
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | QUIET, stdout=quiet, stderr=quiet) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss << 10, process.returncode)


def commands_of(old: str, new: str, copy: str, python: str | None) -> dict[str, tuple[tuple[str, ...], int]]:
    """What is measured, each with its exit status."""
    small = [str(SAMPLES / f"question_network.{ending}") for ending in FORMATS]
    commands = {
        "start": ((*OWN, "diff", *small), 0),
        "cat": (("cat", old, copy), 0),
        "stats": ((*OWN, "stats", old), 0),
        "diff, equal bytes": ((*OWN, "diff", old, copy), 0),
        "diff, one layer differs": ((*OWN, "diff", old, new), 1),
    }
    if python:
        commands["keras"] = ((python, "-m", "tests.measure_speed", "--load", old, new), 0)
    return commands


def ratios_of(taken: dict[str, Run]) -> dict[str, float]:
    """The ratios within one round, by their names in ``LIMITS``."""
    seconds = {name: one.seconds for name, one in taken.items()}
    allowed = 3 * seconds["cat"] + seconds["start"]
    bases = {"stats": seconds["stats"], "(3 cat + start)": allowed, "keras": seconds.get("keras")}
    named = {name: name.split(" / ") for name in LIMITS}
    return {name: seconds[over] / base for name, (over, under) in named.items() if (base := bases[under])}


def measure(commands: dict[str, tuple[tuple[str, ...], int]], rounds: int) -> list[dict[str, Run]]:
    """What each command took in each round."""
    measured = []
    for _ in range(rounds):
        taken = {name: run(command) for name, (command, _) in commands.items()}
        wrong = {name: one.status for name, one in taken.items() if one.status != commands[name][1]}
        if wrong:
            raise SystemExit(f"unexpected exit statuses: {wrong}")
        measured.append(taken)
    return measured


def report(rounds: Sequence[dict[str, Run]]) -> Iterable[str]:
    """The figures, a line each."""
    for name in rounds[0]:
        runs = [taken[name] for taken in rounds]
        peak = max(one.peak for one in runs)
        within = "" if not name.startswith("diff") else "  ok" if peak <= MOST_MEMORY else "  TOO MUCH"
        seconds = f"{median(one.seconds for one in runs):8.3f} s {median(one.computed for one in runs):8.3f} s"
        yield f"{name:<36} {seconds} {peak >> 20:6,} MiB{within}"
    ratios = [ratios_of(taken) for taken in rounds]
    for name in ratios[0]:
        ratio = median(one[name] for one in ratios)
        yield f"{name:<36} {ratio:8.3f}   at most {LIMITS[name]:.3f}{'  ok' if ratio <= LIMITS[name] else '  TOO MUCH'}"


def main(arguments: Any = None) -> None:  # noqa: ANN401 - as argparse takes them
    """Make the files where they are not there yet, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, nargs="?")
    parser.add_argument("--keras", metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--make", action="store_true", help="Only make the files.")
    parser.add_argument("--load", nargs=2, metavar="FILE", help="Only load and compare two files.")
    options = parser.parse_args(arguments)
    if options.load:
        load_both(*options.load)
        return
    for ending in FORMATS:
        if options.make:
            make(options.work, ending)
            continue
        maker = [options.keras, "-m", "tests.measure_speed", str(options.work), "--make"]
        if options.keras and (status := run(maker).status):
            raise SystemExit(status)
        old, new, copy = (str(options.work.resolve() / f"{name}.{ending}") for name in NAMES)
        print(f"{ending}:")  # noqa: T201 - a program of the command line
        _, *rounds = measure(commands_of(old, new, copy, options.keras), options.rounds + 1)  # the first fills caches
        for line in report(rounds):
            print(f"  {line}")  # noqa: T201 - a program of the command line


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
