"""The public names of the package, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kerasinspect


@pytest.mark.parametrize("name", kerasinspect.__all__)
def test_public_name_can_be_imported(name: str) -> None:
    """Every name in ``__all__`` leads to something."""
    assert getattr(kerasinspect, name) is not None


def test_all_public_names_are_listed_before_any_is_imported() -> None:
    """``dir`` has what a session completes, and a star imports it all."""
    listed = "import kerasinspect; print(*dir(kerasinspect)); from kerasinspect import *; print(open_model.__name__)"
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [*sorted(kerasinspect.__all__), "open_model"]


def test_unknown_name_is_an_attribute_error() -> None:
    """A name that is not public fails as it would on any module."""
    with pytest.raises(AttributeError, match="has no attribute 'load_model'"):
        _ = kerasinspect.load_model  # type: ignore[attr-defined]


def test_import_brings_in_nothing_heavy() -> None:
    """Importing the package leaves numpy, pyfive and click alone until they are needed."""
    heavy = "import sys, kerasinspect; print(sorted({'numpy', 'pyfive', 'click'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
