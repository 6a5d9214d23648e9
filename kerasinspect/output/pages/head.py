"""What every page begins and ends with: the head lines of a model, and what else lies in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.sources import path_in_words
from kerasinspect.output.blocks import Block, Heading, Paragraph
from kerasinspect.output.wording import bytes_in_words, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.analysis.fingerprint import Fingerprint, NoFingerprint
    from kerasinspect.analysis.summarising import Kind, Total
    from kerasinspect.model import ExtraKind, Model

SEPARATOR = " · "

TOTAL_WORDS: Mapping[Kind, str] = {
    "trainable": "trainable",
    "non_trainable": "non-trainable",
    "unknown": "trainable or not: unknown",
    "optimizer": "optimizer state",
    "seed": "random seeds",
    "metric": "metrics",
    "table": "lookup tables",
    "state": "states of recurrent layers",
    "copy": "copies of weights",
    "unclaimed": "arrays claimed by no layer",
}
"""What arrays of each kind are called, the extras in the order in which a page names them."""


def head_blocks(model: Model) -> Iterator[Block]:
    """The model's name, class and file, then its format, the Keras that saved it, and how large it is."""
    name, *facts = [*filter(None, (model.name, model.class_name, file_name(model)))] or [""]
    yield Heading(name, 1, "model", tuple(facts))
    saved = f"saved {model.saved_at.replace('T', ' ')}" if model.saved_at else ""
    yield Paragraph(SEPARATOR.join(filter(None, (*origin_and_size(model), saved))), "quiet")


def file_name(model: Model) -> str:
    """The name of a model's file, without the folders above it; before the number of a step that of its folder."""
    location = model.location
    folder, _, name = location.replace("\\", "/").rstrip("/").rpartition("/")
    holder = folder.rpartition("/")[2] if name.isdigit() else ""
    return path_in_words("/".join(filter(None, (holder, name))) or location)


def origin_and_size(model: Model) -> Iterator[str]:
    """Where a model comes from, and how large it is."""
    yield model.format
    yield f"Keras {model.keras_version}" if model.keras_version else "Keras version not stored"
    yield f"backend {model.backend}" if model.backend else ""
    yield counted(model.parameters, "parameter")
    yield counted(len(model.weights), "array")
    yield bytes_in_words(model.nbytes)


_LISTED = "It is of the arrays as listed: the file does not prove their order in get_weights()."
_OF_FEWER = "It is of the arrays as listed: the file lacks some that get_weights() has."

_NO_FINGERPRINT: Mapping[NoFingerprint, str] = {
    "no-weights": "no fingerprint: the model has no weights",
    "unread": "no fingerprint: the file is damaged, or not all weights can be read",
}


def fingerprint_blocks(found: Fingerprint | None) -> Iterator[Paragraph]:
    """The fingerprint of a model, or why there is none; nothing where only some of its weights are listed."""
    if found is None:
        return
    if found.lack is not None:
        yield Paragraph(_NO_FINGERPRINT[found.lack], "quiet")
        return
    yield Paragraph(f"fingerprint {found.sha256}")
    if found.order == "listed":
        yield Paragraph(_OF_FEWER if found.is_of_fewer else _LISTED, "quiet")


def extras_blocks(totals: Mapping[ExtraKind, Total]) -> Iterator[Paragraph]:
    """One line that says what the file holds beside the weights; nothing where there is nothing."""
    parts = [
        f"{TOTAL_WORDS[kind]} ({counted(totals[kind].arrays, 'array')}, {bytes_in_words(totals[kind].nbytes)})"
        for kind in sorted(totals, key=[*TOTAL_WORDS].index)
    ]
    if parts:
        yield Paragraph(f"also in the file: {', '.join(parts)}", "quiet")
