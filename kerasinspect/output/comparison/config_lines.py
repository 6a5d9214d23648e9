"""Says what differs between configs: a line for each key, under the layers that it is so in."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Block, Heading, Paragraph
from kerasinspect.output.comparison.words import layer_name
from kerasinspect.output.wording import counted, first_few
from kerasinspect.shown.escaping import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.analysis.comparison.listing import ListedDiff
    from kerasinspect.analysis.comparison.results import ConfigChange
    from kerasinspect.json_values import Json

_ABSENT = "(absent)"

_LISTED = 12
"""Layers with the same changes that are named: `--layer` and JSON have all of them."""
_NAMED = 4
"""Layers that a line says a new name of."""


def config_blocks(listed: ListedDiff) -> Iterator[Block]:
    """What differs in the config of the model, unless layers were chosen, and in those of the layers that are listed.

    Layers in which the same differs stand under one heading.
    """
    if listed.has_model_config:
        yield from _section("model", _lines(listed.diff.config))
    alike: dict[tuple[str, ...], list[str]] = {}
    for layer in listed.layers:
        if layer.diff.config:
            alike.setdefault(_lines(layer.diff.config), []).append(short(layer_name(layer.diff)))
    for lines, names in alike.items():
        yield from _section(names[0] if len(names) == 1 else counted(len(names), "layer"), lines)
        if len(names) > 1:
            yield Paragraph(f"in {first_few(names, _LISTED)}", "quiet", 2)


def _section(name: str, lines: Iterable[str]) -> Iterator[Block]:
    """The heading of a config, and a line for each key."""
    yield Heading(name, 2, "config of")
    yield from (Paragraph(line, level=2) for line in lines)


def _lines(changes: Sequence[ConfigChange]) -> tuple[str, ...]:
    """Each key, with its value on both sides."""
    return tuple(map(_line, changes))


def _line(change: ConfigChange) -> str:
    """A key, with its value on both sides; numbers have as many digits as tell them apart."""
    old, new = (_few_digits(value) for value in (change.old, change.new))
    if old == new:
        old, new = _value(change.old), _value(change.new)
    before, after = (_ABSENT if change.missing == side else value for side, value in (("old", old), ("new", new)))
    return f"{short(change.key)}: {before} → {after}{_renamed(change)}"


def _renamed(change: ConfigChange) -> str:
    """What became of layers that fed one, as far as their old names say it no more."""
    if change.partners is None or not isinstance(change.old, list) or not isinstance(change.new, list):
        return ""
    before, after = [*map(_layer_of, change.old)], [*map(_layer_of, change.new)]
    said = [
        f"the old {_value(old)} is {'gone' if partner is None else f'now {_value(partner)}'}"
        for old, partner in dict.fromkeys(zip(before, change.partners, strict=True))
        if partner != old and (old in after or partner in after)
    ]
    return f" ({first_few(said, _NAMED)})" if said else ""


def _layer_of(tensor: Json) -> str:
    """The layer that gives a tensor, which goes by that alone or with the number of the call and of the output."""
    return str(tensor[0] if isinstance(tensor, list) else tensor)


def _few_digits(value: Json) -> str:
    """A value of a config; a number that was one of 32 bits, as those of an optimizer are, with the digits of that."""
    if isinstance(value, float):
        with suppress(OverflowError):
            if struct.unpack("<f", struct.pack("<f", value))[0] == value:
                return f"{value:.7g}"
    return _value(value)


def _value(value: Json) -> str:
    """A value of a config: text as it is, anything else as JSON has it."""
    return short(value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False))
