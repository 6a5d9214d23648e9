"""Addresses as they are shown, and those of the files beside and inside them.

In a key of an object store, a question mark and a number sign are letters like others.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit


def shown_address(address: str) -> str:
    """An address as messages and pages say it: without a password, and without a query, which may be a signature."""
    if not is_web(address):
        scheme, _, place = address.partition("://")
        host, slash, path = place.partition("/")
        return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "…" if parts.query else "", ""))


def address_beside(address: str, name: str) -> str:
    """The address of another file of the same folder; what signs this one signs no other."""
    return address_inside(folder_address(address).rpartition("/")[0], name)


def folder_address(address: str) -> str:
    """The address of a folder, without a slash at its end and without what signs it.

    In an object store a folder may have no name: of two slashes one is left there.
    """
    if is_web(address):
        parts = urlsplit(address)
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")).rstrip("/")
    return address.removesuffix("/")


def address_inside(folder: str, name: str) -> str:
    """The address of what has a name in a folder, whose address ends in no slash."""
    return f"{folder}/{quote(name) if is_web(folder) else name}"


def is_web(address: str) -> bool:
    """Whether an address is one of HTTP."""
    return address.lower().startswith(("http://", "https://"))
