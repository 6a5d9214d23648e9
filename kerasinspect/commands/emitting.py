"""Sends a page or a document to where it belongs, and notes to standard error."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, TextIO, assert_never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kerasinspect.analysis.damage import Damage
    from kerasinspect.analysis.selection import Selection
    from kerasinspect.checking.findings import CheckReport
    from kerasinspect.commands.options import ReportForm
    from kerasinspect.output.blocks import Block, Table
    from kerasinspect.output.formats.json import Document
    from kerasinspect.writing import Target

_NOTES_SHOWN = 20
"""Notes that are listed; of more only the number is said."""

_DAMAGED = 3
"""The exit status of an answer that is right but partial."""


def page_width(output: Target | None) -> int | None:
    """Columns of the terminal that a page is for; None where it goes to a file or a pipe."""
    return shutil.get_terminal_size().columns if output is None and sys.stdout.isatty() else None


def page_height(output: Target | None) -> int:
    """Lines of a page that are seen at once: those of the terminal, or as many as most have."""
    from kerasinspect.output.show_options import SCREEN

    return SCREEN if page_width(output) is None else shutil.get_terminal_size().lines


def emit_blocks(blocks: Iterable[Block], output: Target | None, *read: str | None) -> None:
    """Write a page to standard output, or to a file that is none of those read."""
    from kerasinspect.output.destination import destination

    with destination(output, sys.stdout, *read) as stream:
        _write_page(blocks, stream, page_width(output))


def _write_page(blocks: Iterable[Block], stream: TextIO, width: int | None) -> None:
    """Write a page in colour where it has a width."""
    from kerasinspect.output.formats.terminal import write_terminal, write_text

    if width is None:
        write_text(blocks, stream)
    else:
        write_terminal(blocks, stream, width)


def emit_document(document: Document, output: Target | None, *read: str | None) -> None:
    """Write a document as JSON to standard output, or to a file that is none of those read."""
    from kerasinspect.output.formats.json import write_json

    _emit(lambda stream: write_json(document, stream), output, *read)


def emit_lines(documents: Iterable[Document], output: Target | None, *read: str | None) -> None:
    """Write documents as JSON, one a line, to standard output, or to a file that is none of those read."""
    from kerasinspect.output.formats.jsonl import write_jsonl

    _emit(lambda stream: write_jsonl(documents, stream), output, *read)


def emit_csv(table: Table, output: Target | None, *read: str | None) -> None:
    """Write a table as CSV to standard output, or to a file that is none of those read."""
    from kerasinspect.output.formats.csv import write_csv

    _emit(lambda stream: write_csv([table], stream), output, *read)


def emit_markdown(blocks: Iterable[Block], output: Target | None, *read: str | None) -> None:
    """Write a page as Markdown to standard output, or to a file that is none of those read."""
    from kerasinspect.output.formats.markdown import write_markdown

    _emit(lambda stream: write_markdown(blocks, stream), output, *read)


def _emit(write: Callable[[TextIO], None], output: Target | None, *read: str | None) -> None:
    """Let something be written for programs."""
    from kerasinspect.output.consoles import output_for_programs
    from kerasinspect.output.destination import destination

    with destination(output, output_for_programs(output), *read) as stream:
        write(stream)


def emit_report(
    report: CheckReport,
    form: ReportForm,
    output: Target | None,
    read: Sequence[str | None],
    *,
    statistics: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Write a report of ``check`` in one of its forms to standard output, or to a file that is none of those read."""
    from kerasinspect.output.consoles import output_for_programs
    from kerasinspect.output.destination import destination
    from kerasinspect.output.pages.check import check_blocks, check_tables, totals

    standard = sys.stdout if form == "table" else output_for_programs(output)
    with destination(output, standard, *read) as stream:
        match form:
            case "table":
                blocks = check_blocks(report, statistics=statistics, quiet=quiet, verbose=verbose)
                _write_page(blocks, stream, page_width(output))
            case "markdown":
                from kerasinspect.output.formats.markdown import write_markdown

                write_markdown(check_tables(report, statistics=statistics, quiet=quiet, verbose=verbose), stream)
            case "json":
                from kerasinspect.output.documents.check import check_document
                from kerasinspect.output.formats.json import write_json

                write_json(check_document(report), stream)
            case "jsonl":
                from kerasinspect.output.documents.check import check_lines
                from kerasinspect.output.formats.jsonl import write_jsonl

                write_jsonl(check_lines(report), stream)
            case "csv":
                from kerasinspect.output.formats.csv import write_csv
                from kerasinspect.output.pages.check import findings_table

                write_csv([findings_table(report)], stream)
            case "junit":
                from kerasinspect.output.formats.junit import write_junit

                write_junit(report, stream)
            case "sarif":
                from kerasinspect.output.formats.sarif import write_sarif

                write_sarif(report, stream)
            case "github":
                from kerasinspect.output.formats.github import write_github

                write_github(report, stream)
                _write_page(totals(report, quiet=quiet, verbose=verbose), stream, None)
            case _:
                assert_never(form)


def finish(selection: Selection, damage: Damage, *, quiet: bool, of: str = "") -> int:
    """Say what is odd and what could not be read, ``of`` which file where there are several; give the exit status."""
    from kerasinspect.output.notes import notes

    before = f"{of}: " if of else ""
    sentences = (*selection.model.damage, *damage.sentences)
    if not quiet:
        say("note", (f"{before}{note}" for note in notes(selection)))
    say("damaged", (f"{before}{sentence}" for sentence in sentences))
    return _DAMAGED if sentences else 0


def say(word: str, sentences: Iterable[str]) -> None:
    """Write sentences to standard error, each on its line, safe to show."""
    from kerasinspect.output.consoles import complain
    from kerasinspect.output.escaping import visible

    listed = list(dict.fromkeys(sentences))
    for sentence in listed[:_NOTES_SHOWN]:
        complain(f"kerasinspect: {word}: {visible(sentence)}")
    if len(listed) > _NOTES_SHOWN:
        complain(f"kerasinspect: {word}: and {len(listed) - _NOTES_SHOWN} more")
