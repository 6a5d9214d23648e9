"""What one line says of how far long work has come: what is done, how much of it, and the time that is left."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.output.wording import bytes_in_words
from kerasinspect.shown.escaping import columns_of, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kerasinspect.progress import Progress, Stage

_WORDS: Mapping[Stage, str] = {
    "opening": "opening {}",
    "inflating": "inflating {}",
    "reading": "reading {}",
    "comparing": "comparing values",
    "verifying": "verifying checksums",
    "writing": "writing values",
    "asking Keras": "loading {} with Keras",
}
"""What is said of each stage, with the name of its file."""

_LEAST_BAR, _MOST_BAR = 8, 30
"""Columns of the bar."""

_REST = len("100%  66.7 MB of 1.15 GB  59 min left")
"""Columns that are kept for what stands behind the bar, so that it does not change its width all the time."""

_DONE, _LEFT = "━", "─"
"""What the bar is drawn with."""

_TOLD_FROM = 0.02
"""The share that must be done before the time for the rest is told from it."""

_MORE_THAN_SAID = 1.02
"""The share from which more is read than was said, headers apart, so that nobody knows how much that will be."""

_LEAST_NAME = 16
"""Columns that a name has on a narrow terminal."""

_SIXTY, _MOST_SECONDS, _MOST_MINUTES = 60, 100, 100
"""Up to so many seconds, and then minutes, a time is said in these."""

_APART = "  "


class Line(NamedTuple):
    """The text of a line, in which a bar may stand."""

    before: str
    done: str = ""
    """The part of the bar that is done, which has a colour of its own."""
    after: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self)


def line_of(progress: Progress, now: float, columns: int) -> Line:
    """The line of some work at a time of the clock, of at most so many columns: the one that says most."""
    label, share, amount = _label(progress, columns), _share(progress), _amount(progress)
    if share is None:
        seconds = _duration(now - progress.since)
        return Line(_first_fitting(columns, [(label, seconds), (seconds,)]))
    percent, left = f"{math.floor(100 * share):3}%", _time_left(progress, share, now)
    amount = amount or _pace(progress, now)
    rest = _joined((percent, amount, left))
    room = columns - columns_of(label) - max(len(rest), _REST) - 2 * len(_APART)
    if room >= _LEAST_BAR:
        width = min(room, _MOST_BAR)
        done = math.floor(share * width)
        return Line(label + _APART, _DONE * done, _LEFT * (width - done) + _APART + rest)
    return Line(_first_fitting(columns, [(label, rest), (label, percent, left), (percent, left), (percent,)]))


def _joined(parts: Sequence[str]) -> str:
    """The parts that say something, apart from each other."""
    return _APART.join(filter(None, parts))


def _first_fitting(columns: int, choices: Sequence[Sequence[str]]) -> str:
    """The first line that has room; nothing where none has."""
    return next((line for line in map(_joined, choices) if columns_of(line) <= columns), "")


def _label(progress: Progress, columns: int) -> str:
    """What is done, with which file, and which one of how many that is."""
    label = _WORDS[progress.stage].format(_name(progress.file, max(_LEAST_NAME, columns // 3))).rstrip()
    return f"{progress.place:,} of {progress.places:,}: {label}" if progress.places > 1 else label


def _name(file: str, most: int) -> str:
    """The name of a file, of which the end tells it from others of one training."""
    name = visible(Path(file).name)
    if columns_of(name) <= most:
        return name
    while columns_of(name) >= most:
        name = name[1:]
    return f"…{name}"


def _share(progress: Progress) -> float | None:
    """The share that is done, each of several files as large as the others; None where nobody knows."""
    here = progress.done / progress.total if progress.total else None
    if progress.places > 1:
        return (progress.place - 1 + min(here or 0.0, 1.0)) / progress.places
    return None if here is None or here > _MORE_THAN_SAID else min(here, 1.0)


def _amount(progress: Progress) -> str:
    """How many bytes are read, of how many; of a file in this stage."""
    total = progress.total
    return f"{bytes_in_words(min(progress.done, total))} of {bytes_in_words(total)}" if total else ""


def _pace(progress: Progress, now: float) -> str:
    """How many of several files are done in a second, or in a minute; empty where nobody knows."""
    done, seconds = progress.place - 1, now - progress.began
    if progress.places < 2 or done < 1 or seconds < 1:  # noqa: PLR2004 - one file has no pace
        return ""
    each_second = done / seconds
    return f"{each_second:,.0f} files/s" if each_second >= 1 else f"{_SIXTY * each_second:,.0f} files/min"


def _time_left(progress: Progress, share: float, now: float) -> str:
    """The time that the rest takes where it goes on as lately, or several files as until now; empty if nobody knows."""
    if not _TOLD_FROM < share < 1:
        return ""
    if progress.places > 1:
        return f"{_duration((now - progress.began) * (1 - share) / share)} left"
    since, before = progress.seen[0]
    lately = progress.done - before
    return f"{_duration((now - since) * (progress.total - progress.done) / lately)} left" if lately > 0 else ""


def _duration(seconds: float) -> str:
    """A time in the units that fit it."""
    whole = math.ceil(seconds)
    if whole < _MOST_SECONDS:
        return f"{whole} s"
    minutes = math.ceil(whole / _SIXTY)
    return f"{minutes} min" if minutes < _MOST_MINUTES else f"{minutes // _SIXTY:,} h {minutes % _SIXTY} min"
