"""The tables of what a loader resolves are those of the installed libraries, and every name of these is judged by them.

Nothing is called: names are resolved by the loaders' own functions, and what they resolve to is looked at.
"""

from __future__ import annotations

import importlib.util
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.analysis.stored_code.code_findings import HARMLESS_KINDS
from kerasinspect.analysis.stored_code.code_in_config import code_in_config
from kerasinspect.analysis.stored_code.loader_names import keras_table, operation_table, tensorflow_table
from kerasinspect.analysis.stored_code.loader_names.lookups import (
    ALLOWED_KINDS,
    operation_allowed,
    standing_in_keras,
    tensorflow_allows,
)
from kerasinspect.analysis.stored_code.references import is_foreign, is_keras
from tests.loader_names.forms import alone, forms, resolved, splits
from tests.loader_names.keras_names import Named, bare_names, is_class_name, named_in, registered_names
from tests.loader_names.operations import allowed_operations, registered_operations
from tests.loader_names.tensorflow_names import kind_of, public_names

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = {"keras": "keras", "tf_keras": "tf-keras", "tensorflow": "tensorflow"}


def package_of(library: str) -> str:
    """The package that a library is of here: tensorflow-cpu may give tensorflow."""
    return packages_distributions()[library][0]


def installed(library: str) -> str:
    """A library that the tables were made of; the test is skipped where it is absent or another version."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    here, there = version(package_of(library)), keras_table.VERSIONS[PACKAGES[library]]
    if here != there:
        pytest.skip(f"the tables are of {library} {there}, and {here} is installed: run python -m tests.loader_names")
    return library


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def names(request: pytest.FixtureRequest) -> tuple[str, list[Named]]:
    """A library of Keras, and every class and function that any of its modules holds."""
    library = installed(request.param)
    return library, list(named_in(library))


def is_flagged(document: object) -> bool:
    """Whether a config that holds only this is told to run, import or open something."""
    return any(found.kind not in HARMLESS_KINDS for found in code_in_config(document, "config"))


def test_every_kind_has_its_reason() -> None:
    """No table lists a name for a reason that is not given."""
    kinds = {*keras_table.CLASSES, *tensorflow_table.NAMES, *operation_table.OPERATIONS}
    assert kinds | {"functions"} == {*ALLOWED_KINDS}


def test_every_name_of_keras_is_judged_as_what_it_is(names: tuple[str, list[Named]]) -> None:
    """What models are made of is allowed under each of its public names, and nothing else under any."""
    _, found = names
    wrong = [
        (named.module, named.name, standing)
        for named in found
        if (standing := standing_in_keras(named.module, named.name)) != _expected(named)
    ]
    assert wrong == []


def _expected(named: Named) -> str:
    """How a name stands: private functions are allowed where a public one of the same part is called like them."""
    counts = named.kind is not None and (is_class_name(named) or named.is_public)
    private = f"{named.area}.{named.name}"
    return "allowed" if counts or (not is_class_name(named) and private in PRIVATE) else "refused"


PRIVATE = {f"{area}.{name}" for area, words in keras_table.FUNCTIONS.items() for name in words.split()}


def test_every_form_of_every_name_is_flagged_or_allowed(names: tuple[str, list[Named]]) -> None:
    """In every split and as class or function: what the loader resolves is allowed by its kind, or the form flagged."""
    library, found = names
    public = (f"{named.module}.{named.name}" for named in found if named.is_public)
    paths = sorted({*public, *registered_names(library)})
    slipped = [form for path in paths for form in forms_of(path) if not _is_right(library, form)]
    assert slipped == []


def forms_of(path: str) -> Iterator[dict[str, Any]]:
    """Every form of every split of a path."""
    for module, name in splits(path):
        yield from forms(module, name)


def _is_right(library: str, form: dict[str, Any]) -> bool:
    """Whether a form is flagged, unless what it resolves to is allowed."""
    if is_flagged(form):
        return True
    target = resolved(library, form)
    module, _, name = f"{form['module']}.{form['config'] or form['class_name']}".rpartition(".")
    return target is None or Named(module, name, target).kind is not None


def test_every_name_alone_is_flagged_or_allowed(names: tuple[str, list[Named]]) -> None:
    """What a loader of legacy files finds under a name alone is allowed, or flagged in each of its forms."""
    library, _ = names
    refused = {named.name for named in bare_names(library) if named.kind is None} - _allowed_alone(library)
    assert refused
    assert [(name, form) for name in refused for form in alone(name) if not is_flagged(form)] == []


def _allowed_alone(library: str) -> set[str]:
    """Names that another module has for what is allowed."""
    return {named.name for named in bare_names(library) if named.kind is not None} | {
        name.rpartition(".")[2] for name in PRIVATE
    }


def test_every_public_name_of_tensorflow_is_judged_as_what_it_is() -> None:
    """What computes is allowed under each of its names, and nothing else under any."""
    installed("tensorflow")
    operations = allowed_operations()
    found = {name: value for name, value in public_names().items() if not _is_of_keras(name)}
    wrong = [name for name, value in found.items() if tensorflow_allows(name) != bool(kind_of(name, value, operations))]
    assert wrong == []


def _is_of_keras(name: str) -> bool:
    """Whether a name of the registry is one of Keras, which its own table judges."""
    return name.removeprefix("compat.v1.").startswith("keras.")


def test_every_operation_is_judged_by_what_it_declares() -> None:
    """An operation that is not allowed is flagged as a described operation, and one that is allowed is not."""
    installed("tensorflow")
    allowed = allowed_operations()
    assert [name for name in map(_name, registered_operations()) if operation_allowed(name) != (name in allowed)] == []


def _name(operation: Any) -> str:  # noqa: ANN401 - a message of TensorFlow
    """The name of an operation."""
    return str(operation.name)


def test_every_package_that_keras_brings_is_foreign() -> None:
    """Whatever Keras and TensorFlow are installed with is no one's model code."""
    brought = {package_of(installed(library)) for library in ("keras", "tensorflow")}
    pending = [*brought]
    while pending:
        with suppress(PackageNotFoundError):
            needed = (line for line in requires(pending.pop()) or () if "extra ==" not in line)
            named = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed}
            pending += named - brought
            brought |= named
    roots = {root for root, packages in packages_distributions().items() if brought.intersection(packages)}
    assert {root for root in roots if root.isidentifier() and not is_keras(root) and not is_foreign(root)} == set()


@pytest.mark.parametrize("class_name", ["TFOpLambda", "SlicingOpLambda"])
def test_every_name_in_a_wrapping_layer_is_flagged_or_allowed(class_name: str) -> None:
    """A layer that wraps a function is flagged unless the function computes, those of Keras as well."""
    installed("tensorflow")
    for name in public_names():
        document = {"class_name": class_name, "config": {"name": "x", "function": name}}
        assert is_flagged(document) != tensorflow_allows(name), name
