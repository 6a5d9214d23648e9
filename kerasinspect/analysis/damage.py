"""Notes what cannot be read of a model's values, so that the rest is read on."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeVar

from kerasinspect.errors import NoNumbers, UnreadableFile
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for a result whose values cannot be read."""

    message: str
    """The sentence that says why."""


def _untold(_: str) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What could not be read of a model's values so far: the one place where UnreadableFile is caught for a result."""

    known: Collection[str] = frozenset()
    """Sentences that need not be said again: those that opening the file gave."""
    told: Callable[[str], None] = _untold
    """Called with each sentence as soon as it is noted."""
    _sentences: dict[str, None] = field(default_factory=dict, repr=False)
    _keys: set[Hashable] = field(default_factory=set, repr=False)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence once, in the order of reading."""
        return tuple(self._sentences)

    def attempt(self, read: Callable[[], Result], where: str, key: Hashable) -> Result | Unread:
        """What ``read`` gives; where values cannot be read, a note of that, and what stands for the result.

        ``where`` is the path of the array. Attempts with one ``key`` read parts of one result, of whose errors the
        first is noted. That an array has no numbers is no damage.
        """
        try:
            return read()
        except UnreadableFile as error:
            if key not in self._keys and not isinstance(error, NoNumbers):
                self._keys.add(key)
                self.note(error.message, where)
            return Unread(error.message)

    def note(self, message: str, where: str = "") -> None:
        """Keep a sentence about the array at a path, or about the file as a whole where there is none."""
        sentence = f"{where}: {message}" if where else message
        if message not in self.known and sentence not in self._sentences:
            self._sentences[sentence] = None
            self.told(sentence)
