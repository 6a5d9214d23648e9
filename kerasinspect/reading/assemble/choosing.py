"""Which weight is which among the arrays of one layer: class, config, number and ranks decide, never a guess."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from kerasinspect.knowledge.layers import weights_for
from kerasinspect.knowledge.quantization import lora_kinds, policy_of, variants
from kerasinspect.reading.assemble.nodes import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.knowledge.layers import WeightKind
    from kerasinspect.reading.assemble.nodes import Node
    from kerasinspect.reading.stored import StoredArray

MOST_OPTIONAL = 6
"""Flags of a class that are tried in every combination where no config tells."""
SMALL_INTEGERS = ("int8", "uint8")
"""Dtypes of quantised kernels; no layer trains such numbers."""
INTEGER_MODES, FLOAT_MODES = ("int8", "int4", "gptq", "awq"), ("float8",)
"""How a kernel may be quantised, by whether it is then stored as integers."""


def kinds_of(node: Node) -> tuple[WeightKind, ...]:
    """All weights that a layer of its class can have, in stored order."""
    if node.weights is not None:
        return node.weights
    return node.kind.weights if node.kind else ()


def expected_kinds(node: Node) -> list[tuple[WeightKind, ...]]:
    """What the layer's config says it stores, the likeliest first."""
    return variants(node.class_name, weights_for(kinds_of(node), node.config), node.config)


def possible_kinds(node: Node, count: int) -> list[tuple[WeightKind, ...]]:
    """Every choice of ``count`` weights that the class allows, whatever the config says."""
    # A GRU's two kinds of bias exclude each other: a name appears once.
    return [
        kinds for kinds in chosen_by_flags(node) if len(kinds) == count and len({kind.name for kind in kinds}) == count
    ]


def chosen_by_flags(node: Node) -> Iterator[tuple[WeightKind, ...]]:
    """The weights of the class under each setting of its flags; weights with the same flag come and go together."""
    kinds = kinds_of(node)
    flags = [*dict.fromkeys(kind.flags for kind in kinds if kind.flags)]
    if len(flags) > MOST_OPTIONAL:
        return
    for settings in product((True, False), repeat=len(flags)):
        off = {flag for flag, is_on in zip(flags, settings, strict=True) if not is_on}
        yield tuple(kind for kind in kinds if kind.flags not in off)


def quantised_kinds(node: Node, arrays: Sequence[StoredArray]) -> list[tuple[WeightKind, ...]]:
    """Every choice of weights that a quantised layer of the class may store, where the config does not say how."""
    modes = INTEGER_MODES if any(array.dtype in SMALL_INTEGERS for array in arrays) else FLOAT_MODES
    return [
        option
        for kinds in chosen_by_flags(node)
        for mode in modes
        for option in variants(node.class_name, kinds, {"dtype": f"{mode}_from_float32"})
        if option != kinds
    ]


def fits(kinds: Sequence[WeightKind], arrays: Sequence[StoredArray]) -> bool:
    """Whether each array can be the weight at its place."""
    return len(kinds) == len(arrays) and all(
        kind.axis_names(len(array.shape)) is not None and not (kind.trainable and array.dtype in SMALL_INTEGERS)
        for kind, array in zip(kinds, arrays, strict=True)
    )


def choose(node: Node, keyed: Sequence[tuple[str, StoredArray]]) -> list[Claim]:
    """A claim for each of a layer's own arrays, in stored order; ``keyed`` are their keys in the file."""
    numbered = [(key, array) for key, array in keyed if key.isdigit()]
    named = [Claim(key, array, kind_named(node, key)) for key, array in keyed if not key.isdigit()]
    arrays = [array for _, array in numbered]
    if not arrays:
        return named
    keys = [int(key) for key, _ in numbered]
    likely = expected_kinds(node)
    for kinds in likely:
        if keys != [*range(len(keys))] and keys[-1] < len(kinds):
            kinds = tuple(kinds[key] for key in keys)  # noqa: PLW2901 - the same kinds, with the file's gaps
        if fits(kinds, arrays):
            node.unstored += (
                max(0, len(likely[0]) - len(arrays)) if policy_of(node.config).mode in ("gptq", "awq") else 0
            )
            node.unstored += len(lora_kinds(kinds, node.config))
            return [*claims(kinds, arrays), *named]
    options = [*possible_kinds(node, len(arrays)), *quantised_kinds(node, arrays)]
    possible = [kinds for kinds in options if fits(kinds, arrays)]
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
    """The honest name of an array that nothing names: ``weight 1 of MyLayer``."""
    return f"weight {place} of {node.class_name or node.name}"


def kind_named(node: Node, name: str) -> WeightKind | None:
    """The weight of a class that has this name."""
    return next((kind for kind in kinds_of(node) if kind.name == name), None)
