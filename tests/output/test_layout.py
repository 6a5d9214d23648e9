"""Tables and sentences fit the width of a page, and rows that differ look different."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table
from kerasinspect.output.formats.markdown import write_markdown
from kerasinspect.output.layout.cutting import shown_apart, told_apart
from kerasinspect.output.layout.lines import lay_out
from kerasinspect.output.layout.tables import table_lines
from kerasinspect.output.pages.head import head_blocks
from kerasinspect.shown.escaping import columns_of
from tests.makers.handmade import question_network

WIDTHS = [1, 20, 60, 80, 100, 130, 200, 10_000]


def lines_of(block: Block, width: int | None) -> list[str]:
    """A block as text."""
    return ["".join(text for text, _ in line).rstrip() for line in lay_out([block], width)]


def first_cells(block: Table, width: int | None) -> list[str]:
    """The first cells of the rows, as they are shown."""
    names = ("".join(text for text, style in line if style == "name") for line in lay_out([block], width))
    return [name.rstrip() for name in names if name.strip()]


BLOCKS = [
    f"block_{number}_{part}" for number in range(1, 17) for part in ("expand", "expand_BN", "depthwise", "project_BN")
]
NAMES = {
    "MobileNet": BLOCKS,
    "long, other in the middle": [f"{'a' * 5_000}{n}{'b' * 5_000}" for n in range(30)],
    "long, other at the end": [f"{'a' * 10_000}{n}" for n in range(30)],
    "long, other at the beginning": [f"{n}{'a' * 10_000}" for n in range(30)],
    "other in two places": [
        f"transformer_block_{n}_{part}_residual" for n in range(12) for part in ("attention", "mlp")
    ],
    "wide": [f"入力層の名前がとても長い{n}層の名前がとても長い" for n in range(30)],
    "invisible": ["dense\u200b", "dense\u200c", "dense", "dense\\u200b", "den\u200bse"],
    "blanks at the ends": ["dense", "dense ", " dense", "dense  ", "dense\\x20"],
    "marks": ["e" + "\u0301" * n for n in range(12)],
    "numbered like ours": [
        *(f"{'a' * 30}{n}{'b' * 30}{n}{'c' * 30}" for n in range(9)),
        "aaaaaaaaa…#2",
        "aaaaaaaaaaaa…#2",
    ],
    "many": [f"dense_{n}" for n in range(3_000)],
}


@pytest.mark.parametrize("width", [*WIDTHS, None])
@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_different_names_look_different(names: list[str], width: int | None) -> None:
    """However narrow the page, no two rows begin alike, and no line is too wide."""
    columns = (Column("layer", shrinks=True), Column("class", shrinks=True), Column("shape"), Column("n", numeric=True))
    table = Table(columns, tuple(Row((name, f"Class{n}", f"({n}, 5, {n})", f"{n:,}")) for n, name in enumerate(names)))
    assert len({*first_cells(table, width)}) == len(names)
    assert width is None or max(map(columns_of, lines_of(table, width))) <= max(20, width)


@pytest.mark.parametrize("room", [15, 16, 20, 33, 37])
def test_an_old_and_a_new_name_are_cut_each_by_itself(room: int) -> None:
    """What is cut as one name would read as one."""
    names = ["block2a_project_conv → block_6_project", "dense → d", "a → mobilenetv2_0.35_32/block_12_expand"]
    cuts = told_apart(names, room)
    assert max(map(columns_of, cuts)) <= room
    assert cuts[1] == "dense → d"
    for name, cut in zip(names, cuts, strict=True):
        for whole, side in zip(name.split(" → "), cut.split(" → "), strict=True):
            beginning, _, end = side.partition("…")
            assert whole.startswith(beginning)
            assert whole.endswith(end)


def test_letters_that_are_composed_otherwise_are_spelled() -> None:
    """Nobody sees whether an accent is part of its letter; a name that is alone is shown as it is."""
    assert shown_apart(["caf\u00e9", "cafe\u0301", "nai\u0308ve"]) == ["caf\u00e9", "cafe\\u0301", "nai\u0308ve"]


def table(columns: tuple[Column, ...], *rows: tuple[str, ...]) -> Table:
    """A table without a tree."""
    return Table(columns, tuple(Row(row) for row in rows))


FIGURES = (
    Column("layer", shrinks=True),
    Column("output shape", wraps=True),
    Column("parameters", numeric=True),
    Column("share", numeric=True, optional=True),
    Column("dtype", optional=True),
    Column("note"),
)
LAYERS = table(
    FIGURES,
    ("a_layer_of_a_rather_long_name", "(None, 96, 96, 3)", "", "", "", ""),
    ("second_layer_of_a_long_name", "(None, 48, 48, 16)", "1,000", "10%", "float32", ""),
    ("dense", "(None, 5), (None, 12, 12)", "9,000", "90%", "float32", ""),
)


def test_what_is_alike_is_said_above_and_goes_first() -> None:
    """Where a table is too wide, columns that say one thing make room, with a word on where that holds."""
    remark, titles, *_ = lines_of(LAYERS, 78)
    assert remark == "every layer with parameters: dtype float32"
    assert titles.split() == ["layer", "output", "shape", "parameters", "share"]
    assert lines_of(LAYERS, 200)[0].split()[-2:] == ["dtype", "note"]


def test_of_one_row_nothing_is_said_above() -> None:
    """One row has nothing to be like."""
    one = table(FIGURES, LAYERS.rows[1].cells)
    assert not any("every layer" in line for line in lines_of(one, 40))


def test_optional_columns_are_named_with_the_width_that_shows_them() -> None:
    """The page says what it has no room for, and at the width that it names nothing is missing; one less, it is."""
    _, missing, titles, *_ = lines_of(LAYERS, 60)
    assert missing == "not shown: share (--width 69 shows it)"
    assert "share" not in titles
    assert not any("not shown" in line for line in lines_of(LAYERS, 69))
    assert any("not shown" in line for line in lines_of(LAYERS, 68))


def test_shapes_go_on_below_and_names_are_cut_in_the_middle() -> None:
    """Of several shapes none is broken, numbers stay whole, and names give room last."""
    assert lines_of(LAYERS, 46) == [
        "every layer with parameters: dtype float32",
        "not shown: share (--width 69 shows it)",
        "shortened: layer (--width 75 shows all)",
        "layer         output shape          parameters",
        "a_laye…_name  (None, 96, 96, 3)",
        "second…_name  (None, 48, 48, 16)         1,000",
        "dense         (None, 5),                 9,000",
        "              (None, 12, 12)",
    ]


def test_a_sentence_stands_below_its_row_where_there_is_no_room_beside_it() -> None:
    """A sentence takes a column while it is wide, then the lines below, and it is never cut."""
    columns = (Column("layer"), Column("evidence", wraps=True, below=True))
    sentence = "every value is still what the generator of glorot_uniform gives, and so are those of its bias"
    judged = table(columns, ("dense", sentence), ("dense_1", ""))
    assert lines_of(judged, 80) == [
        "layer    evidence",
        "dense    every value is still what the generator of glorot_uniform gives, and so",
        "         are those of its bias",
        "dense_1",
    ]
    assert lines_of(judged, 40) == [
        "layer",
        "dense",
        "    every value is still what the",
        "    generator of glorot_uniform gives,",
        "    and so are those of its bias",
        "dense_1",
    ]


def test_a_short_sentence_stands_beside_its_row_where_all_has_room() -> None:
    """Also where that is so since another column says the same of every row."""
    columns = (Column("layer"), Column("NaN"), Column("remark", wraps=True, below=True))
    remarked = table(columns, ("x" * 30, "0", "new: 2 layers"), ("y", "0", ""))
    assert lines_of(remarked, 45)[2:] == [f"{'x' * 30}  new: 2 layers", "y"]
    assert lines_of(remarked, 44)[3:] == ["    new: 2 layers", "y"]


def test_a_tree_goes_on_beside_what_stands_below_a_row() -> None:
    """The guides of the tree are drawn through, and deep ones are cut where the name needs the room."""
    columns = (Column("layer"), Column("connected to", wraps=True))
    one, two = "some_layer_one", "some_layer_one, another_layer"
    rows = (Row(("model", one)), Row(("inside", two), (False,)), Row(("last", one), (True,)))
    assert lines_of(Table(columns, rows), 34) == [
        "layer      connected to",
        "model      some_layer_one",
        "├─ inside  some_layer_one,",
        "│          another_layer",
        "└─ last    some_layer_one",
    ]
    deep = Table(columns[:1], (Row(("a_name_of_some_length",), (False,) * 30),))
    assert lines_of(deep, 20)[-2:] == ["layer", "…  │  │  ├─ a_na…gth"]


def test_sentences_and_headings_break_between_words_and_lose_nothing() -> None:
    """At any width all words are there in their order; what has no space is broken, and a shape is a word."""
    text = (
        "The kernel (None, 96, 96, 3) of a_name_without_any_space_in_it_at_all is not what it was · one fact · another"
    )
    for width in (20, 33, 60, 500):
        lines = lines_of(Paragraph(text, level=3), width)
        assert max(map(len, lines)) <= width
        assert "".join(lines).replace(" ", "").replace("·", "") == text.replace(" ", "").replace("·", "")
        assert width == 20 or any("(None, 96, 96, 3)" in line for line in lines)
    heading = Heading(
        "入力層の名前がとても長い" * 5,
        2,
        "layer",
        ("Dense", "a fact that is a rather long one", "(None, 8) → (None, 5)"),
    )
    assert max(map(columns_of, lines_of(heading, 20))) <= 20
    assert lines_of(heading, 60)[2:] == [
        "    がとても長い · Dense · a fact that is a rather long one",
        "    (None, 8) → (None, 5)",
    ]


def test_the_facts_of_a_model_are_wrapped_and_none_is_left_out() -> None:
    """When it was saved stands on a line of its own where the others fill the first."""
    facts = list(head_blocks(replace(question_network(), saved_at="2026-11-22T10:00:00")))[1]
    (whole,) = lines_of(facts, None)
    assert whole.endswith(" · saved 2026-11-22 10:00:00")
    narrow = lines_of(facts, len(whole) - 1)
    assert len(narrow) == 2
    assert narrow[1].endswith("10:00:00")


def test_the_mark_of_a_row_is_never_cut_and_tells_no_names_apart() -> None:
    """Positions stay whole, and names that differ are told apart beside them."""
    names = [f"transformer_block_{n}_attention/kernel" for n in range(12)]
    marked = Table((Column("weight"),), tuple(Row((name,), mark=f"[{n}]".ljust(4)) for n, name in enumerate(names)))
    lines = lines_of(marked, 24)[-12:]
    assert [line.partition(" ")[0] for line in lines] == [f"[{n}]" for n in range(12)]
    assert len({line[4:] for line in lines}) == 12


@pytest.mark.parametrize(
    "text", ["入" * 20_000, "(" + "1" * 15_000, "(1, " * 5_000, "a " * 9_000], ids=["wide", "digits", "open", "words"]
)
def test_texts_of_any_kind_are_broken_in_one_pass(text: str) -> None:
    """What a file can hold of a kind takes no longer than other text of its length, and none of it is lost."""
    lines = lines_of(Paragraph(text), 20)
    assert max(map(columns_of, lines)) <= 20
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_markdown_has_the_mark_of_a_row_and_all_facts() -> None:
    """Nothing depends on a width there."""
    stream = io.StringIO()
    table_of_one = Table((Column("weight"),), (Row(("kernel",), mark="[0] "),))
    write_markdown([Paragraph("keras-archive · saved today"), table_of_one], stream)
    facts, _, *lines = stream.getvalue().splitlines()
    assert facts == "keras-archive · saved today"
    assert lines == ["| weight |", "| --- |", "| `[0]` kernel |"]


def test_a_column_that_tells_more_has_room_before_others() -> None:
    """Names are shortened for it, which is said with the width that shows them whole."""
    name, count = Column("weight", shrinks=True), Column("count", optional=True)
    rows = tuple(Row((f"encoder/batch_normalization/gamma_{at}", "w" * (30 + at), str(at))) for at in range(3))
    for telling, said in ((True, "not shown: count ("), (False, "not shown: what (")):
        what = Column("what", optional=True, telling=telling)
        page = table_lines(Table((name, what, count), rows, titled=False), 60)
        lines = ["".join(text for text, _ in line) for line in page]
        assert lines[0].startswith(said)
        assert any("w" * 30 in line for line in lines) == telling
        assert any(line.startswith("shortened: weight (--width ") for line in lines) == telling
