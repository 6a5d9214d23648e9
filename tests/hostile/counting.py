"""Counts what each function does, in steps that are the same on every machine and on every run.

A step is a call that the function makes or takes, or half a kilobyte of memory that it takes between two calls: sets,
lists and texts that are made anew in a loop cost as much as calls do, though Python makes each at one stroke.
"""

from __future__ import annotations

import difflib
import os
import sys
import tracemalloc
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import kerasinspect

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

OWN = (str(Path(kerasinspect.__file__).parent), difflib.__file__)
STEP = 512
"""Bytes that count as much as a call."""


class Work(NamedTuple):
    """What a piece of work took."""

    steps: Counter[str]
    """By the function of the package, or of difflib, that took them."""
    memory: int
    """Bytes at most at one time."""


def work_of(do: Callable[[], object]) -> Work:
    """What a piece of work takes."""
    steps: Counter[CodeType] = Counter()
    most = before = 0
    traced, reset = tracemalloc.get_traced_memory, tracemalloc.reset_peak

    def counted(frame: FrameType, event: str, _: Any) -> None:  # noqa: ANN401 - as sys.setprofile has it
        nonlocal most, before
        if event not in {"call", "c_call"}:
            return
        now, peak = traced()
        reset()
        steps[frame.f_code] += 1
        if peak > before + STEP:
            working = frame.f_back if event == "call" and frame.f_back is not None else frame
            steps[working.f_code] += (peak - before) // STEP
        most, before = max(most, peak), now

    profiler = sys.getprofile()
    # What is written goes nowhere: a buffer in memory would grow in leaps.
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        tracemalloc.start()
        sys.setprofile(counted)
        try:
            do()
        finally:
            sys.setprofile(profiler)
            tracemalloc.stop()
    named: Counter[str] = Counter()
    for code, count in steps.items():
        if code.co_filename.startswith(OWN):
            named[f"{code.co_filename}: {code.co_qualname}"] += count
    return Work(named, most)
