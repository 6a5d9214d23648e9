"""A report in a real browser: every control, what a keyboard does, and that nothing else runs or is asked for.

Skipped where Playwright or Chromium is not installed; accessibility where ``AXE_CORE`` does not name axe-core's script.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.making.plain_archives import save_layers
from kerasinspect.analysis.pictures.cells import Plane, reduce_plane
from kerasinspect.analysis.shown_values import shown_values
from kerasinspect.shown.escaping import visible_name
from tests.makers.handmade import MemoryArray, varied
from tests.output.reports.reading import page_of, page_of_model
from tests.output.reports.test_pages import SCRIPTS, with_nan
from tests.output.test_hostile_names import poisoned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = os.environ.get("AXE_CORE", "")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.long("starts a browser"),
]

VIOLATIONS = (
    "window.violations = []; addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective));"
)


@dataclass
class Opened:
    """A page in a browser, and all that it complained of or asked for."""

    page: Any
    odd: list[str] = field(default_factory=list)

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that a selector finds."""
        found: list[str] = self.page.locator(selector).all_inner_texts()
        return found

    @property
    def is_clean(self) -> bool:
        """Whether nothing was complained of, asked for, or kept from running."""
        return self.odd == [] and self.page.evaluate("window.violations") == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Callable[..., Opened]:  # noqa: ANN401 - Playwright may not be there
    """Opens a page from disk."""

    def opened(html: str, width: int = 1300, **more: str) -> Opened:
        path = tmp_path / "report.html"
        path.write_text(html)
        found = Opened(browser.new_page(viewport={"width": width, "height": 900}, **more))
        found.page.add_init_script(VIOLATIONS)
        found.page.on("console", lambda message: found.odd.append(message.text))
        found.page.on("pageerror", lambda error: found.odd.append(str(error)))
        found.page.on("request", lambda asked: found.odd.extend({asked.url} - {path.as_uri()}))
        found.page.goto(path.as_uri())
        return found

    return opened


LAYERS = '[data-table="layers"]'
ARRAYS = '[data-table="arrays"]'


def names(opened: Opened) -> list[str]:
    """The names of the layers in view."""
    return [text.strip("▾▸ ") for text in opened.texts(f"{LAYERS} [role=rowheader]")]


def test_the_first_layer_with_weights_is_shown(show: Callable[..., Opened], sample_models: Path) -> None:
    """With its weights, their pictures and their numbers."""
    opened = show(page_of(sample_models / "question_network.keras").html)
    assert opened.texts("#detail h3, #detail h4") == ["layer dense", "kernel", "bias"]
    assert opened.page.locator("#detail canvas[role=img]").count() == 2
    assert opened.is_clean


def test_search_lists_paths(show: Callable[..., Opened], sample_models: Path) -> None:
    """All words have to be in the row, whatever their case."""
    opened = show(page_of(sample_models / "attention.keras").html)
    opened.page.fill(f"{LAYERS} input", "Multi_head QUERY")
    assert names(opened) == ["multi_head_attention/query"]
    opened.page.fill(f"{LAYERS} input", "nothing like it")
    assert names(opened) == []
    assert opened.texts(f"{LAYERS} p[role=status]") == ["0 of 10 rows"]
    assert opened.is_clean


def test_columns_sort_by_number_and_by_name(show: Callable[..., Opened], sample_models: Path) -> None:
    """Once down, once up, and then as they were."""
    opened = show(page_of(sample_models / "small_cnn.keras").html)
    before = names(opened)
    opened.page.click(f"{LAYERS} [role=columnheader]:has-text('parameters') button")
    assert names(opened)[:3] == ["dense", "separable_conv2d", "conv2d"]
    opened.page.click(f"{LAYERS} [role=columnheader]:has-text('parameters') button")
    assert names(opened)[:2] == ["batch_normalization", "depthwise_conv2d"]
    opened.page.click(f"{LAYERS} [role=columnheader]:has-text('parameters') button")
    assert names(opened) == before
    assert opened.is_clean


def test_the_tree_is_used_by_keyboard(show: Callable[..., Opened], sample_models: Path) -> None:
    """Arrows move, close and open; Enter shows a layer."""
    opened = show(page_of(sample_models / "attention.keras").html)
    opened.page.locator(f"{LAYERS} [role=row][tabindex='0']").last.focus()
    for key in ("Home", "ArrowDown", "ArrowLeft"):
        opened.page.keyboard.press(key)
    assert "query" not in names(opened)
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    assert opened.texts("#detail h3") == ["layer multi_head_attention/query"]
    opened.page.keyboard.press("End")
    opened.page.keyboard.press("Enter")
    assert opened.texts("#detail h3") == ["layer dense"]
    assert opened.is_clean


def test_an_array_leads_to_its_layer(show: Callable[..., Opened], sample_models: Path) -> None:
    """And the address does, too."""
    opened = show(page_of(sample_models / "question_network.keras").html)
    opened.page.click("[data-table=arrays] [role=row]:has-text('dense_2/bias')")
    opened.page.wait_for_selector("#detail h3:has-text('dense_2')")
    opened.page.evaluate("location.hash = 'layer-1'")
    opened.page.wait_for_selector("#detail h3:has-text('layer dense')")
    assert opened.is_clean


@pytest.mark.parametrize("width", [390, 1280])
def test_rows_with_findings_are_marked_in_words(show: Callable[..., Opened], tmp_path: Path, width: int) -> None:
    """Beside the name of the layer, and of the array; the page stays as wide as its window."""
    opened = show(page_of(with_nan(tmp_path)).html, width)
    assert opened.texts(f"{LAYERS} .body .badge") == ["error KI101"]
    (name,) = opened.texts(f"{ARRAYS} .body [role=rowheader]:has(.badge)")
    assert name.split() == ["[2]", "second/kernel", "error", "KI101"]
    opened.page.locator(f"{LAYERS} .badge").click()
    assert opened.texts("#detail > .error")[0].startswith("error KI101 not-a-number: second/kernel: 1 of ")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.is_clean


def test_a_cell_says_its_value(show: Callable[..., Opened], sample_models: Path) -> None:
    """To the mouse and to the keyboard."""
    opened = show(page_of(sample_models / "question_network.keras").html)
    canvas = opened.page.locator("#detail canvas[role=img]").first
    canvas.hover(position={"x": 3, "y": 3})
    assert opened.texts("#detail .told")[0] == "input 0, unit 0: ≈ 0.3168"
    canvas.focus()
    opened.page.keyboard.press("ArrowRight")
    assert opened.texts("#detail .told")[0].startswith("input 0, unit 1: ≈ 0.2236")
    assert opened.is_clean


def test_themes_take_turns(show: Callable[..., Opened], sample_models: Path) -> None:
    """As the system has it, light, dark; pictures are drawn again."""
    opened = show(page_of(sample_models / "question_network.keras").html, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    colours = [opened.page.evaluate(ground)]
    for _ in range(3):
        opened.page.click("#theme")
        colours.append(opened.page.evaluate(ground))
    assert colours == [colours[0], "rgb(255, 255, 255)", colours[0], colours[0]]
    assert opened.texts("#theme") == ["Theme: auto"]
    assert opened.is_clean


def test_a_narrow_page_is_not_wider_than_its_window(show: Callable[..., Opened], sample_models: Path) -> None:
    """What has no room scrolls in its own place."""
    opened = show(page_of(sample_models / "small_cnn.keras").html, width=400)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400
    assert opened.is_clean


CUT = """() => [...document.querySelectorAll('.cells > *, .values td, .values th, .nodes li > *, p, h1, h3, h4')]
    .filter((one) => {
        const place = one.closest('.scroll, .detail, main') ?? document.body;
        const [{ right }, around] = [one, place].map((box) => box.getBoundingClientRect());
        return one.clientWidth > 0 && (one.scrollWidth > one.clientWidth + 1 || right > around.right + 1);
    })
    .map((one) => one.textContent)"""
"""The texts of elements that have less room than they need, or end beyond what they are in."""


@pytest.mark.parametrize("width", [400, 640, 1280])
@pytest.mark.parametrize("model", ["recurrent", "text_classifier", "small_cnn"])
def test_nothing_is_cut_at_any_width(show: Callable[..., Opened], sample_models: Path, model: str, width: int) -> None:
    """On no page of the columns of a table, and in no array of numbers."""
    opened = show(page_of(sample_models / f"{model}.keras").html, width=width)
    later = opened.page.get_by_label("Later columns of arrays")
    assert opened.page.evaluate(CUT) == []
    while later.is_visible() and later.is_enabled():
        later.click()
        assert opened.page.evaluate(CUT) == []
    last = opened.texts("[data-table=arrays] [role=columnheader]")[-1]
    assert last == page_of(sample_models / f"{model}.keras").data()["arrays"]["titles"][-1]
    assert opened.is_clean


BREAKS = """() => [...document.querySelectorAll('[role=rowheader], .nodes a, .nodes .quiet')].flatMap((cell) => {
    const range = document.createRange();
    const found = [];
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        range.selectNodeContents(text);
        if (new Set([...range.getClientRects()].map((one) => one.top)).size > 1) found.push(text.data);
    }
    return found;
})"""
"""The parts of names of layers, and names of classes, that are on more than one line."""


@pytest.mark.parametrize("model", ["attention", "small_cnn", "text_classifier"])
def test_names_break_between_their_parts(show: Callable[..., Opened], sample_models: Path, model: str) -> None:
    """On a telephone a name takes more than one line; none of its words does."""
    opened = show(page_of(sample_models / f"{model}.keras").html, width=400)
    assert opened.page.evaluate(BREAKS) == []
    assert opened.page.locator("[role=rowheader] wbr").count() > 4
    assert opened.is_clean


def test_a_name_of_one_long_word_is_not_wider_than_its_window(show: Callable[..., Opened]) -> None:
    """Where it has nothing to break at, it breaks anywhere."""
    opened = show(page_of_model(poisoned("x" * 400)).html, width=400)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400
    assert opened.page.evaluate(CUT) == []


def test_left_out_filters_have_no_table(show: Callable[..., Opened]) -> None:
    """Where each filter has a table of its own; a sentence says how many are left out."""
    opened = show(page_of_model(varied()).html, width=640)
    opened.page.wait_for_selector("#detail table.values")
    assert opened.texts("#detail h3") == ["layer conv"]
    tables = [text.split() for text in opened.texts("#detail table.values tbody")]
    assert len(tables) > 2
    assert all(any(word[-1].isdigit() and "." in word for word in words) for words in tables)
    assert any("left out: " in text for text in opened.texts("#detail p"))
    assert opened.is_clean


def test_filters_choose_layers(show: Callable[..., Opened], sample_models: Path) -> None:
    """By their class, and those with findings alone."""
    opened = show(page_of(sample_models / "recurrent.keras").html)
    opened.page.locator(LAYERS).get_by_label("class").select_option("GRUCell")
    assert names(opened) == ["gru/gru_cell"]
    opened.page.locator(LAYERS).get_by_label("class").select_option("")
    assert names(opened)[:2] == ["input_layer", "gru"]
    assert opened.is_clean


def test_titles_of_gates_are_whole(show: Callable[..., Opened], sample_models: Path) -> None:
    """They break between words where a picture is narrower."""
    opened = show(page_of(sample_models / "recurrent.keras").html, width=400)
    opened.page.wait_for_function("document.querySelector('#detail canvas[role=img]').style.width")
    written = opened.page.evaluate(
        """() => {
            const said = [];
            const fill = CanvasRenderingContext2D.prototype.fillText;
            CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
                said.push(text);
                fill.call(this, text, ...rest);
            };
            document.dispatchEvent(new Event("themechange"));
            return said.join(" ");
        }"""
    )
    assert "gate h (candidate)" in written
    assert opened.is_clean


def test_paper_has_every_column(show: Callable[..., Opened], sample_models: Path) -> None:
    """And none of a table is on another page of it."""
    opened = show(page_of(sample_models / "small_cnn.keras").html, width=400)
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    titles = opened.texts("[data-table=arrays] [role=columnheader]")
    assert [title.strip() for title in titles] == page_of(sample_models / "small_cnn.keras").data()["arrays"]["titles"]
    overflow = "getComputedStyle(document.querySelector('[data-table=arrays] > .scroll')).maxHeight"
    assert opened.page.evaluate(overflow) == "none"
    assert opened.is_clean


def test_paper_is_light(show: Callable[..., Opened], sample_models: Path) -> None:
    """Pictures are drawn again for it, and once more for the dark screen."""
    opened = show(page_of(sample_models / "question_network.keras").html, color_scheme="dark")
    shot = "document.querySelector('#detail canvas[role=img]').toDataURL()"
    opened.page.wait_for_function("document.querySelector('#detail canvas[role=img]').style.width")
    dark = opened.page.evaluate(shot)
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.page.evaluate(shot) != dark
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.page.evaluate(shot) == dark
    assert opened.is_clean


def test_only_rows_in_view_have_elements(show: Callable[..., Opened], sample_models: Path) -> None:
    """However many there are; printed, all are there."""
    html = page_of(sample_models / "small_cnn.keras").html
    opened = show(html)
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(names(opened)) == 9
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.is_clean


def test_thousands_of_layers_are_searched_sorted_and_gone_through(show: Callable[..., Opened], tmp_path: Path) -> None:
    """A page of 2,000 layers takes as many elements for its rows as one of thirty, and answers for all of them."""
    save_layers(tmp_path / "model.keras", 2_000)
    html = page_of(tmp_path / "model.keras").html
    opened = show(html)
    assert len(html) < 2_000_000
    assert 10 < len(names(opened)) < 60
    opened.page.fill(f"{LAYERS} input", "_1998")
    assert names(opened) == ["re_lu_1998"]
    opened.page.fill(f"{LAYERS} input", "")
    assert opened.texts(f"{LAYERS} p[role=status]") == ["2,001 rows"]
    opened.page.click(f"{LAYERS} [role=columnheader]:has-text('parameters') button")
    opened.page.locator(f"{LAYERS} [role=row][tabindex='0']").last.focus()
    opened.page.keyboard.press("Home")
    assert names(opened)[0] == "dense"
    opened.page.keyboard.press("End")
    opened.page.keyboard.press("Enter")
    assert opened.texts("#detail h3") == ["layer re_lu_1998"]
    assert 10 < len(names(opened)) < 60
    assert opened.is_clean


@pytest.mark.parametrize("name", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_in_a_name_does_not_run(show: Callable[..., Opened], name: str) -> None:
    """Its text is shown as it is escaped."""
    opened = show(page_of_model(poisoned(name)).html)
    assert visible_name(name) in opened.texts(f"{LAYERS} [role=rowheader]")
    assert opened.page.evaluate("window.ran") is None
    assert opened.is_clean


@pytest.mark.skipif(not AXE, reason="AXE_CORE does not name axe-core's script")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("model", ["small_cnn", "attention", "recurrent"])
def test_no_serious_fault_of_accessibility(
    show: Callable[..., Opened], sample_models: Path, model: str, scheme: str
) -> None:
    """Of those that axe-core finds."""
    opened = show(page_of(sample_models / f"{model}.keras").html, color_scheme=scheme)
    opened.page.evaluate(Path(AXE).read_text())
    found = opened.page.evaluate("axe.run()")["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in {"serious", "critical"}] == []


def test_a_cell_is_told_with_the_positions_it_covers(show: Callable[..., Opened], sample_models: Path) -> None:
    """The page counts them from sizes as the cells were made, for any number of positions in any number of cells."""
    opened = show(page_of(sample_models / "question_network.keras").html)
    asked, expected = [], []
    for size, most in product((*range(1, 70), 5001), (1, 2, 7, 20, 40, 3600)):
        array = MemoryArray(np.zeros((1, size)))
        plane = Plane((range(1), range(size)), 0, 1)
        parts = reduce_plane(shown_values("layer/kernel", array, ()), plane, 1, most).columns
        asked.append({"name": "unit", "start": 3, "size": size, "cells": len(parts)})
        ends = ((part[0] + 3, part[-1] + 3) for part in parts)
        expected.append([f"unit {first}" if first == last else f"unit {first} to {last}" for first, last in ends])
    told = "asked.map((axis) => Array.from({ length: axis.cells }, (_, at) => covered(axis, at)))"
    assert opened.page.evaluate(f"(asked) => {told}", asked) == expected
    assert opened.is_clean
