"""Names of weights in legacy files, from Keras 0.x to 3: what they mean today, and which layers they pass through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.naming import unnumbered
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from kerasinspect.formats.contents import Row


_OLD_LETTERS = {"W": ("kernel", "embeddings"), "U": ("recurrent_kernel",), "b": ("bias",)}
"""Letters of Keras 1, and what they may stand for."""
_RENAMED = {
    "running_mean": "moving_mean",
    "running_std": "moving_variance",
    "alphas": "alpha",
    "depthwise_kernel": "kernel",
}
"""Older words; the ``running_std`` of Keras 1 holds the variance."""
_OLD_NAME = late_pattern(r"(?:.*_)?(?P<word>W|U|b)(?:_(?P<part>[ifcozrh]|carry))?")
_OLD_PREFIX = late_pattern(
    r"(?P<layer>.+?)_((W|U|b)(_([ifcozrh]|carry))?|gamma|beta|running_mean|running_std|alphas|betas|[ta]_(left|right))"
)
"""A name of Keras 1 inside a nested model: layer and weight in one."""
_BY_PARTS = {
    frozenset(part.name.format("") for part in kind.sublayers if not part.flags): name
    for name, kind in LAYERS.items()
    if kind.is_told_by_sublayers and all(part.name for part in kind.sublayers)
}
"""Classes whose sublayers alone are called so, or begin so."""
POSITION = late_pattern(r"param_\d+")
"""A name of Keras 0.x: only a number."""


def is_first_keras(rows: Iterable[Row]) -> bool:
    """Whether the names are those of Keras 1: ``dense_1_W``."""
    return all("/" not in row.name and _OLD_NAME.fullmatch(row.name.removesuffix(":0")) for row in rows)


def current_word(name: str, known: Iterable[str]) -> str:
    """Keras's current word for a weight from the name that a file stores: ``dense_1_W:0`` is ``kernel``.

    ``known`` are the words that the layer's class has; without any, only the letters of Keras 1 are translated.
    A name that nothing explains stays as it is.
    """
    words = set(known)
    last = last_word(name)
    if last in words:
        return last
    is_first = not words and not re.search(r"[/\\]", name)
    candidates = [*_old_words(last), unnumbered(last)]
    candidates += sorted((word for word in words if last.endswith(f"_{word}")), key=len, reverse=True)
    translated = _old_words(last)[:1] if is_first else []
    return next((word for word in candidates if word in words), (translated or [last])[0])


def last_word(name: str) -> str:
    """The end of a stored name: the weight's own, without ``:0``."""
    return re.sub(r":\d+$", "", re.split(r"[/\\]", name)[-1])


def _old_words(last: str) -> list[str]:
    """What an older word for a weight may be called today."""
    old = _OLD_NAME.fullmatch(last)
    if old:
        part = f"_{old['part']}" if old["part"] else ""
        return [f"{word}{part}" for word in _OLD_LETTERS[old["word"]]]
    return [word for ending, word in _RENAMED.items() if f"_{last}".endswith(f"_{ending}")]


def inner_parts(name: str, layer: str) -> tuple[str, ...]:
    """The layers that a stored name passes through below its top-level layer."""
    parts = re.split(r"[/\\]", name)[:-1]
    whole = re.split(r"[/\\]", layer)
    if len(parts) == 1 and re.fullmatch(rf"{re.escape(layer)}(_\d+)?", parts[0]):
        # Where a name was taken already, Keras 2 numbers the scope of a layer's variables but not the layer.
        return ()
    for start in range(len(parts)):
        if parts[start : start + len(whole)] == whole:
            return tuple(parts[start + len(whole) :])
    return tuple(parts)


def class_of_parts(parts: AbstractSet[str]) -> str | None:
    """The built-in class whose sublayers are called so, whatever the layer itself is called."""
    directions = frozenset(f"{part.partition('_')[0]}_" for part in parts)
    return _BY_PARTS.get(frozenset(parts)) or _BY_PARTS.get(directions)


def first_keras_part(name: str, layer: str) -> tuple[str, ...]:
    """The layer inside a nested model that a name of Keras 1 begins with: ``dense_1`` in ``dense_1_W``."""
    if "/" in name:
        return ()
    match = _OLD_PREFIX.fullmatch(re.sub(r":\d+$", "", name))
    return (match["layer"],) if match and match["layer"] != layer else ()
