"""The version of this package, for all who say it or go by it."""

from __future__ import annotations

__version__ = "0.1.0"
