"""Writes a page of HTML that stands alone: style and script are in it, and nothing else can run or be loaded."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kerasinspect.errors import MissingExtra
from kerasinspect.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

_HERE = Path(__file__).parent
_STYLE = ("page.css",)
_SCRIPT = ("elements.js", "rows.js", "tables.js", "pictures.js", "network.js", "lines.js", "blocks.js", "page.js")
"""Parts of the style and of the script, in the order in which they are put together."""


def require_templates() -> None:
    """Raise MissingExtra where what fills templates is not installed."""
    _templates()


def write_page(template: str, facts: Mapping[str, object], stream: TextIO) -> None:
    """Fill a template; what takes long to make, and much room, is written as it comes."""
    style, script = _joined(_STYLE), _joined(_SCRIPT)
    page = _templates().get_template(template)
    stream.writelines(
        page.generate(facts, style=style, script=script, policy=_policy(style, script), version=__version__)
    )
    stream.write("\n")


def _templates() -> Environment:
    """Where templates are; raises MissingExtra where what fills them is not installed."""
    try:
        import jinja2  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        message = "A report is made with Jinja2, which is not installed."
        raise MissingExtra(message, "Install the extra: pip install 'kerasinspect[report]'") from error
    return _environment()


@cache
def _environment() -> Environment:
    """The templates, read once; every value in them is escaped, and none may be missing."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - as above

    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _joined(names: tuple[str, ...]) -> str:
    """The parts of a style or of a script as one text."""
    return "\n" + "\n".join((_HERE / "parts" / name).read_text(encoding="utf-8") for name in names)


def _policy(style: str, script: str) -> str:
    """The Content-Security-Policy: this very style, this very script, and nothing from anywhere."""
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    """What a policy calls the text of an element."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
