"""Short runs of the fuzzers, the same ones every time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fuzz.compared import OTHER, compare
from tests.fuzz.seeds import SAMPLES, found_seeds


def test_a_few_hundred_broken_models_all_end_in_an_answer_or_a_sentence() -> None:
    """No crash, no hang, no exception but ours, under 1 GB of memory; ``make fuzz`` tries many more."""
    command = [sys.executable, "-m", "tests.fuzz.fuzz", "--count", "300", "--seed", "20260101"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_no_broken_archive_gives_an_array_that_is_silently_other() -> None:
    """Whatever bytes are changed: the checksum tells, or the directory does. Of `.h5` files only values can change."""
    endings = compare(found_seeds([SAMPLES]), 600, 20261128)
    silently = {(suffix, words) for suffix, words in endings if words.startswith(OTHER)}
    assert {suffix for suffix, _ in silently} <= {".h5"}
    assert {words for _, words in silently} <= {f"{OTHER}: values", f"{OTHER}: names"}
    assert endings[".keras", "refused or damaged"] > 100
