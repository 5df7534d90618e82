"""Whole pages and the records they must become: `tests/pages/<domain>/<date>/`.

`page.html` holds the bytes as served, `meta.json` what came with them, `expected.json` a part of the record: the keys
of `record_json.record`, `text` as a list of paragraphs, `mended` as lines that a repair must have brought about; or
`rejected` with the reason. Each page is read with the site file of its domain, in the layout of its day; those of
invented sites are in `tests/sites/`. All pages are invented.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.config import Config
from crawler.sources import site_files
from pipelines.process import process_page
from pipelines.record_json import record
from pipelines.records import PARAGRAPH_BREAK, Accepted, Hints, Page, Rejected, replay
from pipelines.rules import load_rulebook

RULES = load_rulebook([*site_files(Config()), *Path(__file__).parent.glob("sites/*.toml")])
FOLDERS = sorted(path.parent for path in Path(__file__).parent.glob("pages/*/*/page.html"))


def load(folder: Path) -> tuple[Page, dict[str, Any]]:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    page = Page(
        url=meta["url"],
        final_url=meta.get("final_url", meta["url"]),
        status=meta["status"],
        headers=tuple(meta["headers"].items()),
        body=(folder / "page.html").read_bytes(),
        fetched_at=datetime.fromisoformat(meta["fetched_at"]),
        hints=Hints(**meta.get("hints", {})),
    )
    return page, json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_page(folder: Path) -> None:
    page, expected = load(folder)
    outcome = process_page(page, RULES.for_page(page))
    if isinstance(outcome, Rejected):
        assert {"rejected": outcome.reason.value} == expected, outcome.evidence
        return
    assert isinstance(outcome, Accepted)
    article = outcome.article
    assert replay(article.raw, article.removals) == article.text
    for line in expected.pop("mended", ()):
        assert line in article.raw
        assert any(repair.after in line for repair in article.repairs)
    found = record(article)
    found["text"] = article.text.split(PARAGRAPH_BREAK)
    assert {key: found.get(key) for key in expected} == expected
