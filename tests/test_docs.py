"""The documentation names everything that there is, and nothing that there isn't."""

import dataclasses
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from crawler.cli import app
from crawler.config import Config
from db import articles, session
from db.models import Base
from pipelines.process import process_page
from pipelines.record_json import receipts, record
from pipelines.records import Accepted, Article, Page, Reason, Saved
from pipelines.rules import load_rulebook

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def sections(name: str) -> dict[str, str]:
    """The `## ` sections of a document, and what stands before them under the empty name."""
    parts = re.split(r"^## (.+)$", (DOCS / name).read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


def rows(text: str) -> dict[str, str]:
    """The names in backticks that begin the rows of the tables, each with the rest of its row."""
    found = {}
    for first, rest in re.findall(r"^\| (`.+?`) \|(.*)\|$", text, re.MULTILINE):
        found.update(dict.fromkeys(re.findall(r"`([^`]+)`", first), rest))
    return found


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command's name and options."""
    children = getattr(command, "commands", {})
    options = {o for p in command.params for o in p.opts if o.startswith("-") and o != "--help"}
    if not children or getattr(command, "invoke_without_command", False) or not path:
        yield " ".join(path), options
    for name, child in children.items():
        yield from commands(child, (*path, name))


def test_commands() -> None:
    documented = {name: set(rows(text)) for name, text in sections("commands.md").items() if name != "Exit codes"}
    assert documented == dict(commands(typer.main.get_command(app)))


def test_settings_and_their_defaults() -> None:
    documented = {
        name: rest.split("|")[0].strip().strip("`") for name, rest in rows(sections("settings.md")[""]).items()
    }
    defaults = {field.name: str(field.default) for field in dataclasses.fields(Config)}
    assert documented == {name: "(empty)" if default in ("", "()") else default for name, default in defaults.items()}


def test_outcomes() -> None:
    described = sections("outcomes.md")
    assert set(rows(described.pop("Filed"))) == set(Saved)
    reasons = rows("\n".join(described.values()))
    assert set(reasons) == set(Reason)
    assert {name for name, rest in reasons.items() if "Tried again later" in rest} == {r for r in Reason if r.transient}


def test_tables_and_their_columns() -> None:
    documented = {name: set(rows(text)) for name, text in sections("tables.md").items() if name}
    assert documented == {name: set(table.columns.keys()) for name, table in Base.metadata.tables.items()}


def test_record_fields() -> None:
    documented = rows(sections("records.md")[""])
    assert set(documented) == {field.name for field in dataclasses.fields(Article)}
    example = Article(url="", canonical_url="", title=None, text="", raw="", removals=())
    mentioned = set(re.findall(r"`(\w+)`", (DOCS / "records.md").read_text("utf-8")))
    companions = {f"modified_{suffix}" for suffix in ("precision", "raw", "origin")}
    assert {*record(example), *receipts(example)} - companions <= mentioned


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "crawler/sites/README.md",
        *(f"docs/{p.name}" for p in DOCS.glob("*.md")),
    ],
)
def test_links_and_paths_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    links = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    paths = re.findall(r"`((?:crawler|pipelines|db|tests|docs|scripts)/[\w./-]*)`", text)
    missing = [link for link in links if link and not (ROOT / document).parent.joinpath(link).exists()]
    assert missing + [path for path in paths if not (ROOT / path).exists()] == []


def test_rule_examples_are_valid_and_do_what_they_say(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for name, rules in re.findall(r"```toml\n# (\S+)\n(.*?)```", text, re.DOTALL):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(rules, encoding="utf-8")
    rulebook = load_rulebook([*tmp_path.glob("crawler/sites/*.toml")], tmp_path / "pipelines/phrases")
    phrases = [*rulebook.packs["en"], *rulebook.for_host("news.example.com").site.phrases]
    assert len(phrases) == 2
    for phrase in phrases:
        pattern = re.compile(phrase.pattern, re.IGNORECASE)
        assert all(pattern.fullmatch(example) for example in phrase.examples)
        assert not any(pattern.fullmatch(kept) for kept in phrase.keeps)


def blocks(language: str) -> list[str]:
    """The code blocks of that language in all pages."""
    return [
        block
        for page in sorted(DOCS.glob("*.md"))
        for block in re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    ]


@pytest.fixture
def filed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database that holds one article, and what `show --json` prints of it."""
    monkeypatch.chdir(tmp_path)
    body = b"<h1>Ferry back</h1><p>By Ann Aske</p>" + b"<p>The ferry went back to work on Monday, they say.</p>" * 20
    page = Page(
        "https://a.example/s", "https://a.example/s", 200, (), b"<article>" + body, datetime(2026, 6, 11, tzinfo=UTC)
    )
    outcome = process_page(page, load_rulebook())
    assert isinstance(outcome, Accepted)
    database = session.connect("sqlite:///copydesk.db")
    articles.store(database, page, outcome, None)
    database.close()
    printed = json.dumps(record(outcome.article) | receipts(outcome.article))
    (tmp_path / "article.json").write_text(printed, encoding="utf-8")
    return tmp_path


def test_queries_run(filed: Path) -> None:
    with closing(sqlite3.connect(filed / "copydesk.db")) as connection:
        answers = [connection.execute(query).fetchall() for block in blocks("sql") for query in block.split(";\n")]
        assert len(answers) > 10
        doubts = next(block for block in blocks("sql") if block.startswith("WITH cut"))
        assert connection.execute(doubts).fetchall() == []
        connection.execute("UPDATE removal SET end_offset = end_offset + 4")
        assert len(connection.execute(doubts).fetchall()) == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the examples leave closing to the end of the program
def test_python_runs(filed: Path) -> None:
    assert filed == Path.cwd()
    for number, block in enumerate(blocks("python")):
        exec(compile(block, f"example {number}", "exec"), {})  # noqa: S102 (our own documentation)
