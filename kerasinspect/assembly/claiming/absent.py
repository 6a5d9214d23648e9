"""Places in ``get_weights()`` of weights that a legacy file lists but does not hold: they count, and are never shown.

Until positions are counted, an array that stands for nothing keeps each of these places.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import expected_kinds
from kerasinspect.assembly.nodes import Claim
from kerasinspect.containers.stored import StoredArray, Unwritten
from kerasinspect.dtypes import Encoding
from kerasinspect.formats.contents import Row
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.assembly.nodes import Node
    from kerasinspect.assembly.order import Placement
    from kerasinspect.formats.contents import LayerRows
    from kerasinspect.knowledge.kinds import WeightSpec

_ABSENT = "absent"
"""The dtype of what keeps the place of one array."""
UNCOUNTED = "uncounted"
"""The dtype of what stands for as many arrays as nobody knows."""


def placeholder(dtype: str, number: int) -> StoredArray:
    """An array that stands for one, or for some, that the file does not hold."""
    return StoredArray(f"{dtype} {number}", (), dtype, Encoding("<f4"), Unwritten(0, ""))


def is_absent(array: StoredArray) -> bool:
    """Whether an array is a placeholder."""
    return array.dtype in (_ABSENT, UNCOUNTED)


def can_be(kind: WeightSpec, array: StoredArray) -> bool:
    """Whether an array, which may be one that the file does not hold, can be this weight."""
    return array.dtype == _ABSENT or kind.can_be(len(array.shape), array.dtype)


def with_places_kept(layers: tuple[LayerRows, ...]) -> tuple[LayerRows, ...]:
    """The layers of a file with a row for each weight that they list, held or not."""
    numbers = count()
    return tuple(layer if not layer.lost else replace(layer, rows=(*_every_row(layer, numbers),)) for layer in layers)


def _every_row(layer: LayerRows, numbers: Iterator[int]) -> Iterator[Row]:
    """A row for each weight that a layer lists."""
    lost = {one.place: one.name for one in layer.lost}
    held = iter(layer.rows)
    for place in range(len(layer.rows) + len(lost)):
        yield Row(lost[place], placeholder(_ABSENT, next(numbers))) if place in lost else next(held)


def keep_places(node: Node) -> None:
    """Keep the places of all weights of a layer without a group: as many as its class has, or nobody knows how many."""
    inside = [*node.walk()]
    if node.from_config and all(below.kind or below.is_model for below in inside):
        for below in inside:
            below.claims = [Claim(kind.name, placeholder(_ABSENT, -1), kind) for kind in expected_kinds(below)[0]]
    else:
        node.claims.append(Claim("", placeholder(UNCOUNTED, -1)))


def drop_places(model: Node, places: list[Placement]) -> list[Placement]:
    """Take away the arrays that only keep a place, from the model and from its places; give the places left."""
    for node in model.walk():
        node.claims = [claim for claim in node.claims if not is_absent(claim.array)]
    return [place for place in places if not is_absent(place.claim.array)]
