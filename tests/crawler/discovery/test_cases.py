"""Every document in cases/ with what discovery must make of it, in the `.expected.json` beside it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from crawler.discovery import Discovered, EndpointKind, discover

CASES = Path(__file__).parent / "cases"
DOCUMENTS = sorted(path for path in CASES.iterdir() if not path.name.endswith(".expected.json"))


def plain(found: Discovered) -> dict[str, Any]:
    """As JSON has it, without what is empty."""
    links = []
    for link in found.links:
        hints = {name: value for name, value in asdict(link.hints).items() if value}
        links.append({"url": link.url, **hints})
    endpoints = [[endpoint.kind, endpoint.url, endpoint.title] for endpoint in found.endpoints]
    whole = {"links": links, "endpoints": endpoints, "next_page": found.next_page, "problem": found.problem}
    return json.loads(json.dumps(whole))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_document(document: Path) -> None:
    expected = json.loads(document.with_name(document.name + ".expected.json").read_text(encoding="utf-8"))
    asked = expected.pop("asked")
    found = discover(EndpointKind(asked["kind"]), asked["url"], asked["content_type"], document.read_bytes())
    assert plain(found) == expected
