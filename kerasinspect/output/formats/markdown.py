"""Writes a page as Markdown, as GitHub and GitLab show it in comments and job summaries."""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, TextIO, assert_never

from kerasinspect.output.blocks import Bars, Block, Grid, Heading, HeatMap, Paragraph, Row, Table
from kerasinspect.output.layout.lines import lay_out
from kerasinspect.shown.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SEPARATOR = " · "

_INDENT = "\N{NO-BREAK SPACE}" * 4

_PLAIN_WORD = re.compile(
    r"(?!www\.)(-(?=[0-9]))?[A-Za-z0-9±×·→⋯(][A-Za-z0-9,.%()±×'+-]*[:;?]?|[0-9]+(:[0-9]+)+|[.,:;)]"
)
"""A word in which no Markdown, HTML, link, mention or emoji can hide."""

_SIGN = re.compile(r"[=+/%-]")
"""A sign between words, which means something to Markdown only where it begins a line."""

_SPAN = re.compile(r"(?<!\S)(?:`([^`]+)`|(--format [a-z]+))(?=[.,:;)]*(?:\s|$))")
"""What stands in a code span already, as sentences of ours have it, or is an option with its value."""

_STOPS = ".,:;"

_LIST_MARK = re.compile(r"\d+[.)]")


def write_markdown(blocks: Iterable[Block], stream: TextIO) -> None:
    """Write a page."""
    for number, block in enumerate(blocks):
        if number:
            stream.write("\n")
        stream.writelines(f"{line}\n" for line in _lines(block))


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is: words in which markup could hide stand in a code span, as do those in one."""
    shown = visible(text)
    said, end = "", 0
    for span in _SPAN.finditer(shown):
        said += _words(shown[end : span.start()]) + _code(span[1] or span[2])
        end = span.end()
    return said + _words(shown[end:])


def _words(text: str) -> str:
    """Words without a code span of their own; the stop behind the last of several is not in one."""
    words = text.split(" ")
    plain = [not word or bool(_PLAIN_WORD.fullmatch(word) or _SIGN.fullmatch(word)) for word in words]
    plain[0] = plain[0] and not (_LIST_MARK.fullmatch(words[0]) or _SIGN.fullmatch(words[0]))
    runs = groupby(zip(words, plain, strict=True), key=itemgetter(1))
    said = ((" ".join(word for word, _ in run), is_plain) for is_plain, run in runs)
    return " ".join(run if is_plain else _code_before_stop(run, len(words) > 1) for run, is_plain in said)


def _code_before_stop(text: str, in_sentence: bool) -> str:  # noqa: FBT001 - said at its one call
    """A code span, with the stop or comma that follows it in a sentence."""
    bare = text.rstrip(_STOPS) if in_sentence else text
    return _code(bare) + text[len(bare) :] if bare else _code(text)


def _code(text: str) -> str:
    """A code span; its fence is longer than any run of backticks in it, and no bar ends a cell of a table."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _lines(block: Block) -> Iterator[str]:
    """The lines of one block."""
    match block:
        case Heading():
            words = [block.word, markdown_text(block.name)]
            said = _SEPARATOR.join([" ".join(filter(None, words)), *map(markdown_text, block.facts)])
            yield f"{'#' * (block.level + 1)} {said}"
        case Paragraph():
            yield markdown_text(block.text)
        case Table():
            rows = ((_INDENT * len(row.last), _marked_cells(row)) for row in block.rows)
            aligned = [column.numeric for column in block.columns]
            yield from _table([column.title for column in block.columns], aligned, rows)
        case Grid():
            cells = (("", (row.label, *(row.cells or ["⋯"] * len(block.columns)))) for row in block.rows)
            yield from _table([block.title, *block.columns], [False] + [True] * len(block.columns), cells)
        case HeatMap() | Bars():
            yield from (
                "```text",
                *("".join(text for text, _ in line).rstrip() for line in lay_out([block], None)),
                "```",
            )
        case _:
            assert_never(block)


def _marked_cells(row: Row) -> tuple[str, ...]:
    """The cells of a row, its mark before the first."""
    first, *others = row.cells
    return (f"{row.mark.rstrip()} {first}" if row.mark else first, *others)


def _table(titles: list[str], aligned_right: list[bool], rows: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """A table: its titles, how its columns are aligned, and its rows, each with what stands before its first cell."""
    yield f"| {' | '.join(map(markdown_text, titles))} |"
    yield f"| {' | '.join('---:' if right else '---' for right in aligned_right)} |"
    for indent, cells in rows:
        yield f"| {indent}{' | '.join(map(markdown_text, cells))} |"
