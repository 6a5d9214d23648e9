"""The exceptions that kerasinspect raises on purpose, each with the exit status it ends in.

::

    InspectError                 a sentence for the user; never a bug
    ├── RequestError        2    the request is wrong: options, names, a missing extra
    │   ├── NothingMatches  2    a name or a filter matches nothing; names the nearest. A KeyError, too
    │   ├── MissingExtra    2    an optional dependency is not installed
    │   └── ClosedModel     2    values are asked for that can no longer be read
    └── UnreadableFile      3    the file cannot be read as a model
        ├── NotAModel       3    it is something else; says what, and what to do
        ├── DamagedFile     3    it was a model once: truncated, overwritten, inconsistent
        │   └── FailedRead  3    the system does not give its bytes
        └── RefusedFile     3    reading on would pass a limit or leave the file
            └── NoNumbers   3    values are asked for of an array that has none, such as one of texts

A message is a whole sentence that says what is wrong; ``remedy`` is one that says what to do next, and ``details`` are
rows for a person, such as the files to choose from with what each is.
A bug raises anything else and keeps its traceback.
"""

from __future__ import annotations

from typing import ClassVar

COPY_AGAIN = "Copy or download the file again."
"""What to do about a file whose bytes are wrong or missing."""


class InspectError(Exception):
    """Something that the user can understand and act on.

    ``message`` says what is wrong and ``remedy``, where there is one, what to do next; ``details`` are rows between.
    """

    exit_status: ClassVar[int] = 2

    def __init__(self, message: str, remedy: str = "", details: tuple[tuple[str, ...], ...] = ()) -> None:
        """Take the sentence that says what is wrong, one that says what to do, and rows to choose from."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = details
        for row in details:
            self.add_note("  ".join(row))

    def __str__(self) -> str:
        """Both sentences on one line."""
        return f"{self.message} {self.remedy}".strip()


class RequestError(InspectError):
    """The request cannot be met: an option, a name or a combination is wrong."""


class NothingMatches(RequestError, KeyError):
    """A name or a filter matches nothing, which is never an empty success."""


class MissingExtra(RequestError):
    """An optional dependency is missing; the remedy is the exact command that installs it."""


class ClosedModel(RequestError):
    """The model was closed, or this file of it, before its values were read."""


class UnreadableFile(InspectError):
    """The file cannot be read as a model."""

    exit_status: ClassVar[int] = 3


class NotAModel(UnreadableFile):
    """The file is readable but is something other than a Keras model."""


class DamagedFile(UnreadableFile):
    """The file is, or was, a model, but its bytes contradict themselves, are missing, or were changed meanwhile."""


class FailedRead(DamagedFile):
    """The system does not give bytes that are there: a bad disk, a network that is gone."""


class RefusedFile(UnreadableFile):
    """Reading on would pass a limit or open something other than the file; nothing was read."""


class NoNumbers(RefusedFile):
    """Values are asked for of an array that is whole and has no numbers: nothing is wrong with the file."""


class PipeClosed(Exception):
    """Whoever read the output has gone, as ``head`` does: the end, but nothing that is wrong: no InspectError."""
