"""Makes text from a file safe to show, as everything else does that shows some of it."""

from __future__ import annotations

from kerasinspect.shown.escaping import NAME_LIMIT, columns_of, short, visible, visible_name

__all__ = ["NAME_LIMIT", "columns_of", "short", "visible", "visible_name"]
