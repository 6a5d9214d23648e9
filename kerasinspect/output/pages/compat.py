"""``compat`` as blocks: the releases in runs of one verdict, and what stops those that refuse."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Block, Column, Paragraph, Row, Table
from kerasinspect.output.pages.head import head_blocks
from kerasinspect.output.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.analysis.compat.results import Compatibility, Obstacle, ObstacleKind, ReleaseAnswer, Verdict
    from kerasinspect.model import FormatName, Model
    from kerasinspect.output.blocks import Tone

_VERDICTS: Mapping[Verdict, str] = {
    "accepts": "accepted",
    "accepts uncompiled": "accepted with compile=False",
    "refuses": "refused",
    "not told": "not judged",
}
_KINDS: Mapping[ObstacleKind, str] = {
    "class": "unknown class",
    "key": "unknown key",
    "word": "unknown name",
    "name": "slash in the name",
    "graph": "unreadable graph",
}
_RELEASES = (Column("Keras"), Column("config"), Column("stopped by", wraps=True, below=True))
_OBSTACLES = (
    Column("stopped by", shrinks=True),
    Column("value", optional=True),
    Column("problem", wraps=True, below=True),
)
_OTHERS = "It speaks of Keras 3 alone: what tf.keras and tf_keras accept, it does not tell."
_NOT_LOADED: Mapping[FormatName, str] = {
    "saved-model": "SavedModel",
    "tf-checkpoint": "checkpoint of TensorFlow",
    "orbax-checkpoint": "checkpoint of Orbax",
}
_TONES: Mapping[Verdict, Tone] = {"refuses": "error", "accepts uncompiled": "warning", "not told": "quiet"}
_ASKED_TONES: Mapping[Verdict, Tone] = {**_TONES, "not told": "warning"}
"""Of what was asked for by its version, that nothing is told is no small print."""
_NO_LAYER = "(model)"
"""Stands for a layer where something is of the model itself, or of what it was compiled with."""
_NAMED = 3
"""Layers and classes that are named in a cell; of more, how many there are."""


def compat_blocks(model: Model, found: Compatibility, asked: Sequence[ReleaseAnswer] = ()) -> Iterator[Block]:
    """The page of ``compat``; what is said of the releases that were ``asked`` about stands above those of all."""
    yield from head_blocks(model)
    not_loaded = _NOT_LOADED.get(model.format)
    if not_loaded:
        about = f"Keras 3 loads no {not_loaded} with load_model: the answers are about the config alone."
        yield Paragraph(about, "warning")
    yield from _asked_lines(found, asked)
    yield releases_table(found)
    if found.obstacles:
        yield Table(_OBSTACLES, tuple(_obstacle_rows(found)))
    if found.untold:
        yield Paragraph(untold_sentence(found), "warning")
    first, last = found.answers[0].version, found.answers[-1].version
    fits = "" if not_loaded else " Whether the arrays fit, kerasinspect verify tells."
    yield Paragraph(f"By the classes and keys of Keras {first} to {last}.{fits}", "quiet")
    yield Paragraph(_OTHERS, "quiet")


def untold_sentence(found: Compatibility) -> str:
    """What the table does not know."""
    return f"Not judged, since it is custom or code: {_first(found.untold)}."


def refusal(refusing: Sequence[ReleaseAnswer]) -> Iterator[str]:
    """The sentence about wanted releases that refuse a config, if any do."""
    if refusing:
        yield f"Refused by Keras {', '.join(one.version for one in refusing)}."


def _asked_lines(found: Compatibility, asked: Sequence[ReleaseAnswer]) -> Iterator[Paragraph]:
    """A line for each answer of the releases that were asked about."""
    alike: dict[tuple[Verdict, tuple[Obstacle, ...]], set[str]] = {}
    for one in asked:
        alike.setdefault(_answer(one), set()).add(one.version)
    for (verdict, met), versions in alike.items():
        told = _VERDICTS[verdict]
        if met:
            told = f"{told}, {'' if verdict == 'refuses' else 'compiling is '}stopped by {_stops(met)}"
        spans = _spans(found, (one.version in versions for one in found.answers))
        yield Paragraph(f"Keras {spans}: {told}", _ASKED_TONES.get(verdict, "plain"))


def _answer(one: ReleaseAnswer) -> tuple[Verdict, tuple[Obstacle, ...]]:
    """What a release says, whichever it is."""
    return one.verdict, one.obstacles


def releases_table(found: Compatibility) -> Table:
    """A row for each run of releases that give the same answer."""
    runs = groupby(found.answers, key=_answer)
    return Table(_RELEASES, tuple(_run_row(verdict, met, [*run]) for (verdict, met), run in runs)).filled()


def _run_row(verdict: Verdict, met: Sequence[Obstacle], run: Sequence[ReleaseAnswer]) -> Row:
    """Some releases in a row with the same answer."""
    return Row(
        (_span(run[0].version, run[-1].version), _VERDICTS[verdict], _stops(met)), tone=_TONES.get(verdict, "plain")
    )


def _stops(met: Sequence[Obstacle]) -> str:
    """The first few things that stop a release, and how many more there are."""
    return _first([*dict.fromkeys(map(_in_short, met))])


def _in_short(one: Obstacle) -> str:
    """What stops a release, in a word: a class, or a key of one."""
    named = (one.class_name,) if one.kind == "class" else (one.class_name, one.key)
    return ".".join(filter(None, named)) or one.layer


def _obstacle_rows(found: Compatibility) -> Iterator[Row]:
    """A row for each thing that is refused, with all the layers that have it."""
    alike: dict[tuple[ObstacleKind, str, str, str, bool, int], list[Obstacle]] = {}
    for one in found.obstacles:
        same = (one.kind, one.class_name, one.key, one.value, one.compiling, one.taken_by)
        alike.setdefault(same, []).append(one)
    for met in alike.values():
        one = met[0]
        refusing = [not one.taken_by >> number & 1 for number in range(len(found.answers))]
        layers = _first([*dict.fromkeys(each.layer or _NO_LAYER for each in met)])
        yield Row((_in_short(one), one.value, f"{_problem(one)}, refused by {_spans(found, refusing)}, in {layers}"))


def _problem(one: Obstacle) -> str:
    """What is the matter with a class or a key, and where that does not say it."""
    at_key = f" as {one.key}" if one.kind == "class" and one.key else ""
    return f"{_KINDS[one.kind]}{at_key}{', of compile' if one.compiling else ''}"


def _spans(found: Compatibility, included: Iterable[bool]) -> str:
    """Releases as spans: ``3.0.0 to 3.8.0, 3.10.0``."""
    marked = zip(found.answers, included, strict=True)
    runs = (list(run) for is_in, run in groupby(marked, key=lambda one: one[1]) if is_in)
    return ", ".join(_span(run[0][0].version, run[-1][0].version) for run in runs)


def _span(first: str, last: str) -> str:
    """Two versions and what lies between them, or the one that both are."""
    return first if first == last else f"{first} to {last}"


def _first(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {counted(more, 'other')}" if more > 0 else shown
