"""The whole pipeline: the record's own promises, for every page and for none."""

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.process import process_page
from pipelines.records import Accepted, Article, Hints, Page, Rejected, replay
from pipelines.rules import load_rulebook

RULES = load_rulebook()
SAMPLES = [path.read_bytes() for path in sorted(Path(__file__).parent.parent.glob("pages/*/*/page.html"))]
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

statuses = st.one_of(st.just(200), st.integers(100, 599))
headers = st.lists(
    st.tuples(st.sampled_from(["content-type", "link", "x-robots-tag"]), st.text(max_size=30)), max_size=3
)
hints = st.builds(
    Hints,
    origin=st.sampled_from(["", "feed", "sitemap"]),
    title=st.none() | st.text(max_size=30),
    published=st.none() | st.text(max_size=20),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample page with a stretch cut out, doubled or overwritten."""
    body = draw(st.sampled_from(SAMPLES))
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, min(len(body), start + 2000)))
    middle = draw(st.sampled_from([b"", body[start:end] * 2, b"\0", b"\xff\xfe", b"<", b"&#xD800;", b"<div>" * 300]))
    return body[:start] + middle + body[end:]


def sample(
    body: bytes, status: int = 200, fields: tuple[tuple[str, str], ...] = (), found: Hints | None = None
) -> Page:
    url = "https://www.isle.example/news/ferry-1"
    return Page(url, url, status, fields, body, datetime(2026, 3, 2, tzinfo=UTC), found or Hints())


def check(page: Page) -> None:
    outcome = process_page(page, RULES)
    if isinstance(outcome, Rejected):
        assert "\n" not in outcome.evidence
        return
    article = outcome.article
    assert replay(article.raw, article.removals) == article.text
    assert all(article.raw[removal.start : removal.end] == removal.text for removal in article.removals)
    assert process_page(page, RULES) == outcome


@SLOW
@given(st.binary(max_size=2000), statuses, headers, hints)
def test_any_bytes_have_an_outcome(body: bytes, status: int, fields: list[tuple[str, str]], found: Hints) -> None:
    check(sample(body, status, tuple(fields), found))


@SLOW
@given(mutated(), hints)
def test_any_damaged_page_has_an_outcome_that_replays(body: bytes, found: Hints) -> None:
    check(sample(body, 200, (("content-type", "text/html"),), found))


def accepted(body: str) -> Article:
    head = '<title>Second ferry for the islands</title><meta property="og:type" content="article">'
    page = sample(f"<html><head>{head}</head><body><h1>Second ferry for the islands</h1>{body}</body></html>".encode())
    outcome = process_page(page, RULES)
    assert isinstance(outcome, Accepted)
    return outcome.article


DATE = "<time datetime='2026-03-01'>1 March 2026</time>"
TEXT = "The ferry to the northern islands will sail twice a day from June, the company said on Monday. " * 4


def test_the_html_is_simple_and_escaped() -> None:
    article = accepted(
        f"{DATE}<p onclick=x>{TEXT}</p><h3>Fares &amp; times</h3>"
        "<ul><li>Adults pay &lt; 9 pounds.</li><li>Dogs travel free.</li></ul>"
        f"<p>{TEXT} <script>alert(1)</script>End.</p>"
    )
    assert article.html == "\n".join(
        [
            f"<p>{TEXT.strip()}</p>",
            "<h3>Fares &amp; times</h3>",
            "<ul>",
            "<li>Adults pay &lt; 9 pounds.</li>",
            "<li>Dogs travel free.</li>",
            "</ul>",
            f"<p>{TEXT.strip()} End.</p>",
        ]
    )


def test_the_version_names_code_and_rules() -> None:
    assert accepted(f"<time datetime='2026-03-01'>1 March 2026</time><p>{TEXT}</p>").pipeline_version.endswith(
        f"+{RULES.version}"
    )


def test_nul_surrogates_and_xml_declarations_do_no_harm() -> None:
    body = f"<?xml version='1.0' encoding='latin-1'?><p>{TEXT}\0 &#0; &#xD800;</p>{DATE}"
    article = accepted(body)
    assert "\0" not in article.text
    article.text.encode()


def test_the_main_image_has_its_caption_and_the_photographer_s_name() -> None:
    picture = "<img src='/ferry.jpg'><figcaption>The ferry leaves.<br><em>Photo: Ann Poe / Isle News</em></figcaption>"
    article = accepted(f"{DATE}<figure>{picture}</figure><p>{TEXT}</p><p>{TEXT}</p>")
    assert article.main_image is not None
    assert article.main_image.credit == "Ann Poe / Isle News"
    assert (article.main_image.caption or "").startswith("The ferry leaves.")
    assert "leaves.Photo" not in (article.main_image.caption or "")
