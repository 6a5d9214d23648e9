"""Which weight is which among the arrays of one layer: class, config, number and ranks decide, never a guess."""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING

from kerasinspect.assembly.nodes import Claim
from kerasinspect.errors import UnreadableFile
from kerasinspect.knowledge.kinds import WHOLE_BYTES, weights_for
from kerasinspect.knowledge.layers.weights import LORA_FACTORS
from kerasinspect.knowledge.quantization import (
    SHARING,
    adapted,
    lora_kinds,
    policy_of,
    sizes_agree,
    untold_variants,
    variants,
    without_axes,
)
from kerasinspect.late.dataclasses import replace
from kerasinspect.names import cut, number_of
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.assembly.nodes import Node
    from kerasinspect.containers.stored import Group, StoredArray
    from kerasinspect.knowledge.keras_versions import KerasVersion
    from kerasinspect.knowledge.kinds import WeightSpec

_LONGEST = 120
"""Characters of a class name that are repeated in the name of each of its arrays."""
_FIRST_BYTES = 4096
_LOWEST_HALF = 8
"""Four bits that stand for -8."""
_MOST_OPTIONAL = 6
"""Flags of a class that are tried in every combination where no config tells."""


def kinds_of(node: Node) -> tuple[WeightSpec, ...]:
    """All weights that a layer of its class can have, in stored order."""
    if node.weights is not None:
        return node.weights
    row = node.kind or node.foreign
    return row.weights if row else ()


def expected_kinds(node: Node, keras_version: KerasVersion | None = None) -> list[tuple[WeightSpec, ...]]:
    """What the layer's config says it stores, the likeliest first."""
    return variants(node.class_name, weights_for(kinds_of(node), node.config), node.config, keras_version)


def possible_kinds(node: Node, keras_version: KerasVersion | None = None) -> Iterator[tuple[WeightSpec, ...]]:
    """Every choice of weights that the class allows, quantized or not, whatever the config says.

    Weights with the same flags come and go together.
    """
    kinds = kinds_of(node)
    flags = [*dict.fromkeys(kind.flags for kind in kinds if kind.flags)]
    for settings in product((True, False), repeat=len(flags) if len(flags) <= _MOST_OPTIONAL else 0):
        off = {flag for flag, is_on in zip(flags, settings, strict=False) if not is_on}
        chosen = tuple(kind for kind in kinds if kind.flags not in off)
        # A GRU's two kinds of bias exclude each other: a name appears once.
        if len({kind.name for kind in chosen}) == len(chosen):
            yield chosen
            yield from untold_variants(node.class_name, chosen, keras_version)


def fits_arrays(kinds: Sequence[WeightSpec], arrays: Sequence[StoredArray]) -> bool:
    """Whether each array can be the weight at its place."""
    return len(kinds) == len(arrays) and all(
        kind.can_be(len(array.shape), array.dtype) for kind, array in zip(kinds, arrays, strict=True)
    )


def choose(
    node: Node, keyed: Sequence[tuple[str, StoredArray]], keras_version: KerasVersion | None = None
) -> list[Claim]:
    """A claim for each of a layer's own arrays, in stored order; ``keyed`` are their keys in the file."""
    numbered = [(number, array) for key, array in keyed if (number := number_of(key)) is not None]
    named = [
        Claim(key, array, kind_named(node, key, array), is_keyed=True) for key, array in keyed if number_of(key) is None
    ]
    arrays = [array for _, array in numbered]
    if not arrays:
        return named
    if not kinds_of(node):
        _doubt_quantized(node, [array.dtype for array in arrays])
    keys = [key for key, _ in numbered]
    options = [_with_gaps(kinds, keys) for kinds in expected_kinds(node, keras_version)]
    kinds = _settled(node, [option for option in options if fits_arrays(option, arrays)], arrays)
    if kinds:
        gapped = adapted(kinds, node.config)
        node.unstored += len(lora_kinds(kinds, node.config)) if gapped is kinds else 0
        return [*_claims_of(gapped, arrays), *named]
    possible = [option for option in possible_kinds(node, keras_version) if fits_arrays(option, arrays)]
    shapes = [array.shape for array in arrays]
    agreeing = [option for option in possible if sizes_agree(option, shapes)]
    whole = [option for option in agreeing if not _shares_whole_bytes(option, arrays)]
    return [*_claims_agreed_on(node, whole or agreeing or possible, arrays), *named]


def _doubt_quantized(node: Node, dtypes: Sequence[str]) -> None:
    """Note what arrays of quantized values prove of a layer whose class is not known: little.

    Keras stores them in an order of their own, and of unsigned values it may have left the zero points out.
    """
    if any(dtype in WHOLE_BYTES for dtype in dtypes):
        node.own_order_known = False
        node.count_known = node.count_known and dtypes.count("uint8") != 1


def _shares_whole_bytes(kinds: tuple[WeightSpec, ...], arrays: Sequence[StoredArray]) -> bool:
    """Whether weights would be pairs of int4 with one scale for all, which the first bytes of their array disprove.

    Keras rounds such values to -7 up to 7, so that no half of a byte is the -8 that every second row of int8 has.
    """
    if any(kind.name == "g_idx" for kind in kinds):
        return False
    pairs = (
        array
        for kind, array in zip(kinds, arrays, strict=True)
        if array.dtype == "int8" and SHARING.keys() & {*kind.axes}
    )
    return any(map(_has_lowest_half, pairs))


def _has_lowest_half(array: StoredArray) -> bool:
    """Whether a half of any of the first bytes is the lowest of four bits."""
    try:
        first = bytes(next(iter(array.blocks(_FIRST_BYTES)), b""))
    except UnreadableFile:
        return False
    return any(_LOWEST_HALF in (byte & 15, byte >> 4) for byte in first[:_FIRST_BYTES])


def is_lora_rank(key: str, group: Group) -> bool:
    """Whether an array is the rank of the LoRA factors that lie in the groups beside it, and so no weight."""
    beside = (child.groups["vars"].arrays for child in group.groups.values() if "vars" in child.groups)
    return key == "rank" and any(not LORA_FACTORS.isdisjoint(arrays) for arrays in beside)


def _with_gaps(kinds: tuple[WeightSpec, ...], keys: Sequence[int]) -> tuple[WeightSpec, ...]:
    """The weights that the keys number; all of them where the numbers run on without a gap."""
    if keys == [*range(len(keys))] or keys[-1] >= len(kinds):
        return kinds
    return tuple(kinds[key] for key in keys)


def _settled(
    node: Node, options: Sequence[tuple[WeightSpec, ...]], arrays: Sequence[StoredArray]
) -> tuple[WeightSpec, ...]:
    """The first option with whose axes the sizes agree, else the first; of quantized layers then without axes."""
    shapes = [array.shape for array in arrays]
    found = next((kinds for kinds in options if sizes_agree(kinds, shapes)), None)
    if found is not None or not options:
        return found or ()
    return without_axes(options[0]) if policy_of(node.config).mode else options[0]


def resettle(node: Node) -> None:
    """Take for the named arrays of a quantized layer the layout of that name with whose axes their sizes agree."""
    if not policy_of(node.config).mode:
        return
    stored = {one.name: one for one in node.claims}
    named = [kinds for kinds in expected_kinds(node) if {kind.name for kind in kinds} <= stored.keys()]
    most = max(map(len, named), default=0)
    alike = [kinds for kinds in named if len(kinds) == most]
    if alike:
        arrays = [stored[kind.name].array for kind in alike[0]]
        fitting = [kinds for kinds in alike if fits_arrays(kinds, arrays)]
        kinds = {kind.name: kind for kind in _settled(node, fitting, arrays)}
        node.claims = [replace(one, kind=kinds.get(one.name, one.kind)) for one in node.claims]


def _claims_of(kinds: Sequence[WeightSpec], arrays: Sequence[StoredArray]) -> list[Claim]:
    """A claim for each array, as the weight at its place."""
    return [Claim(kind.name, array, kind) for kind, array in zip(kinds, arrays, strict=True)]


def _claims_agreed_on(node: Node, possible: list[tuple[WeightSpec, ...]], arrays: Sequence[StoredArray]) -> list[Claim]:
    """Claims for which all possibilities agree, and honest positions for the others."""
    found = []
    for place, array in enumerate(arrays):
        names = sorted({kinds[place].name for kinds in possible})
        if len(names) == 1:
            kinds = tuple(option[place] for option in possible)
            is_told = len({kind.axes for kind in kinds}) == 1
            found.append(Claim(names[0], array, kinds[0] if is_told else without_axes(kinds)[0]))
        else:
            remark = Remark("untold-name", facts=(tuple(names),)) if names else None
            found.append(unnamed_claim(place, node, array, remark))
    return found


def unnamed_claim(place: int, node: Node, array: StoredArray, remark: Remark | None = None) -> Claim:
    """An array that nothing names: ``weight 1 of MyLayer``; of a very long name of a class the beginning."""
    owner = cut(node.class_name or node.name, _LONGEST)  # none, where weights are those of a model without a name
    name = f"weight {place} of {owner}" if owner else f"weight {place}"
    return Claim(name, array, is_named=False, remark=remark)


def kind_named(node: Node, name: str, array: StoredArray) -> WeightSpec | None:
    """The weight of a class that has this name and can be this array, quantized or not."""
    kinds = kinds_of(node)
    every = chain(kinds, chain.from_iterable(untold_variants(node.class_name, kinds)))  # made only when they are asked
    return next((kind for kind in every if kind.name == name and kind.can_be(len(array.shape), array.dtype)), None)
