"""Chooses layers and weights in several models, of which each may lack some: a filter has to match in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.analysis.selection import select
from kerasinspect.arguments import names_of, positions_of
from kerasinspect.errors import NothingMatches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.arguments import Names, Positions
    from kerasinspect.model import Model


class SelectionFilters(NamedTuple):
    """What ``select`` takes: names, paths and globs of layers, of weights and of classes, and positions."""

    layers: Sequence[str] = ()
    weights: Sequence[str] = ()
    classes: Sequence[str] = ()
    indices: Sequence[str] = ()


def filters_of(layers: Names, weights: Names, classes: Names, indices: Positions) -> SelectionFilters:
    """The filters that a call asks for, each by one name or several; raises RequestError for what is none."""
    return SelectionFilters(
        names_of("layers", layers),
        names_of("weights", weights),
        names_of("classes", classes),
        positions_of("indices", indices),
    )


class Selector:
    """Selects the same in one model after another, and keeps what has matched nothing so far."""

    def __init__(self, filters: SelectionFilters) -> None:
        """Begin with no model."""
        self._filters = filters
        self._unmatched: dict[tuple[int, str], NothingMatches] | None = None
        """By kind and pattern; None before the first model."""
        self._together: NothingMatches | None = None
        """Of filters that each match somewhere, and nowhere all of them."""
        self._found = False

    def select(self, model: Model) -> Selection | None:
        """What a model has of it; None where it has nothing."""
        try:
            selection = select(model, *self._filters)
        except NothingMatches:
            return self._some_of(model)
        self._unmatched, self._found = {}, True
        return selection

    def require_matches(self) -> None:
        """Raise NothingMatches, which names the nearest in the first model, for a filter that matched in none."""
        for error in (self._unmatched or {}).values():
            raise error
        if self._together is not None and not self._found:
            raise self._together

    def _some_of(self, model: Model) -> Selection | None:
        """What a model has of it where some filter matches nothing in it."""
        errors = dict(self._errors(model))
        known = errors if self._unmatched is None else self._unmatched
        self._unmatched = {key: error for key, error in known.items() if key in errors}
        kept = [
            [pattern for pattern in patterns if (kind, pattern) not in errors]
            for kind, patterns in enumerate(self._filters)
        ]
        if any(patterns and not fitting for patterns, fitting in zip(self._filters, kept, strict=True)):
            self._together = self._together or next(iter(errors.values()))
            return None
        try:
            selection = select(model, *kept)
        except NothingMatches as error:
            self._together = self._together or error
            return None
        self._found = True
        return selection

    def _errors(self, model: Model) -> Iterator[tuple[tuple[int, str], NothingMatches]]:
        """The filters that match nothing in a model, each by itself."""
        for kind, patterns in enumerate(self._filters):
            for pattern in patterns:
                alone: list[tuple[str, ...]] = [()] * len(self._filters)
                alone[kind] = (pattern,)
                try:
                    select(model, *alone)
                except NothingMatches as error:
                    yield (kind, pattern), error
