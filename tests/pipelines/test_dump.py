"""Text dumps: each `dumps/NAME.txt` comes out as its `NAME.expected.json` says; hostile text comes out at all."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dump import process_dump
from pipelines.records import Accepted, Article, Precision, Reason, Rejected, replay
from pipelines.rules import load_rulebook

DUMPS = sorted((Path(__file__).parent / "dumps").glob("*.txt"))
RULEBOOK = load_rulebook()
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def article(text: str) -> Article:
    outcome = process_dump(text, RULEBOOK, NOW)
    assert isinstance(outcome, Accepted)
    return outcome.article


def summary(record: Article) -> dict[str, object]:
    said = {
        "title": record.title,
        "standfirst": record.standfirst,
        "language": record.language,
        "published": record.published and record.published.isoformat(),
        "modified": record.modified and record.modified.isoformat(),
        "authors": list(record.authors),
        "agency": record.agency,
        "tags": list(record.tags),
        "breadcrumbs": list(record.breadcrumbs),
        "videos": [[video.credit, video.section, video.duration_seconds] for video in record.videos],
        "repaired": [one.after for one in record.repairs],
        "removed": [[removal.kind, removal.text] for removal in record.removals],
        "text": record.text.split("\n\n"),
    }
    return {key: value for key, value in said.items() if value}


@pytest.mark.parametrize("file", DUMPS, ids=[file.stem for file in DUMPS])
def test_a_dump_comes_out_as_expected(file: Path) -> None:
    record = article(file.read_bytes().decode("utf-8"))
    assert summary(record) == json.loads(file.with_suffix(".expected.json").read_text(encoding="utf-8"))
    assert replay(record.raw, record.removals) == record.text
    assert article(record.text).text == record.text


def test_what_is_known_of_a_date_and_where_it_stood() -> None:
    stamp = article("date 2019-03 The council met on Monday evening and voted on the bridge by the river.").published
    assert stamp is not None
    assert (stamp.precision, stamp.origin) == (Precision.MONTH, "leading 'date 2019-03' stamp")


def test_a_record_of_a_dump_has_no_address() -> None:
    record = article("The council met on Monday evening and voted on the bridge by the river.")
    assert (record.url, record.canonical_url, record.title) == ("", "", None)


@pytest.mark.parametrize("text", ["", " \n\r\n\t", "\ufeff\u200b", "\x00\x01"])
def test_an_empty_dump_is_rejected(text: str) -> None:
    outcome = process_dump(text, RULEBOOK, NOW)
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.EMPTY


def test_a_dump_of_boilerplate_is_no_article() -> None:
    outcome = process_dump("Photo: Anna Poe / Coast Agency\n\nPublished on March 4, 2019\n", RULEBOOK, NOW)
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.NOT_ARTICLE


def test_more_lines_than_an_article_has_are_cut_and_flagged() -> None:
    assert article("\n".join(f"line {number} of a long list" for number in range(25_000))).flags == (
        "cut at 20000 lines",
    )


@pytest.mark.parametrize(
    "text", ["word " * 200_000, "Ã¥Â€" * 100_000, "&amp;" * 200_000, "x\n" * 30_000, "(" * 500_000]
)
def test_hostile_dumps_have_an_outcome(text: str) -> None:
    assert isinstance(process_dump(text, RULEBOOK, NOW), Accepted | Rejected)


BODY = [
    "The council met on Monday evening and voted on the bridge after a debate of three hours.",
    "Nobody in the hall was surprised, since the bridge had never been paid for by anybody.",
    "The mayor said that the river would be crossed by boat for as long as she was in office.",
]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (["It rained."], []),  # a short first sentence
        (["3 eggs", "2 cups of flour", "Butter"], []),  # a list that the text begins with
        ([], ["Anna Poe"]),  # a signature
        ([], ["The crew:", "Anna Poe", "John Roe", "Ruth Moe"]),
        ([], ["1. Anna Poe 10:31", "2. John Roe 10:42", "3. Ruth Moe 11:05"]),
    ],
)
def test_lines_that_may_be_the_articles_stay(above: list[str], below: list[str]) -> None:
    title = "No bridge for the town of Port Gray"
    record = article("\n\n".join([title, *above, *BODY, *below]))
    assert record.title == title
    assert record.text.split("\n\n") == [*above, *BODY, *below]


def test_an_interviews_labels_are_no_comments() -> None:
    lines = [line for sentence in BODY * 2 for line in ("Answer:", sentence)]
    assert article("\n".join([*BODY, *lines])).text.split("\n\n") == [*BODY, *lines]


def test_a_hyphen_at_a_lines_end_stays_where_the_text_is_not_hyphenated() -> None:
    text = (
        "The old bridge at Port Gray, which everybody had taken for a well-\n"
        "known landmark, has been sold to a collector of bridges from the north\n"
        "who wants to take it apart, plank by plank, and to build it up again in\n"
        "his garden, where there is no river and never was any, as he has said.\n"
    )
    assert "a well-known landmark, has been" in article(text).text


def test_damage_is_mended_before_white_space_is_folded() -> None:
    record = article(
        f"{BODY[0]}\n\nLe pont ira jusqu’Ã\xa0 la forÃªt, a dit la maire Ã\xa0 midi, et personne n’y croyait."
    )
    assert "jusqu’à la forêt, a dit la maire à midi" in record.text


LINES = st.sampled_from(
    [
        "The council met on Monday evening and voted on the bridge after a debate of three hours.",
        "Nobody in the hall was surprised, since the bridge had never been paid for by anybody.",
        "A short line",
        "Related articles",
        "Comments (3)",
        "Read more: The bridge",
        "Photo: Anna Poe / Coast Agency",
        "date 2019-03 And so it went on for many years until the bridge was built at last.",
        "",
        "You are here",
        "๐Ÿ’ก pressX Knowledge: Other Mentions",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(LINES, max_size=14).map("\n".join)))
def test_any_text_has_an_outcome_that_replays(text: str) -> None:
    outcome = process_dump(text, RULEBOOK, NOW)
    if isinstance(outcome, Accepted):
        record = outcome.article
        assert replay(record.raw, record.removals) == record.text
        assert all(record.raw[one.start : one.end] == one.text for one in record.removals)
        assert all(record.raw[one.start : one.start + len(one.after)] == one.after for one in record.repairs)
