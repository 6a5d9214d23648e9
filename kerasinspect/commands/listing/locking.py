"""The lock of one model, as the document of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.analysis.weights_checksum import verifying
from kerasinspect.checking.contracts.contract import contract_of
from kerasinspect.checking.contracts.locks import sealed
from kerasinspect.errors import DamagedFile
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.opening import open_model
from kerasinspect.output.documents.lock import lock_document
from kerasinspect.progress import expect

if TYPE_CHECKING:
    from kerasinspect.output.formats.json import Document


class Locking(NamedTuple):
    """What is asked of each model; it travels to other processes."""

    config: str | None = None
    """A file with a config that is joined to weights alone."""
    hashes: bool = False
    exact_names: bool = False
    limits: Limits = DEFAULT


def lock_of(location: str, asked: Locking) -> Document:
    """The document of the lock of a model; raises DamagedFile where not all of it can be read."""
    with open_model(location, asked.limits, config=asked.config) as model:
        damage = [*model.damage]
        expect(model.nbytes if asked.hashes else 0)
        with verifying(model, damage.append, whole=asked.hashes) as checksum:
            contract = replace(contract_of(model, hashes=asked.hashes), exact_names=asked.exact_names)
            checksum()
    if damage:
        raise DamagedFile(f"{location} is damaged: {damage[0]}", "Lock a model that can be read as a whole.")
    return sealed(lock_document(contract))
