"""What is known of a layer or an array is keyed by the thing itself, never by its address."""

from __future__ import annotations

import ast
from pathlib import Path

import kerasinspect
from kerasinspect.assembly.nodes import Claim, Node
from kerasinspect.containers.stored import InMemory, StoredArray
from kerasinspect.dtypes import Encoding

PACKAGE = Path(kerasinspect.__file__).parent
BY_ADDRESS = {"verify/worker.py": "the variables of the real Keras compare by value and have no hash"}
"""Modules that may call id(), each with its reason."""


def test_nothing_is_keyed_by_address() -> None:
    """An address is taken again once its object is gone, and says nothing of what it is the address of."""
    calling = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Name) and call.id == "id"
    }
    assert calling == BY_ADDRESS.keys()


def test_equal_claims_and_nodes_are_two_keys() -> None:
    """A model may have two layers with one name and one config, each with an array of equal bytes."""
    array = StoredArray("/a", (1,), "float32", Encoding("<f4"), InMemory(bytes))
    assert len({Claim("kernel", array), Claim("kernel", array)}) > 1
    assert len({Node("dense", "Dense"), Node("dense", "Dense")}) > 1
