"""Pages and articles as the pipeline would hand them over, without running it."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.records import (
    PARAGRAPH_BREAK,
    Accepted,
    Article,
    Boilerplate,
    Candidate,
    Fingerprint,
    Image,
    Page,
    PageKind,
    Precision,
    Removal,
    Repair,
    Timestamp,
    Video,
    replay,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def page(
    url: str = "https://harbour.example/news/1", body: bytes = b"<p>The ferry is late.</p>", **fields: Any
) -> Page:
    """A page that was fetched at NOW."""
    known: dict[str, Any] = {
        "url": url,
        "final_url": url,
        "status": 200,
        "headers": (),
        "body": body,
        "fetched_at": NOW,
    }
    return Page(**(known | fields))


def article(url: str = "https://harbour.example/news/1", text: str = "The ferry is late.", **fields: Any) -> Article:
    """An article of that text, below a credit line that was removed."""
    credit = "Photo: A. Sailor"
    raw = credit + PARAGRAPH_BREAK + text
    removals = (Removal(0, len(credit), credit, Boilerplate.PHOTO_CREDIT, "en.photo-credit", "begins with Photo:"),)
    title = fields.get("title", "Ferry late again")
    known = {
        "url": url,
        "canonical_url": url,
        "title": title,
        "text": replay(raw, removals),
        "raw": raw,
        "removals": removals,
        "fingerprint": Fingerprint(hashlib.sha256(f"{title} {text}".encode("utf-8", "replace")).hexdigest(), b""),
        "pipeline_version": "1+rules",
    }
    return Article(**(known | fields))


def accepted(*arguments: Any, **fields: Any) -> Accepted:
    """`article`, accepted."""
    return Accepted(article(*arguments, **fields))


def full_article() -> Article:
    """An article with every field set."""
    moment = datetime(2026, 2, 28, 7, 30, tzinfo=UTC)
    return replace(
        article(),
        canonical_url="https://harbour.example/ferry-late",
        subtitle="Third time this week",
        standfirst="Commuters waited for an hour.",
        description="The ferry was late.",
        html="<p>The ferry is late.</p>",
        language="en",
        published=Timestamp(moment, Precision.MINUTE, "28 Feb 2026 08:30 CET", "json-ld:datePublished", 60),
        modified=Timestamp(moment + HOUR, Precision.DAY, "1 March 2026", "text:date stamp", None),
        authors=("Ada Harbour", "Søren Å. Kaj"),
        agency="Coast Wire",
        section="Local",
        tags=("ferries", "delays"),
        breadcrumbs=("Home", "Local"),
        main_image=Image("https://harbour.example/ferry.jpg", "The ferry", "A. Sailor"),
        images=(Image("https://harbour.example/ferry.jpg"), Image("https://harbour.example/quay.jpg", "The quay")),
        videos=(Video(None, "B. Captain", "Video", 75),),
        audios=("https://harbour.example/horn.mp3",),
        publisher="The Harbour",
        free=False,
        page_kind=PageKind.OPINION,
        rights=("robots: noai",),
        encoding="windows-1252",
        flags=("cut at 5000 blocks",),
        repairs=(Repair(3, "â€™", "’", "windows-1252 > utf-8"),),
        candidates=(
            Candidate("title", "Ferry late again", "json-ld:headline", chosen=True),
            Candidate("title", "Ferry late again - The Harbour", "title tag"),
        ),
    )


def signature(seed: int, *, changed: int = 0) -> bytes:
    """A MinHash signature of 128 values, of which so many are changed, at even distances."""
    values = [_value(seed, number) for number in range(128)]
    for number in range(changed):
        values[number * 128 // changed] = _value(-1 - seed, number)
    return b"".join(values)


def _value(seed: int, number: int) -> bytes:
    return hashlib.sha256(f"{seed} {number}".encode()).digest()[:4]
