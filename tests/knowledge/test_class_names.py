"""Where the names of Keras's classes stand: in the layer table, and in few other places for a reason."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import kerasinspect
from kerasinspect.knowledge.layers import LAYERS

PACKAGE = Path(kerasinspect.__file__).parent
TABLE = PACKAGE / "knowledge" / "layers"

ELSEWHERE = {
    "__init__.py": ("it exports a type of its own that is called so", {"Model"}),
    "analysis/stored_code/loader_names": ("generated from what Keras's loaders resolve", None),
    "analysis/placed_layers.py": ("the headline of a model without a class", {"Model"}),
    "analysis/stored_code/references.py": ("what runs code or opens files is a list that no row may change", None),
    "analysis/stored_code/named_objects.py": ("a Lambda is what its rule is about", {"Lambda"}),
    "analysis/stored_code/payloads.py": ("a Lambda is what its rule is about", {"Lambda"}),
    "analysis/summarising.py": ("the headline of a model without a class", {"Model"}),
    "commands/pictures/graph.py": ("what was written, in words", {"Graph"}),
    "analysis/training/assessing.py": ("the headline of a model without a class", {"Model"}),
    "analysis/renumbering.py": (
        "what older versions of Keras called layers that nobody named",
        {
            "ConvLSTM1D",
            "ConvLSTM2D",
            "ConvLSTM3D",
            "Functional",
            "InputLayer",
            "Model",
            "SlicingOpLambda",
            "TFOpLambda",
        },
    ),
    "knowledge/releases/unsaved.py": ("which arguments of some classes releases of Keras leave out", None),
    "model/__init__.py": ("it exports a type of its own that is called so", {"Model"}),
    "analysis/compat": ("what every release of Keras 3 asks of some classes, whatever their keys", None),
    "checking/rules/restoring.py": ("the classes whose variables one release of Keras leaves alone", None),
    "checking/rules/safety.py": ("classes that advisories were published about", {"TFSMLayer", "TorchModuleWrapper"}),
    "verify/reading.py": (
        "classes that Keras itself reports of a loaded model",
        {"Functional", "Model", "Sequential"},
    ),
    "verify/worker.py": ("it runs in a foreign interpreter, without this package", None),
}
"""Modules that spell class names, with the reason and the names; None stands for any."""


def spelled(path: Path) -> set[str]:
    """The class names that a module has as texts of their own, docstrings apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in documented]
    words = {word for node in texts if isinstance(node.value, str) for word in listed(node.value)}
    return words & LAYERS.keys()


def listed(text: str) -> list[str]:
    """The words of a text that is a list or a path of names rather than a sentence."""
    words = text.split()
    is_list = all(word[0].isupper() for word in words)
    return re.findall(r"[^\W\d]\w*", text) if is_list or len(words) == 1 else []


def allowed(path: Path) -> set[str]:
    """The class names that a module may spell."""
    place = path.relative_to(PACKAGE).as_posix()
    reasons = [names for start, (_, names) in ELSEWHERE.items() if f"{place}/".startswith(f"{start}/")]
    return set().union(*(LAYERS.keys() if names is None else names for names in reasons))


def test_class_names_stand_in_the_layer_table() -> None:
    """What is known of a class stands in its row, so that a new class is one row."""
    found = {
        path.relative_to(PACKAGE).as_posix(): sorted(names)
        for path in PACKAGE.rglob("*.py")
        if not path.is_relative_to(TABLE) and (names := spelled(path) - allowed(path))
    }
    assert not found


def test_every_exception_is_needed() -> None:
    """An exception goes with what it was made for."""
    for start, (_, names) in ELSEWHERE.items():
        place = PACKAGE / start
        used = set().union(*map(spelled, place.rglob("*.py") if place.is_dir() else [place]))
        assert used >= (names or set()), start
        assert used, start
