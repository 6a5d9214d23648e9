"""Writes the section of keras-versions.md about what ``compat`` predicts: ``python -m docs.make_compat_results``.

It has what ``python -m tests.keras_releases.measuring`` put on record: where each load ended, and which predictions
came true.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PAGE = Path(__file__).with_name("keras-versions.md")
RECORD = Path(__file__).parent.parent / "tests" / "data" / "compat" / "load_model.json"
HEADING = "## What compat predicts"
_TAKEN = ("ok", "weights", "other")
"""Ends of a load whose config was taken; in the end another thing may have been wrong."""
_WORDS = """
`load_model` of {releases} releases of Keras 3 was called on {files} whole models, {loads} times in all, each time in a
process of its own with a limit of time, and what came of it was held against the prediction of `kerasinspect compat`
([compat.md](compat.md)). HDF5 was named so. No custom classes were given, and code was not
allowed: what depends on them is not told. A release that hangs (it never ends with the graph of some nested models) and
one that opens no folders say nothing of a config, and are counted apart.

"""
_CELLS = "\nHow many configs each release takes, by what saved them; where all loads were tried, of how many files.\n\n"


def main() -> None:
    """Write the section where it was, at the end of the page."""
    PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_section(page: str) -> str:
    """A page with the section of the record at its end."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    before = page.partition(f"\n{HEADING}")[0].rstrip("\n")
    return f"{before}\n\n{''.join(_section(record))}"


def _section(record: Mapping[str, Any]) -> Iterator[str]:
    """The parts of the section."""
    counts: Mapping[str, Mapping[str, int]] = record["predictions"]
    names = [*next(iter(counts.values()))]
    files = {file for ends in record["ends"].values() for file in ends}
    loads = sum(sum(one.values()) for one in counts.values())
    yield f"{HEADING}\n"
    yield _WORDS.format(releases=len(counts), files=len(files), loads=f"{loads:,}")
    rows = [(f"Keras {release}", *(str(one[name]) for name in names)) for release, one in counts.items()]
    total = ("all", *(f"{sum(one[name] for one in counts.values()):,}" for name in names))
    yield from _table(("release", *names), [*rows, total])
    yield _CELLS
    yield from _table(("saved by", *counts), [*_savers(record, [*counts])])


def _savers(record: Mapping[str, Any], releases: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """For each Keras that saved files, how many configs each release takes, of how many that it was asked for."""
    taken: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for end, files in record["ends"].items():
        for file, ended in files.items():
            for release in ended.split():
                key = file.partition("/")[0], release
                asked[key] += 1
                taken[key] += end in _TAKEN
    for saver in sorted({saver for saver, _ in asked}, key=_by_version):
        yield saver, *(f"{taken[saver, release]} of {asked[saver, release]}" for release in releases)


def _by_version(saver: str) -> tuple[list[int], str]:
    """Savers by version, then by name."""
    return [int(part) for part in saver.rpartition("-")[2].split(".")], saver


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table of Markdown."""
    for row in (titles, ["---"] * len(titles), *rows):
        yield f"| {' | '.join(row)} |\n"


if __name__ == "__main__":
    main()
