"""Alarms: raised for what changed, with the evidence, and not for what a source has always been like."""

from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.health import alarms_of
from db import articles, health, links, runs, session, sources
from db.health import ArticleFacts, EndpointFacts, SourceFacts
from db.sources import Source
from pipelines.records import Accepted, Found
from tests.db import samples

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = Source(1, "harbour.example", "https://harbour.example/", True, NOW - 100 * DAY, NOW - DAY / 24, NOW)
ARTICLE = ArticleFacts(NOW, titled=True, signed=True, dated=True, length=3000, removed=0.1)
WELL = SourceFacts(
    SOURCE,
    tuple(replace(ARTICLE, moment=NOW - n * DAY / 2) for n in range(200)),
    tuple(Counter(new=2, listing=1) for _ in range(100)),
    (),
    endpoints=5,
)


def kinds(facts: SourceFacts, now: datetime = NOW) -> list[str]:
    return [alarm.kind for alarm in alarms_of(facts, now)]


def latest(n: int, **changes: object) -> SourceFacts:
    """Well, but for the latest n articles."""
    changed = tuple(replace(article, **changes) for article in WELL.articles[:n])
    return replace(WELL, articles=changed + WELL.articles[n:])


def counted(*runs_newest_first: Counter[str]) -> SourceFacts:
    return replace(WELL, runs=(*runs_newest_first, *WELL.runs))


def test_a_source_that_fares_as_ever_raises_no_alarm():
    assert kinds(WELL) == []


@pytest.mark.parametrize(
    ("days_between", "silence", "alarm"),
    [(0.2, 1.9, False), (0.2, 2.5, True), (7, 13, False), (7, 15, True), (3, 5.5, False), (3, 7, True)],
)
def test_silence_is_judged_by_the_source_s_own_rhythm(days_between, silence, alarm):
    news = tuple(
        replace(ARTICLE, moment=NOW - silence * DAY - n * days_between * DAY) for n in range(round(60 / days_between))
    )
    assert kinds(replace(WELL, articles=news)) == ["silent"] * alarm


def test_one_old_article_among_the_new_does_not_hide_a_silence():
    quiet = latest(200, moment=NOW - 10 * DAY)
    rhythm = tuple(replace(ARTICLE, moment=NOW - (10 + n) * DAY) for n in range(40))
    old = replace(ARTICLE, moment=NOW - 3000 * DAY)
    assert kinds(replace(quiet, articles=(old, *rhythm))) == ["silent"]


def test_a_source_that_has_just_been_added_is_not_called_silent():
    news = tuple(replace(ARTICLE, moment=NOW - (10 + n) * DAY) for n in range(40))
    assert kinds(replace(WELL, articles=news, source=replace(SOURCE, created_at=NOW - DAY))) == []


@pytest.mark.parametrize(
    ("facts", "evidence"),
    [
        (latest(20, titled=False), "20 of the latest 20 articles have no title; before 0 of 180"),
        (latest(20, signed=False), "no author"),
        (latest(20, dated=False), "no date"),
        (latest(20, length=700), "have 700 characters (median), before 3000"),
        (latest(20, removed=0.6), "60% of the latest 20 texts is taken out (median), before 10%"),
        (counted(*[Counter(not_article=3)] * 8), "of the latest 21 pages 21 not_article; before 103 of 303"),
    ],
)
def test_a_changed_layout_is_seen_by_what_is_no_longer_found(facts, evidence):
    [alarm] = alarms_of(facts, NOW)
    assert alarm.kind == "layout"
    assert evidence in alarm.evidence
    assert alarm.remedy


def test_what_a_site_never_had_is_no_change():
    unsigned = replace(WELL, articles=tuple(replace(article, signed=False) for article in WELL.articles))
    assert kinds(unsigned) == []
    assert kinds(latest(8, signed=False)) == []
    galleries = replace(WELL, runs=tuple(Counter(new=1, listing=4) for _ in range(100)))
    assert kinds(galleries) == []
    assert kinds(counted(Counter(unchanged=500, not_article=3))) == []


@pytest.mark.parametrize(
    ("facts", "kind", "evidence"),
    [
        (counted(*[Counter(timeout=4, new=1)] * 5), "failing", "of the latest 20 pages 16 timeout; before 4 of 305"),
        (counted(*[Counter(forbidden=3)] * 2), "blocked", "of the latest 6 pages 6 forbidden"),
        (counted(Counter(bot_wall=4, new=1)), "blocked", "4 bot_wall"),
        (counted(Counter(consent=5)), "blocked", "5 consent"),
        (
            replace(WELL, failing=(EndpointFacts("https://a.example/rss", "feed", 6, "answered 500", True),)),
            "failing",
            "feed https://a.example/rss failed 6 times in a row: answered 500",
        ),
        (
            replace(WELL, failing=(EndpointFacts("https://a.example/", "home", 3, "answered 403", True),)),
            "blocked",
            "answered 403",
        ),
        (
            replace(WELL, source=replace(SOURCE, last_checked=NOW - 4 * DAY, next_check=NOW - 3 * DAY)),
            "not crawled",
            "due for 3.0 d; last crawled 4.0 d ago",
        ),
        (replace(WELL, articles=(), runs=(Counter(off_site=9),)), "no articles", "9 off_site"),
    ],
)
def test_what_stands_in_the_way_is_named(facts, kind, evidence):
    [alarm] = alarms_of(facts, NOW)
    assert alarm.kind == kind
    assert evidence in alarm.evidence
    assert alarm.remedy


def test_a_guessed_endpoint_that_never_was_there_is_no_alarm():
    guessed = EndpointFacts("https://a.example/feed", "feed", 9, "answered 404", worked=False)
    assert kinds(replace(WELL, failing=(guessed,))) == []


def test_facts_come_from_the_database(tmp_path):
    with closing(session.connect(f"sqlite:///{tmp_path}/a.db")) as database:
        source = sources.add(database, name="a.example", url="https://a.example/", now=samples.NOW)
        run = runs.start(database, "run", samples.NOW, "here:1")
        runs.count_all(database, run, {(source.id, "new"): 1, (None, "new"): 5})
        page = samples.page()
        links.add(database, source.id, [Found(page.url)], None, samples.NOW)
        articles.store(database, page, Accepted(samples.article()), None)
        [facts] = health.facts(database)
        assert facts.runs == (Counter(new=1),)
        [article] = facts.articles
        assert article.titled
        assert article.length == len(samples.article().text)
        assert health.facts(database, since=samples.NOW) == []  # never crawled to its end


def test_the_command_tells_alarms_by_its_exit_code(copydesk):
    with closing(session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")) as database:
        well = copydesk("health")
        assert (well.returncode, well.stdout, well.stderr) == (0, "", "")
        sources.add(database, name="a.example", url="https://a.example/", now=NOW)
    done = copydesk("--now", "2026-07-20T00:00:00Z", "health")
    assert done.returncode == 1, done.stderr
    assert "a.example\tnot crawled\tdue for 19.5 d; never crawled\t" in done.stdout
    assert '"kind": "not crawled"' in copydesk("--now", "2026-07-20T00:00:00Z", "health", "--json").stdout
