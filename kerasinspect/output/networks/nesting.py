"""The nodes of a network in order, with where the clusters around them begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.network.results import Network

_DEEPEST = 10
"""Levels beyond which lines are indented no further, so that deep models take no more room than wide ones."""


def nested(network: Network) -> Iterator[tuple[int, int, bool]]:
    """Each node by its position and by how far it is indented, and each cluster once more, where it ends."""
    open_clusters: list[int] = []

    def depth() -> int:
        """How far the next line is indented."""
        return 1 + min(len(open_clusters), _DEEPEST)

    for place, node in enumerate(network.nodes):
        while open_clusters and open_clusters[-1] != node.around:
            ended = open_clusters.pop()
            yield ended, depth(), True
        yield place, depth(), False
        if node.is_cluster:
            open_clusters.append(place)
    while open_clusters:
        ended = open_clusters.pop()
        yield ended, depth(), True
