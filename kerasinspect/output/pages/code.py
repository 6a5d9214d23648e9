"""Code that a model's config holds, as a fact: what it is, how large, its hash, and what can be read in it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.code_texts import MOST_TEXTS, texts_in
from kerasinspect.output.blocks import Block, Heading, Paragraph

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kerasinspect.analysis.stored_code.code_findings import CodeFinding

MOST_LINES = 2_000
"""Lines about the contents of code on one page, whatever number of pieces there is."""

_WARNING = "loading this model would run, import or open what follows; kerasinspect did none of it"
_NOT_DISASSEMBLED = (
    "names and texts in it (it is not disassembled: that would unmarshal bytes from a stranger, which can crash Python)"
)


def code_blocks(findings: Collection[CodeFinding], *, texts: bool) -> Iterator[Block]:
    """A part of the page about code, where there is any; ``texts`` adds what can be read in it."""
    if not findings:
        return
    yield Heading("in the config", 2, "code", (f"{sum(finding.more or 1 for finding in findings):,} found",))
    yield Paragraph(_WARNING, "warning", 2)
    room = MOST_LINES
    for finding in findings:
        yield Paragraph(f"at {finding.where}: {finding.detail}", level=2)
        if finding.sha256 is not None:
            yield Paragraph(f"sha256 {finding.sha256}", "quiet", 3)
        if finding.stored and not texts:
            yield Paragraph("--show-code shows what can be read in it", "quiet", 3)
        elif finding.stored and room:
            blocks = [*islice(_blocks_of(finding), room)]
            room -= len(blocks)
            yield from blocks
        elif finding.stored:
            yield Paragraph(f"what can be read in it is not shown: more than {MOST_LINES:,} lines in all", "quiet", 3)


def _blocks_of(finding: CodeFinding) -> Iterator[Block]:
    """What can be read in one piece of code."""
    is_source = finding.kind == "lambda-source"
    yield Paragraph("source" if is_source else _NOT_DISASSEMBLED, "quiet", 3)
    lines = texts_in(finding.stored, is_source=is_source)
    yield from (Paragraph(f"| {line}", level=3) for line in lines)
    if len(lines) == MOST_TEXTS:
        yield Paragraph(f"of more than {MOST_TEXTS} the first are shown", "quiet", 3)
