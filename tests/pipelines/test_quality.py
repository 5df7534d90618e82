"""Which pages are filed as articles, and as what the others are rejected."""

from datetime import UTC, datetime
from html import escape

import pytest

from pipelines.process import process_page
from pipelines.records import Accepted, Hints, Page, Reason, Rejected
from pipelines.rules import load_rulebook

RULES = load_rulebook()
SENTENCE = "The ferry to the northern islands will sail twice a day from June, the company said on Monday. "
DATE = '<time datetime="2026-03-01T08:00:00+01:00">1 March 2026</time>'
WEBSITE = '<meta property="og:type" content="website">'
ARTICLE = '<meta property="og:type" content="article">'
LD = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Second ferry for the islands"}</script>'


def judge(
    title: str,
    body: str,
    head: str = "",
    path: str = "/news/x-1",
    hints: Hints | None = None,
    status: int = 200,
    kind: str = "text/html",
) -> str:
    head = f"<title>{escape(title)} - Isle News</title>{head}"
    html = f"<html lang=en><head>{head}</head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    url = "https://isle.example" + path
    fetched = datetime(2026, 3, 2, tzinfo=UTC)
    page = Page(url, url, status, (("content-type", kind),), html.encode(), fetched, hints or Hints())
    outcome = process_page(page, RULES)
    return "accepted" if isinstance(outcome, Accepted) else outcome.reason.value


def paragraphs(count: int, sentences: int = 3) -> str:
    return "".join(f"<p>{SENTENCE * sentences}Part {i}.</p>" for i in range(count))


TITLE = "Second ferry for the islands"
TEASERS = "".join(
    f'<div><h3><a href="/n/{i}">Story number {i} of the islands</a></h3><p>{SENTENCE}</p></div>' for i in range(8)
)
LINKS = "".join(
    f'<article><a href="/n/{i}"><span>Story number {i} of the islands</span></a></article>' for i in range(8)
)


@pytest.mark.parametrize(
    ("title", "body", "head"),
    [
        (TITLE, paragraphs(4), LD),
        (TITLE, f"<p>By Ann Lee</p>{DATE}{paragraphs(4)}", WEBSITE),
        (TITLE, paragraphs(6), ""),
        (TITLE, f"{DATE}<p>{SENTENCE * 2}</p>", ARTICLE),
        (TITLE, paragraphs(5) + LINKS, ARTICLE + LD),
        ("404 days at sea", paragraphs(5), LD),
        ("Login", paragraphs(8) + DATE, LD),
    ],
)
def test_articles_are_accepted(title: str, body: str, head: str) -> None:
    assert judge(title, body, head) == "accepted"


@pytest.mark.parametrize("count", [1, 4, 12, 25])
@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Privacy", "/privacy"),
        ("Om os", "/about"),
        ("@", "/contact"),
        ("Impressum", "/impressum"),
    ],
)
def test_pages_about_the_site_are_no_articles(title: str, path: str, count: int) -> None:
    assert judge(title, paragraphs(count), WEBSITE, path) == Reason.NOT_ARTICLE


def test_under_a_label_only_a_long_text_is_an_article() -> None:
    assert judge("Our people", paragraphs(4), WEBSITE, "/people") == Reason.NOT_ARTICLE
    assert judge("Our people", paragraphs(40), WEBSITE, "/people") == "accepted"


@pytest.mark.parametrize(
    ("reason", "title", "body", "head"),
    [
        (Reason.LISTING, "Local news", TEASERS, WEBSITE),
        (Reason.LISTING, "Harbour", LINKS, WEBSITE),
        (Reason.ERROR_PAGE, "This page does not exist", "<p>This page does not exist.</p>", ARTICLE),
        (Reason.ERROR_PAGE, "Siden findes ikke", "<p>Måske er den flyttet eller slettet.</p>", ARTICLE),
        (Reason.ERROR_PAGE, "Seite nicht gefunden", "", ARTICLE),
        (Reason.LOGIN, "Log in", '<form><input name=u><input type="password" name=p></form>', WEBSITE),
        (Reason.LOGIN, "Welcome back", f'<p>{SENTENCE}</p><form><input type="password"></form>', WEBSITE),
        (Reason.CONSENT, "We value your privacy", f"<p>{SENTENCE}</p><button>Agree</button>", ""),
        (Reason.BOT_WALL, "Just a moment...", "<p>Checking your browser before you go on.</p>", ""),
        (Reason.TOO_SHORT, TITLE, "<p>Soon here.</p>", ARTICLE + DATE),
        (Reason.NOT_ARTICLE, TITLE, f"<p>{SENTENCE * 2}</p><video src=v.mp4></video>", ARTICLE),
        (Reason.NOT_ARTICLE, TITLE, f"<p>{SENTENCE * 2}</p><video src=v.mp4></video>", WEBSITE),
        (Reason.PAYWALL, TITLE, f'{DATE}<p>{SENTENCE}</p><div class="paywall"><p>Subscribe to read on.</p></div>', LD),
    ],
)  # fmt: skip
def test_each_other_page_has_its_reason(reason: Reason, title: str, body: str, head: str) -> None:
    assert judge(title, body, head) == reason


def test_a_feed_entry_speaks_for_a_brief() -> None:
    brief = f"<p>{SENTENCE * 2}</p>"
    assert judge(TITLE, brief, ARTICLE) == Reason.NOT_ARTICLE
    assert judge(TITLE, brief, ARTICLE, hints=Hints(origin="feed", published="2026-03-01")) == "accepted"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, "redirected"),
        (401, "forbidden"),
        (403, "forbidden"),
        (404, "not_found"),
        (410, "gone"),
        (418, "http_error"),
        (429, "rate_limited"),
        (503, "server_error"),
    ],
)
def test_the_status_decides_first(status: int, reason: str) -> None:
    assert judge(TITLE, paragraphs(5), LD, status=status) == reason


def test_a_bot_wall_is_told_from_a_refusal() -> None:
    wall = '<script src="/cdn-cgi/challenge-platform/x.js"></script><p>One more step.</p>'
    assert judge("Attention", wall, status=403) == Reason.BOT_WALL


def test_other_content_is_not_html() -> None:
    assert judge(TITLE, paragraphs(5), kind="application/pdf") == Reason.NOT_HTML


@pytest.mark.parametrize("body", [b"", b"  \n ", b"<html><body></body></html>", b"<script>x()</script>", b"<!-- -->"])
def test_an_empty_page_is_empty(body: bytes) -> None:
    page = Page("https://a.example/", "https://a.example/", 200, (), body, datetime(2026, 3, 2, tzinfo=UTC))
    outcome = process_page(page, RULES)
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.EMPTY
