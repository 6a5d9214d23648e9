"""What is said of a network beside the picture of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.networks.mermaid import MOST_EDGES
from kerasinspect.output.wording import counted, first_few
from kerasinspect.shown.escaping import visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.network.results import Network

_NAMED = 5
"""Layers that a note names; of more only the number is said."""


def network_notes(network: Network, form: str) -> Iterator[str]:
    """What a picture cannot show: connections that the file does not tell, layers without any, and too many of them."""
    if not network.is_wired:
        yield "The file does not tell how the layers are connected: the picture shows what lies in what."
    elif unwired := network.unwired:
        yield f"The file does not tell how the layers in {_named(unwired)} are connected."
    if form in {"mermaid", "markdown"} and len(network.edges) > MOST_EDGES:
        yield (
            f"Mermaid draws {MOST_EDGES:,} edges unless maxEdges is raised where it runs, and this network has "
            f"{len(network.edges):,}: draw less of it with --layer, or take --format svg."
        )
    if unconnected := network.unconnected:
        is_one = len(unconnected) == 1
        said = f"{counted(len(unconnected), 'layer')} {'is' if is_one else 'are'} connected to nothing"
        yield f"{said}: {_named(unconnected)}."


def _named(paths: tuple[str, ...]) -> str:
    """Some paths, and how many more there are."""
    return first_few([visible_name(path) for path in paths], _NAMED)
