"""Ranges of bytes from another machine, over fsspec: each request with a time limit, tried again where that may help.

fsspec knows the services and where their credentials are; this module holds it to what a reader of strangers' files
needs. A server that takes no ranges is found out without reading on, a body is never read beyond what was asked for,
and whatever any library raises on the way becomes one sentence.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kerasinspect.containers.remote.addresses import address_beside, shown_address
from kerasinspect.containers.remote.failures import DOWNLOAD, failure, may_pass
from kerasinspect.errors import FailedRead, InspectError, MissingExtra, NotAModel, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_BACKENDS: Mapping[str, str] = {
    "http": "kerasinspect[remote]",
    "https": "kerasinspect[remote]",
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "hf": "huggingface_hub",
}
"""The kinds of address that are read, and what pip installs for each."""
WEB = ("http", "https")
"""The kinds whose machines list nothing."""
_SECONDS_TO_CONNECT, _SECONDS_OF_SILENCE, _SECONDS_IN_ALL = 10.0, 20.0, 120.0
"""Time limits of one request: until the machine answers, without a byte, and for all of its bytes."""
_PAUSES = (0.2, 1.0)
"""Seconds to wait before a request is tried again."""
_NOT_KNOWN = 1 << 62
"""Stands for the size of a file before that is known: fsspec asks for none, and a first range is the first request."""
_Given = TypeVar("_Given")


class WholeOnly(Exception):
    """The server gives the whole file and no ranges of it."""


class Description(NamedTuple):
    """What another machine says of a file: its bytes, and a text that changes with its content, where it has one."""

    size: int
    tag: str


class Transport:
    """One file on another machine."""

    def __init__(self, address: str) -> None:
        """Find out how an address is read; nothing is asked of its machine yet.

        Raises MissingExtra where that library is not installed, RequestError for an address of no known kind.
        """
        self._address = address
        self.shown = shown_address(address)
        scheme = known_scheme(address)
        self._is_http = scheme in WEB
        self._files, self._path = file_system(address, scheme, self.shown)

    def address_beside(self, name: str) -> str:
        """The address of another file of the same folder."""
        return address_beside(self._address, name)

    def fetch(self, start: int, end: int) -> bytes:
        """Bytes ``start`` up to ``end``, fewer only where the file ends; from any number of threads.

        Raises WholeOnly for a server that takes no ranges, FailedRead or NotAModel where there are none.
        """
        data = self._tried(lambda: self._range(start, end))
        if len(data) > end - start:
            message = f"{self.shown} gave {len(data):,} bytes where {end - start:,} were asked for."
            raise FailedRead(message, "The server does not keep to HTTP; download the file and name that.")
        return data

    def describe(self) -> Description:
        """The size and the version of the file now; raises FailedRead where the machine does not tell its size."""
        self._files.invalidate_cache()
        facts: dict[str, Any] = self._tried(lambda: self._files.info(self._path))
        size = facts.get("size")
        if facts.get("type") == "directory":
            raise NotAModel(f"{self.shown} is a folder, not a file.", "Name a file in it.")
        if not isinstance(size, int):
            raise FailedRead(f"{self.shown} cannot be read: its server does not tell its size.", DOWNLOAD)
        tags = (facts.get(key) for key in ("ETag", "etag", "Last-Modified", "LastModified", "mtime", "last_modified"))
        return Description(size, str(next(filter(None, tags), "")))

    def whole(self) -> Iterator[bytes]:
        """All bytes one after the other; raises FailedRead where they end before."""
        stream = self._tried(lambda: self._files.open(self._path, "rb", block_size=0))
        with stream:
            while piece := self._tried(lambda: stream.read(1 << 20), again=False):
                yield piece

    def _range(self, start: int, end: int) -> bytes:
        """One range, as it comes."""
        if not self._is_http:
            data: bytes = self._files.cat_file(self._path, start=start, end=end)
            return data
        with self._files.open(self._path, "rb", size=_NOT_KNOWN, cache_type="none") as file:
            file.seek(start)
            piece: bytes = file.read(end - start)
            return piece

    def _tried(self, request: Callable[[], _Given], *, again: bool = True) -> _Given:
        """What a request gives, tried again where its failure may pass; its failure as one of ours where not."""
        for pause in (*(_PAUSES if again else ()), None):
            try:
                return request()
            except InspectError:
                raise
            except Exception as error:
                if self._is_http and type(error) is ValueError:  # fsspec's for a server that gives another range
                    raise WholeOnly from error
                if pause is None or not may_pass(error):
                    raise failure(self.shown, error) from error
            time.sleep(pause)
        raise AssertionError  # the last pause is None


def known_scheme(address: str) -> str:
    """The kind of an address; raises RequestError for one that is not read."""
    scheme = address.partition("://")[0].lower()
    if scheme not in _BACKENDS:
        known = ", ".join(f"{name}://" for name in _BACKENDS)
        raise RequestError(f"{shown_address(address)} is an address of no kind that is read.", f"Read are {known}.")
    return scheme


def file_system(address: str, scheme: str, shown: str) -> tuple[Any, str]:
    """Fsspec's view of a service, and the path there."""
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra

        options: dict[str, Any] = {"client_kwargs": _patience()} if scheme in WEB else {}
        files, path = url_to_fs(address, **options)
    except ImportError as error:
        message = f"{shown} is on another machine, and what reads {scheme}:// is not installed."
        names = {"kerasinspect[remote]", _BACKENDS[scheme]}
        raise MissingExtra(
            message, f"Install it: pip install {' '.join(repr(name) for name in sorted(names))}"
        ) from error
    except ValueError as error:
        raise RequestError(f"{shown} is no address: {error}.", "Check the address.") from error
    return files, path


def _patience() -> dict[str, Any]:
    """What a session of HTTP is made with: time limits, and no compression, which has no ranges."""
    from aiohttp import ClientTimeout  # noqa: PLC0415 - an extra

    timeout = ClientTimeout(total=_SECONDS_IN_ALL, sock_connect=_SECONDS_TO_CONNECT, sock_read=_SECONDS_OF_SILENCE)
    return {"timeout": timeout, "headers": {"Accept-Encoding": "identity"}}
