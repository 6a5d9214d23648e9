"""Results that list things, of one model or of several, written in the form that was asked for."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias, assert_never

from kerasinspect.errors import InspectError
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.progress import in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from kerasinspect.commands.options import ListForm
    from kerasinspect.formats.locating.folder_search import Location
    from kerasinspect.limits import Limits
    from kerasinspect.output.blocks import Block, Table
    from kerasinspect.output.formats.json import Document
    from kerasinspect.writing import Target


@dataclass(frozen=True, slots=True)
class Listing:
    """One result in every form, of which only the one that is asked for is made."""

    page: Callable[[], Iterable[Block]]
    document: Callable[[], Document]
    lines: Callable[[], Iterable[Document]]
    """A document for each thing that is listed."""
    table: Callable[[], Table]
    """The same things in one flat table, with all digits."""


def emit_listing(listing: Listing, form: ListForm, output: Target | None, *read: str | None) -> None:
    """Write a listing to standard output, or to a file that is none of those read."""
    from kerasinspect.commands.emitting import emit_blocks, emit_csv, emit_document, emit_lines, emit_markdown

    match form:
        case "table":
            emit_blocks(listing.page(), output, *read)
        case "json":
            emit_document(listing.document(), output, *read)
        case "jsonl":
            emit_lines(listing.lines(), output, *read)
        case "csv":
            emit_csv(listing.table(), output, *read)
        case "markdown":
            emit_markdown(listing.page(), output, *read)
        case _:
            assert_never(form)


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


_Opened: TypeAlias = "Callable[[str, Outcome], AbstractContextManager[Listing]]"
"""Opens the model at a path; on leaving says what is odd about it, and counts its exit status."""


def emit_models(names: Sequence[str], limits: Limits, opened: _Opened, form: ListForm, output: Target | None) -> int:
    """Write a listing of every model that the names mean, one opened after another; give the exit status.

    One name of one model gives its own document, and its error is raised. Of several, one that cannot be read has its
    error in its place, and the others follow.
    """
    from kerasinspect.formats.locating.locations import find_models

    locations = find_models(names, limits)
    paths = [location.path for location in locations]
    if output is not None:
        from kerasinspect.writing import require_replaceable

        require_replaceable(output, *paths)
    outcome = Outcome(several=len(names) != 1 or len(locations) != 1 or bool(locations[0].error))
    if outcome.several:
        emit_listing(_together(_each(locations, opened, outcome)), form, output, *paths)
    else:
        with opened(paths[0], outcome) as listing:
            emit_listing(listing, form, output, *paths)
    return outcome.status


def _each(locations: Sequence[Location], opened: _Opened, outcome: Outcome) -> Iterator[Listing]:
    """The listing of each model, open until the next one is asked for."""
    for location in in_turn(locations):
        if location.error:
            yield _unread(location.path, location.error, 3, outcome)
            continue
        try:
            with opened(location.path, outcome) as listing:
                yield listing
        except InspectError as error:
            yield _unread(location.path, str(error), error.exit_status, outcome)


def _unread(location: str, message: str, status: int, outcome: Outcome) -> Listing:
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


def _together(listings: Iterator[Listing]) -> Listing:
    """The listings of several models as one."""
    return Listing(
        lambda: chain.from_iterable(listing.page() for listing in listings),
        lambda: {"schema": "kerasinspect.models/1", "models": (listing.document() for listing in listings)},
        lambda: chain.from_iterable(listing.lines() for listing in listings),
        lambda: _joined(listing.table() for listing in listings),
    )


def _joined(tables: Iterable[Table]) -> Table:
    """The rows of several tables under the titles that they share."""
    from kerasinspect.output.blocks import Table

    read = [*tables]
    columns = next((table.columns for table in read if table.columns), ())
    return Table(columns, tuple(row for table in read for row in table.rows))
