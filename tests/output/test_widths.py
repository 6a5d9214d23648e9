"""Every page of every command fits every width, and no two rows of a table begin alike."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kerasinspect.commands.program.group import cli
from kerasinspect.output.blocks import Grid, Table
from kerasinspect.output.formats import terminal
from kerasinspect.output.layout.lines import lay_out
from kerasinspect.shown.escaping import columns_of
from tests.kept import Kept, fingerprint
from tests.makers.growing.weights import trained
from tests.places import ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kerasinspect.output.blocks import Block
    from kerasinspect.output.layout.spans import Line

WIDTHS = (20, 60, 80, 100, 130, 200)
MADE = ("mobilenet", "text_classifier", "transformer")
MAKER = ROOT / "tests/makers/wide_models.py"
COMMANDS = ("list", "summary", "stats", "training", "check")
SMALL = sorted(path.name for path in SAMPLES.glob("*.keras"))
SHOWN = {"mobilenet": "block_1_*", "transformer": "transformer_block_*/query"}
"""Layers of large models whose values are shown: the rest is like them."""


@pytest.fixture(scope="session")
def wide_models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the models that ``wide_models`` makes, which are kept, and of one of 500 layers."""
    folder = tmp_path_factory.mktemp("wide_models")

    def make() -> dict[str, str]:
        command = [sys.executable, "-m", "tests.makers.wide_models", str(folder)]
        environment = request.getfixturevalue("keras_environment")
        made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        return {name: base64.b64encode((folder / f"{name}.keras").read_bytes()).decode() for name in MADE}

    cache = getattr(request.config, "cache", None)
    kept = Kept(cache.mkdir("wide_models") if cache else folder, fingerprint([MAKER]))
    for name, data in kept.answer("models", [*MADE], make, bool).items():
        (folder / f"{name}.keras").write_bytes(base64.b64decode(data))
    (folder / "many.keras").write_bytes(trained(500))
    return folder


def drawn(monkeypatch: pytest.MonkeyPatch, width: int, *arguments: str) -> list[Block]:
    """The blocks of the page that a command makes for this width."""
    blocks: list[Block] = []

    def record(page: Iterable[Block], _: int | None) -> Iterator[Line]:
        blocks.extend(replace(one, rows=tuple(one.rows)) if isinstance(one, Grid) else one for one in page)
        return iter(())

    monkeypatch.setattr(terminal, "lay_out", record)
    cli.main([*arguments, "--width", str(width)], standalone_mode=False)
    return blocks


def assert_fits(blocks: Iterable[Block], width: int) -> None:
    """No line is wider than the page, and the first cells of a table's rows are distinct."""
    for block in blocks:
        lines = [*lay_out([block], width)]
        assert max(columns_of("".join(text for text, _ in line)) for line in lines) <= width, (width, block)
        if isinstance(block, Table):
            assert_distinct(block, lines)


def assert_distinct(table: Table, lines: list[Line]) -> None:
    """The names of different rows are different ones; of a tree, those below one row."""
    shown = ("".join(text for text, style in line if style == "name").strip() for line in lines)
    names = [name for name in shown if name]
    assert len(names) == len(table.rows)
    above: list[str] = []
    meant: dict[tuple[str, ...], str] = {}
    rows: Counter[tuple[str, ...]] = Counter()
    for row, name in zip(table.rows, names, strict=True):
        above[len(row.last) :] = [name]
        assert meant.setdefault((*above,), row.cells[0]) == row.cells[0]
        rows[(*above, row.mark)] += 1
    assert max(rows.values(), default=1) == 1, rows.most_common(3)


def check_all(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Every command but ``show``, whose pages are laid out anew for every width."""
    for command in COMMANDS:
        blocks = drawn(monkeypatch, WIDTHS[0], command, str(path))
        assert blocks
        for width in WIDTHS:
            assert_fits(blocks, width)


def show_all(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The values at every width, which decides how many columns of them are drawn."""
    layer = SHOWN.get(path.stem)
    for width in WIDTHS:
        assert_fits(drawn(monkeypatch, width, "show", str(path), *(("--layer", layer) if layer else ())), width)


@pytest.mark.parametrize("name", SMALL)
def test_pages_of_samples_fit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is too wide and no row like another, whatever the sample has in it."""
    check_all(monkeypatch, SAMPLES / name)
    show_all(monkeypatch, SAMPLES / name)


@pytest.mark.parametrize("name", [*MADE, "many"])
def test_pages_of_many_layers_fit(name: str, wide_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of models of which a hundred rows differ in a letter, a digit or a word."""
    check_all(monkeypatch, wide_models / f"{name}.keras")
    if name in MADE:
        show_all(monkeypatch, wide_models / f"{name}.keras")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_list_has_a_line_for_each_array(width: int, wide_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where names are cut, nothing else goes on in a second line."""
    for name in MADE:
        blocks = drawn(monkeypatch, width, "list", str(wide_models / f"{name}.keras"))
        (table,) = (block for block in blocks if isinstance(block, Table))
        lines = ["".join(text for text, _ in line) for line in lay_out([table], width)]
        assert sum(line.startswith("[") for line in lines) == len(table.rows)
        first = next(at for at, line in enumerate(lines) if line.startswith("["))
        assert len(lines) - first == len(table.rows)


@pytest.mark.parametrize("arguments", [["rules"], ["rules", "KI101"]], ids=["all rules", "one rule"])
def test_pages_of_rules_fit(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What a rule finds is a sentence that stands below its row where there is no room beside it."""
    blocks = drawn(monkeypatch, WIDTHS[0], *arguments)
    for width in WIDTHS:
        assert_fits(blocks, width)
