"""What the line about long work says, by how far the work has come and how wide the terminal is."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, TypeAlias

import pytest

from kerasinspect.output.progress import drawing
from kerasinspect.output.progress.drawing import Look, ProgressLine
from kerasinspect.output.progress.line import line_of
from kerasinspect.progress import Progress, begin, expect, in_turn, watched, watched_progress
from kerasinspect.shown.escaping import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.progress import Stage

MB = 1_000_000


def work(stage: Stage = "reading", done: int = 0, total: int = 0, file: str = "folder/model.keras") -> Progress:
    """Some work that began at 0 of the clock."""
    progress = Progress()
    progress.begin(stage, total)
    progress.file, progress.done, progress.began, progress.since = file, done, 0, 0
    progress.seen = [(0, 0)]
    return progress


LINES = {
    "nobody knows how much": (work("opening"), 2.1, 80, "opening model.keras  3 s"),
    "half": (
        *(work("reading", 50 * MB, 100 * MB), 2, 80),
        "reading model.keras  ━━━━━━━━━━──────────   50%  50 MB of 100 MB  2 s left",
    ),
    "too little to tell the time": (
        *(work("reading", 1 * MB, 100 * MB), 2, 100),
        "reading model.keras  ──────────────────────────────    1%  1 MB of 100 MB",
    ),
    "all": (
        *(work("writing", 100 * MB, 100 * MB), 2, 100),
        "writing values  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  100%  100 MB of 100 MB",
    ),
    "more than was said": (
        *(work("comparing", 120 * MB, 100 * MB), 2, 100),
        "comparing values  2 s",
    ),
    "a header more than was said": (
        *(work("comparing", 101 * MB, 100 * MB), 2, 100),
        "comparing values  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  100%  100 MB of 100 MB",
    ),
    "minutes": (work("reading", 30 * MB, 600 * MB), 10, 60, "reading model.keras    5%  30 MB of 600 MB  4 min left"),
    "hours": (work("reading", 30 * MB, 600 * MB), 600, 36, "  5%  3 h 10 min left"),
    "narrower": (work("reading", 50 * MB, 100 * MB), 2, 40, "reading model.keras   50%  2 s left"),
    "narrow": (work("reading", 50 * MB, 100 * MB), 2, 20, " 50%  2 s left"),
    "very narrow": (work("reading", 50 * MB, 100 * MB), 2, 6, " 50%"),
    "no room at all": (work("reading", 50 * MB, 100 * MB), 2, 3, ""),
    "Keras": (work("asking Keras"), 12, 80, "loading model.keras with Keras  12 s"),
    "a long name": (work("opening", file="a" * 50 + "_epoch_12.keras"), 1, 60, "opening …aaaa_epoch_12.keras  1 s"),
    "a name that would erase lines": (work("opening", file="\x1b[2J.keras"), 1, 60, r"opening \x1b[2J.keras  1 s"),
}


@pytest.mark.parametrize(("progress", "now", "columns", "expected"), LINES.values(), ids=LINES)
def test_the_line_says_as_much_as_it_has_room_for(progress: Progress, now: float, columns: int, expected: str) -> None:
    """The bar goes first, then the bytes, the name, and the time; it is never wider than the terminal."""
    line = line_of(progress, now, columns).text
    assert line == expected
    assert columns_of(line) <= columns


def test_the_time_left_is_told_from_what_is_done_lately() -> None:
    """A checksum that was read at once says nothing of the texts that are written behind it."""
    progress = work("writing", 50 * MB, 100 * MB)
    for now in range(1, 21):
        progress.look(now)
        progress.done += MB
    assert line_of(progress, 21, 50).text == "writing values   70%  70 MB of 100 MB  30 s left"
    progress.seen = [(15, progress.done)]
    assert line_of(progress, 21, 50).text == "writing values   70%  70 MB of 100 MB"


def test_of_several_files_all_count() -> None:
    """The share and the time are those of all of them, the bytes those of the one that is read."""
    progress = work("reading", 50 * MB, 100 * MB)
    progress.place, progress.places = 3, 10
    assert line_of(progress, 5, 70).text == "3 of 10: reading model.keras   25%  50 MB of 100 MB  15 s left"


def test_nothing_is_counted_where_nobody_watches() -> None:
    """What says how much is to be read needs not know whether anybody wants to know."""
    begin("reading", 100)
    expect(100)
    assert watched_progress() is None


def test_what_is_said_of_the_work_at_hand_is_kept() -> None:
    """A stage has what was expected in it; a file has its place among the others."""

    class File:
        path = "one.keras"

    with watched(progress := Progress()):
        for _ in in_turn([File(), File()]):
            begin("reading", 100)
            expect(50)
    assert (progress.file, progress.place, progress.places, progress.total) == ("one.keras", 2, 2, 150)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Callable[[Look | None], tuple[ProgressLine, io.StringIO]]:
    """A function that makes a line on a stream, which is drawn at once."""
    monkeypatch.setattr(drawing, "_PATIENCE", 0.01)
    monkeypatch.setattr(drawing, "_PAUSE", 0.01)

    def made(look: Look | None) -> tuple[ProgressLine, io.StringIO]:
        stream = io.StringIO()
        return ProgressLine(stream, lambda: look), stream

    return made


def until(is_so: Callable[[], bool]) -> None:
    """Wait for a thread."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.005)


Made: TypeAlias = "Callable[[Look | None], tuple[ProgressLine, io.StringIO]]"


def test_the_line_is_gone_at_the_end(line: Made) -> None:
    """It is drawn over itself, taken away, and never drawn again."""
    shown, stream = line(Look(80, colour=False))
    shown.start()
    until(lambda: stream.getvalue().count("\ropening") > 1)
    shown.end()
    written = stream.getvalue()
    assert written.endswith("\r\x1b[K")
    time.sleep(0.1)
    assert stream.getvalue() == written


def test_nothing_is_drawn_while_something_else_is_written(line: Made) -> None:
    """Not even where what is written says something on the way."""
    shown, stream = line(Look(80, colour=True))
    shown.start()
    until(lambda: "\ropening" in stream.getvalue())
    with shown.aside(), shown.aside():
        written = stream.getvalue()
        assert written.endswith("\r\x1b[K")
        time.sleep(0.1)
        assert stream.getvalue() == written
    until(lambda: stream.getvalue() != written)
    shown.end()


def test_the_line_does_not_flicker_once_something_else_was_written(line: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that ends soon after, as behind a pager, draws nothing more."""
    shown, stream = line(Look(80, colour=False))
    shown.start()
    until(lambda: "\ropening" in stream.getvalue())
    monkeypatch.setattr(drawing, "_PATIENCE", 60.0)
    with shown.aside():
        written = stream.getvalue()
    time.sleep(0.2)
    shown.end()
    assert stream.getvalue() == written


def test_quiet_work_draws_nothing(line: Made) -> None:
    """Nothing at all, so that nothing is to be taken away either."""
    shown, stream = line(None)
    shown.start()
    time.sleep(0.1)
    shown.end()
    assert not stream.getvalue()
