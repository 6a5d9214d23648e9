"""Says numbers, shapes, sizes and initializers in words, the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.axes import Axis
    from kerasinspect.checking.findings import Allowance
    from kerasinspect.model import Initializer, Layer, Model, Shape

_PLURALS = {"index": "indices", "height": "high", "width": "wide", "depth": "deep"}
"""Where an s at the end is wrong; three spatial axes are said as what they measure."""

_SINGULARS = {"height": "high", "width": "wide", "depth": "deep"}

_LONGEST_NAME = 80
"""Characters of one name inside a sentence."""

_SELF_EVIDENT = frozenset({"zeros", "ones"})
"""Initializers whose name says the value."""

_SMALL_SHARE = 0.0005
"""A share below this would be written as nothing."""

_EXACT_BELOW = 10_000
"""Sizes below this are said to the byte."""


def first_few(names: Sequence[str], most: int) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def counted(count: int, word: str) -> str:
    """A number with its word: ``1 unit``, ``784 inputs``, ``3 high``."""
    if count == 1:
        return f"1 {_SINGULARS.get(word, word)}"
    return f"{count:,} {_PLURALS.get(word, word + 's')}"


def shape_in_words(shape: Sequence[int], axes: Sequence[Axis]) -> str:
    """A shape with what runs along each axis: ``8 inputs × 5 units``; ``one value`` for a scalar."""
    if not shape:
        return "one value"
    if len(axes) != len(shape):
        return "shape " + " × ".join(f"{size:,}" for size in shape)
    return " × ".join(
        f"{len(axis.blocks)} gates of {counted(size // len(axis.blocks), axis.name)}"
        if len(axis.blocks) > 1 and size % len(axis.blocks) == 0
        else counted(size, axis.name)
        for size, axis in zip(shape, axes, strict=True)
    )


_LONGEST = 64
"""Bits of the largest size that is divided into units."""


def bytes_in_words(count: int) -> str:
    """A size: exact while it is small, then with three digits."""
    if count < _EXACT_BELOW:
        return f"{count:,} B"
    if count.bit_length() > _LONGEST:
        return f"about 2^{count.bit_length() - 1} B"
    size, units = count / 1000, ["kB", "MB", "GB", "TB"]
    while size >= 999.5 and len(units) > 1:  # noqa: PLR2004 - would be written as 1e+03
        size, units = size / 1000, units[1:]
    return f"{size:.3g} {units[0]}"


def initializer_in_words(initializer: Initializer, digits: int = 3) -> str:
    """Where first values came from, its numbers in so many digits: ``glorot_uniform (±0.679)``, ``zeros``."""
    facts = ", ".join(filter(None, ("default" if initializer.default else "", _drawn_from(initializer, digits))))
    return f"{initializer.title} ({facts})" if facts else initializer.title


def _drawn_from(initializer: Initializer, digits: int) -> str:
    """Which numbers an initializer gives, in short; empty where its name says it, or nothing does."""
    around = f" around {initializer.mean:.{digits}g}" if initializer.mean else ""
    if initializer.constant is not None:
        return "" if initializer.name in _SELF_EVIDENT else f"{initializer.constant:.{digits}g}"
    if initializer.limit is not None:
        return f"±{initializer.limit:.{digits}g}{around}"
    return "" if initializer.stddev is None else f"standard deviation {initializer.stddev:.{digits}g}{around}"


def no_weights(model: Model) -> str:
    """What stands in the place of a list of weights without any."""
    if model.weights:
        return "the chosen layers have no weights"
    from kerasinspect.containers.stored import PICKLED  # noqa: PLC0415 - only for a model without weights

    pickled = sum(1 for extra in model.extras if extra.kind == "unclaimed" and extra.array.dtype == PICKLED)
    if pickled:
        verb = "holds" if pickled == 1 else "hold"
        return f"no weights are read: {counted(pickled, 'array')} in this file {verb} pickled Python objects"
    return "no weights in this file"


def untrained_word(layer: Layer) -> str:
    """What is said of a layer that training leaves alone; nothing of any other one."""
    if layer.trainable is False:
        return "frozen"
    return "not trainable" if layer.trains is False else ""


def shape_text(shape: Shape | tuple[Shape, ...] | None) -> str:
    """A shape as Keras prints it, open sizes as None: ``(None, 8)``; several joined; empty where it is unknown."""
    if shape is None:
        return ""
    if any(isinstance(part, tuple) for part in shape):
        return ", ".join(shape_text(part) for part in shape if isinstance(part, tuple))
    inner = ", ".join("None" if size is None else str(size) for size in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def beginning(text: str) -> str:
    """The first letters of a text that may have been cut already, so that nobody knows how long it was."""
    return cut(text, _LONGEST_NAME, "...")


def in_force(policy: str | None) -> str:
    """What is said of the policy that counts, or of there being none."""
    return "No policy was in force." if policy is None else f"The policy {policy} was in force."


def not_used(policy: str) -> str:
    """What is said of a policy that was found and does not count."""
    return f"The policy {policy} was not used, since it lies in what is checked. Name it to use it."


def expired(allowance: Allowance) -> str:
    """What is said of what a policy allowed until a day that is over."""
    return f"The policy allows nothing any more in the file {allowance.sha256}: that expired on {allowance.expires}."


def compared_with(lock: str) -> str:
    """What models were compared with: a lock file, or a folder of locks, whose name ends in a separator."""
    return f"the locks in {lock}" if lock.endswith(("/", "\\")) else f"the lock file {lock}"


def gone(count: int, baseline: str) -> str:
    """What is said of findings that a baseline knows and nobody finds any more."""
    words = counted(count, "finding")
    return f"{words} of the baseline {baseline} {'is' if count == 1 else 'are'} gone: write it again to forget them."


def known_from(known: int, files: int, source: str) -> str:
    """What is said of files that an earlier run has judged, and that are still the same."""
    return f"{known:,} of {counted(files, 'model')} {'is' if known == 1 else 'are'} known from {source}."


def share_in_words(part: int, whole: int) -> str:
    """A share in percent with one digit; empty where there is nothing to share."""
    if not whole:
        return ""
    return "<0.1%" if 0 < part / whole < _SMALL_SHARE else f"{100 * part / whole:.1f}%"
