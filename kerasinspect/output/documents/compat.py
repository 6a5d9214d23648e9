"""``compat`` as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.documents.model import line_head, model_document, model_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.analysis.compat.results import Compatibility, Obstacle, ReleaseAnswer
    from kerasinspect.model import Model
    from kerasinspect.output.formats.json import Document, Writable

_COMPAT_SCHEMA = "kerasinspect.compat/1"


def compat_document(model: Model, found: Compatibility, asked: Iterable[ReleaseAnswer] = ()) -> Document:
    """The releases that were ``asked`` about and all others with their verdicts, and what stops one of them.

    Its keys stay.
    """
    return {
        "schema": _COMPAT_SCHEMA,
        "model": model_document(model),
        "for_keras": [_release_document(one) for one in asked],
        "releases": [_release_document(one) for one in found.answers],
        "obstacles": [_obstacle_document(one, found) for one in found.obstacles],
        "untold": list(found.untold),
        **model_state(model, None),
    }


def compat_lines(model: Model, found: Compatibility) -> Iterator[Document]:
    """A document for each release, with the obstacles that it meets."""
    head = line_head("compat", model)
    for one in found.answers:
        obstacles: list[Writable] = [_obstacle_document(obstacle, found) for obstacle in one.obstacles]
        yield {**head, **_release_document(one), "obstacles": obstacles}


def _release_document(one: ReleaseAnswer) -> Document:
    """What one release makes of the config."""
    return {"keras": one.version, "verdict": one.verdict}


def _obstacle_document(one: Obstacle, found: Compatibility) -> Document:
    """What some releases refuse."""
    return {
        "kind": one.kind,
        "layer": one.layer,
        "class_name": one.class_name,
        "key": one.key,
        "value": one.value,
        "compiling": one.compiling,
        "refused_by": [answer.version for at, answer in enumerate(found.answers) if not one.taken_by >> at & 1],
    }
