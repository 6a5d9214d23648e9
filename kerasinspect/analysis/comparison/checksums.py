"""The checksums that two files have of their weights, verified while the values are compared."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.analysis.weights_checksum import passing_of, verifying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kerasinspect.model import Model

    _Side: TypeAlias = "tuple[Model, Callable[[str], None]]"


class _Checksums:
    """The checksums of some files: none is taken before somebody says so."""

    def __init__(self, sides: Sequence[_Side], begun: ExitStack) -> None:
        """Begin with nothing taken; what is begun ends with the stack."""
        self._passing = [side for side in sides if passing_of(side[0].checksum)]
        self._others = [side for side in sides if not passing_of(side[0].checksum)]
        self._begun = begun
        self._outcomes: list[Callable[[], object]] = []

    def take(self) -> None:
        """Take in what is read from now on, where the file allows it."""
        self._begin(self._passing, whole=True)
        self._passing = []

    def settle(self, *, differ: bool) -> None:
        """Verify both where values ``differ``; else those of few bytes, and those that were begun."""
        self._begin([*self._passing, *self._others], whole=differ)
        for outcome in self._outcomes:
            outcome()

    def _begin(self, sides: Sequence[_Side], *, whole: bool) -> None:
        """Begin to verify some."""
        for model, damaged in sides:
            checksum = verifying(model, damaged, whole=whole, in_passing=True)
            self._outcomes.append(self._begun.enter_context(checksum))


@contextmanager
def checksums_of(*sides: _Side) -> Iterator[_Checksums]:
    """The checksums of files of which one may be damaged where they differ, each with what a sentence about it goes to.

    Of equal bytes they are not taken, as that takes longer than to see that they are. From the first difference on,
    whatever is read counts, so that only what was equal before is read again.
    """
    with ExitStack() as begun:
        yield _Checksums(sides, begun)
