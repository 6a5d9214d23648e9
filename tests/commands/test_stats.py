"""The command ``stats``: figures of weights in every format."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from kerasinspect.analysis.damage import Unread
from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.analysis.statistics import measure
from kerasinspect.analysis.surveying import ORDERS, SurveyOrder, survey
from kerasinspect.commands.stats import ORDERS as OFFERED
from kerasinspect.commands.stats import stats
from kerasinspect.errors import NothingMatches
from kerasinspect.model import Initializer
from kerasinspect.output.blocks import Column, Heading, Row, Table
from kerasinspect.output.documents.stats import stats_document
from kerasinspect.output.figures import statistics_facts
from kerasinspect.output.formats.csv import write_csv
from kerasinspect.output.formats.markdown import markdown_text, write_markdown
from kerasinspect.output.pages.show import show_blocks
from kerasinspect.output.show_options import ShowOptions
from tests.makers.handmade import model, varied, weight

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> tuple[str, int]:
    """What the command writes, and the exit status that it gives."""
    outcome = CliRunner().invoke(stats, arguments, standalone_mode=False, catch_exceptions=False)
    status: int = outcome.return_value
    return outcome.stdout, status


def test_table(sample_models: Path) -> None:
    """One row for each weight, with its figures and the deviation that its initializer gives."""
    filters = ("--weight", "kernel", "--top", "1", "--sort", "std")
    page, status = run(str(sample_models / "question_network.keras"), *filters)
    assert status == 0
    title, row = page.splitlines()[3:5]
    assert title.split()[-8:] == ["std", "initial", "std", "norm", "zeros", "NaN", "infinities", "subnormals"]
    assert row.split()[:4] == ["dense_2/kernel", "(5,", "5)", "float32"]
    assert page.splitlines()[-1] == "left out: 3 weights"


def test_json_has_the_figures_of_all_weights(sample_models: Path) -> None:
    """The document is strict JSON with numpy's figures."""
    page, status = run(str(sample_models / "question_network.keras"), "--format", "json", "--quantiles")
    document = json.loads(page)
    assert status == 0
    assert document["schema"] == "kerasinspect.stats/1"
    assert [row["index"] for row in document["weights"]] == list(range(8))
    assert document["weights"][0]["statistics"]["count"] == 40
    assert list(document["weights"][0]["quantiles"]) == ["0.01", "0.25", "0.5", "0.75", "0.99"]


def test_csv_has_every_digit(sample_models: Path) -> None:
    """Numbers are written for another program: exact, without separators."""
    page, _ = run(str(sample_models / "question_network.keras"), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(page)))
    assert len(rows) == 8
    assert float(rows[0]["minimum"]) == np.float32(rows[0]["minimum"])
    assert rows[0]["shape"] == "(8, 5)"


def test_output_goes_to_a_file(sample_models: Path, tmp_path: Path) -> None:
    """With -o nothing is written to standard output."""
    target = tmp_path / "figures.md"
    page, status = run(str(sample_models / "question_network.keras"), "--format", "markdown", "-o", str(target))
    assert (page, status) == ("", 0)
    first, *_ = target.read_text(encoding="utf-8").splitlines()
    assert first == "## model sequential · Sequential · `question_network.keras`"


def test_no_such_layer(sample_models: Path) -> None:
    """A filter that matches nothing is an error that names the nearest."""
    with pytest.raises(NothingMatches, match="dense"):
        run(str(sample_models / "question_network.keras"), "--layer", "dens")


@pytest.mark.parametrize("order", ORDERS[1:])
def test_every_order_puts_unreadable_weights_last(order: SurveyOrder) -> None:
    """Sorting knows every order that is offered, and what cannot be read is named."""
    subject = inspect(select(varied()))
    found = survey(subject, order)
    assert len(found.weights) == len(varied().weights)
    assert order in {"name", "parameters"} or isinstance(found.weights[-1].figures, Unread)
    assert subject.damage.sentences == ("mine/weight 1 of MyLayer: The values end after 12 of 160 bytes.",)


def test_the_command_offers_every_order() -> None:
    """The options are written out in the command, so that --help is quick."""
    assert OFFERED == ORDERS


def test_documents_say_what_is_no_number_as_null() -> None:
    """Infinite sums and missing figures are null, never NaN."""
    huge = weight("a", "Dense", "kernel", np.array([1e300, -1e300, 1e300]), ["unit"])
    layerless = model([], own=[huge])
    document = stats_document(survey(inspect(select(layerless))))
    read = json.loads(json.dumps(document, allow_nan=False))
    assert read["weights"][0]["statistics"]["std"] is None


FACTS = [
    ([0.5, -0.25, 0.0], Initializer("glorot_uniform", stddev=0.3),
     ["-0.25 to 0.5", "mean 0.08333", "standard deviation 0.3118 (the initializer gives 0.3)", "1 zero"]),
    ([1.0, 1.0], None, ["all 1"]),
    ([np.nan, np.inf, -np.inf, 1e-40], None,
     ["1e-40 to 1e-40", "mean 1e-40", "standard deviation 0", "1 subnormal", "1 NaN", "1 × infinity", "1 × -infinity"]),
    ([], None, []),
]  # fmt: skip


@pytest.mark.parametrize(("values", "initializer", "facts"), FACTS, ids=["plain", "constant", "odd", "empty"])
def test_facts_beside_a_weight(values: list[float], initializer: Initializer | None, facts: list[str]) -> None:
    """A few words for each figure that says something."""
    subject = weight("a", "Dense", "kernel", np.array(values, "float32"), ["unit"], initializer=initializer)
    assert list(statistics_facts(subject, measure(subject.array))) == facts


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        (" @SUM(A1)", "' @SUM(A1)"),
        ("-0.5", "-0.5"),
        ("-inf", "-inf"),
        ("-cmd", "'-cmd"),
        ('say "a", b', '"say ""a"", b"'),
        ("two\nlines\x1b", r"two\x0alines\x1b"),
    ],
    ids=["formula", "after a space", "number", "infinity", "minus", "quotes", "control characters"],
)
def test_csv_cells_are_never_formulas(text: str, cell: str) -> None:
    """What a spreadsheet would compute is shown instead; numbers stay numbers."""
    stream = io.StringIO()
    write_csv([Heading("left out", 1), Table((Column("name"),), (Row((text,)),))], stream)
    assert stream.getvalue() == f"name\n{cell}\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("saved 2026-11-22 13:35:14 · 4 weights", "saved 2026-11-22 13:35:14 · 4 weights"),
        ("dense_1/kernel (8, 5) -0.5 1e-05", "`dense_1/kernel` (8, 5) -0.5 1e-05"),
        ("a | b", "a `\\|` b"),
        ("<img src=x> [click](http://x) @team", "`<img src=x> [click](http://x) @team`"),
        ("`run` www.example.com", "`run` `www.example.com`"),
        ("unless `compile=False`, or a=b.", "unless `compile=False`, or `a=b`."),
        ("a`b` `c", "``a`b` `c``"),
        ("1. first", "`1`. first"),
        ("share = 0.5, 5 % of glorot_uniform (±0.3)", "share = 0.5, 5 % of `glorot_uniform` (±0.3)"),
        ("= - =", "`=` - ="),
        ("two\nlines", "`two\\x0alines`"),
        ("", ""),
    ],
    ids=[
        "plain",
        "path",
        "bar",
        "markup",
        "backticks",
        "stops",
        "odd backticks",
        "list",
        "signs",
        "line of signs",
        "newline",
        "empty",
    ],
)
def test_markdown_shows_text_as_it_is(text: str, shown: str) -> None:
    """Words in which markup, links or mentions could hide stand in a code span."""
    assert markdown_text(text) == shown


def test_markdown_has_every_block() -> None:
    """Headings, facts, grids and tables are written, each row of a table with a cell for every column."""
    stream = io.StringIO()
    write_markdown(show_blocks(inspect(select(varied())), ShowOptions()), stream)
    page = stream.getvalue()
    assert page.startswith("## model varied · Functional · model.keras\n\nkeras-archive · Keras 3.15.1 ")
    assert "\n#### kernel · `get_weights()[0]` · 3 high × 3 wide × 2 channels × 16 filters · float32\n" in page
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]
    assert tables
    for lines in tables:
        assert len({line.replace("\\|", "").count("|") for line in lines}) == 1


def test_a_tree_in_markdown_is_indented() -> None:
    """A sublayer stands to the right of the layer that it is in."""
    stream = io.StringIO()
    write_markdown([Table((Column("layer"),), (Row(("a",)), Row(("b",), (True,))))], stream)
    assert (
        stream.getvalue()
        == "| layer |\n| --- |\n| a |\n| \N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}b |\n"
    )
