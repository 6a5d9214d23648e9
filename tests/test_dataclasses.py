"""Dataclasses that are completed late behave as those of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import sys
from dataclasses import FrozenInstanceError, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import kerasinspect
from kerasinspect.late import dataclasses as late_dataclasses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OPTIONS = [
    {"frozen": frozen, "slots": slots, "eq": eq}
    for frozen in (True, False)
    for slots in (True, False)
    for eq in (True, False)
]


class Plain:
    """Fields of every kind that the package has."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    names: list[str] = field(default_factory=list)
    remark: str = field(default="", compare=False, repr=False)


class Single:
    """A class of one field."""

    value: float


class Empty:
    """A class without fields."""


class Written:
    """A class with methods of its own where a dataclass has some."""

    value: int

    def __repr__(self) -> str:
        """Words of its own."""
        return f"<{self.value}>"

    def __eq__(self, other: object) -> bool:
        """Equal to all."""
        return True

    def __hash__(self) -> int:
        """One for all."""
        return 7


def _copied(cls: type) -> type:
    """A new class of one body: a dataclass of slots is another class than the one that was written."""
    body = {name: value for name, value in vars(cls).items() if name not in {"__dict__", "__weakref__"}}
    return type(cls.__name__, (), {**body, "__qualname__": cls.__name__})


def _both(cls: type, **options: bool) -> Iterator[Any]:
    for dataclass in (dataclasses.dataclass, late_dataclasses.dataclass):
        make: Callable[[type], type] = dataclass(**options)
        yield make(_copied(cls))


def _outcome(use: Callable[[Any], object], made: type) -> tuple[str, str]:
    """What a call gives, or how it fails, in words that hold no address."""
    try:
        return "gives", repr(use(made))
    except (TypeError, AttributeError) as error:
        return type(error).__name__, str(error)


_CASES: dict[str, Callable[[Any], object]] = {
    "positional": lambda cls: cls("a", (1,)),
    "all": lambda cls: cls("a", (1,), "int8", ["x"], "r"),
    "by name": lambda cls: cls(shape=(2,), name="a", names=["y"]),
    "too few": lambda cls: cls("a"),
    "too many": lambda cls: cls(1, 2, 3, 4, 5, 6),
    "unknown": lambda cls: cls("a", (1,), wrong=1),
    "fresh default": lambda cls: cls("a", (1,)).names is cls("a", (1,)).names,
    "equal": lambda cls: cls("a", (1,), remark="r") == cls("a", (1,), remark="s"),
    "not equal": lambda cls: cls("a", (1,)) == cls("a", (2,)),
    "equal to another class": lambda cls: cls("a", (1,)) == ("a", (1,), "float32", [], ""),
    "hash": lambda cls: hash(cls("a", (1,), names=["x"])) == 0,
    "hash that is kept": lambda cls: {one: hash(one) == hash(one) for one in [cls("a", (1,), names=())]},
    "set": lambda cls: setattr(cls("a", (1,)), "name", "b"),
    "delete": lambda cls: delattr(cls("a", (1,)), "name"),
    "replace": lambda cls: dataclasses.replace(cls("a", (1,)), name="b"),
    "asdict": lambda cls: dataclasses.asdict(cls("a", (1,))),
    "fields": lambda cls: [one.name for one in dataclasses.fields(cls)],
    "match": lambda cls: cls.__match_args__,
    "copy": lambda cls: copy.copy(cls("a", (1,), remark="r")).remark,
    "deep copy": lambda cls: copy.deepcopy(cls("a", (1,), names=["z"])),
    "signature": inspect.signature,
    "signature after use": lambda cls: (cls("a", (1,)), inspect.signature(cls)),
    "has a dictionary": lambda cls: hasattr(cls("a", (1,)), "__dict__"),
    "documented": lambda cls: cls.__doc__,
}


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
@pytest.mark.parametrize("name", _CASES)
def test_is_as_the_standard_library_has_it(name: str, options: dict[str, bool]) -> None:
    """Each use of a class gives what it gives there, errors and their words included."""
    standard, late = (_outcome(_CASES[name], made) for made in _both(Plain, **options))
    assert late == standard


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
def test_classes_of_one_field_and_of_none(options: dict[str, bool]) -> None:
    """A comparison of one value is still one of values, and a class may have no fields."""
    for cls, arguments in ((Single, (1.5,)), (Empty, ())):
        standard, late = (
            (made(*arguments) == made(*arguments), repr(made(*arguments))) for made in _both(cls, **options)
        )
        assert late == standard


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
def test_keeps_methods_that_were_written(options: dict[str, bool]) -> None:
    """What the class says itself stands."""
    for made in _both(Written, **options):
        assert (repr(made(1)), made(1) == made(2), hash(made(3))) == ("<1>", True, 7)


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
def test_replaces_fields_without_the_standard_library(options: dict[str, bool]) -> None:
    """The quicker ``replace`` gives the same, and the same error for a field that there is not."""
    standard, late = _both(Plain, **options)
    value = standard("a", (1,), names=["x"], remark="r"), late("a", (1,), names=["x"], remark="r")
    expected = dataclasses.replace(value[0], shape=(2,))
    replaced = late_dataclasses.replace(value[1], shape=(2,))
    assert (repr(replaced), replaced.names is value[1].names, replaced.remark) == (repr(expected), True, "r")
    with pytest.raises(TypeError, match="unexpected keyword argument 'wrong'"):
        late_dataclasses.replace(value[1], wrong=1)


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
def test_classes_are_made_from_others(options: dict[str, bool]) -> None:
    """One has the fields of the other, before its own, and a default of its own for some."""
    outcomes = []
    for base, dataclass in zip(_both(Plain), (dataclasses.dataclass, late_dataclasses.dataclass), strict=True):
        body = {"__annotations__": {"more": "int", "dtype": "str"}, "more": 1, "dtype": "int8", "__doc__": "More."}
        make: Callable[[type], Any] = dataclass(**options | {"frozen": False})
        made = make(type("More", (base,), body))
        value = made("a", (1,))
        outcomes.append(
            (repr(value), value == made("a", (1,)), [one.name for one in dataclasses.fields(made)], made.__match_args__)
        )
    assert outcomes[0] == outcomes[1]


def test_a_class_that_is_no_dataclass_may_be_derived() -> None:
    """It is made as the one above it is, whichever is used first."""
    _, base = _both(Plain, frozen=True, slots=True)

    class Derived(base):  # type: ignore[misc, valid-type]
        """Nothing of its own."""

    assert repr(Derived("a", (1,))).endswith("Derived(name='a', shape=(1,), dtype='float32', names=[])")
    assert dataclasses.fields(Derived) == dataclasses.fields(base)
    assert late_dataclasses.replace(Derived("a", (1,)), name="b") == Derived("b", (1,))


def test_an_object_that_holds_itself_is_shown() -> None:
    """A circle ends in dots."""
    standard, late = _both(Plain)
    for made in (standard, late):
        loop = made("a", (1,))
        loop.names.append(loop)
        assert repr(loop) == "Plain(name='a', shape=(1,), dtype='float32', names=[...])"


@late_dataclasses.dataclass(frozen=True, slots=True)
class Pickled:
    """A class that a pickle can name."""

    name: str
    shape: tuple[int, ...] = ()


@late_dataclasses.dataclass(frozen=True)
class PickledWithDictionary:
    """The same without slots."""

    name: str
    shape: tuple[int, ...] = ()


@pytest.mark.parametrize("cls", [Pickled, PickledWithDictionary])
def test_pickles(cls: type[Pickled]) -> None:
    """A frozen object comes back whole from a pickle, and frozen."""
    value = cls("a", (3,))
    back = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own
    assert back == value
    with pytest.raises(FrozenInstanceError):
        back.name = "b"


@dataclasses.dataclass(frozen=True)
class Derived(PickledWithDictionary):
    """A class that somebody else made of one of ours, in the usual way."""

    more: int = 0


def test_others_can_be_derived() -> None:
    """A standard dataclass, which wants to know that this one is frozen; ``replace`` keeps what it added."""
    assert repr(Derived("a", more=2)) == "Derived(name='a', shape=(), more=2)"
    assert late_dataclasses.replace(Derived("a", more=2), name="b") == Derived("b", more=2)


def test_a_derived_class_may_add_what_is_no_field() -> None:
    """Which a frozen class has no say in."""

    class Noted(PickledWithDictionary):
        note = ""

    value = Noted("a")
    value.note = "n"
    assert value.note == "n"
    del value.note
    with pytest.raises(FrozenInstanceError):
        value.name = "b"  # type: ignore[misc]


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
def test_tells_how_it_was_made(options: dict[str, bool]) -> None:
    """``dataclasses`` asks that where another one is derived."""
    standard, late = (made.__dataclass_params__ for made in _both(Plain, **options))
    for name in ("frozen", "eq", "repr", "init"):
        assert getattr(late, name) == getattr(standard, name)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is new in Python 3.13")
def test_copies_with_changes() -> None:
    """As the function of Python 3.13 does."""
    assert copy.replace(Pickled("a"), name="b") == Pickled("b")  # type: ignore[attr-defined, unused-ignore]


def test_a_stand_in_that_another_thread_held_gives_what_took_its_place() -> None:
    """It was fetched before the first object was made, and is asked after."""
    _, made = _both(Plain, frozen=True)
    held = {name: vars(made)[name] for name in ("__init__", "__dataclass_fields__", "__match_args__")}
    assert made("a", (1,)) == dataclasses.replace(made("b", (1,)), name="a")
    assert made.__match_args__
    for name, stand_in in held.items():
        assert stand_in.__get__(None, made) is vars(made)[name]
        assert stand_in is not vars(made)[name]


def test_is_compiled_when_it_is_first_asked_for() -> None:
    """The time that this saves is that of classes which no run makes an object of."""
    _, made = _both(Plain, frozen=True, slots=True)
    assert "__init__" in vars(made)
    assert not inspect.isfunction(vars(made)["__init__"])
    made("a", (1,))
    assert inspect.isfunction(vars(made)["__init__"])


def test_the_package_has_no_other_dataclasses() -> None:
    """One that is made by the standard library costs 0.3 ms of every run."""
    package = Path(kerasinspect.__file__).parent
    alone = {"dataclasses.py", "worker.py"}  # ours, and the worker, which runs by itself in another interpreter
    others = [
        path.name for path in package.rglob("*.py") if "from dataclasses import dataclass" in path.read_text("utf-8")
    ]
    assert set(others) <= alone


def test_the_package_asks_for_nothing_that_is_not_there() -> None:
    """What the standard library would do with these, the late ones would pass over."""
    package = Path(kerasinspect.__file__).parent
    texts = {path: path.read_text("utf-8") for path in package.rglob("*.py")}
    texts = {path: text for path, text in texts.items() if "late.dataclasses import dataclass" in text}
    assert texts
    for word in ("init=False", "kw_only=", "__post_init__", "InitVar", "ClassVar"):
        assert [path for path, text in texts.items() if word in text] == []
