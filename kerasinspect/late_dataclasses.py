"""Dataclasses that cost next to nothing before they are used.

``dataclasses.dataclass`` writes six methods for a class and compiles each of them: 0.3 ms a class. A run makes about a
hundred classes, many of them for what the file at hand does not have, and this was a quarter of its time. Here the
standard library still makes the class, its fields and slots, in 0.02 ms. The methods are the same few functions for all
classes, and only ``__init__`` is compiled for each, when it is first asked for. To a type checker it is the standard
decorator.

``fields``, ``replace``, ``asdict``, ``match``, copies and pickles are as ever. What no class of this package needs is
not here: ``order``, ``kw_only``, ``InitVar``, ``__post_init__``, and fields that ``__init__`` does not take.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from operator import attrgetter
from reprlib import recursive_repr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - handed on
    from types import FunctionType, NotImplementedType
    from typing import Any, NoReturn
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, repr=True):  # noqa: A002, ANN001, ANN201, D103
        def made(cls: type) -> type:
            return _made(cls, slots=slots, methods=_methods(frozen=frozen, eq=eq, repr=repr), frozen=frozen)

        return made if cls is None else made(cls)


def _made(cls: type, *, slots: bool, methods: dict[str, Any], frozen: bool) -> type:
    """The dataclass of a class, with the methods that it does not have itself."""
    own = {name for name, value in vars(cls).items() if value is not None}
    made: type = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    for name in methods.keys() - own:
        setattr(made, name, methods[name])
    made.__init__ = _LateInit(made, frozen=frozen)  # type: ignore[misc]
    return made


def _methods(*, frozen: bool, eq: bool, repr: bool) -> dict[str, Any]:  # noqa: A002 - the standard name
    methods: dict[str, Any] = {"__repr__": _repr} if repr else {}
    if eq:  # objects that are equal and can change are no keys
        methods |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
    return methods | _FROZEN if frozen else methods


class _LateInit:
    """Stands for the ``__init__`` of a class, and puts the real one in its place when it is first asked for."""

    def __init__(self, cls: type, *, frozen: bool) -> None:
        self.cls, self.frozen = cls, frozen

    def __get__(self, instance: object, owner: type) -> Callable[..., None]:
        init = _compiled_init(self.cls, frozen=self.frozen)
        self.cls.__init__ = init  # type: ignore[misc]
        return init if instance is None else init.__get__(instance)


def _compiled_init(cls: type, *, frozen: bool) -> Callable[..., None]:
    """The ``__init__`` that sets the fields of a class. Its own names end in ``_``: no field has such a name."""
    names: dict[str, Any] = {"set_": object.__setattr__, "absent_": _ABSENT}
    parameters, lines = ["self"], []
    for field in dataclasses.fields(cls):
        parameter = value = name = field.name
        if field.default is not dataclasses.MISSING:
            names[f"default_{name}_"] = field.default
            parameter = f"{name}=default_{name}_"
        elif field.default_factory is not dataclasses.MISSING:
            names[f"new_{name}_"] = field.default_factory
            parameter, value = f"{name}=absent_", f"new_{name}_() if {name} is absent_ else {name}"
        parameters.append(parameter)
        lines.append(f"set_(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    text = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"])
    exec(text, names)  # noqa: S102 - of the names of fields, which are identifiers
    init: FunctionType = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {field.name: field.type for field in dataclasses.fields(cls)} | {"return": None}
    return init


class _Absent:
    """What a parameter has whose field is to be made anew for each object."""

    def __repr__(self) -> str:
        return "<factory>"


_ABSENT = _Absent()


@cache
def _getter(cls: Any) -> Callable[[object], Sequence[object]]:  # noqa: ANN401 - any dataclass
    """What gives the values by which an object of a class is equal to others of it."""
    names = [field.name for field in dataclasses.fields(cls) if field.compare]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: [getattr(value, name) for name in names]


def _compared(value: object) -> Sequence[object]:
    cls: Any = value.__class__
    return _getter(cls)(value)


def _eq(self: object, other: object) -> bool | NotImplementedType:
    is_comparable = other.__class__ is self.__class__
    return bool(_compared(self) == _compared(other)) if is_comparable else NotImplemented


def _hash(self: object) -> int:
    return hash((*_compared(self),))


@recursive_repr()
def _repr(self: Any) -> str:  # noqa: ANN401 - any dataclass
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _setattr(_: object, name: str, __: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _setstate(self: object, state: Any) -> None:  # noqa: ANN401 - of ``object.__getstate__``
    """Set what a pickle or a copy has, which ``__setattr__`` refuses."""
    for values in state if isinstance(state, tuple) else (state,):
        for name, value in (values or {}).items():
            object.__setattr__(self, name, value)


_FROZEN = {"__setattr__": _setattr, "__delattr__": _delattr, "__setstate__": _setstate}
