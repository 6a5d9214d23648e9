"""Counts what each function does: calls, and memory that it takes, both the same on every machine and on every run.

Sets, lists and texts that are made anew in a loop cost as much as calls do, though Python makes each at one stroke:
what is taken between two calls is counted, however soon it is given back.
"""

from __future__ import annotations

import difflib
import os
import sys
import tracemalloc
from collections import Counter, defaultdict
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import kerasinspect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType, FrameType

OWN = (str(Path(kerasinspect.__file__).parent), difflib.__file__)
SMALL = 512
"""Bytes that are not counted."""


class Work(NamedTuple):
    """What a piece of work took."""

    calls: Counter[str]
    """That each function of the package, or of difflib, makes or takes."""
    taken: Counter[str]
    """Bytes that each takes between two calls, added up."""
    memory: int
    """Bytes at most at one time."""


def work_of(do: Callable[[], object]) -> Work:
    """What a piece of work takes."""
    # By the place of a function's code, since the code itself takes long to hash; it is held, so that it stays there.
    codes: dict[int, CodeType] = {}
    calls: defaultdict[int, int] = defaultdict(int)
    taken: defaultdict[int, int] = defaultdict(int)
    most = before = 0
    traced, reset = tracemalloc.get_traced_memory, tracemalloc.reset_peak

    def counted(frame: FrameType, event: str, _: Any) -> None:  # noqa: ANN401 - as sys.setprofile has it
        nonlocal most, before
        if event not in {"call", "c_call"}:
            return
        now, peak = traced()
        reset()
        code = frame.f_code
        codes[id(code)] = code
        calls[id(code)] += 1
        if peak > before + SMALL:
            working = frame.f_back if event == "call" and frame.f_back is not None else frame
            codes[id(working.f_code)] = working.f_code
            taken[id(working.f_code)] += peak - before
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
    return Work(named(calls, codes), named(taken, codes), most)


def named(counts: Mapping[int, int], codes: Mapping[int, CodeType]) -> Counter[str]:
    """The counts of the functions of the package, by name."""
    found: Counter[str] = Counter()
    for place, count in counts.items():
        code = codes[place]
        if code.co_filename.startswith(OWN):
            found[f"{code.co_filename}: {code.co_qualname}"] += count
    return found
