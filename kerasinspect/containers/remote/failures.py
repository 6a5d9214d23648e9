"""What can go wrong between here and another machine, each as one sentence.

Every service has a library of its own, and each library raises errors of its own. They are told apart by the status of
HTTP that one of them carries, else by the names of their classes, so that none of them is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.errors import FailedRead, InspectError, NotAModel

if TYPE_CHECKING:
    from collections.abc import Iterator

DOWNLOAD = "Download it and name the file, or pipe it: curl -L ADDRESS | kerasinspect COMMAND -"
_CREDENTIALS = "They are looked for where the library of that service does; see docs/remote.md."
_CHECK, _LATER = "Check the address.", "Try again later."
_LONGEST_CHAIN = 8
"""Errors behind an error that are looked at."""
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may be another one a moment later."""
_MISSING = frozenset({"FileNotFoundError", "ClientError", "NoSuchBucket", "NoSuchKey"})
_FORBIDDEN = frozenset({"PermissionError", "NoCredentialsError"})
_CUT = frozenset(
    {"ServerDisconnectedError", "ClientPayloadError", "ConnectionResetError", "IncompleteRead", "ProtocolError"}
)
_SLOW = frozenset({"TimeoutError", "FSTimeoutError", "ServerTimeoutError", "SocketTimeoutError", "ReadTimeoutError"})
_AWAY = frozenset(
    {"ConnectionRefusedError", "ClientConnectorError", "ClientConnectorDNSError", "EndpointConnectionError", "gaierror"}
)
_UNPACKED = frozenset({"ContentEncodingError"})
_CIRCLE = frozenset({"TooManyRedirects"})
_REASONS = (
    (_UNPACKED, "its server sends it compressed, and that is damaged"),
    (_SLOW, "its server does not answer in time"),
    (_AWAY, "no server answers at this address"),
    (_CUT, "the connection was cut"),
)
"""What each kind of error means; the first that fits."""
_ASTRAY = frozenset({"InvalidUrlRedirectClientError", "NonHttpUrlRedirectClientError"})
_REDIRECTED = _CIRCLE | _ASTRAY
_NOT_HTTP, _BODY = "HttpProcessingError", "PayloadEncodingError"
"""What aiohttp's errors for an answer that is not HTTP derive from, and those of them for its body alone.

They bear a status that no server sent."""


def failure(shown: str, error: BaseException) -> InspectError:
    """The error for a request that failed: NotAModel where the address or its owner is to blame, else FailedRead."""
    status, kinds = _status_of(error), {type(one).__name__ for one in _causes(error)}
    if status == 401:  # noqa: PLR2004 - a status of HTTP, as below
        return NotAModel(f"{shown} wants credentials (401).", _CREDENTIALS)
    if status == 403 or kinds & _FORBIDDEN:  # noqa: PLR2004
        return NotAModel(f"{shown} may not be read with these credentials (403).", _CREDENTIALS)
    if status in (404, 410) or (status is None and kinds <= _MISSING):
        return NotAModel(f"{shown} does not exist (404).", _CHECK)
    if kinds & _REDIRECTED:
        return _misled(shown, kinds)
    if status is not None and (status < 400 or status == 416):  # noqa: PLR2004
        return NotAModel(f"{shown} gives no file: its server answers {status}.", _CHECK)
    return FailedRead(f"{shown} cannot be fetched: {_reason(error, status, kinds)}.", _LATER)


def _misled(shown: str, kinds: set[str]) -> NotAModel:
    """The error for an address that leads to no file."""
    if kinds & _CIRCLE:
        return NotAModel(f"{shown} leads from one address to the next without an end.", _CHECK)
    return NotAModel(f"{shown} redirects to an address that is not followed.", "Followed are http:// and https://.")


def _reason(error: BaseException, status: int | None, kinds: set[str]) -> str:
    """Why bytes that may be there did not come."""
    if _is_no_http(error):
        return "what answers there does not keep to HTTP"
    if status is not None:
        return f"its server answers {status}"
    words = next((words for names, words in _REASONS if kinds & names), "")
    return words or str(error).partition("\n")[0].rstrip(".") or type(error).__name__


def may_pass(error: BaseException) -> bool:
    """Whether the same request may succeed a moment later."""
    status = _status_of(error)
    if status is not None:
        return status in _PASSING
    return any(type(one).__name__ in _CUT for one in _causes(error))


def _status_of(error: BaseException) -> int | None:
    """The status of HTTP that an error came from."""
    if _is_no_http(error):
        return None
    for one in _causes(error):
        for status in (getattr(one, "status", None), getattr(getattr(one, "response", None), "status_code", None)):
            if isinstance(status, int):
                return status
    return None


def _is_no_http(error: BaseException) -> bool:
    """Whether an answer was not HTTP."""
    kinds = ({kind.__name__ for kind in type(one).__mro__} for one in _causes(error))
    return any(_NOT_HTTP in names and _BODY not in names for names in kinds)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from."""
    cause: BaseException | None = error
    for _ in range(_LONGEST_CHAIN):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__
