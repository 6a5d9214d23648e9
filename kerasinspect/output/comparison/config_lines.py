"""Says what differs between configs: a line for each key, under the layer that it is of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Block, Heading, Paragraph
from kerasinspect.output.comparison.words import layer_name
from kerasinspect.output.escaping import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.listing import ListedDiff
    from kerasinspect.analysis.comparison.results import ConfigChange
    from kerasinspect.json_values import Json

_ABSENT = "(absent)"


def config_blocks(listed: ListedDiff) -> Iterator[Block]:
    """What differs in the config of each layer that is listed, and of the model where no layers were chosen."""
    if listed.diff.config and not listed.filtered:
        yield from _of("model", listed.diff.config)
    for layer in listed.layers:
        if layer.diff.config:
            yield from _of(layer_name(layer.diff), layer.diff.config)


def _of(name: str, changes: Sequence[ConfigChange]) -> Iterator[Block]:
    """The heading of a config, and a line for each key."""
    yield Heading(name, 2, "config of")
    yield from (Paragraph(_line(change), level=2) for change in changes)


def _line(change: ConfigChange) -> str:
    """A key, with its value on both sides."""
    old = _ABSENT if change.missing == "old" else _value(change.old)
    new = _ABSENT if change.missing == "new" else _value(change.new)
    return f"{short(change.key)}: {old} → {new}"


def _value(value: Json) -> str:
    """A value of a config: text as it is, anything else as JSON has it."""
    return short(value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False))
