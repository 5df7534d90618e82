"""What is to be fetched of one source next: new pages, and filed articles that may have been edited."""

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from crawler.clock import now
from crawler.recorder import Recorder
from crawler.schedule import LONGEST, costly_look, dates_hold, next_look
from db import links, looks
from db.links import LinkRow
from db.looks import Look

BATCH = 100
"""Links read from SQL at a time."""
LOOKS = 25
"""Of these, looks at filed articles while there are new pages: edits are not put off until a long backlog is read."""
SPOT_CHECKS = 10
"""One in so many articles that an endpoint vouches for is looked at all the same, where a look is conditional: so that
dates which are never renewed are found out."""


class Frontier:
    """Hands out each link of a source once, the newest first.

    Its memory is bounded by what is under way: what was settled is forgotten, SQL knows it.
    """

    def __init__(self, recorder: Recorder, source_id: int, since: datetime | None = None) -> None:
        """New pages dated before `since` are left waiting."""
        self._recorder = recorder
        self._source_id = source_id
        self._since = since
        self._waiting: deque[LinkRow] = deque()
        self._handed_out: set[int] = set()
        """Ids of links: until a page is stored, its link still reads as waiting."""
        self._filling = asyncio.Lock()

    @property
    def handed_out(self) -> frozenset[int]:
        """Ids of the links whose outcome is about to be filed, and of some that are filed by now."""
        return frozenset(self._handed_out)

    async def take(self, *, edits: bool) -> LinkRow | None:
        """The next link to ask for; None when none is due. Without `edits` only new pages."""
        async with self._filling:
            if not self._waiting:
                self._waiting.extend(await self._read(edits=edits))
            if not self._waiting:
                return None
            link = self._waiting.popleft()
            self._handed_out.add(link.id)
            return link

    async def _read(self, *, edits: bool) -> list[LinkRow]:
        recorder, moment = self._recorder, now()
        self._handed_out = await recorder.call(links.still_due, recorder.database, self._handed_out, moment)
        new = await recorder.call(
            links.pending,
            recorder.database,
            self._source_id,
            moment,
            BATCH - LOOKS,
            exclude=self._handed_out,
            since=self._since,
        )
        return [*new, *await self._looks(BATCH - len(new))] if edits else new

    async def _looks(self, limit: int) -> list[LinkRow]:
        """Filed articles to look at, without those that can wait."""
        recorder, moment = self._recorder, now()
        while True:
            due = await recorder.call(
                looks.due, recorder.database, self._source_id, moment, limit, exclude=self._handed_out
            )
            dated = bool(due) and await recorder.call(links.dated, recorder.database, self._source_id)
            waits = {look.link.id: _wait(look, moment, dated=dated) for look in due}
            put_off = {link_id: wait.until for link_id, wait in waits.items() if wait}
            if not put_off:
                return [look.link for look in due]
            await recorder.call(looks.put_off, recorder.database, put_off)


@dataclass(frozen=True, slots=True)
class _Wait:
    until: datetime | None
    """None: until an endpoint tells of a change."""


def _wait(look: Look, moment: datetime, *, dated: bool) -> _Wait | None:
    """How long a look can be spared, since the site tells of edits (`dated`: of some articles); None when it can't.

    What an endpoint says is unchanged counts as looked at. Where it is to be asked within a day, its word is awaited.
    """
    if look.told or not dates_hold(look.dates_right, look.dates_wrong):
        return None
    if look.vouched:
        return None if _spot_check(look) else _Wait(next_look(moment, look.changed_at, look.published_at))
    asked = look.vouched_from
    if asked and moment < asked <= moment + LONGEST:
        return _Wait(asked)
    costly = costly_look(look.changed_at, look.published_at)
    return _Wait(costly) if dated and not _conditional(look) and moment < costly else None


def _conditional(look: Look) -> bool:
    """Whether the server can answer that nothing has changed."""
    return bool(look.link.etag or look.link.last_modified)


def _spot_check(look: Look) -> bool:
    """Whether the lot falls on an article all the same; only where the look costs little."""
    if not _conditional(look):
        return False
    day = look.link.next_try.date() if look.link.next_try else None
    lot = hashlib.sha256(f"{look.link.id} {day}".encode()).digest()
    return int.from_bytes(lot[:4]) % SPOT_CHECKS == 0
