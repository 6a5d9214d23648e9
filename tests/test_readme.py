"""What the Markdown of the project says is so: commands exist, what they are shown to print is printed, links lead on.

Every block of a page that shows output of ``kerasinspect`` is run here, or by the test that ``HELD_ELSEWHERE`` names.
A block or a span that only names a command is parsed: the command and its options exist.
"""

from __future__ import annotations

import re
import shlex
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest

import kerasinspect
from docs.make_pictures import TERMINAL
from kerasinspect.commands.cli import run
from kerasinspect.commands.program.group import cli
from tests.places import ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDERS = ("", "docs", "sample_models", "findings", "benchmarks", "tests")
"""Where the project has pages; others hold what tests read and write."""
PAGES = sorted(
    [
        ".github/RELEASING.md",
        *(path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).glob("*.md")),
    ]
)

TOLD = ("README.md", "sample_models/README.md", *(page for page in PAGES if page.startswith("docs/")))
"""Pages for those who use the commands."""

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<language>[\w{}-]*)\n(?P<text>.*?)^(?P=fence)$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


class Block(NamedTuple):
    """A fenced block of a page."""

    page: str
    language: str
    text: str

    @property
    def first(self) -> str:
        """Its first line, which tells it from others."""
        return self.text.partition("\n")[0]


@cache
def text_of(page: str) -> str:
    """What a page says."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page."""
    return (Block(page, found["language"], found["text"]) for found in FENCE.finditer(text_of(page)))


def prose(page: str) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", text_of(page))


CONSOLE = [block for page in TOLD for block in blocks(page) if block.language == "console"]
SHOWN = [block for block in CONSOLE if not all(line.startswith("$ ") for line in block.text.splitlines())]
"""Blocks that show what something prints."""

HELD_ELSEWHERE = {
    "$ git diff": "tests/commands/test_git.py",
    "$ git difftool --tool=keras": "tests/commands/test_git.py",
    "$ kerasinspect series .": "tests/commands/test_series.py",
    "$ kerasinspect export model.keras -o weights.npz": "tests/exporting/test_documentation.py",
}
"""Blocks about files that another test makes, and runs them on."""

WORKPLACES = {"$ kerasinspect diff small_cnn.keras small_cnn_tuned.keras": SAMPLES}
"""Where a block is run that is not run in the root of a clone."""


def first_lines(found: Iterable[Block]) -> list[str]:
    """What the tests of blocks are called."""
    return [f"{block.page}: {block.first}" for block in found]


RUN_HERE = [block for block in SHOWN if block.first not in HELD_ELSEWHERE]


@pytest.mark.parametrize("block", RUN_HERE, ids=first_lines(RUN_HERE))
def test_a_command_prints_what_is_shown(
    block: Block, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Output shown is output, in a pipe, to the last character; a line of dots stands for what is left out."""
    monkeypatch.chdir(WORKPLACES.get(block.first, ROOT))
    for one in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = one.partition("\n")
        program, *words = shlex.split(command)
        assert program == "kerasinspect"
        run(words)
        parts = map(re.escape, re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE))
        assert re.fullmatch("(?:.*\n)*".join(parts), capsys.readouterr().out)


@pytest.mark.parametrize("first", HELD_ELSEWHERE)
def test_what_is_held_elsewhere_is_a_block_still(first: str) -> None:
    """And the test that is named for it is there, and reads that page."""
    (page,) = {block.page for block in SHOWN if block.first == first}
    test = (ROOT / HELD_ELSEWHERE[first]).read_text(encoding="utf-8")
    assert page.rpartition("/")[2] in test


SHELLS = frozenset({"console", "sh"})
COMMAND = re.compile(r"(?:^|[\s'\"/(])kerasinspect +(?P<words>[a-z-].*)")
"""A command in a line of a shell, of YAML or of a configuration of Git."""


def spoken(page: str) -> Iterator[str]:
    """Every command line that a page names, in its blocks and in its sentences."""
    for block in blocks(page):
        lines = block.text.splitlines()
        if block.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        if block.language in {"console", "sh", "yaml", "groovy", "ini"}:
            yield from (found["words"] for line in lines if (found := COMMAND.search(line)))
    for span in SPAN.findall(prose(page)):
        if span.startswith("kerasinspect "):
            yield span.removeprefix("kerasinspect ")


def words_of(line: str) -> list[str]:
    """The words of the first command in a line of a shell, up to what the shell does with its output."""
    lexer = shlex.shlex(line.replace("\\", ""), posix=True, punctuation_chars="|;<>&")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    words: list[str] = []
    try:
        for word in lexer:
            if set(word) <= set("|;<>&"):
                break
            words.append(word)
    except ValueError:  # the line is a part of a longer text in quotes
        pass
    return words


LINES = [(page, line) for page in TOLD for line in dict.fromkeys(spoken(page))]


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page}: {line}" for page, line in LINES])
def test_a_command_and_its_options_exist(page: str, line: str) -> None:
    """A line can be typed in: the command is there, and its options take what stands behind them."""
    words = words_of(line)
    assert words, page
    name, *arguments = words
    if name in {"--help", "-h", "--version", "-V", "COMMAND"}:
        return
    command = cli.commands[name]
    context = click.Context(command, info_name=name, resilient_parsing=True)
    given, _, order = command.make_parser(context).parse_args(arguments)
    for parameter in order:
        value = given.get(parameter.name or "")
        if isinstance(parameter.type, click.Choice) and isinstance(value, str) and not value.isupper():
            assert value in parameter.type.choices


OPTIONS = {name for command in cli.commands.values() for one in command.params for name in one.opts}
OF_OTHERS = {
    "--ext-diff": "git",
    "--extcmd": "git",
    "--global": "git",
    "--check": "tests.loader_names",
    "--help": "click",
    "--version": "click",
    "--fast": "pytest",
    "--thorough": "pytest",
}
"""Options that pages name and that are not ours, with whose they are."""


@pytest.mark.parametrize("page", TOLD)
def test_an_option_in_a_sentence_exists(page: str) -> None:
    """Some command has it."""
    spans = (re.match(r"--[a-z][a-z-]*", span) for span in SPAN.findall(prose(page)))
    named = {found[0] for found in spans if found}
    assert named <= OPTIONS | OF_OTHERS.keys()


@pytest.mark.parametrize("page", PAGES)
def test_no_line_of_a_page_becomes_a_quotation(page: str) -> None:
    """As one does that begins with a comparison."""
    assert not re.findall(r"^ *>.*", prose(page), re.MULTILINE)


PYTHON = [block for page in TOLD for block in blocks(page) if block.language == "python"]


@pytest.mark.parametrize("block", PYTHON, ids=first_lines(PYTHON))
def test_python_on_a_page_is_python(block: Block) -> None:
    """It can be pasted; what needs no files of the reader is run."""
    code = compile(block.text, block.page, "exec")
    if block.page == "README.md":
        exec(code, {})  # noqa: S102 - our own text


LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
PLACES = [(page, link) for page in PAGES for link in dict.fromkeys(LINK.findall(SPAN.sub("``", prose(page))))]


def slugs(path: Path) -> set[str]:
    """The names of a page's headings in links, as Git hosts make them."""
    counted: dict[str, int] = {}
    made: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        again = counted.get(slug, 0)
        counted[slug] = again + 1
        made.add(f"{slug}-{again}" if again else slug)
    return made


@pytest.mark.parametrize(("page", "link"), PLACES, ids=[f"{page}: {link}" for page, link in PLACES])
def test_a_link_leads_to_a_file_and_to_a_heading(page: str, link: str) -> None:
    """Links within the project are relative, and what stands behind their # is a heading of that page."""
    if re.match(r"https?://", link):
        return
    path, _, heading = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    assert target.resolve().is_relative_to(ROOT)
    inside = target.resolve().relative_to(ROOT)
    if inside.parts[:1] == ("kerasinspect",):  # which may be installed elsewhere
        target = Path(kerasinspect.__file__).parents[1] / inside
    assert target.is_file()
    assert not heading or heading in slugs(target)


def test_every_page_is_on_the_first_one() -> None:
    """The first page of the documentation lists all others: what is not there is found by nobody."""
    first = "docs/index.md"
    listed = re.findall(r"^\* \[[^\]]+\]\(([^)]+)\)", text_of(first), re.MULTILINE)
    found = sorted((ROOT / "docs" / link).resolve().relative_to(ROOT).as_posix() for link in listed)
    assert found == sorted(set(PAGES) - {"README.md", first})


def test_links_are_found() -> None:
    """In sentences, around pictures and behind code, and never in code itself."""
    assert LINK.findall("a [b](c.md), ![d\ne](f.png) and [`g`](h.md#i)") == ["c.md", "f.png", "h.md#i"]
    assert not LINK.findall(SPAN.sub("``", "`model[a](b)`"))


@pytest.mark.parametrize("name", [*TERMINAL, "graph"])
def test_a_picture_of_the_documentation_is_small_and_complete(name: str) -> None:
    """It fetches nothing, and a terminal's has the command for its title."""
    picture = (ROOT / "docs" / f"{name}.svg").read_text(encoding="utf-8")
    assert len(picture) < 150_000
    assert not re.search("@font-face|<image|<script|href=", picture)
    if name in TERMINAL:
        assert escape(f"kerasinspect {shlex.join(TERMINAL[name][1])}") in picture.replace("&#160;", " ")
    else:
        assert {"user_tower", "(None, 6) · call 1"} <= {*re.findall("> ?([^<>]+?) ?</text>", picture)}


def test_the_picture_shows_what_the_tool_prints() -> None:
    """The numbers in the picture are those of the sample."""
    picture = (ROOT / "docs" / "show.svg").read_text(encoding="utf-8")
    assert "-0.6308" in picture
    assert "dense_1" in picture
