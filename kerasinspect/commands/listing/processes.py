"""Listings of several models that other processes made: each comes whole, with what is said of its model."""

from __future__ import annotations

import io
import json
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.commands.emitting import kept_words, say
from kerasinspect.commands.listing.each import Outcome, each_in_turn, unread
from kerasinspect.commands.listing.listing import Listing
from kerasinspect.output.formats.json import write_value
from kerasinspect.progress import in_turn
from kerasinspect.progress.processes import death, in_processes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.commands.listing.each import Opened
    from kerasinspect.commands.options import ListForm
    from kerasinspect.formats.locating.folder_search import Location
    from kerasinspect.output.blocks import Block, Table
    from kerasinspect.output.formats.json import Document, Writable


class _Made(NamedTuple):
    """What a process made of one model: its listing in the form that is asked for, and what it would have said."""

    status: int
    said: list[tuple[str, list[str]]]
    page: tuple[Block, ...] = ()
    documents: tuple[str, ...] = ()
    """As JSON: the one of the model, or those of what is listed."""
    table: Table | None = None

    @property
    def listing(self) -> Listing:
        """The listing."""
        from kerasinspect.output.blocks import Table

        return Listing(
            lambda: self.page,
            lambda: _parsed(self.documents[0]),
            lambda: map(_parsed, self.documents),
            lambda: self.table or Table((), ()),
        )


def each_from_processes(
    locations: Sequence[Location], opened: Opened, outcome: Outcome, form: ListForm, processes: int
) -> Iterator[Listing]:
    """The listing of each model, in order; what is said of it is said when it is its turn."""
    answers = in_processes(partial(_made, opened, form), locations, processes, partial(_lost, form))
    for _, made in zip(in_turn(locations), answers, strict=True):
        for word, sentences in made.said:
            say(word, sentences)
        outcome.add(made.status)
        yield made.listing


def _made(opened: Opened, form: ListForm, locations: Sequence[Location]) -> list[_Made]:
    """What this process makes of some models."""
    found = []
    for location in locations:
        outcome, said = Outcome(several=True), list[tuple[str, list[str]]]()
        with kept_words(said):
            (made,) = [_whole(listing, form) for listing in each_in_turn([location], opened, outcome)]
        found.append(made._replace(status=outcome.status, said=said))
    return found


def _whole(listing: Listing, form: ListForm) -> _Made:
    """A listing in one form, all of it read."""
    match form:
        case "json":
            return _Made(0, [], documents=(_text(listing.document()),))
        case "jsonl":
            return _Made(0, [], documents=tuple(map(_text, listing.lines())))
        case "csv":
            return _Made(0, [], table=listing.table())
        case _:
            return _Made(0, [], page=tuple(listing.page()))


def _text(value: Writable) -> str:
    """A document as JSON."""
    stream = io.StringIO()
    write_value(value, None, stream.write)
    return stream.getvalue()


def _parsed(text: str) -> Document:
    """A document that was written here."""
    document: Document = json.loads(text)
    return document


def _lost(form: ListForm, location: Location) -> _Made:
    """What takes the place of a model with which a process died."""
    outcome, said = Outcome(several=True), list[tuple[str, list[str]]]()
    with kept_words(said):
        made = _whole(unread(location.path, death(location.path), 3, outcome), form)
    return made._replace(status=outcome.status, said=said)
