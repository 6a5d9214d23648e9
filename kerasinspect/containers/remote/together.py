"""Work of which most is waiting for another machine, done in a few threads at the same time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_THREADS = 16
"""Requests at the same time."""
_One = TypeVar("_One")


def together(ones: Sequence[_One], do: Callable[[_One], object], most: int = _THREADS) -> None:
    """Do something with each of these in up to ``most`` threads, which end with the program.

    Raises the error of the first of them that has one, as if they were done in turn: they are begun in order, and
    nothing is begun after an error.
    """
    if len(ones) == 1:
        do(ones[0])
        return
    waiting = enumerate(ones)
    turn = threading.Lock()
    errors: dict[int, BaseException] = {}

    def work() -> None:
        while not errors:
            with turn:
                number, one = next(waiting, (len(ones), None))
            if one is None:
                return
            try:
                do(one)
            except BaseException as error:  # noqa: BLE001 - raised below, in the thread that waits
                errors[number] = error

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(most, len(ones)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[min(errors)]
