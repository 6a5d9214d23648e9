"""Tells where the weights of a model have another checksum than its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.errors import DamagedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.formats.container_facts import ContainerFacts
    from kerasinspect.model import Model


def wrong_checksum(model: Model, facts: ContainerFacts) -> Iterator[str]:
    """A sentence where the weights of a model have another checksum than its file says, whatever rule is asked."""
    if model.checksum is None or not facts.wrong_checksums:
        return
    try:
        model.checksum.verify()
    except DamagedFile as error:
        yield error.message
