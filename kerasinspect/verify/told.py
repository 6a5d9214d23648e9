"""What a worker may tell, as forms that its lines are held against: code of the file's may have run in its process."""

from __future__ import annotations

from typing import Any

LIBRARY = {"module": str, "version": str, "tensorflow": str}

MODULE_ERROR = {"module": str, "message": str}

PROCESS = {
    "network": str,
    "memory_limit": (int, None),
    "missing": dict,
    "libraries": [LIBRARY],
    "python": str,
    "import_seconds": float,
    "import_bytes": (int, None),
    "custom_error": (MODULE_ERROR, None),
}
"""The line about the process itself."""

REFUSED = {"library": None, "refusals": [{**LIBRARY, "kind": str, "message": str}], "peak_bytes": (int, None)}
"""The line about a model that no library loads."""

INPUT = {"name": str, "shape": [(int, None)], "dtype": str}
OUTPUT = {"name": str, "shape": [int], "dtype": str, "not_finite": int}
CASE = {"name": str, "outputs": [OUTPUT], "same_again": bool, "seconds": float}
WEIGHT = {"index": (int, None), "layer": str, "name": str, "shape": [int], "dtype": str, "sha256": str}

LOADED = {
    **REFUSED,
    "library": LIBRARY,
    "load_seconds": float,
    "weights": [WEIGHT],
    "forward": {"inputs": ([INPUT], None), "cases": [CASE], "error": (str, None), "misfit": (str, None)},
}
"""The line about any other."""


def fits(value: Any, form: Any) -> bool:  # noqa: ANN401 - any JSON, and its form
    """Whether a value has a form: a type, an object with these keys, a list of one form, or one of several forms."""
    match form:
        case dict():
            return isinstance(value, dict) and all(
                key in value and fits(value[key], inner) for key, inner in form.items()
            )
        case [inner]:
            return isinstance(value, list) and all(fits(one, inner) for one in value)
        case tuple():
            return any(fits(value, one) for one in form)
        case None:
            return value is None
    return type(value) is form
