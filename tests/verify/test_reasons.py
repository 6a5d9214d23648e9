"""What Keras says when it refuses a file becomes one sentence."""

from __future__ import annotations

import pytest

from kerasinspect.verify.reasons import reason

MESSAGES = {
    "custom class": ("Could not locate class 'Mine'. Make sure custom classes", "It has the custom class Mine"),
    "custom class of old": ("Unknown layer: 'Mine'. Please ensure", "It has the custom class Mine"),
    "custom class by package": ("Could not locate class 'my>Mine'.", "It has the custom class Mine"),
    "class of another age": ("Unknown layer: 'Convolution2D'.", "This Keras does not know Convolution2D."),
    "wrong name": ("File not found: x. Please ensure the file is an accessible `.keras` zip file.", "It is HDF5 under"),
    "shape": ("Shape mismatch in layer #1 for weight dense/kernel.", "An array in the file has another shape"),
    "missing": ("A total of 1 objects could not be loaded.", "Arrays that Keras expects"),
    "anything else": ("no idea", "Keras raised OddError while it loaded the file."),
}


@pytest.mark.parametrize(("message", "said"), MESSAGES.values(), ids=MESSAGES)
def test_reasons(message: str, said: str) -> None:
    """Each kind of refusal has its sentence."""
    assert reason("OddError", message, {"Mine"}).startswith(said)
