"""Reads what the classes of one Keras 3 release accept: a program of its own, which prints JSON.

``python reading.py FOLDER``: the folder is what ``pip install --no-deps --target FOLDER keras==VERSION`` made. It is
run with an environment that has TensorFlow.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import sys
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import types
    from collections.abc import Iterator


def _chain(name: str, *, bare: bool) -> dict[str, object]:
    """The config of a model of two layers, whose one output is a tensor by itself or in a list."""
    inlet = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "a"}}
    layer = {"class_name": "Flatten", "config": {"name": name}}
    layers = [
        {**inlet, "name": "a", "inbound_nodes": []},
        {**layer, "name": name, "inbound_nodes": [[["a", 0, 0, {}]]]},
    ]
    output: list[object] = [name, 0, 0]
    return {"name": "m", "trainable": True, "layers": layers, "input_layers": [["a", 0, 0]]} | {
        "output_layers": output if bare else [output]
    }


_FORMS = {
    "list of outputs": _chain("b", bare=False),
    "bare output": _chain("b", bare=True),
    "slash in a name": _chain("b/c", bare=False),
}
"""Configs that differ in form alone; the first one is taken by all."""
_WORDS = ("activations", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers")
_ASKED = frozenset({"losses", "metrics"})
"""Where a name in the table may still be refused."""
_CHOSEN = tuple(
    form(name) for name in ("acc", "accuracy", "ce", "crossentropy") for form in (str, str.title, str.upper)
)
"""Names that may stand for whichever loss or metric suits the output: compile resolves them, and no dict has them."""
_PRIVATE = ("keras.src", "keras.api", "keras._tf_keras")


class Shaped(NamedTuple):
    """What compile asks of an output: its shape."""

    shape: tuple[int, ...]


def main(folder: str) -> None:
    """Print the release's version, its classes with the keys they take, its names, and its words."""
    sys.path.insert(0, folder)
    import keras

    names = {name: one for name, one in public_symbols(keras) if has_home(one)}
    classes = {home(one): one for one in (*names.values(), *internal_classes()) if inspect.isclass(one)}
    sys.stdout.write(
        json.dumps(
            {
                "version": keras.__version__,
                "names": {name: home(one) for name, one in names.items()},
                "classes": {name: accepted(one) for name, one in classes.items()},
                "words": {name: sorted(words(name)) for name in _WORDS} | {"quantization_modes": modes()},
                "forms": [name for name, config in _FORMS.items() if loads(config)],
            }
        )
    )


def home(one: Any) -> str:  # noqa: ANN401 - a class or a function
    """The module and the name with which something was defined."""
    return f"{one.__module__}.{one.__name__}"


def internal_classes() -> Iterator[type]:
    """Classes that a config may name by the module in which they were defined."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("keras.src."):
            for one in vars(module).values():
                if inspect.isclass(one) and hasattr(one, "from_config") and has_home(one):
                    yield one


def words(module: str) -> Iterator[str]:
    """Names that stand for a function or an object where a config has text."""
    part = importlib.import_module(f"keras.src.{module}")
    for name in part.ALL_OBJECTS_DICT:
        if isinstance(name, str) and (module not in _ASKED or resolves(part, name)):
            yield name
    if module in _ASKED:
        chosen = [name for name in _CHOSEN if name not in part.ALL_OBJECTS_DICT]
        yield from (name for name in chosen if resolves(part, name) and is_chosen(module, name))


def modes() -> list[str]:
    """The modes of quantization that a policy may name."""
    try:
        policies = importlib.import_module("keras.src.dtype_policies.dtype_policy")
    except ModuleNotFoundError:  # of Keras before 3.3, which had none
        return []
    return list(getattr(policies, "QUANTIZATION_MODES", ()))


def resolves(part: types.ModuleType, name: str) -> bool:
    """Whether the loader of HDF5 files takes a loss or a metric by that name."""
    try:
        part.deserialize(name)
    except (TypeError, ValueError):
        return False
    return True


def is_chosen(module: str, name: str) -> bool:
    """Whether compile makes a loss or a metric of a name that the loader passes on to it."""
    from keras.src.trainers import compile_utils

    outputs = Shaped((2, 3))
    try:
        {"losses": compile_utils.get_loss, "metrics": compile_utils.get_metric}[module](name, outputs, outputs)
    except ValueError:
        return False
    return True


def has_home(one: object) -> bool:
    """Whether it is a class or a function of Keras."""
    return (inspect.isclass(one) or inspect.isfunction(one)) and one.__module__.startswith("keras")


def loads(config: dict[str, object]) -> bool:
    """Whether the release makes a model of a config."""
    import keras

    try:
        keras.Model.from_config(config)
    except Exception:  # noqa: BLE001 - whatever it raises, it does not take the form
        return False
    return True


def public_symbols(keras: object) -> Iterator[tuple[str, object]]:
    """Every class and function that Keras exports, by each of its names, as its loader looks them up."""
    from keras.src import api_export

    for module in [name for name in sys.modules if name.startswith("keras.") and not name.startswith(_PRIVATE)]:
        for name, one in vars(sys.modules[module]).items():
            if not name.startswith("_"):
                yield f"{module}.{name}", one
    for name, one in vars(keras).items():
        if not name.startswith("_"):
            yield f"keras.{name}", one
    yield from api_export.REGISTERED_NAMES_TO_OBJS.items()


def accepted(cls: Any) -> list[str]:  # noqa: ANN401 - no instance, whose constructor may be another
    """The keys of a config that ``cls.from_config`` takes; a star at the end where it takes any."""
    keys: set[str] = set(config_words(cls))
    passed: set[str] = set()
    for owner in cls.__mro__:
        if "__init__" not in owner.__dict__ or owner is object:
            continue
        parameters = inspect.signature(owner.__init__).parameters
        own = {
            name
            for name, one in parameters.items()
            if name != "self" and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
        }
        keys |= own - passed
        tree = parsed(owner.__init__)
        keys |= set(popped(tree, "kwargs")) - passed
        if not any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
            return sorted(keys)
        explicit, forwarded = super_call(tree)
        passed |= explicit - own
        if not forwarded:
            return sorted(keys | ({"*"} if swallows(tree) else set()))
    return sorted(keys)


@cache
def parsed(function: Any) -> ast.AST:  # noqa: ANN401 - whatever stands where a function is expected
    """The syntax of a function."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError):
        return ast.Module([], [])


def swallows(tree: ast.AST) -> bool:
    """Whether a constructor never asks if anything is left of its keyword arguments."""
    tests = (one.test for one in ast.walk(tree) if isinstance(one, ast.If))
    return not any(isinstance(test, ast.Name) and test.id == "kwargs" for test in tests)


def super_call(tree: ast.AST) -> tuple[set[str], bool]:
    """What a constructor gives to the next one by name, and whether it passes on the rest."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "__init__":
            names = {word.arg for word in call.keywords if word.arg}
            return names, any(word.arg is None for word in call.keywords)
    return set(), False


def config_words(cls: Any) -> Iterator[str]:  # noqa: ANN401 - of any class
    """Keys that a ``from_config`` of its own takes out of the config."""
    for owner in cls.__mro__:
        if "from_config" in owner.__dict__:
            if owner.__name__ not in {"Operation", "Layer"}:
                yield from popped(parsed(owner.from_config), "config")
            return


def popped(tree: ast.AST, of: str) -> Iterator[str]:
    """Constant keys that are popped from a dict of this name."""
    for call in ast.walk(tree):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="pop"), args=[ast.Constant(value=str(key)), *_]
            ) if name == of:
                yield key


if __name__ == "__main__":
    main(sys.argv[1])
