"""Findings about places in the file or in its config, named after the layer or weight that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.rule import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.checking.evidence import Evidence


def hit_in_config(evidence: Evidence, place: str, names: Sequence[str], words: str) -> Hit:
    """A hit at a place in the config: in the innermost layer that it lies in, or outside of any at the place itself."""
    for end in range(len(names), 0, -1):
        path = "/".join(names[:end])
        if path in evidence.layer_paths:
            return Hit(path, words, place=place)
    return Hit(place, words)


def hits_on_arrays(evidence: Evidence, places: Sequence[tuple[str, str]]) -> Iterator[Hit]:
    """Hits on arrays by their paths in the file: at the weight that such an array is, if it is one."""
    weights = {weight.stored_path: weight.path for weight in evidence.model.weights} if places else {}
    for path, words in places:
        yield Hit(weights[path], words, place=path) if path in weights else Hit(path, words)
