"""Short runs of the fuzzers, the same ones every time."""

from __future__ import annotations

import subprocess
import sys

from tests.fuzz.compared import WAYS, compare, unexplained
from tests.makers.seeds import found_seeds
from tests.places import ROOT, SAMPLES


def test_a_few_hundred_broken_models_all_end_in_an_answer_or_a_sentence() -> None:
    """No crash, no hang, no exception but ours, under 1 GB of memory; ``make fuzz`` tries many more."""
    command = [sys.executable, "-m", "tests.fuzz.fuzz", "--count", "300", "--seed", "20260101"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_a_few_hundred_broken_models_in_several_files_do_so_too() -> None:
    """Every kind of file of checkpoints, SavedModel folders, Orbax and presets."""
    command = [sys.executable, "-m", "tests.fuzz.folders", "--count", "25", "--seed", "20260102", "--seconds", "60"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_nothing_that_is_read_of_broken_files_is_silently_other_than_it_was() -> None:
    """The checksums tell, or the structure does. What no checksum covers may only change values and names."""
    endings = compare(found_seeds([SAMPLES]), 900, 20261128)
    assert unexplained(+endings) == []
    assert all(endings[way.words, "refused or damaged"] > 10 for way in WAYS)
