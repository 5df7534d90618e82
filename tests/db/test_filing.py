"""`articles.store`: a page, its bytes, its article and its link, all or nothing."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import archive, articles, duplicates, links, pages, sources
from db.models import LinkState
from db.session import Database
from pipelines.records import (
    Accepted,
    Boilerplate,
    FetchFailure,
    Fingerprint,
    Found,
    Hints,
    Reason,
    Rejected,
    Removal,
    Saved,
    replay,
)
from tests.db.samples import HOUR, NOW, accepted, article, full_article, page

URL = "https://harbour.example/news/1"


def link(database: Database, url: str = URL) -> links.LinkRow:
    found = links.get(database, url)
    assert found is not None
    return found


def stored(database: Database, id_or_url: int | str = URL) -> articles.StoredArticle:
    found = articles.get(database, id_or_url)
    assert found is not None
    return found


def count(database: Database) -> int:
    return len(list(articles.each(database)))


def test_an_article_comes_back_as_it_was_filed(database: Database) -> None:
    assert articles.store(database, page(), Accepted(full_article()), None) is Saved.NEW
    kept = stored(database)
    assert kept.article == full_article()
    assert (kept.version, kept.first_seen, kept.last_seen, kept.changed_at) == (1, NOW, NOW, NOW)


def test_a_bare_article_comes_back_as_it_was_filed(database: Database) -> None:
    bare = article(title=None, text="")
    articles.store(database, page(), Accepted(bare), None)
    assert stored(database).article == bare


def test_its_link_is_settled_and_its_page_kept(database: Database) -> None:
    source = sources.add(database, name="harbour", url="https://harbour.example/", now=NOW)
    hints = Hints("feed", title="Ferry late", tags=("ferries",))
    links.add(database, source.id, [Found(URL, hints)], None, NOW)
    fetched = page(
        final_url=f"{URL}?ref=home",
        headers=(("content-type", "text/html"), ("set-cookie", "session=secret"), ("x-robots-tag", "noai")),
        hints=hints,
        encoding="windows-1252",
        body=bytes(range(256)) * 100,
    )
    articles.store(database, fetched, accepted(), None)

    kept = stored(database)
    assert kept.source == "harbour"
    assert (link(database).state, link(database).article_id, link(database).next_try) == (
        LinkState.STORED,
        kept.id,
        None,
    )
    without_cookie = replace(fetched, headers=(fetched.headers[0], fetched.headers[2]))
    archived = pages.latest(database, URL)
    assert archived is not None
    assert archived.page == without_cookie
    assert kept.page_id == archived.id
    assert archive.body(database, archived.body_hash) == fetched.body


def test_a_cookie_is_nowhere_in_the_file(database: Database, url: str, kind: str) -> None:
    articles.store(database, page(headers=(("set-cookie", "session=6f1c0a"),)), accepted(), None)
    if kind == "sqlite":
        database.close()
        with open(url.removeprefix("sqlite:///"), "rb") as file:  # noqa: PTH123
            assert b"6f1c0a" not in file.read()
    assert pages.latest(database, URL).page.headers == ()  # type: ignore[union-attr]


def test_a_rejected_page_is_kept_with_its_reason(database: Database) -> None:
    assert articles.store(database, page(), Rejected(Reason.LISTING, "9 teasers"), None) is Reason.LISTING
    settled = link(database)
    assert (settled.state, settled.reason, settled.evidence) == (LinkState.REJECTED, Reason.LISTING, "9 teasers")
    assert (settled.next_try, settled.attempts) == (None, 1)
    assert pages.latest(database, URL) is not None
    assert articles.get(database, URL) is None


def test_a_rejection_that_may_pass_is_tried_again(database: Database) -> None:
    rejected = Rejected(Reason.RATE_LIMITED, "429")
    articles.store(database, page(status=429), rejected, NOW + HOUR)
    assert (link(database).state, link(database).next_try, link(database).attempts) == (
        LinkState.FAILED,
        NOW + HOUR,
        1,
    )
    articles.store(database, page(), accepted(), None)
    settled = link(database)
    assert (settled.state, settled.reason, settled.evidence, settled.attempts) == (LinkState.STORED, None, None, 0)


def test_the_same_text_again_is_only_seen_again(database: Database) -> None:
    articles.store(database, page(), accepted(), NOW + HOUR)
    again = page(body=b"other ads", fetched_at=NOW + HOUR)
    assert articles.store(database, again, accepted(), None) is Saved.UNCHANGED
    kept = stored(database)
    assert (kept.version, kept.first_seen, kept.last_seen, kept.changed_at) == (1, NOW, NOW + HOUR, NOW)


def test_another_text_becomes_another_version(database: Database) -> None:
    texts = ["The ferry is late.", "The ferry is very late.", "The ferry came."]
    for number, text in enumerate(texts):
        result = articles.store(
            database,
            page(fetched_at=NOW + number * HOUR),
            accepted(text=text, title=f"Ferry {number}", authors=(f"Author {number}",), tags=(f"tag {number}",)),
            None,
        )
        assert result is (Saved.CHANGED if number else Saved.NEW)
    kept = stored(database)
    assert (kept.version, kept.changed_at, kept.article.text) == (3, NOW + 2 * HOUR, texts[2])
    assert (kept.article.authors, kept.article.tags) == (("Author 2",), ("tag 2",))
    history = articles.versions(database, kept.id)
    assert [(version.number, version.title, version.text) for version in history] == [
        (number + 1, f"Ferry {number}", text) for number, text in enumerate(texts)
    ]
    assert [version.seen_at for version in history] == [NOW, NOW + HOUR, NOW + 2 * HOUR]
    assert history[0].removals == article().removals


def test_two_addresses_of_one_article_make_one_article(database: Database) -> None:
    other = f"{URL}?print"
    articles.store(database, page(), accepted(), None)
    result = articles.store(database, page(other), accepted(other, canonical_url=URL), None)
    assert result is Saved.UNCHANGED
    assert count(database) == 1
    assert stored(database, other) == stored(database, URL)
    assert stored(database).article.url == URL


def test_an_article_that_gets_another_canonical_address_stays_one_article(database: Database) -> None:
    articles.store(database, page(), accepted(), None)
    moved = accepted(canonical_url="https://harbour.example/ferry-late", text="The ferry is later.")
    assert articles.store(database, page(), moved, None) is Saved.CHANGED
    assert count(database) == 1
    assert stored(database, "https://harbour.example/ferry-late").id == stored(database, URL).id


def test_another_address_of_an_article_makes_no_version(database: Database) -> None:
    articles.store(database, page(), accepted(), None)
    printed = accepted(f"{URL}/print", text="The ferry is late, and here for printing.", canonical_url=URL)
    assert articles.store(database, page(f"{URL}/print"), printed, NOW + HOUR) is Saved.UNCHANGED
    assert stored(database).article == article()
    assert link(database, f"{URL}/print").next_try is None, "only its own address is asked for again"


@pytest.mark.parametrize(
    "other", [f"{URL}/", URL.replace("https", "http"), URL.replace("//", "//www."), f"{URL}?from=home"]
)
def test_the_same_text_under_another_spelling_of_an_address_is_one_article(database: Database, other: str) -> None:
    articles.store(database, page(), accepted(), None)
    for _ in range(2):
        assert articles.store(database, page(other), accepted(other), None) is Saved.UNCHANGED
    assert articles.store(database, page(f"{URL}2"), accepted(f"{URL}2"), None) is Saved.NEW


def test_another_text_under_another_spelling_is_another_article(database: Database) -> None:
    articles.store(database, page(), accepted(), None)
    assert articles.store(database, page(f"{URL}/"), accepted(f"{URL}/", text="Fares go up."), None) is Saved.NEW


def test_an_article_that_moves_stays_one_article(database: Database) -> None:
    moved = f"{URL}-late"
    articles.store(database, page(), accepted(), None)
    before = stored(database)
    links.redirected(database, URL, moved, NOW + HOUR)
    there = page(moved, fetched_at=NOW + 2 * HOUR)
    assert articles.store(database, there, accepted(moved, text="The ferry is very late."), NOW) is Saved.CHANGED
    after = stored(database, moved)
    assert (after.id, after.article.url, after.article.canonical_url, after.version) == (before.id, moved, moved, 2)
    assert stored(database, URL).id == before.id, "the old address is forgotten"
    assert link(database, moved).next_try == NOW


def test_what_a_redirect_leads_to_is_not_taken_for_the_article(database: Database) -> None:
    articles.store(database, page(), accepted(), None)
    links.redirected(database, URL, f"{URL}/fares", NOW)
    links.redirected(database, URL, "https://harbour.example/", NOW)
    other = accepted(f"{URL}/fares", title="Fares", text="Fares go up.")
    assert articles.store(database, page(f"{URL}/fares"), other, None) is Saved.NEW
    articles.store(database, page("https://harbour.example/"), Rejected(Reason.LISTING, "9 teasers"), None)
    assert articles.get(database, "https://harbour.example/") is None
    assert stored(database).article == article()


def test_an_article_that_is_gone_stays(database: Database) -> None:
    articles.store(database, page(), accepted(), NOW + HOUR)
    articles.store(database, page(status=410), Rejected(Reason.GONE, "410"), None)
    assert stored(database).article == article()
    assert link(database).reason is Reason.GONE


def test_an_article_given_by_hand_joins_the_source_that_finds_it(database: Database) -> None:
    articles.store(database, page(), accepted(), None)
    assert stored(database).source is None
    source = sources.add(database, name="harbour", url="https://harbour.example/", now=NOW)
    links.add(database, source.id, [Found(f"{URL}?rss")], None, NOW)
    articles.store(database, page(f"{URL}?rss"), accepted(f"{URL}?rss", canonical_url=URL), None)
    assert stored(database).source == "harbour"


class Unplugged(Exception):  # noqa: N818 (it stands for no error of ours)
    """The power went."""


@pytest.mark.parametrize("stage", ["pages.record", "duplicates.relate", "links.settle"])
@pytest.mark.parametrize("before", ["nothing", "an article"])
def test_a_crash_anywhere_leaves_all_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch, stage: str, before: str
) -> None:
    if before == "an article":
        articles.store(database, page(), accepted(), NOW)
    whole = snapshot(database)

    def crash(*_: object, **__: object) -> None:
        raise Unplugged

    module = {"pages": pages, "duplicates": duplicates, "links": links}[stage.split(".")[0]]
    with monkeypatch.context() as patch:
        patch.setattr(module, stage.split(".")[1], crash)
        with pytest.raises(Unplugged):
            articles.store(database, page(body=b"new"), accepted(text="New.", tags=("new",), authors=("New",)), None)
    assert snapshot(database) == whole
    assert articles.store(database, page(body=b"new"), accepted(text="New."), None) in (Saved.NEW, Saved.CHANGED)


def snapshot(database: Database) -> tuple[object, ...]:
    found = articles.get(database, URL)
    history = articles.versions(database, found.id) if found else ()
    return links.get(database, URL), found, history, pages.some(database, range(1, 100))


def test_a_page_that_broke_the_pipeline_is_set_aside(database: Database) -> None:
    articles.quarantine(database, page(), "Traceback (most recent call last):\n  ...\nValueError: no way\n")
    [kept] = articles.quarantined(database)
    assert (kept.url, kept.quarantined_at) == (URL, NOW)
    assert kept.traceback.endswith("no way\n")
    assert (link(database).reason, link(database).evidence) == (Reason.QUARANTINED, "ValueError: no way")
    archived = pages.get(database, kept.page_id)
    assert archived is not None
    assert archived.page == page()


def test_equal_bodies_are_kept_once(database: Database) -> None:
    for number in range(3):
        articles.store(database, page(f"{URL}/{number}", body=b"x" * 10**6), Rejected(Reason.LISTING, ""), None)
    assert len({kept.body_hash for kept in pages.some(database, range(1, 100))}) == 1
    with pytest.raises(KeyError):
        archive.body(database, "0" * 64)


HOSTILE = st.text(st.characters(codec=None, exclude_categories=())) | st.sampled_from(
    ["\x00", "\ud800", "\udc80x\ud83d\ude00", "💡 ๐", "' OR 1=1 --", '{"a": [1]}', "\u202etxt", "é" * 3000]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=HOSTILE, text=HOSTILE, cut=HOSTILE, name=HOSTILE)
def test_hostile_text_is_stored_and_stays_replayable(
    database: Database, title: str, text: str, cut: str, name: str
) -> None:
    raw = f"{text}\n\n{cut}\n\n{text}"
    start = len(text) + 2
    removals = (Removal(start, start + len(cut), cut, Boilerplate.OTHER, name, name),)
    hostile = article(
        title=title,
        text=text,
        raw=raw,
        removals=removals,
        authors=(name,),
        tags=(name,),
        section=name,
        breadcrumbs=(name,),
        flags=(name,),
    )
    hostile = replace(
        hostile, text=replay(raw, removals), fingerprint=Fingerprint(title.encode("utf-8", "replace").hex(), b"")
    )
    fetched = page(headers=(("etag", name),))
    assert isinstance(articles.store(database, fetched, Accepted(hostile), None), Saved)
    assert articles.store(database, fetched, Rejected(Reason.LISTING, name), None) is Reason.LISTING
    links.failed(database, FetchFailure(f"{URL}{name}", Reason.DNS, name, NOW), NOW)
    assert links.get(database, f"{URL}{name}") is not None
    version = articles.versions(database, stored(database).id)[-1]
    assert version.text == stored(database).article.text
    [removal] = version.removals
    assert version.raw[removal.start : removal.end] == removal.text


def test_a_megabyte_of_text(database: Database) -> None:
    long = " ".join(f"wörd{number}" for number in range(110_000))
    assert len(long) > 10**6
    articles.store(database, page(body=long.encode()), accepted(text=long), None)
    assert stored(database).article.text == long


def test_times_without_a_zone_are_refused(database: Database) -> None:
    with pytest.raises(Exception, match="has no time zone"):
        links.add(database, None, [Found(URL)], None, NOW.replace(tzinfo=None))
    assert links.get(database, URL) is None


def test_times_in_any_zone_come_back_in_utc(database: Database) -> None:
    links.add(database, None, [Found(URL)], None, NOW.astimezone(timezone(timedelta(hours=-3, minutes=-30))))
    assert link(database).found_at == NOW
    assert link(database).found_at.utcoffset() == timedelta(0)
