"""The listings of several models, one after another; one that cannot be read has its error in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.commands.listing.listing import Listing
from kerasinspect.errors import InspectError
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.progress import in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from kerasinspect.formats.locating.folder_search import Location
    from kerasinspect.output.formats.json import Document


@dataclass(slots=True)
class Outcome:
    """The exit status of a command over several models: the gravest of theirs."""

    several: bool
    status: int = 0

    def name_of(self, location: str) -> str:
        """What a note calls a model: nothing where there is only one."""
        return location if self.several else ""

    def add(self, status: int) -> None:
        """Count the exit status of one model."""
        self.status = max(self.status, status)


Opened: TypeAlias = "Callable[[str, Outcome], AbstractContextManager[Listing]]"
"""Opens the model at a path; on leaving says what is odd about it, and counts its exit status."""


def each_in_turn(locations: Sequence[Location], opened: Opened, outcome: Outcome) -> Iterator[Listing]:
    """The listing of each model, open until the next one is asked for."""
    for location in in_turn(locations):
        if location.error:
            yield unread(location.path, location.error, 3, outcome)
            continue
        try:
            with opened(location.path, outcome) as listing:
                yield listing
        except InspectError as error:
            yield unread(location.path, str(error), error.exit_status, outcome)


def unread(location: str, message: str, status: int, outcome: Outcome) -> Listing:
    """What stands in the place of a model that has no listing; standard error says so too."""
    from kerasinspect.commands.emitting import say
    from kerasinspect.output.blocks import Heading, Paragraph, Table

    outcome.add(status)
    say("error", [message])
    document: Document = {"location": location, "error": message}
    return Listing(
        lambda: [Heading(location, 1, "model", facts=("cannot be read",)), Paragraph(message, "warning", 2)],
        lambda: document,
        lambda: [{"schema": "kerasinspect.models.line/1", **document}],
        lambda: Table((), ()),
    )
