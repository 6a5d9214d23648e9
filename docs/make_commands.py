"""Writes ``docs/commands.md``, all commands and options, from the help: ``python docs/make_commands.py``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from docs.command_help import (
    ENVIRONMENT,
    STATUSES,
    called,
    common_options,
    own_options,
    paragraphs,
    shared_names,
)
from kerasinspect.commands.program.group import cli
from kerasinspect.commands.program.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

PAGE = Path(__file__).with_name("commands.md")

HEAD = """\
# Commands

Every command with every option. This page is made from the help of the commands, by `docs/make_commands.py`;
`kerasinspect COMMAND --help` says the same, and so does `man kerasinspect`.
"""

COMMON = "Options of several commands"

TYPED = (
    r"`[^`]+`",
    r"\{[^}]*\}",
    r'"[^"]*"',
    r"(?<![\w-])--[a-z][a-z-]+",
    r"\b[a-z_]+\(\)",
    r"(?<![\w/])\.[a-z]\w*(?:\.\w+)*",
)
"""What of a help text is code: what is marked as such, JSON, quoted texts, options, calls, endings of names."""


def page() -> str:
    """The page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    """The lines of the page."""
    common = common_options()
    yield HEAD
    yield from ("| command | what it does |", "|---|---|")
    for commands in TABLE.values():
        yield from (f"| [`{name}`](#{name}) | {_prose(said)} |" for name, (_, said) in commands.items())
    for title, commands in TABLE.items():
        yield from ("", f"## {title}")
        for name in commands:
            yield from _command(name, cli.commands[name], common)
    yield from ("", f"## {COMMON}", "", *_table("option", "what it does", common))
    yield from ("", "## Exit status", "", *_table("status", "means", STATUSES))
    yield from ("", "## Environment", "", *_table("variable", "what it does", ENVIRONMENT))


def _command(name: str, command: click.Command, common: dict[str, str]) -> Iterator[str]:
    """The section of one command: how it is called, what it does, and its options."""
    yield from ("", f"### {name}", "", "```text", f"kerasinspect {called(command)} [OPTIONS]", "```")
    for paragraph in paragraphs(command.help or ""):
        yield from ("", *(("```text", *paragraph.lines, "```") if paragraph.kept else (_prose(paragraph.text),)))
    own = own_options(command, common)
    if own:
        yield from ("", *_table("option", "what it does", own))
    also = shared_names(command, common)
    if also:
        spans = ", ".join(f"`{option}`" for option in also)
        yield from ("", f"Also {spans}: see [{COMMON.lower()}](#{COMMON.lower().replace(' ', '-')}).")


def _table(term: str, meaning: str, described: dict[str, str]) -> Iterator[str]:
    """A table of terms, each beside what is said of it."""
    yield from (f"| {term} | {meaning} |", "|---|---|")
    for name, said in described.items():
        yield f"| {_term(name)} | {_prose(said)} |"


def _term(name: str) -> str:
    """An option, a variable or a number as code; of the choices of an option a line may break between two."""
    first, *others = name.split("|")
    return " \\| ".join([f"`{first}`", *(f"`{other}`" for other in others)])


def _prose(text: str) -> str:
    """A text of the help as Markdown: what is typed is code, and nothing else is taken for markup."""
    parts = re.split(f"({'|'.join(TYPED)})", text)
    return "".join(f"`{_cell(part)}`" if at % 2 else _escaped(part) for at, part in enumerate(parts))


def _escaped(text: str) -> str:
    """Text without markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def _cell(text: str) -> str:
    """Code in a cell of a table, which a bar would end."""
    return text.strip("`").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
