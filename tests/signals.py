"""Signals as a program gets them that was started from a terminal, however the tests were."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def not_ignored(name: str) -> Iterator[signal.Signals]:
    """A signal that whatever is started meanwhile takes: nohup, and a shell in the background, start us without."""
    number = signal.Signals[name]
    before = signal.getsignal(number)
    if before is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
    try:
        yield number
    finally:
        signal.signal(number, before)
