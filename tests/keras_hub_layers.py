"""Makes the table of keras-hub's layers from its source: what a class holds under which attributes, and its weights.

``python -m tests.keras_hub_layers PACKAGE MADE`` reads the folder of an installed ``keras_hub``, of which no code is
run, and what live models had in the folder that ``tests.keras_hub_families make`` wrote, which is exact where it says
something; it writes ``kerasinspect/knowledge/hub/table.json``.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "kerasinspect/knowledge/hub/table.json"
_TOLD = ("use_bias", "center", "scale", "use_scale", "bias_axes", "reset_after")
"""Arguments that decide which weights a layer of Keras has."""
_LAYERS = {"Layer", "Model", "Functional", "Sequential", "Backbone", "Task"}


@dataclass
class _Class:
    """What the source says of one class."""

    name: str
    module: str
    bases: list[str]
    parts: dict[str, list[list[object]]] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    weights: list[list[object]] = field(default_factory=list)
    seen: list[list[list[object]]] = field(default_factory=list)
    """All own weights of live layers, each list once."""


@dataclass
class _Module:
    """A module: its classes, and what the names in it stand for."""

    name: str
    classes: dict[str, ast.ClassDef]
    imports: dict[str, str]


def _read(package: Path) -> dict[str, _Module]:
    """All modules of a package by their names, parsed."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        name = ".".join(path.relative_to(package.parent).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        imports: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                imports |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        modules[name] = _Module(name, classes, imports)
    return modules


class _Reader:
    """Resolves the classes of a package."""

    def __init__(self, modules: dict[str, _Module]) -> None:
        self._modules = modules
        self._found: dict[tuple[str, str], _Class] = {}

    def resolve(self, module: _Module, called: ast.expr) -> tuple[str, str] | None:
        """The module and the name of the class that an expression names; an empty module for one of Keras's own."""
        text = ast.unparse(called)
        if match := re.fullmatch(r"(?:keras\.|keras\.src\.)?layers\.(\w+)", text):
            return ("", match[1]) if match[1][0].isupper() else None
        if text in {"keras.Sequential", "keras.Model", "keras.layers.Layer"}:
            return "", text.rpartition(".")[2]
        if text in module.classes:
            return module.name, text
        target = module.imports.get(text, "")
        if "." in text and (target := module.imports.get(text.rpartition(".")[0], "")):
            target = f"{target}.{text.rpartition('.')[2]}"
        place, _, name = target.rpartition(".")
        if place in self._modules and name in self._modules[place].classes:
            return place, name
        return ("", name) if place.startswith("keras.") and name[:1].isupper() else None

    def read(self, key: tuple[str, str]) -> _Class:
        """What the source says of a class, with what it inherits."""
        if key in self._found:
            return self._found[key]
        module = self._modules[key[0]]
        source = module.classes[key[1]]
        found = self._found[key] = _Class(key[1], key[0], [ast.unparse(base) for base in source.bases])
        for base in source.bases:
            where = self.resolve(module, base)
            if where is not None and where[0]:
                inherited = self.read(where)
                found.bases += inherited.bases
                found.parts |= {name: [*options] for name, options in inherited.parts.items()}
                found.lists |= inherited.lists
                found.weights += inherited.weights
            elif where is not None:
                found.bases.append(where[1])
        for method in source.body:
            if isinstance(method, ast.FunctionDef):
                self._read_method(module, found, method)
        return found

    def _read_method(self, module: _Module, found: _Class, method: ast.FunctionDef) -> None:
        """Note what a method gives to attributes."""
        local: dict[str, list[list[object]]] = {}
        for node in sorted(
            (one for one in ast.walk(method) if isinstance(one, (ast.Assign, ast.Call))), key=lambda one: one.lineno
        ):
            if isinstance(node, ast.Assign):
                self._assign(module, found, local, node)
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "append" and node.args:
                attribute = _attribute(node.func.value)
                options = self._options(module, local, node.args[0])
                if attribute and options:
                    found.lists.add(attribute)
                    _add(found.parts, attribute, options)
                elif isinstance(node.func.value, ast.Name) and options:
                    _add(local, node.func.value.id, options)
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "add_weight":
                self._weight(found, node)

    def _assign(self, module: _Module, found: _Class, local: dict[str, list[list[object]]], node: ast.Assign) -> None:
        """Note what an assignment gives to an attribute or to a name."""
        options = self._options(module, local, node.value)
        for target in node.targets:
            attribute = _attribute(target)
            if attribute and options:
                if isinstance(node.value, (ast.List, ast.ListComp)):
                    found.lists.add(attribute)
                _add(found.parts, attribute, options)
            elif isinstance(target, ast.Name) and options:
                _add(local, target.id, options)

    def _options(self, module: _Module, local: dict[str, list[list[object]]], value: ast.expr) -> list[list[object]]:
        """The layers that an expression may give: class, and what decides on its weights."""
        match value:
            case ast.IfExp():
                return [*self._options(module, local, value.body), *self._options(module, local, value.orelse)]
            case ast.List(elts=values):
                return [option for one in values for option in self._options(module, local, one)]
            case ast.ListComp(elt=element):
                return self._options(module, local, element)
            case ast.Name(id=name):
                return local.get(name, [])
            case ast.Call():
                return self._called(module, value)
        return []

    def _called(self, module: _Module, call: ast.Call) -> list[list[object]]:
        """The layer that a call makes."""
        where = self.resolve(module, call.func)
        told = {
            one.arg: one.value.value
            for one in call.keywords
            if one.arg in _TOLD and isinstance(one.value, ast.Constant)
        }
        return [[where[1], where[0], told]] if where else []

    def _weight(self, found: _Class, call: ast.Call) -> None:
        """Note a weight that a class adds."""
        given = {one.arg: one.value for one in call.keywords}
        name = given.get("name", call.args[0] if call.args and isinstance(call.args[0], ast.Constant) else None)
        trained = given.get("trainable")
        is_trained = not (isinstance(trained, ast.Constant) and trained.value is False)
        said = name.value if isinstance(name, ast.Constant) else None
        if [said, is_trained] not in found.weights:
            found.weights.append([said, is_trained])


def _add(places: dict[str, list[list[object]]], name: str, options: list[list[object]]) -> None:
    """Add options under a name, each once."""
    held = places.setdefault(name, [])
    held += [option for option in options if option not in held]


def _attribute(target: ast.expr) -> str | None:
    """The attribute of ``self`` that an expression names."""
    is_own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    return target.attr if is_own and isinstance(target, ast.Attribute) else None


def _add_observed(reader: _Reader, modules: dict[str, _Module], made: Path) -> None:
    """Add what live models had: attributes that helpers set, names of weights that are computed."""
    for path in sorted(made.glob("*/classes.json")):
        for home, row in json.loads(path.read_text()).items():
            module, _, name = home.partition(":")
            if module not in modules or name not in modules[module].classes:
                continue
            found = reader.read((module, name))
            for attribute, held in row["parts"].items():
                for class_name, place in held:
                    where = "" if place.startswith("keras.") else place
                    known = [option[:2] for option in found.parts.get(attribute, [])]
                    if [class_name, where] not in known and (not where or where in modules):
                        _add(found.parts, attribute, [[class_name, where, {}]])
            found.seen += [names for names in row["weights"] if names not in found.seen]


def table_of(package: Path, made: Path) -> dict[str, Any]:
    """The table of a package's layers."""
    modules = _read(package)
    reader = _Reader(modules)
    for module in modules.values():
        for name in module.classes:
            reader.read((module.name, name))
    _add_observed(reader, modules, made)
    found: dict[str, list[_Class]] = {}
    for module in modules.values():
        for name in module.classes:
            one = reader.read((module.name, name))
            if _keras_bases(one) or {base.rpartition(".")[2] for base in one.bases} & _LAYERS:
                found.setdefault(name, []).append(one)
    places = {(one.module, name): place for name, alike in found.items() for place, one in enumerate(alike)}
    version = re.search(r'__version__ = "([^"]+)"', (package / "src/version.py").read_text())
    return {
        "package": "keras-hub",
        "version": version[1] if version else "",
        "classes": {name: [_row(one, places) for one in found[name]] for name in sorted(found)},
    }


def _keras_bases(found: _Class) -> list[str]:
    """The classes of Keras that a class extends, the nearest first."""
    return [base.rpartition(".")[2] for base in found.bases if "layers." in base]


def _row(found: _Class, places: dict[tuple[str, str], int]) -> dict[str, object]:
    """What the table says of a class; what is empty is left out."""
    base = next((name for name in _keras_bases(found) if name != "Layer"), "")
    parts = {}
    for key, options in sorted(found.parts.items()):
        held = [(name, module, places.get((str(module), str(name)), -1), told) for name, module, told in options]
        known = [[name, place, told] for name, module, place, told in held if not module or place >= 0]
        if known:
            parts[key] = known
    weights = [weight for weight in found.weights if weight[0]]
    row = {"base": base, "parts": parts, "weights": weights, "seen": found.seen}
    return {key: value for key, value in row.items() if value}


if __name__ == "__main__":
    made = table_of(Path(sys.argv[1]), Path(sys.argv[2]))
    TABLE.write_text(json.dumps(made, indent=0, separators=(",", ":")) + "\n")
    print(len(made["classes"]), "classes,", TABLE.stat().st_size, "bytes")
