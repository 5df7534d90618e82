"""What went wrong with a request -> one named reason, and one line for people."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.guard import AddressRefusedError
from crawler.politeness import HostLeftAloneError, RobotsRefusedError
from pipelines.records import Reason

_REASONS: tuple[tuple[type[BaseException], Reason, str], ...] = (
    (AddressRefusedError, Reason.ADDRESS_REFUSED, ""),
    (RobotsRefusedError, Reason.ROBOTS, ""),
    (HostLeftAloneError, Reason.RATE_LIMITED, ""),
    (IgnoreRequest, Reason.TOO_MANY_REDIRECTS, ""),
    (CannotResolveHostError, Reason.DNS, "the name does not resolve"),
    (DownloadTimeoutError, Reason.TIMEOUT, "no complete answer in time"),
    (DownloadConnectionRefusedError, Reason.UNREACHABLE, "the connection was refused"),
    (DownloadCancelledError, Reason.TOO_LARGE, "the answer is larger than allowed"),
    (ResponseDataLossError, Reason.UNREACHABLE, "the answer was cut short"),
    (DownloadFailedError, Reason.UNREACHABLE, "the connection failed"),
    (UnsupportedURLSchemeError, Reason.ADDRESS_REFUSED, "not http or https"),
)


def failure_reason(error: BaseException | None) -> tuple[Reason, str]:
    """The reason and the evidence, in one line; an error that is not foreseen counts as unreachable.

    Raises: nothing.
    """
    if isinstance(error, HostLeftAloneError) and error.__cause__ is not None:
        return failure_reason(error.__cause__)  # what made the host be left alone
    wrapped = [failure.value for failure in getattr(error.__cause__, "reasons", ())] if error else []
    if any(isinstance(one, DownloadCancelledError) for one in wrapped):
        return failure_reason(wrapped[0])
    # Of several errors in one, as Twisted wraps them, what each says.
    detail = " ".join("; ".join(map(str, wrapped or [error])).split())[:300]
    if isinstance(error, IgnoreRequest) and isinstance(error.__cause__, ValueError):
        return Reason.TOO_LARGE, detail  # so Scrapy's decompression says that it has stopped
    for kind, reason, meaning in _REASONS:
        if isinstance(error, kind):
            return reason, f"{meaning}: {detail}" if meaning and detail else meaning or detail
    return Reason.UNREACHABLE, f"the request failed: {type(error).__name__}: {detail}"
