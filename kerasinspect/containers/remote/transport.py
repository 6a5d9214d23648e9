"""Ranges of bytes from another machine, over fsspec: each request with a time limit, tried again where that may help.

fsspec knows the services and where their credentials are; this module holds it to what a reader of strangers' files
needs. A server that takes no ranges is found out without reading on, a body is never read beyond what was asked for,
two files that bear one address are never mixed, and whatever any library raises on the way becomes one sentence.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kerasinspect.containers.remote.addresses import address_beside, shown_address
from kerasinspect.containers.remote.failures import DOWNLOAD, failure, may_pass
from kerasinspect.containers.remote.ranges import NoFileAnswer, Piece, Version, http_piece, is_s3, s3_piece
from kerasinspect.errors import DamagedFile, FailedRead, InspectError, MissingExtra, NotAModel, RequestError

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
_MOST_PIECES = 16
"""Requests for one range, of which a server may give less at a time."""
_Given = TypeVar("_Given")


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
        self._version: Version | None = None
        """What the first answer says of the file, where each one says so."""

    def address_beside(self, name: str) -> str:
        """The address of another file of the same folder."""
        return address_beside(self._address, name)

    def fetch(self, start: int, end: int) -> bytes:
        """Bytes ``start`` up to ``end``, fewer only where the file ends; from any number of threads.

        Raises WholeOnly for a server that takes no ranges, FailedRead or NotAModel where there are none, DamagedFile
        where they are those of another file than what was fetched before.
        """
        data = b""
        for _ in range(_MOST_PIECES):
            at = start + len(data)
            piece = self._tried(lambda at=at: self._piece(at, end))  # type: ignore[misc]
            self._require_same(piece.version)
            data += piece.data
            size = piece.version.size
            if not piece.data or start + len(data) >= (end if size is None else min(end, size)):
                break
        else:
            message = f"{self.shown} gave {len(data):,} of {end - start:,} bytes in {_MOST_PIECES} answers."
            raise FailedRead(message, DOWNLOAD)
        if len(data) > end - start:
            message = f"{self.shown} gave {len(data):,} bytes where {end - start:,} were asked for."
            raise FailedRead(message, "The server does not keep to HTTP; download the file and name that.")
        return data

    def _require_same(self, version: Version) -> None:
        """Raise DamagedFile for an answer of another file than the first one was of."""
        if self._version is None:
            self._version = version
        elif version.is_other(self._version):
            raise self.changed()

    def changed(self) -> DamagedFile:
        """The error for a file that is another one by now."""
        return DamagedFile(f"{self.shown} was changed while it was read.", "Open it again once nothing writes to it.")

    @property
    def described(self) -> Description:
        """The size and the version of the file when it was first asked for; asks where no answer tells them."""
        version = self._version
        if version is None or version.size is None:
            return self.describe()
        return Description(version.size, version.etag or version.modified)

    def require_unchanged(self, before: Description) -> None:
        """Raise DamagedFile where the other machine has another file by now."""
        if self._version is not None and self._version.size is not None:
            self.fetch(0, 1)
        elif self.describe() != before:
            raise self.changed()

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
        stream = self._tried(self._stream)
        with stream:
            while piece := self._tried(lambda: stream.read(1 << 20), again=False):
                yield piece

    def _stream(self) -> Any:  # noqa: ANN401 - fsspec's
        """A file of fsspec that is read from its beginning to its end."""
        stream = self._files.open(self._path, "rb", block_size=0)
        status = stream.r.status
        if status != 200:  # noqa: PLR2004 - of HTTP: a part of a file would pass for all of it
            stream.close()
            if status == 206:  # noqa: PLR2004
                raise FailedRead(
                    f"{self.shown} cannot be fetched: its server compresses or mislabels ranges.", DOWNLOAD
                )
            raise NoFileAnswer(status)
        return stream

    def _piece(self, start: int, end: int) -> Piece:
        """Bytes of a range as one answer gives them."""
        if self._is_http:
            return http_piece(self._files, self._path, start, end, self.shown)
        try:
            if is_s3(self._files):
                return s3_piece(self._files, self._path, start, end, self.shown)
            return Piece(self._files.cat_file(self._path, start=start, end=end), Version())
        except (FileNotFoundError, PermissionError):
            raise
        except (OSError, ValueError):  # no range is in an empty file, for which each service has words of its own
            if start or self._files.info(self._path).get("size") != 0:
                raise
            return Piece(b"", Version(0))

    def _tried(self, request: Callable[[], _Given], *, again: bool = True) -> _Given:
        """What a request gives, tried again where its failure may pass; its failure as one of ours where not."""
        for pause in (*(_PAUSES if again else ()), None):
            try:
                return request()
            except InspectError:
                raise
            except Exception as error:
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
