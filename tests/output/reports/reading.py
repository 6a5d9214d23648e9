"""Reads a page of HTML as a program does: its elements, its texts, and the data that it carries."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.analysis.training import assess_training
from kerasinspect.checking.examining import Examination, examined
from kerasinspect.checking.reports import CheckReport, ModelReport
from kerasinspect.output.reports.model import write_model_page

pytest.importorskip("jinja2", reason="the extra [report] is not installed")

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.model import Model


@dataclass
class Element:
    """One element: what it is called, its attributes, and the text that is directly in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """All elements of a page, in order."""

    html: str
    elements: list[Element] = field(default_factory=list)
    inside: bool = False
    """Whether text belongs to the element that began last."""

    def __post_init__(self) -> None:
        """Read the page."""
        super().__init__()
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        self.inside = True

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as HTMLParser calls it
        """End an element."""
        self.inside = False

    def handle_data(self, data: str) -> None:
        """Add text to the element that began last."""
        if self.inside:
            self.elements[-1].text += data

    def named(self, tag: str) -> list[Element]:
        """The elements with a tag."""
        return [element for element in self.elements if element.tag == tag]

    @property
    def programs(self) -> list[Element]:
        """The scripts that run."""
        return [element for element in self.named("script") if "type" not in element.attributes]

    @property
    def policy(self) -> str:
        """The Content-Security-Policy."""
        metas = {element.attributes.get("http-equiv"): element.attributes for element in self.named("meta")}
        return metas["Content-Security-Policy"]["content"]

    def data(self, name: str = "data") -> Any:  # noqa: ANN401 - any JSON
        """What a script element of data holds."""
        found = [element.text for element in self.named("script") if element.attributes.get("id") == name]
        return json.loads(found[0])

    def blocks(self, kind: str) -> list[dict[str, Any]]:
        """The blocks of a kind in what is shown of all layers, those inside others too."""
        details = [
            element.text for element in self.named("script") if element.attributes.get("id", "").startswith("data-")
        ]
        found = [block for text in details for block in json.loads(text)]
        found += [inner for block in found for inner in block.get("pictures", ())]
        return [block for block in found if block["kind"] == kind]


def source_of(text: str) -> str:
    """What a policy calls the text of an element."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def page_of(path: Path) -> Page:
    """The page about a file."""
    with examined(str(path)) as examination:
        return _written(examination)


def page_of_model(model: Model) -> Page:
    """The page about a model that no file holds, which nobody checked."""
    report = CheckReport((ModelReport(model.location),), "error", ())
    return _written(Examination(inspect(select(model)), report, assess_training(model)))


def _written(examination: Examination) -> Page:
    """The page about what was examined."""
    stream = StringIO()
    write_model_page(examination, stream)
    return Page(stream.getvalue())
