"""The languages and formats in which a network is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

if TYPE_CHECKING:
    from kerasinspect.analysis.network.results import Network

PictureForm: TypeAlias = Literal["mermaid", "markdown", "dot", "svg"]
"""What a network can be drawn as."""


def picture(network: Network, form: PictureForm) -> str:
    """The picture as a text; raises MissingExtra for SVG where Graphviz is not installed."""
    match form:
        case "mermaid":
            return _mermaid(network)
        case "markdown":
            return f"```mermaid\n{_mermaid(network)}```\n"
        case "dot":
            return _dot(network)
        case "svg":
            return _svg(network)
        case _:
            assert_never(form)


def _mermaid(network: Network) -> str:
    """The picture in the language of Mermaid."""
    from kerasinspect.output.networks.mermaid import mermaid_lines  # noqa: PLC0415 - one of several

    return "".join(f"{line}\n" for line in mermaid_lines(network))


def _dot(network: Network) -> str:
    """The picture in the language of Graphviz."""
    from kerasinspect.output.networks.dot import dot_lines  # noqa: PLC0415 - one of several

    return "".join(f"{line}\n" for line in dot_lines(network))


def _svg(network: Network) -> str:
    """The picture as SVG."""
    from kerasinspect.output.networks.graphviz import svg_of  # noqa: PLC0415 - starts another program
    from kerasinspect.output.networks.titles import with_titles  # noqa: PLC0415 - as above

    return with_titles(svg_of(_dot(network)), network)
