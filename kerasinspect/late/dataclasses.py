"""Dataclasses that cost next to nothing before they are used.

``dataclasses.dataclass`` writes six methods for a class and compiles each of them: 0.3 ms a class. A run makes about a
hundred classes, many of them for what the file at hand does not have, and this was a quarter of its time. Here a class
gets its slots, in 0.02 ms, and methods that are the same few functions for all classes. Its ``__init__`` is made when
it is first asked for, of code that all classes with as many fields share; what ``dataclasses`` knows of its fields,
when somebody asks that. To a type checker it is the standard decorator.

``fields``, ``asdict``, ``match``, copies and pickles are as ever; so is ``replace``, of which this module has a quicker
one. What no class of this package needs is not here: ``order``, ``kw_only``, ``InitVar``, ``ClassVar``,
``__post_init__``, and fields that ``__init__`` does not take.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from operator import attrgetter
from reprlib import recursive_repr
from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - handed on
    from dataclasses import replace as replace  # noqa: PLC0414 - handed on
    from types import CodeType, NotImplementedType
    from typing import Any
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, repr=True):  # noqa: A002, ANN001, ANN201, D103
        def made(cls: type) -> type:
            return _made(cls, _Late(cls, {"frozen": frozen, "eq": eq, "repr": repr}), slots=slots)

        return made if cls is None else made(cls)

    def replace(value, /, **changes):  # noqa: ANN001, ANN003, ANN201, D103 - as above
        if not _is_late(value):  # somebody derived a class from one of ours
            return dataclasses.replace(value, **changes)
        return value.__class__(**{name: getattr(value, name) for name in value.__late__.types} | changes)


class _Late:
    """The fields of a class as they are written there: their types, and the values of those that have one."""

    __slots__ = ("options", "types", "values")

    def __init__(self, cls: type, options: dict[str, bool]) -> None:
        own: dict[str, Any] = cls.__annotations__
        above: _Late | None = getattr(cls, "__late__", None)
        self.options = options
        self.types: dict[str, Any] = own if above is None else above.types | own
        self.values: dict[str, Any] = {} if above is None else dict(above.values)
        self.values |= {name: value for name, value in vars(cls).items() if name in own}

    def marked(self, mark: str) -> list[str]:
        """The names of the fields that ``field`` does not leave out of something."""
        return [
            name
            for name in self.types
            if not isinstance(value := self.values.get(name), dataclasses.Field) or getattr(value, mark)
        ]


def _made(cls: type, late: _Late, *, slots: bool) -> type:
    """The dataclass of a class, with the methods that it does not have itself."""
    own = {name for name, value in vars(cls).items() if value is not None}
    stand_ins: list[_LateInit | _LateAnswer] = [_LateInit(), *map(_LateAnswer, _ANSWERS)]
    added: dict[str, Any] = {name: method for name, method in _methods(**late.options).items() if name not in own}
    added |= {"__late__": late} | {one.name: one for one in stand_ins}
    made = _with_slots(cls, late, added) if slots else _with_all(cls, added)
    for one in stand_ins:
        one.home = made
    return made


def _with_all(cls: type, added: dict[str, Any]) -> type:
    """The same class, with these added, and without what ``field`` gave."""
    for name in [name for name, value in vars(cls).items() if isinstance(value, dataclasses.Field)]:
        delattr(cls, name)
    for name, value in added.items():
        setattr(cls, name, value)
    return cls


def _with_slots(cls: type, late: _Late, added: dict[str, Any]) -> type:
    """The same class with a slot for each field: what has been made gets none."""
    body = {name: value for name, value in vars(cls).items() if name not in late.types}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    above: _Late | None = getattr(cls, "__late__", None)
    slots = tuple(name for name in late.types if above is None or name not in above.types)
    made: type = type(cls)(cls.__name__, cls.__bases__, {**body, **added, "__slots__": slots})
    made.__qualname__ = cls.__qualname__
    return made


def _methods(*, frozen: bool, eq: bool, repr: bool) -> dict[str, Any]:  # noqa: A002 - the standard name
    methods: dict[str, Any] = {"__replace__": _replaced} | ({"__repr__": _repr} if repr else {})
    if eq:  # objects that are equal and can change are no keys
        methods |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
    return methods | _FROZEN if frozen else methods


# What is made when it is asked for


def _is_late(value: object) -> bool:
    """Whether an object is of a class that was made here, rather than of one that was derived from such a class."""
    return "__late__" in vars(value.__class__)


class _LateInit:
    """Stands for the ``__init__`` of a class, and puts the real one in its place when it is first asked for."""

    name = "__init__"
    home: type

    def __get__(self, instance: object, owner: type) -> Callable[..., None]:
        init: Any = vars(self.home)[self.name]
        if init is self:  # no other thread was faster
            init = _init_of(self.home)
            self.home.__init__ = init
        return init if instance is None else init.__get__(instance)  # type: ignore[no-any-return]


class _LateAnswer:
    """Stands for what ``dataclasses`` knows of a class, which it finds out when that is first asked for."""

    home: type

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> object:
        cls = self.home
        if vars(cls)[self.name] is self:
            late: _Late = vars(cls)["__late__"]
            body = {**late.values, "__annotations__": late.types, "__module__": cls.__module__}
            known = vars(dataclasses.dataclass(**late.options)(type(cls.__name__, (), body)))
            for name in _ANSWERS:
                setattr(cls, name, known[name])
        return vars(cls)[self.name]


_ANSWERS = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")


class _Absent:
    """What a parameter has whose field is to be made anew for each object."""

    def __repr__(self) -> str:
        return "<factory>"


_ABSENT = _Absent()


def _init_of(cls: type) -> Callable[..., None]:
    """The ``__init__`` that sets the fields of a class."""
    late: _Late = vars(cls)["__late__"]
    names: dict[str, Any] = {"set_": object.__setattr__, "absent_": _ABSENT}
    defaults, anew = [], []
    for place, name in enumerate(late.types):
        default = late.values.get(name, dataclasses.MISSING)
        if isinstance(default, dataclasses.Field):
            if default.default_factory is not dataclasses.MISSING:
                names[f"new{place}_"] = default.default_factory
                anew.append(place)
            default = _ABSENT if place in anew else default.default
        if default is not dataclasses.MISSING:
            defaults.append(default)
    code = _renamed(_init_code(len(late.types), tuple(anew), frozen=late.options["frozen"]), tuple(late.types))
    init = FunctionType(code, names, "__init__", tuple(defaults))
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = late.types | {"return": None}
    return init


@cache
def _init_code(count: int, anew: tuple[int, ...], *, frozen: bool) -> CodeType:
    """The code that sets so many fields, of which some are made anew, by names that stand for theirs."""
    lines = []
    for place in range(count):
        name = _STAND_IN.format(place)
        value = f"new{place}_() if {name} is absent_ else {name}" if place in anew else name
        lines.append(f"set_(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    parameters = ", ".join(["self", *map(_STAND_IN.format, range(count))])
    made: dict[str, Any] = {}
    exec(f"def __init__({parameters}):\n " + "\n ".join(lines or ["pass"]), made)  # noqa: S102 - our own text
    code: CodeType = made["__init__"].__code__
    return code


_STAND_IN = "field{}_"


def _renamed(code: CodeType, names: Sequence[str]) -> CodeType:
    """The code with the names of fields, which takes a tenth of the time that compiling it for them would."""
    called = {_STAND_IN.format(place): name for place, name in enumerate(names)}
    return code.replace(
        co_varnames=tuple(called.get(name, name) for name in code.co_varnames),
        co_names=tuple(called.get(name, name) for name in code.co_names),
        co_consts=tuple(called.get(value, value) for value in code.co_consts),
    )


# The methods that all classes share


@cache
def _getter(cls: Any) -> Callable[[object], Sequence[object]]:  # noqa: ANN401 - any dataclass
    """What gives the values by which an object of a class is equal to others of it."""
    names = cls.__late__.marked("compare")
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
    shown = (f"{name}={getattr(self, name)!r}" for name in self.__late__.marked("repr"))
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _setattr(self: object, name: str, value: object) -> None:
    _require_free(self, name, "assign to")
    object.__setattr__(self, name, value)


def _delattr(self: object, name: str) -> None:
    _require_free(self, name, "delete")
    object.__delattr__(self, name)


def _require_free(value: Any, name: str, action: str) -> None:  # noqa: ANN401 - any dataclass
    """Raise FrozenInstanceError but for what a derived class added."""
    if _is_late(value) or name in value.__late__.types:
        raise dataclasses.FrozenInstanceError(f"cannot {action} field {name!r}")


def _replaced(self: Any, /, **changes: object) -> object:  # noqa: ANN401 - any dataclass
    """What ``copy.replace`` asks for."""
    return replace(self, **changes)


def _setstate(self: object, state: Any) -> None:  # noqa: ANN401 - of ``object.__getstate__``
    """Set what a pickle or a copy has, which ``__setattr__`` refuses."""
    for values in state if isinstance(state, tuple) else (state,):
        for name, value in (values or {}).items():
            object.__setattr__(self, name, value)


_FROZEN = {"__setattr__": _setattr, "__delattr__": _delattr, "__setstate__": _setstate}
