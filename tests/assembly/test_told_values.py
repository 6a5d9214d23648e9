"""What is told of a model as values, rather than by how a name or a path begins or ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from kerasinspect.assembly import assemble
from kerasinspect.containers.stored import Group
from kerasinspect.formats.contents import Contents, LayerRows, Row
from kerasinspect.model import FormatName, Initializer
from kerasinspect.remarks import Remark
from tests.makers.trees import custom, drawn, functional, model_of, stored_array

if TYPE_CHECKING:
    from kerasinspect.model import Model


def legacy(*names: str) -> Model:
    """A legacy file with a layer of a custom class, whose arrays have such names."""
    rows = tuple(Row(name, stored_array(f"/mine/{name}", drawn(3, 2))) for name in names)
    layers = (LayerRows("mine", rows),)
    return assemble(Contents("memory", "legacy-hdf5", layers=layers, config=functional(custom("mine"))))


def test_a_name_in_the_file_is_one_whatever_its_words() -> None:
    """Only a position that stands for a name is none: here the file has a name that looks like one."""
    (weight,) = legacy("mine/weight 0 of Block:0").weights
    assert (weight.name, weight.named) == ("weight 0 of Block", True)


def test_a_position_is_no_name() -> None:
    """A tree numbers the arrays of a custom layer."""
    model = model_of(
        {"layers": {"block": {"vars": [drawn(3, 2), drawn(2)]}}}, version="3.15.1", config=functional(custom("mine"))
    )
    assert [(weight.name, weight.named) for weight in model.weights] == [
        ("weight 0 of Block", False),
        ("weight 1 of Block", False),
    ]


def test_axes_that_nothing_tells_are_marked() -> None:
    """Their names only say where they are."""
    model = model_of(
        {"layers": {"block": {"vars": [drawn(3, 4, 2), drawn(2)]}}}, version="3.15.1", config=functional(custom("mine"))
    )
    axes = [axis for weight in model.weights for axis in weight.axes]
    assert [axis.name for axis in axes] == ["axis 0", "row", "column", "value"]
    assert not any(axis.told for axis in axes)


def test_only_the_rank_of_lora_factors_is_called_one() -> None:
    """An array of that name, which nothing claims and no factors lie beside, is not."""
    rank = stored_array("/optimizer/vars/rank", drawn(1))
    held = Group("/optimizer/vars", arrays={"rank": rank})
    tree = Group("/", groups={"optimizer": Group("/optimizer", groups={"vars": held})})
    (extra,) = assemble(Contents("memory", "keras-weights", tree=tree)).extras
    assert (extra.stored_path, extra.remark) == ("/optimizer/vars/rank", None)


@pytest.mark.parametrize("name", get_args(FormatName))
def test_legacy_formats_are_known_by_a_list(name: FormatName) -> None:
    """Two of five."""
    is_legacy = assemble(Contents("memory", name, tree=Group("/"))).is_legacy
    assert is_legacy == (name in {"legacy-hdf5", "legacy-hdf5-weights"})


def test_an_initializer_says_what_its_forget_gate_started_as() -> None:
    """Its name stays Keras's own."""
    started = Initializer("zeros", forget_gate=True)
    assert (started.name, started.title) == ("zeros", "zeros, forget gate ones")
    assert Initializer("zeros").title == "zeros"


def test_a_legacy_list_that_lacks_an_array_is_remarked_by_kind() -> None:
    """The remark says the layer and the names; whoever decides by it reads no sentence."""
    assert legacy("mine/kernel:0").remarks == ()
    twice = assemble(
        Contents(
            "memory",
            "legacy-hdf5",
            layers=(LayerRows("mine", (Row("mine/a:0", stored_array("/mine/a", drawn(2))),)),) * 2,
        )
    )
    assert twice.remarks == (Remark("repeated-layer", "mine"),)
