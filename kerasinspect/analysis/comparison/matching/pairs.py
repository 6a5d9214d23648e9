"""The pairs that were found so far, and whether two layers can be one at all."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.sketches import by_chance, likeness
from kerasinspect.analysis.placed_layers import known_class
from kerasinspect.knowledge.naming import current_class_name
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.analysis.comparison.matching.places import Place
    from kerasinspect.analysis.comparison.matching.sketches import Sketch
    from kerasinspect.analysis.comparison.results import MatchedBy


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of layers; each layer of either side is in at most one."""

    new_of: dict[int, Place] = field(default_factory=dict)
    """The new layer by the number of the old one."""
    old_of: dict[int, Place] = field(default_factory=dict)
    """The old layer by the number of the new one."""
    found_by: dict[int, MatchedBy] = field(default_factory=dict)
    """How a pair was found, by the number of the new layer."""

    old_sketches: dict[int, Sketch] = field(default_factory=dict)
    new_sketches: dict[int, Sketch] = field(default_factory=dict)
    """Values that are asked before a pair is taken for another reason, since they were too many to ask them first."""

    def add(self, old: Place, new: Place, by: MatchedBy) -> None:
        """Take a pair of layers that are both free."""
        self.new_of[old.number], self.old_of[new.number], self.found_by[new.number] = new, old, by

    def are_free(self, old: Place, new: Place) -> bool:
        """Whether neither layer has a partner."""
        return old.number not in self.new_of and new.number not in self.old_of

    def keep_asking(self, olds: Iterable[tuple[Place, Sketch]], news: Iterable[tuple[Place, Sketch]]) -> None:
        """Ask these values before two of their layers become a pair."""
        self.old_sketches.update((place.number, sketch) for place, sketch in olds)
        self.new_sketches.update((place.number, sketch) for place, sketch in news)

    def may_add(self, old: Place, new: Place) -> bool:
        """Whether two layers are free, and values that are still to be asked do not belie that they are a pair."""
        one, other = self.old_sketches.get(old.number), self.new_sketches.get(new.number)
        if not self.are_free(old, new):
            return False
        if one is None or other is None or old.value_form != new.value_form:
            return True
        return likeness(one, other) >= by_chance(min(one.freedom, other.freedom), 1)

    def is_pair(self, old: Place, new: Place) -> bool:
        """Whether just these two are partners."""
        return self.new_of.get(old.number) is new

    def free_old(self, places: Iterable[Place]) -> Iterator[Place]:
        """Old layers without a partner."""
        return (place for place in places if place.number not in self.new_of)

    def free_new(self, places: Iterable[Place]) -> Iterator[Place]:
        """New layers without a partner."""
        return (place for place in places if place.number not in self.old_of)


def classes_fit(old: Place, new: Place) -> bool:
    """Whether two layers may be of one class; a class that a file does not tell fits any other."""
    if "model" in (old.layer.kind, new.layer.kind) and old.layer.kind == new.layer.kind:
        return True
    classes = {known_class(place.layer) for place in (old, new)} - {None}
    return len({current_class_name(name or "") for name in classes}) < 2  # noqa: PLR2004 - a pair of names


def fit(old: Place, new: Place) -> bool:
    """Whether two layers may be of one class and have weights of the same shapes."""
    return old.shapes == new.shapes and classes_fit(old, new)
