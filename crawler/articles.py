"""Asking for an article's page, and turning what comes back into an item: what the spiders share."""

from collections.abc import Callable, Mapping
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.clock import now
from crawler.failures import failure_reason
from crawler.politeness import RIGHTS
from crawler.recorder import Recorder
from crawler.rights import Signals
from crawler.schedule import next_look
from db import links, looks
from db.sources import Source
from pipelines.records import FetchFailure, Found, Page, Reason, Saved
from pipelines.urls import canonical, on_site


def article_request(
    found: Found,
    callback: Callable[..., Any],
    errback: Callable[[Failure], Any],
    headers: Mapping[str, str] | None = None,
    **cb_kwargs: Any,
) -> Request:
    """A request for an article's page.

    Redirects are not followed: a redirect is the outcome of this address, and its target a link of its own, so that
    no article is fetched under two addresses.
    """
    return Request(
        found.url,
        callback=callback,
        errback=errback,
        headers=dict(headers or {}),
        dont_filter=True,  # the frontier in SQL knows what was fetched
        meta={"dont_redirect": True, RIGHTS: ()},
        cb_kwargs={"found": found, **cb_kwargs},
    )


async def file_unmodified(recorder: Recorder, response: Response, found: Found, source: Source) -> bool:
    """Files that a filed article has not changed, as the server says (304); False for any other answer."""
    if response.status != 304:
        return False
    look = await recorder.call(looks.of, recorder.database, found.url)
    if look is None:
        return False
    moment = now()
    again = next_look(moment, look.changed_at, look.published_at)
    await recorder.call(looks.unmodified, recorder.database, found.url, moment, again)
    recorder.count(source.id, Saved.NOT_MODIFIED)
    return True


async def file_redirect(
    recorder: Recorder, response: Response, found: Found, source: Source | None = None
) -> str | None:
    """Files a redirect and returns its target, which is then known to the frontier; None for any other answer.

    A redirect that leaves the source's site ends as off_site.
    """
    target = redirect_target(response)
    if target is None:
        return None
    source_id = source.id if source else None
    if source and not on_site(target, source.url):
        failure = FetchFailure(found.url, Reason.OFF_SITE, f"redirects to {target}", now())
        await recorder.call(links.failed, recorder.database, failure, None)
        recorder.count(source_id, Reason.OFF_SITE)
    else:
        await recorder.call(links.redirected, recorder.database, found.url, target, now())
        recorder.count(source_id, Reason.REDIRECTED)
    return target


def redirect_target(response: Response) -> str | None:
    """Where a redirect leads; None for an answer that is none, or that leads nowhere else."""
    location = response.headers.get("Location")
    if response.status not in (301, 302, 303, 307, 308) or not location:
        return None
    target = canonical(location.decode("utf-8", "replace"), response.url)
    return None if target == canonical(response.url) else target


def page_of(response: Response, found: Found) -> Page:
    """The response as the pipeline's input."""
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    said: Signals = response.meta[RIGHTS]  # the host's own files, as headers of the page: so they are kept with it
    return Page(found.url, response.url, response.status, headers + said, response.body, now(), found.hints)


def failure_of(failure: Failure) -> FetchFailure:
    """The failure of an article's request as an item."""
    request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
    reason, evidence = failure_reason(failure.value)
    return FetchFailure(request.cb_kwargs["found"].url, reason, evidence, now())
