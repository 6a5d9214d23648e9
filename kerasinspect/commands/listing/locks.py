"""Locks of several models: made here or in several processes, each written to its place in a folder."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.checking.contracts.lock_folders import LockFolder
from kerasinspect.commands.emitting import emit_document, say
from kerasinspect.commands.listing.locking import lock_of
from kerasinspect.errors import InspectError, UnreadableFile
from kerasinspect.output.wording import counted
from kerasinspect.platforms import usable_processors
from kerasinspect.progress import in_turn
from kerasinspect.progress.processes import death, in_processes, processes_for
from kerasinspect.writing import Target, with_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.commands.listing.locking import Locking
    from kerasinspect.formats.locating.folder_search import Location
    from kerasinspect.output.formats.json import Document


class _Made(NamedTuple):
    """The lock of one model, or why there is none."""

    document: Document | None = None
    error: str = ""
    status: int = 0


def lock_each(files: Sequence[Location], asked: Locking, output: Target, jobs: int | None, *, quiet: bool) -> int:
    """Write a lock for each model into a folder; give the exit status, the gravest of theirs."""
    written = new = status = 0
    places = dict(zip(files, LockFolder(output.path).locks_of(file.path for file in files), strict=True))
    made = in_processes(partial(_locks, asked), files, processes_for(len(files), usable_processors(), jobs), _lost)
    for file in in_turn(files):
        one = next(made)
        is_new = not os.path.lexists(places[file])
        if one.document is not None:
            one = _written(one.document, Target(places[file], output.force), file)
        written += not one.error
        new += is_new and not one.error
        status = max(status, one.status)
        say("error", [one.error] if one.error else [])
    if written and not quiet:
        share = "" if new == written else f", {f'{new:,}' if new else 'none'} of them new"
        say("note", [f"{counted(written, 'lock')} written to {output.path}{share}."])
    return status


def _written(document: Document, target: Target, file: Location) -> _Made:
    """What came of writing a lock."""
    try:
        emit_document(document, with_folder(target), file.path)
    except InspectError as error:
        return _Made(error=str(error), status=error.exit_status)
    return _Made()


def _locks(asked: Locking, files: Sequence[Location]) -> list[_Made]:
    """The locks of some models."""
    return [_made(file, asked) for file in files]


def _made(file: Location, asked: Locking) -> _Made:
    """The lock of one model."""
    if file.error:
        return _Made(error=file.error, status=UnreadableFile.exit_status)
    try:
        return _Made(lock_of(file.path, asked))
    except InspectError as error:
        return _Made(error=str(error), status=error.exit_status)


def _lost(file: Location) -> _Made:
    """What there is to say of a model with which a process died."""
    return _Made(error=death(file.path), status=UnreadableFile.exit_status)
