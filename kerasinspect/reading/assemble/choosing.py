"""Which weight is which among the arrays of one layer: class, config, number and ranks decide, never a guess."""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING

from kerasinspect.knowledge.layers import weights_for
from kerasinspect.knowledge.quantization import lora_kinds, untold_variants, variants
from kerasinspect.reading.assemble.nodes import Claim
from kerasinspect.reading.names import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.knowledge.layers import WeightKind
    from kerasinspect.reading.assemble.nodes import Node
    from kerasinspect.reading.stored import StoredArray

LONGEST = 120
"""Characters of a class name that are repeated in the name of each of its arrays."""
MOST_OPTIONAL = 6
"""Flags of a class that are tried in every combination where no config tells."""


def kinds_of(node: Node) -> tuple[WeightKind, ...]:
    """All weights that a layer of its class can have, in stored order."""
    if node.weights is not None:
        return node.weights
    return node.kind.weights if node.kind else ()


def expected_kinds(node: Node) -> list[tuple[WeightKind, ...]]:
    """What the layer's config says it stores, the likeliest first."""
    return variants(node.class_name, weights_for(kinds_of(node), node.config), node.config)


def possible_kinds(node: Node) -> Iterator[tuple[WeightKind, ...]]:
    """Every choice of weights that the class allows, quantised or not, whatever the config says.

    Weights with the same flags come and go together.
    """
    kinds = kinds_of(node)
    flags = [*dict.fromkeys(kind.flags for kind in kinds if kind.flags)]
    for settings in product((True, False), repeat=len(flags) if len(flags) <= MOST_OPTIONAL else 0):
        off = {flag for flag, is_on in zip(flags, settings, strict=False) if not is_on}
        chosen = tuple(kind for kind in kinds if kind.flags not in off)
        # A GRU's two kinds of bias exclude each other: a name appears once.
        if len({kind.name for kind in chosen}) == len(chosen):
            yield chosen
            yield from untold_variants(node.class_name, chosen)


def fits(kinds: Sequence[WeightKind], arrays: Sequence[StoredArray]) -> bool:
    """Whether each array can be the weight at its place."""
    return len(kinds) == len(arrays) and all(
        kind.can_be(len(array.shape), array.dtype) for kind, array in zip(kinds, arrays, strict=True)
    )


def choose(node: Node, keyed: Sequence[tuple[str, StoredArray]]) -> list[Claim]:
    """A claim for each of a layer's own arrays, in stored order; ``keyed`` are their keys in the file."""
    numbered = [(key, array) for key, array in keyed if key.isdigit()]
    named = [
        Claim(key, array, kind_named(node, key, array), is_keyed=True) for key, array in keyed if not key.isdigit()
    ]
    arrays = [array for _, array in numbered]
    if not arrays:
        return named
    keys = [int(key) for key, _ in numbered]
    for kinds in expected_kinds(node):
        if keys != [*range(len(keys))] and keys[-1] < len(kinds):
            kinds = tuple(kinds[key] for key in keys)  # noqa: PLW2901 - the same kinds, with the file's gaps
        if fits(kinds, arrays):
            node.unstored += len(lora_kinds(kinds, node.config))
            return [*claims(kinds, arrays), *named]
    possible = [kinds for kinds in possible_kinds(node) if fits(kinds, arrays)]
    return [*agreed(node, possible, arrays), *named]


def claims(kinds: Sequence[WeightKind], arrays: Sequence[StoredArray]) -> list[Claim]:
    """Kinds and arrays, joined."""
    return [Claim(kind.name, array, kind) for kind, array in zip(kinds, arrays, strict=True)]


def agreed(node: Node, possible: list[tuple[WeightKind, ...]], arrays: Sequence[StoredArray]) -> list[Claim]:
    """Claims for which all possibilities agree, and honest positions for the others."""
    found = []
    for place, array in enumerate(arrays):
        names = sorted({kinds[place].name for kinds in possible})
        if len(names) == 1:
            found.append(Claim(names[0], array, possible[0][place]))
        else:
            remark = f"{' or '.join(names)}: the file does not tell which" if names else None
            found.append(Claim(position_name(place, node), array, remark=remark))
    return found


def position_name(place: int, node: Node) -> str:
    """The honest name of an array that nothing names: ``weight 1 of MyLayer``; of a very long name the beginning."""
    return f"weight {place} of {cut(node.class_name or node.name, LONGEST)}"


def kind_named(node: Node, name: str, array: StoredArray) -> WeightKind | None:
    """The weight of a class that has this name and can be this array, quantised or not."""
    kinds = kinds_of(node)
    every = chain(kinds, *untold_variants(node.class_name, kinds))
    return next((kind for kind in every if kind.name == name and kind.can_be(len(array.shape), array.dtype)), None)
