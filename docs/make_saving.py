"""Writes ``docs/saving.md`` from the table of what releases leave out: ``python docs/make_saving.py``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.knowledge.releases.unsaved import UNSAVED, Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.knowledge.releases.unsaved import Unsaved

PAGE = Path(__file__).with_name("saving.md")

HEAD = """\
# What Keras loses when it saves

A saved model does not always hold all of the model. `kerasinspect check` says so where the file shows it; this page is
made from the table that it goes by.

| what is lost | by which Keras | what tells | rule |
|---|---|---|---|
| weights of layers in nested lists | 3.0 to 3.14 | the optimizer has state for them | [KI701](rules.md#ki701) |
| zero points of GPTQ and AWQ | 3.14.0 to 3.15.1 | the layer has all but these | [KI702](rules.md#ki702) |
| arguments, with sizes or arrays that show it | see below | shapes in the config; an array | [KI703](rules.md#ki703) |
| arguments that may well have mattered | see below | the sign in the table | [KI704](rules.md#ki704) |
| arguments of which nothing tells; off by default | see below | the class and the version | [KI705](rules.md#ki705) |
| that two layers share one variable | all of 3 | equal arrays; the optimizer has one | [KI706](rules.md#ki706) |
| vocabularies that `adapt` learned, in `.h5` | all of 3 | the config has none | [KI707](rules.md#ki707) |
| that the projections of attention are quantized | 3.4 to 3.15 | their arrays are | [KI708](rules.md#ki708) |

KI703 is an error: a loaded model gives another size, computes something else, or does not load. KI704 and KI705 are
notes, one for each argument of a class in a model, and end no run: the value that was lost is not in the file, and it
may have been the default. `--select KI7` asks all of them.

## Arguments that are not written

Versions are the first and the last that leave the argument out; 3.15 is the newest that was looked at. A loaded model
has the default.

| argument | not written by | default | a sign that it may have mattered |
|---|---|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    return HEAD + "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    """A line for each fact, classes of which the same is true together."""
    alike: dict[tuple[object, ...], list[Unsaved]] = {}
    for row in UNSAVED:
        alike.setdefault((row.key, row.first, row.last, row.sign), []).append(row)
    for rows in alike.values():
        row = rows[0]
        classes = ", ".join(one.class_name for one in rows)
        first, last = (".".join(map(str, version)) for version in (row.first, row.last))
        sign = row.sign.value if row.sign is not Sign.NONE else "nothing tells: KI705"
        yield f"| `{row.key}` of {classes} | {first} to {last} | `{row.default}` | {sign} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
