"""Sends a page or a document to where it belongs, and notes to standard error."""

from __future__ import annotations

import sys
from _contextvars import ContextVar  # what contextvars gives, without a file to read
from contextlib import contextmanager, nullcontext
from itertools import chain, islice
from typing import TYPE_CHECKING, TextIO, assert_never

import click

from kerasinspect.output.display import Display, complain_in, in_colour, page_columns, pager, screen_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from kerasinspect.analysis.damage import Damage
    from kerasinspect.analysis.selection import Selection
    from kerasinspect.checking.reports import CheckReport
    from kerasinspect.commands.options import ReportForm
    from kerasinspect.output.blocks import Block, Table
    from kerasinspect.output.colours import Style
    from kerasinspect.output.formats.json import Document
    from kerasinspect.writing import Target

_NOTES_SHOWN = 20
"""Notes that are listed; of more only the number is said."""

_DAMAGED = 3
"""The exit status of an answer that is right but partial."""


_STYLES: dict[str, Style] = {"note": "quiet", "warning": "warning", "damaged": "error", "error": "error"}
"""How lines on standard error look, by the word that they begin with."""


def _display() -> Display:
    """What the options of this run say of how its pages are shown."""
    context = click.get_current_context(silent=True)
    return (context.find_object(Display) if context else None) or Display()


def page_width(output: Target | None) -> int | None:
    """Columns that a page is laid out for; None where nothing is wrapped or cut."""
    return page_columns(_display(), to_file=output is not None)


def page_height(output: Target | None) -> int:
    """Lines of a page that are seen at once: those of the terminal, or as many as most have."""
    from kerasinspect.output.show_options import SCREEN

    return screen_lines() if output is None else SCREEN


def page_paints(output: Target | None) -> bool:
    """Whether pictures on a page may have colours: it has some, enough of them, and half blocks to draw with."""
    from kerasinspect.output.colours import paints
    from kerasinspect.output.consoles import has_characters

    return output is None and in_colour(_display(), sys.stdout) and has_characters(sys.stdout, "▀█") and paints()


def emit_blocks(blocks: Iterable[Block], output: Target | None, *read: str | None) -> None:
    """Write a page to standard output, or to a file that is none of those read."""
    from kerasinspect.output.destination import destination

    with destination(output, sys.stdout, *read) as stream:
        _write_page(blocks, stream, output)


def _write_page(blocks: Iterable[Block], stream: TextIO, output: Target | None) -> None:
    """Write a page: to a file as it is, to standard output in colour and through a pager where it is to be so."""
    from kerasinspect.output.formats.terminal import text_lines

    display = _display()
    colour = output is None and in_colour(display, stream)
    lines = text_lines(blocks, page_width(output), colour=colour)
    command = pager(display) if output is None else ()
    first = [*islice(lines, screen_lines() if command else 1)]  # reading them may take long, which is seen
    lines = chain(first, lines)
    with _beside_progress(stream):
        if command:
            from kerasinspect.output.paging import write_paged

            write_paged(lines, command, screen_lines())
        else:
            stream.writelines(lines)


def has_colour() -> bool:
    """Whether what is drawn on standard output has colours."""
    return in_colour(_display(), sys.stdout)


def aside() -> AbstractContextManager[None]:
    """Keep the terminal free of the line about progress."""
    return _display().aside()


def _beside_progress(stream: TextIO) -> AbstractContextManager[None]:
    """Keep the terminal free of the line about progress where it is what a stream leads to."""
    return aside() if stream.isatty() else nullcontext()


def _write_plainly(blocks: Iterable[Block], stream: TextIO) -> None:
    """Write a page for a log: without colours, and with lines as long as they need to be."""
    from kerasinspect.output.formats.terminal import write_text

    write_text(blocks, stream)


def emit_document(document: Document, output: Target | None, *read: str | None) -> None:
    """Write a document as JSON to standard output, or to a file that is none of those read."""
    from kerasinspect.output.formats.json import write_json

    _emit(lambda stream: write_json(document, stream), output, *read)


def emit_lines(documents: Iterable[Document], output: Target | None, *read: str | None) -> None:
    """Write documents as JSON, one a line, to standard output, or to a file that is none of those read."""
    from kerasinspect.output.formats.jsonl import write_jsonl

    _emit(lambda stream: write_jsonl(documents, stream), output, *read)


def emit_as_they_come(documents: Iterable[Document], output: Target | None, *read: str | None) -> None:
    """Write documents as ``emit_lines`` does, each as soon as it is there, for whoever waits at the other end."""
    from kerasinspect.output.formats.jsonl import write_jsonl

    def write(stream: TextIO) -> None:
        for document in documents:
            write_jsonl([document], stream)
            stream.flush()

    _emit(write, output, *read)


def emit_csv(table: Table, output: Target | None, *read: str | None) -> None:
    """Write a table as CSV to standard output, or to a file that is none of those read."""
    from kerasinspect.output.formats.csv import write_csv

    _emit(lambda stream: write_csv([table], stream), output, *read)


def emit_markdown(blocks: Iterable[Block], output: Target | None, *read: str | None) -> None:
    """Write a page as Markdown to standard output, or to a file that is none of those read."""
    from kerasinspect.output.formats.markdown import write_markdown

    _emit(lambda stream: write_markdown(blocks, stream), output, *read)


def emit_text(text: str, output: Target | None, *read: str | None) -> None:
    """Write a text for programs as it is to standard output, or to a file that is none of those read."""
    _emit(lambda stream: stream.write(text), output, *read)


def _emit(write: Callable[[TextIO], object], output: Target | None, *read: str | None) -> None:
    """Let something be written for programs."""
    from kerasinspect.output.consoles import output_for_programs
    from kerasinspect.output.destination import destination

    with destination(output, output_for_programs(output), *read) as stream, _beside_progress(stream):
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
    with destination(output, standard, *read) as stream, _beside_progress(stream):
        match form:
            case "table":
                blocks = check_blocks(report, statistics=statistics, quiet=quiet, verbose=verbose)
                _write_page(blocks, stream, output)
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

                write_jsonl(check_lines(report.models, lambda: report), stream)
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
                _write_plainly(totals(report, quiet=quiet, verbose=verbose), stream)
            case _:
                assert_never(form)


def finish(selection: Selection, damage: Damage, *, quiet: bool, explain: bool = False, of: str = "") -> int:
    """Say what is odd and what could not be read, ``of`` which file where there are several; give the exit status."""
    from kerasinspect.output.notes import notes

    before = f"{of}: " if of else ""
    sentences = (*selection.model.damage, *damage.sentences)
    if not quiet:
        say("note", (f"{before}{note}" for note in notes(selection, explain=explain)))
    say("damaged", (f"{before}{sentence}" for sentence in sentences))
    return _DAMAGED if sentences else 0


def say_written(what: str, output: Target | None, *, quiet: bool) -> None:
    """Say what was written to which file, unless that was standard output."""
    if output is not None and not quiet:
        say("note", [f"{what} written to {output.path}."])


_KEPT: ContextVar[list[tuple[str, list[str]]] | None] = ContextVar("_KEPT", default=None)


@contextmanager
def kept_words(said: list[tuple[str, list[str]]]) -> Iterator[None]:
    """Keep what would be said meanwhile, for another process to say."""
    token = _KEPT.set(said)
    try:
        yield
    finally:
        _KEPT.reset(token)


def say(word: str, sentences: Iterable[str]) -> None:
    """Write sentences to standard error, each on its line, safe to show."""
    kept = _KEPT.get()
    if kept is not None:
        kept.append((word, [*sentences]))
        return
    from kerasinspect.arguments import on_a_command_line
    from kerasinspect.shown.escaping import visible

    listed = list(dict.fromkeys(sentences))
    said = [visible(on_a_command_line(sentence)) for sentence in listed[:_NOTES_SHOWN]]
    if len(listed) > _NOTES_SHOWN:
        said.append(f"and {len(listed) - _NOTES_SHOWN} more")
    for sentence in said:
        complain_in(_display(), f"kerasinspect: {word}: {sentence}", _STYLES.get(word, "quiet"))
