"""What every page begins and ends with: the head lines of a model, and what else lies in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.summarising import Total
from kerasinspect.output.blocks import Block, Heading, Paragraph
from kerasinspect.output.wording import bytes_in_words, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.model import Extra, Model

SEPARATOR = " · "

EXTRA_WORDS = {
    "optimizer": "optimizer state",
    "seed": "random seeds",
    "metric": "metrics",
    "unclaimed": "arrays claimed by no layer",
}
"""What each kind of extra is called."""


def head_blocks(model: Model) -> Iterator[Block]:
    """The model's name and class, then where it comes from and how large it is."""
    name = model.name or model.location.replace("\\", "/").rstrip("/").rpartition("/")[2]
    yield Heading(name, 1, "model", (model.class_name,) if model.class_name else ())
    facts = [
        model.format,
        f"Keras {model.keras_version}" if model.keras_version else "Keras version not stored",
        f"backend {model.backend}" if model.backend else "",
        f"saved {model.saved_at.replace('T', ' ')}" if model.saved_at else "",
        counted(model.parameters, "parameter"),
        counted(len(model.weights), "weight"),
        bytes_in_words(model.nbytes),
    ]
    yield Paragraph(SEPARATOR.join(filter(None, facts)), "quiet")


def extras_blocks(extras: tuple[Extra, ...]) -> Iterator[Block]:
    """One line that says what the file holds beside the weights; nothing where there is nothing."""
    parts = []
    for kind, word in EXTRA_WORDS.items():
        total = sum((Total.of(extra.array) for extra in extras if extra.kind == kind), Total())
        if total.arrays:
            parts.append(f"{word} ({counted(total.arrays, 'array')}, {bytes_in_words(total.nbytes)})")
    if parts:
        yield Paragraph(f"also in the file: {', '.join(parts)}", "quiet")
