"""Remarks: every kind has its sentence, and what a sentence repeats of a file never changes how it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from kerasinspect.containers.stored import Link
from kerasinspect.remarks import Doubt, Remark, RemarkKind

if TYPE_CHECKING:
    from collections.abc import Iterator

SENTENCES = [
    (Remark("unused-bytes", facts=(12345,)), "The archive holds 12,345 bytes that belong to no member."),
    (Remark("repeated-member", "a", (2,)), "The archive holds a 2 times: the last is read, as Keras does."),
    (
        Remark("outside-member", "../a"),
        "The archive's member ../a names a place outside of it; nothing is extracted.",
    ),
    (
        Remark("special-member", "a", ("a symbolic link",)),
        "The archive's member a is a symbolic link; it is not followed.",
    ),
    (Remark("unread-member", "a", ("it is encrypted",)), "The archive's member a cannot be read: it is encrypted."),
    (Remark("further-name", "/b", (Link("same", "/a"),)), "/b is the same as /a."),
    (Remark("never-written", "/a", ("0.0",)), "/a was never written: each of its values reads as 0.0."),
    (
        Remark("partly-written", "/a", (1, 2000, "nan")),
        "/a was not written whole: 1 of its 2,000 chunks are missing, and read as nan.",
    ),
    (Remark("repeated-key", "config.json", ("a",)), "config.json repeats the key 'a'; the last one counts."),
    (Remark("layer-listed-twice", "a"), "a: The file lists the layer more than once."),
    (Remark("layer-without-group", "a"), "a: The file lists the layer, but has no group for it."),
    (
        Remark("weights-listed-twice", "a", (("b", "c"),)),
        "a: It lists b, c more than once, so that an array is lost each time.",
    ),
    (
        Remark("lost-weights", "a", (tuple("bcdefgh"),)),
        "a: It lists b, c, d, e, f and 2 more, but the file has no array of that name.",
    ),
    (Remark("repeated-shard", "b", ("a",)), "The shard b is the same file as a."),
    (Remark("array-in-two-shards", "/a"), "/a is in two shards; the second one is left out."),
    (Remark("repeated-layer", "a"), "The file lists the layer a twice; the second time is left out."),
    (Remark("undescribed-layer", "a"), "The file has arrays for the layer a, which its config does not name."),
    (
        Remark("equal-layers", "a", ("b", 0)),
        (
            "a and b hold equal arrays; the file does not prove that they are one layer, "
            "so each is listed as a layer of its own."
        ),
    ),
    (
        Remark("equal-layers", "a", ("b", 2)),
        (
            "a and b hold equal arrays, as do 2 other pairs of layers; the file does not prove that they are one "
            "layer, so each is listed as a layer of its own."
        ),
    ),
    (
        Remark("untold-positions", facts=(3, ("behind-unknown", "repeated-bytes"))),
        (
            "The get_weights() index of 3 arrays is unknown: a layer before them may have weights that the file "
            "lacks; the file holds some bytes twice, which may be one variable or two."
        ),
    ),
    (Remark("no-arrays"), "the file has no arrays for it"),
    (
        Remark("merged-factors", facts=(2,)),
        "its LoRA factors are merged into what they adapt; get_weights() has 2 arrays more",
    ),
    (Remark("other-name", facts=("a",)), "the file has its arrays under the name a"),
    (Remark("other-group", facts=("/a",)), "Keras looks for its arrays in /a"),
    (Remark("untold-name", facts=(("bias", "kernel"),)), "bias or kernel: the file does not say which"),
    (Remark("reversed-axes"), "Theano wrote it, so it lies reversed along each spatial axis"),
    (
        Remark("untold-packing"),
        (
            "the file does not say how its values are packed, so that the numbers that these integers stand for "
            "are unknown"
        ),
    ),
    (
        Remark("lost-scale", facts=("kernel_scale",)),
        "kernel_scale is not in the file, and without it the numbers that these integers stand for are unknown",
    ),
    (Remark("other-weight", facts=("a/bias",)), "Keras loads it as a/bias, in whose place the file lists it"),
    (Remark("other-shape", facts=((8, 5), (None, 7))), "its shape is 8 × 5, but the config says ? × 7"),
    (
        Remark("repeated-variable", facts=("a/kernel",)),
        "it is the variable of a/kernel, stored a second time, and counts once",
    ),
    (
        Remark("equal-bytes", facts=("a/kernel",)),
        "its bytes are those of a/kernel: the file does not say whether they are one variable",
    ),
    (Remark("lora-rank"), "the rank of the LoRA factors: a setting, not a weight"),
]


def literals(alias: object) -> Iterator[str]:
    """The values of a ``Literal``, or of a union of some."""
    for one in get_args(alias):
        yield from [one] if isinstance(one, str) else literals(one)


@pytest.mark.parametrize(("remark", "sentence"), SENTENCES, ids=lambda one: getattr(one, "kind", ""))
def test_a_remark_says_its_sentence(remark: Remark, sentence: str) -> None:
    """With its place, its facts, and numbers as people write them."""
    assert str(remark) == sentence


def test_every_kind_has_a_sentence() -> None:
    """No kind of remark is left out of the table above."""
    assert {remark.kind for remark, _ in SENTENCES} == {*literals(RemarkKind)}


@pytest.mark.parametrize("doubt", get_args(Doubt))
def test_every_doubt_has_words(doubt: Doubt) -> None:
    """Whatever keeps a position from being known is said."""
    assert len(str(Remark("untold-positions", facts=(1, (doubt,)))).partition("unknown: ")[2]) > len(doubt)


def test_words_are_said_beside_a_place() -> None:
    """A finding names the place itself and goes on with the rest."""
    assert Remark("never-written", "/a", ("0",)).words == "was never written: each of its values reads as 0"
    assert Remark("layer-listed-twice", "a").words == "The file lists the layer more than once."
    assert Remark("no-arrays", "a").words == "the file has no arrays for it"


@pytest.mark.parametrize("name", ["{0}", "{", "%s", "{1:,}"])
def test_names_from_a_file_are_no_part_of_a_template(name: str) -> None:
    """Braces in a name come out as they are."""
    assert str(Remark("other-name", facts=(name,))) == f"the file has its arrays under the name {name}"
    assert str(Remark("repeated-member", name, (2,))).startswith(f"The archive holds {name} 2 times")


def test_a_remark_is_a_value() -> None:
    """Equal remarks are one in a set, whatever they are about."""
    assert len({Remark("further-name", "/b", (Link("same", "/a"),)) for _ in range(2)}) == 1


def test_a_note_is_brief_where_reasons_are_long() -> None:
    """A note says how many positions are unknown, and where the reasons are; other remarks stay as they are."""
    untold = Remark("untold-positions", facts=(1, ("behind-unknown",)))
    assert untold.brief == "The get_weights() index of 1 array is unknown; show --explain says why."
    assert Remark("reversed-axes").brief == str(Remark("reversed-axes"))
