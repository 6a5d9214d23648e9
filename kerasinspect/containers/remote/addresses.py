"""Addresses as they are shown, and those of the files beside them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit


def shown_address(address: str) -> str:
    """An address as messages and pages say it: without a password, and without a query, which may be a signature."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "…" if parts.query else "", ""))


def address_beside(address: str, name: str) -> str:
    """The address of another file of the same folder; what signs this one signs no other."""
    parts = urlsplit(address)
    written = quote(name) if parts.scheme in ("http", "https") else name
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rpartition('/')[0]}/{written}", "", ""))
