"""Draws the line of long work on the terminal, and takes it away before anything else is written there."""

from __future__ import annotations

import time
from _thread import allocate_lock, start_new_thread
from contextlib import contextmanager, suppress
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.output.colours import styled
from kerasinspect.platforms import is_in_foreground
from kerasinspect.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

_PATIENCE, _PAUSE = 1.0, 0.1
"""Seconds before anything is drawn, and from one drawing to the next."""

_ERASED = "\r\x1b[K"
"""What takes a line away and leaves the cursor at its beginning."""


class Look(NamedTuple):
    """How a line is drawn."""

    columns: int
    colour: bool


class ProgressLine:
    """One line on a terminal that says how far some work has come, drawn by a thread while the work goes on.

    Whoever writes to the terminal does so ``aside``, where there is no line.
    """

    def __init__(self, stream: TextIO, look: Callable[[], Look | None]) -> None:
        """Take the terminal, and what says how the line is drawn: None where it is not to be."""
        self.progress = Progress()
        self._stream, self._look = stream, look
        self._turn = RLock()
        self._working = allocate_lock()
        self._is_drawn = False
        self._free_until = 0.0

    def start(self) -> None:
        """Begin to draw, once it has taken a while.

        A thread of ``threading`` is waited for until it runs, which it never does where there is no memory for it.
        """
        self._working.acquire()
        with suppress(RuntimeError):  # the system has no room for another thread: nobody draws
            start_new_thread(self._draw_again_and_again, ())

    def end(self) -> None:
        """Take the line away for good."""
        with self._turn:
            self._erase()
            self._working.release()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Keep the terminal free of the line, and for a while after: most work ends with what was written."""
        with self._turn:
            self._erase()
            try:
                yield
            finally:
                self._free_until = time.monotonic() + _PATIENCE

    def _draw_again_and_again(self) -> None:
        """Draw until the work has ended, or the terminal takes no more."""
        pause = _PATIENCE
        with suppress(OSError, ValueError, MemoryError):
            while not self._working.acquire(timeout=pause):
                with self._turn:
                    if self._working.locked():
                        self._draw()
                pause = _PAUSE

    def _draw(self) -> None:
        """Draw the line over the last one, where it is to be seen."""
        from kerasinspect.output.progress.line import line_of  # noqa: PLC0415 - little work is so long

        look, now = self._look(), time.monotonic()
        if look is None or now < self._free_until or not is_in_foreground(self._stream):
            return
        self.progress.look(now)
        before, done, after = line_of(self.progress, now, look.columns - 1)
        if look.colour:
            done, after = styled(done, "name"), styled(after, "quiet")
        self._is_drawn = True
        self._stream.write(f"\r{before}{done}{after}\x1b[K")
        self._stream.flush()

    def _erase(self) -> None:
        """Take the line away where there is one."""
        if self._is_drawn:
            self._is_drawn = False
            with suppress(OSError):
                self._stream.write(_ERASED)
                self._stream.flush()
