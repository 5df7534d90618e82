"""`articles`, `show`, `search`, `explain`: reading what was filed."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.output import CommandError, note, safe, say, say_json, table
from crawler.commands.sources import named
from pipelines.records import PARAGRAPH_BREAK, Article, Removal, Timestamp

if TYPE_CHECKING:
    from db.articles import StoredArticle
    from db.session import Database

Limit = Annotated[int, typer.Option(min=1, max=2**31 - 1, help="At most so many.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Key = Annotated[str, typer.Argument(metavar="ID or URL", help="An article's number, or its address.")]


def articles(
    context: typer.Context,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List the articles, newest first."""
    from db import articles as filed

    database = _database(context)
    name = named(database, source).name if source else None
    lines = filed.listing(database, source=name, limit=limit)
    if as_json:
        for line in lines:
            say_json(
                {
                    "id": line.id,
                    "source": line.source,
                    "title": line.title,
                    "url": line.url,
                    "language": line.language,
                    "published": line.published.isoformat() if line.published else None,
                }
            )
    elif lines:
        rows = [
            (line.id, _moment(line.published), line.language, line.source, line.title or line.url) for line in lines
        ]
        table(("id", "published", "lang", "source", "title"), rows)
    else:
        note("no articles yet; fetch some with: copydesk crawl")


def show(context: typer.Context, key: Key, as_json: AsJson = False) -> None:
    """Print an article: its fields and its clean text."""
    stored = _article(_database(context), key)
    if as_json:
        from pipelines.record_json import receipts, record

        say_json({"id": stored.id, **record(stored.article), **receipts(stored.article)}, indent=1)
        return
    article = stored.article
    say(article.title or "(without a title)")
    say("=" * min(len(article.title or ""), 100))
    facts = {
        "by": ", ".join(article.authors),
        "published": _moment(article.published),
        "modified": _moment(article.modified),
        "language": article.language,
        "section": article.section,
        "source": stored.source,
        "address": article.url,
        "kind": article.page_kind.value if article.page_kind.value != "article" else None,
        "version": stored.version if stored.version > 1 else None,
    }
    for name, value in facts.items():
        if value:
            say(f"{name:<10} {value}")
    if article.standfirst:
        say(f"\n{article.standfirst}")
    say(f"\n{article.text}")


def search(
    context: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="WORDS ...", help="Words that must all occur.")],
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Find articles by words of their title and text."""
    from db.search import search as find

    hits = find(_database(context), " ".join(query), limit)
    if as_json:
        for hit in hits:
            say_json({"id": hit.id, "title": hit.title, "url": hit.url, "snippet": hit.snippet})
    elif hits:
        table(("id", "title", "where"), [(hit.id, hit.title or hit.url, hit.snippet) for hit in hits])
    else:
        note("nothing found")


def explain(context: typer.Context, key: Key) -> None:
    """Say why: where each field came from, what was taken out of the text by which rule, or why there is no article."""
    from db import links
    from pipelines.urls import canonical

    database = _database(context)
    stored = _find(database, key)
    if stored is None:
        link = links.get(database, canonical(key) or key)
        if link is None:
            raise CommandError(f"{_short(key)}: neither an article nor an address that was seen")
        say(f"{link.url}\n  {link.state}: {link.reason or 'not fetched yet'}")
        if link.evidence:
            say(f"  {link.evidence}")
        if link.next_try:
            say(f"  to be fetched from {link.next_try:%Y-%m-%d %H:%M} UTC on, tries so far: {link.attempts}")
        return
    article = stored.article
    say(f"{stored.id}  {article.title or ''}\n{article.url}\n")
    origins = [
        (candidate.field, "kept" if candidate.chosen else "", candidate.origin, _short(candidate.value))
        for candidate in article.candidates
    ]
    table(("field", "", "from", "value"), origins)
    say("\nThe text, and what was taken out of it:\n")
    for line in marked(article):
        typer.echo(line)


def marked(article: Article) -> Iterator[str]:
    """What was mended, then the raw text: kept blocks plain, removed stretches struck out, with kind and rule.

    On a terminal what was removed is red and struck through; elsewhere its lines begin with `- `.
    """
    for repair in article.repairs:
        yield safe(f"mended ({repair.how}): {repair.before} -> {repair.after}")
    position = 0
    for removal in article.removals:
        yield from _kept(article.raw[position : removal.start])
        yield from _removed(removal)
        position = removal.end
    yield from _kept(article.raw[position:])


def _kept(text: str) -> Iterator[str]:
    for block in text.split(PARAGRAPH_BREAK):
        if block.strip():
            yield f"  {safe(block.strip())}"


def _removed(removal: Removal) -> Iterator[str]:
    for block in removal.text.split(PARAGRAPH_BREAK):
        text = safe(block.strip())
        yield "- " + (typer.style(text, fg="red", strikethrough=True) if sys.stdout.isatty() else text)
    yield f"    [{removal.kind}] {removal.rule}: {safe(removal.why)}"


def _database(context: typer.Context) -> "Database":
    from db import session

    return session.connect(context.obj.database)


def _article(database: "Database", key: str) -> "StoredArticle":
    stored = _find(database, key)
    if stored is None:
        raise CommandError(
            f"{_short(key)}: no such article; `copydesk articles` lists them, `copydesk explain` may say why"
        )
    return stored


def _find(database: "Database", key: str) -> "StoredArticle | None":
    from db import articles as filed
    from pipelines.urls import canonical

    # More digits than any number of an article has are not worth a conversion, which Python limits.
    return filed.get(database, int(key[:19]) if key.isdecimal() else canonical(key) or key)


def _moment(moment: Timestamp | None) -> str:
    return moment.isoformat().replace("T", " ") if moment else ""


def _short(text: str, width: int = 100) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= width else folded[: width - 1] + "…"
