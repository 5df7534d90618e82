"""What another cleaning of a page changed."""

from dataclasses import replace

from pipelines.differences import Change, difference
from pipelines.fingerprint import fingerprint
from pipelines.records import PARAGRAPH_BREAK, Article, Boilerplate, Candidate, Removal, replay

FERRY, TIDE = "The ferry is late.", "The tide is not."
CREDIT, MORE = "Photo: A. Sailor", "Read more about ferries"


def article(blocks: list[str], rules: dict[str, str], **fields: object) -> Article:
    """An article of these blocks, from which rules (text -> rule) took something out."""
    raw = PARAGRAPH_BREAK.join(blocks)
    removals = tuple(
        Removal(start := raw.index(text), start + len(text), text, Boilerplate.OTHER, rule, "it says so")
        for text, rule in rules.items()
    )
    text = replay(raw, removals)
    known = {"title": "Ferry late", "fingerprint": fingerprint("Ferry late", text), "pipeline_version": "1+a"}
    return Article("https://a.example/", "https://a.example/", text=text, raw=raw, removals=removals, **known | fields)  # type: ignore[arg-type]


def test_the_same_record_by_another_pipeline_is_no_difference() -> None:
    assert difference(article([FERRY], {}), article([FERRY], {}, pipeline_version="2+b")) is None


def test_what_is_taken_out_now_and_what_no_longer_is_is_named_with_its_rule() -> None:
    before = article([CREDIT, FERRY, MORE], {CREDIT: "en.photo"})
    after = article([CREDIT, FERRY, MORE], {MORE: "en.more"})
    found = difference(before, after)
    assert found is not None
    assert found.text
    assert found.changes == (Change(MORE, True, "en.more"), Change(CREDIT, False, "en.photo"))
    assert (found.gained, found.lost) == ({"en.more": 1}, {"en.photo": 1})


def test_a_part_of_a_block_shows_with_its_rule() -> None:
    whole = f"{FERRY} {CREDIT}"
    found = difference(article([whole, TIDE], {}), article([whole, TIDE], {CREDIT: "en.photo"}))
    assert found is not None
    assert found.changes == (Change(whole, True, "en.photo"), Change(FERRY, False, None))


def test_another_region_shows_without_a_rule() -> None:
    found = difference(article([FERRY, TIDE, TIDE], {}), article([FERRY, TIDE], {}))
    assert found is not None
    assert found.changes == (Change(TIDE, True, None),)
    assert not found.gained


def test_fields_and_receipts_differ_without_another_text() -> None:
    before = article([CREDIT, FERRY], {CREDIT: "en.photo"}, section="News", authors=("Ada",))
    after = article([CREDIT, FERRY], {CREDIT: "en.photo-credit"}, section=None, authors=("Ada",))
    after = replace(after, candidates=(Candidate("section", "News", "meta"),))
    found = difference(before, after)
    assert found is not None
    assert not found.text
    assert found.changes == ()
    assert found.fields == (("section", "News", ""), ("removals", "", ""), ("candidates", "", ""))
    assert (found.gained, found.lost) == ({"en.photo-credit": 1}, {"en.photo": 1})


def test_what_is_shown_is_bounded() -> None:
    found = difference(article(["x" * 10_000, *map(str, range(5000))], {}), article([FERRY], {}))
    assert found is not None
    assert sum(len(change.text) for change in found.changes) < 5000
