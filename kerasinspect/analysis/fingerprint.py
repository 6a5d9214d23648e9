"""The fingerprint of a model: one digest of its weights, whatever the format, the names and the optimizer state.

docs/fingerprint.md has the recipe, by which anybody computes it from what ``get_weights()`` gives.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.analysis.digests import sha256
from kerasinspect.analysis.weights_checksum import verifying
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.model import Model, Weight
    from kerasinspect.remarks import RemarkKind

FingerprintOrder: TypeAlias = Literal["get_weights", "listed"]
"""Which order of the arrays it is of: that of ``get_weights()`` where the file proves all of it, else that of ``list``.

Models that differ in nothing but their format may be listed in different orders where the file does not prove one.
"""

NoFingerprint: TypeAlias = Literal["no-weights", "unread"]
"""Why a model has none: it has no weights yet, or some of it is damaged or cannot be read."""


_LACKING: frozenset[RemarkKind] = frozenset({"lost-weights", "no-arrays", "merged-factors"})
"""Remarks that say that ``get_weights()`` has arrays that the file lacks."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One digest of all weights of a model, or why there is none.

    Two that are equal prove that the arrays they are of are equal one by one, in order: shapes, dtypes and bytes.
    """

    sha256: str | None
    """In hexadecimal."""
    order: FingerprintOrder | None = None
    lack: NoFingerprint | None = None
    is_of_fewer: bool = False
    """Whether ``get_weights()`` has arrays that the file lacks, so that it is of those that the file has."""


def _read(weight: Weight) -> str | Unread:
    """The digest of one array."""
    return Damage().attempt(lambda: sha256(weight.array), weight.path, weight.stored_path)


def fingerprint_of(model: Model) -> Fingerprint:
    """The fingerprint of an open model; reads all of its weights, and verifies the checksum that its file has of them.

    Each variable counts once, and what is stored but no entry of ``get_weights()`` does not.
    """
    with verifying(model, Damage().note, whole=True) as checksum:
        return fingerprint_by(model, _read, checksum)


def fingerprint_by(
    model: Model, digest: Callable[[Weight], str | Unread], checksum: Callable[[], Verified | None] | None
) -> Fingerprint:
    """The fingerprint of a model, of whose weights ``digest`` gives the SHA-256.

    ``checksum`` waits for what came of that of the file; None where whoever asks refuses a file with a wrong one.
    """
    found = _of_arrays(model, digest)
    if found.sha256 is not None and checksum is not None and checksum() == "wrong":
        return Fingerprint(None, lack="unread")
    return found


def _of_arrays(model: Model, digest: Callable[[Weight], str | Unread]) -> Fingerprint:
    """The fingerprint of a model whose bytes are as they were saved."""
    if model.damage:
        return Fingerprint(None, lack="unread")
    order, is_of_fewer, weights = _ordered(model)
    if not weights:
        return Fingerprint(None, lack="no-weights")
    from hashlib import sha256 as started  # noqa: PLC0415 - a page has no fingerprint

    total = started()
    for weight in weights:
        one = digest(weight)
        if isinstance(one, Unread):
            return Fingerprint(None, lack="unread")
        total.update(f"{weight.dtype} {list(weight.shape)} {one}\n".encode())
    return Fingerprint(total.hexdigest(), order, is_of_fewer=is_of_fewer)


def _ordered(model: Model) -> tuple[FingerprintOrder, bool, Sequence[Weight]]:
    """The weights that count, in the order of ``get_weights()`` or else as they are listed.

    Between the two stands whether ``get_weights()`` has more than the file.
    """
    numbered = [weight for weight in model.weights if weight.index is not None]
    are_in_order = [weight.index for weight in numbered] == [*range(len(numbered))]
    remarks = chain(model.remarks, chain.from_iterable(layer.remarks for layer in model.walk()))
    kinds = {remark.kind for remark in remarks}
    is_of_fewer = not kinds.isdisjoint(_LACKING)
    if are_in_order and not is_of_fewer and "untold-positions" not in kinds:
        return "get_weights", is_of_fewer, numbered
    return "listed", is_of_fewer, [*_variables(model)]


def _variables(model: Model) -> Iterator[Weight]:
    """Every variable of the layers once; what Keras keeps beside its weights is none."""
    return (weight for weight in model.weights if weight.has_entry)
