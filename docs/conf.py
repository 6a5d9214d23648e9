"""How Sphinx makes the site of the documentation: ``make docs`` writes it to ``build/site``.

The pages are the Markdown files of the repository as they lie there, those beside ``docs`` too, so that one relative
link leads to the same place on a Git host and on the site. What is linked and is no page (a script, a schema, a sample)
is copied beside the pages. The contents of the site are the lists of links on ``docs/index.md``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer

from kerasinspect import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent

project = "kerasinspect"
version = release = __version__
html_title = f"kerasinspect {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc"]

root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    ".github/RELEASING.md",
    "SECURITY.md",
    "*/README.md",
    "benchmarks/RESULTS.md",
]
exclude_patterns = [".venv", ".pytest_cache", "build", "dist", "tests/data"]

# Slugs of headings as Git hosts make them, which the links to parts of pages go by.
myst_heading_anchors = 3

# Furo rather than pydata-sphinx-theme: it keeps a page in one column of text on a phone and scrolls wide tables in
# themselves, is light or dark as the reader's system is, needs no framework of scripts, and fetches nothing from
# anywhere: no font, no icon, no script.
html_theme = "furo"
html_static_path = ["site/static"]
html_extra_path = ["site/root"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#9a4a00", "color-brand-content": "#0b57a4"},
    "dark_css_variables": {"color-brand-primary": "#ffb069", "color-brand-content": "#7cb8ff"},
}
pygments_style = "friendly"
pygments_dark_style = "monokai"

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_class_signature = "separated"  # nobody makes a result: its fields are what counts, not the call that made it
autodoc_default_options = {
    "members": True,
    "undoc-members": True,
    "special-members": "__getitem__, __contains__, __iter__, __len__, __array__",
    "exclude-members": "__init__, __new__, with_traceback, add_note",
}
nitpicky = True
_IN_RESULTS = (
    "_Default|ActiveRule|Advisory|Checkpoint|Checksum|ClassSource|Exported|ExtraKind|FormName|"
    "FormatName|Ignored|LayerKind|MatchedBy|Matching|Movement|Origin|Policy|RemarkKind|Scope|"
    "Severity|Skipped|Totals|Unread|Verdict|Vocabulary|Waiver"
)
"""What public results hold, and is no public name itself."""
nitpick_ignore_regex = [
    ("py:class", r"(np|os|pd|xr)\..*|DTypeLike"),  # of others: a build asks no other host where these are documented
    ("py:class", r"Names|PathName|Paths|Positions|Array|Index|Shape|Json"),  # docs/api.md says what they stand for
    ("py:class", rf"(kerasinspect\.[a-z_.]+)?({_IN_RESULTS})"),
]

_LIST = re.compile(r"^## (?P<title>.*)\n\n(?P<links>(?:[-*] .*\n(?:  .*\n)*)+)", re.MULTILINE)
_LINK = re.compile(r"^[-*] \[(?P<title>[^\]]+)\]\((?P<path>[^)#]+)\.md\)", re.MULTILINE)


def setup(app: Sphinx) -> None:
    """Add what is particular to these pages."""
    app.add_lexer("gitattributes", TextLexer)  # which Pygments lacks, and Git hosts know
    app.connect("source-read", _with_contents)
    app.connect("autodoc-process-docstring", _as_markup)


def _with_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Let each list of links on the first page be a part of the contents at the side, under its title."""
    if page == app.config.root_doc:
        source[0] += "".join(_contents(part["title"], part["links"]) for part in _LIST.finditer(source[0]))


def _contents(title: str, links: str) -> str:
    """The directive that makes a list of links a part of the contents; it shows nothing in its own place."""
    entries = "\n".join(f"{link['title']} <{link['path']}>" for link in _LINK.finditer(links))
    return f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{entries}\n```\n"


def _as_markup(  # noqa: PLR0913, PLR0917 - as Sphinx calls it
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Let a docstring, which is plain text but for names in double backticks, mean nothing else to Sphinx."""
    del app, what, name, thing, options
    for at, line in enumerate(lines):
        parts = re.split(r"(``.+?``)", line)
        lines[at] = "".join(
            part if number % 2 else re.sub(r"([*_|`])", r"\\\1", part) for number, part in enumerate(parts)
        )
