"""Every story of the demo's news web comes out of its page as it was written."""

from datetime import UTC, datetime

import pytest

from crawler.demo.outlet import OUTLETS, Outlet, Story, load
from crawler.demo.pages import SUBHEADING, build
from pipelines.process import process_page
from pipelines.records import PARAGRAPH_BREAK, Accepted, Article, Page, Reason, Rejected
from pipelines.rules import load_rulebook

RULEBOOK = load_rulebook()
OUTLETS_BY_HOST = {f"{folder}.example": load(folder) for folder in OUTLETS}
STORIES = [
    pytest.param(host, outlet, story, id=f"{host}{story.path}")
    for host, outlet in OUTLETS_BY_HOST.items()
    for story in outlet.stories
]


def outcome(host: str, outlet: Outlet, path: str) -> Accepted | Rejected:
    answer = build(outlet, f"https://{host}", later=True)[path]
    url = f"https://{host}{path}"
    headers = (("content-type", answer.content_type),)
    page = Page(url, url, answer.status, headers, answer.body, datetime(2026, 6, 14, tzinfo=UTC))
    return process_page(page, RULEBOOK.for_host(host))


def article(host: str, outlet: Outlet, story: Story) -> Article:
    result = outcome(host, outlet, story.path)
    assert isinstance(result, Accepted)
    return result.article


@pytest.mark.parametrize(("host", "outlet", "story"), STORIES)
def test_text_is_the_story_and_nothing_else(host: str, outlet: Outlet, story: Story) -> None:
    found = article(host, outlet, story)
    assert found.text.split(PARAGRAPH_BREAK) == [paragraph.removeprefix(SUBHEADING) for paragraph in story.body]
    assert found.title == story.title
    assert found.standfirst == story.lead


@pytest.mark.parametrize(("host", "outlet", "story"), STORIES)
def test_facts_are_those_of_the_story(host: str, outlet: Outlet, story: Story) -> None:
    found = article(host, outlet, story)
    assert found.authors == ((story.author or story.agency,) if story.author or story.agency else ())
    assert found.language == outlet.language
    assert found.published is not None
    if story.duration:  # a video page prints the day alone
        assert found.published.isoformat() == f"{story.published:%Y-%m-%d}"
        minutes, seconds = story.duration.split(":")
        assert [video.duration_seconds for video in found.videos] == [int(minutes) * 60 + int(seconds)]
    else:
        assert found.published.moment.strftime("%F %R") == story.published.astimezone(UTC).strftime("%F %R")


@pytest.mark.parametrize(
    ("host", "path", "reason"),
    [
        (host, trap.path, trap.reason)
        for host, outlet in OUTLETS_BY_HOST.items()
        for trap in outlet.traps
        if trap.reason is not Reason.ROBOTS  # not for the page to say
    ],
)
def test_what_is_no_article_says_why(host: str, path: str, reason: Reason) -> None:
    result = outcome(host, OUTLETS_BY_HOST[host], path)
    assert isinstance(result, Rejected)
    assert result.reason is reason
