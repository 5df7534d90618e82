"""`explain`: why an article reads as it does, or why there is none."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from crawler.commands.output import CommandError, console, safe, say, shortened, table
from crawler.commands.read import Key, find, opened
from crawler.commands.receipts import print_receipts
from pipelines.records import Candidate

if TYPE_CHECKING:
    from db.articles import StoredArticle
    from db.session import Database
    from db.tracing import Trace

_VALUE = 100
"""Characters of a field's value that are shown."""


def explain(context: typer.Context, key: Key) -> None:
    """Say why: where each field came from, what was taken out of the text by which rule, or why there is no article."""
    from db import tracing
    from pipelines.urls import canonical

    database = opened(context)
    stored = find(database, key)
    if stored is not None:
        _explain_article(database, stored)
        return
    trace = tracing.trace(database, canonical(key) or key)
    if trace is None:
        raise CommandError(
            f"{shortened(key, 100)}: neither an article nor an address that was seen; `copydesk crawl URL` fetches one"
        )
    _explain_address(trace)


def _explain_article(database: "Database", stored: "StoredArticle") -> None:
    from db import articles, tracing

    article = stored.article
    say(f"{stored.id}  {article.title or '(without a title)'}")
    trace = tracing.trace(database, article.url)
    _print_facts([("address", article.url), *(_way(trace) if trace else ())])
    changed = f", the last seen {stored.changed_at:%Y-%m-%d %H:%M} UTC" if stored.version > 1 else ""
    _print_facts([("versions", f"{stored.version}{changed}"), ("cleaned by", article.pipeline_version)])
    for other in articles.related(database, stored.id)[:5]:
        _print_facts([(str(other.kind), f"article {other.id}, {other.score:.0%}: {other.title or other.url}")])
    _print_facts([("doubt", flag) for flag in article.flags])
    say("\nWhere each field came from:\n")
    _print_fields(article.candidates)
    say("\nThe text, and what was taken out of it:\n")
    print_receipts(article)


def _explain_address(trace: "Trace") -> None:
    link = trace.link
    say(link.url)
    settled = "not by itself; `copydesk crawl URL` asks again"
    _print_facts(
        [
            ("outcome", f"{link.state}: {link.reason}" if link.reason else f"{link.state}: not fetched yet"),
            ("seen", link.evidence or ""),
            ("tries", str(link.attempts)),
            ("next try", f"{link.next_try:%Y-%m-%d %H:%M} UTC" if link.next_try else settled),
            *_way(trace),
        ]
    )
    said = {"title": link.hints.title, "published": link.hints.published, "authors": ", ".join(link.hints.authors)}
    _print_facts([(f"said {name}", value or "") for name, value in said.items()])


def _way(trace: "Trace") -> Iterator[tuple[str, str]]:
    """How an address came to be known, and what was fetched for it."""
    by = f"by the {trace.endpoint[0]} {trace.endpoint[1]}" if trace.endpoint else "by hand, or by what is gone"
    yield "source", trace.source or ""
    yield "found", f"{trace.link.found_at:%Y-%m-%d %H:%M} UTC {by}"
    for fetch in trace.fetches:
        leads = f", from {fetch.final_url}" if fetch.final_url != trace.link.url else ""
        yield "fetched", f"{fetch.fetched_at:%Y-%m-%d %H:%M} UTC: status {fetch.status}, {fetch.size:,} bytes{leads}"


def _print_facts(facts: list[tuple[str, str]]) -> None:
    for name, value in facts:
        if value:
            say(f"  {name:<14} {value}")


def _print_fields(candidates: tuple[Candidate, ...]) -> None:
    """For each field its value and the answers that lost; on a terminal the latter are dim."""
    rows = list(_rows(candidates))
    screen = console()
    if not screen.is_terminal:
        table(("field", "", "from", "value"), rows)
        return
    from rich.table import Table
    from rich.text import Text

    shown = Table("field", "", "from", "value", header_style="bold", box=None, pad_edge=False)
    for field, verdict, origin, value in rows:
        style = "" if verdict == "kept" else "dim"
        shown.add_row(field, verdict, Text(origin), Text(value), style=style)
    screen.print(shown)


def _rows(candidates: tuple[Candidate, ...]) -> Iterator[tuple[str, str, str, str]]:
    """Field, verdict, origin and value of each answer, those for a field together and the one that was kept first."""
    by_field: dict[str, list[Candidate]] = {}
    for each in candidates:
        by_field.setdefault(each.field, []).append(each)
    for field, answers in by_field.items():
        kept = {each.value for each in answers if each.chosen}
        for each in sorted(answers, key=lambda each: not each.chosen):
            verdict = "kept" if each.chosen else "the same" if each.value in kept else "lost"
            yield safe(field), verdict, safe(each.origin), safe(shortened(each.value, _VALUE))
