"""`articles`, `show`, `search`: reading what was filed."""

from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.output import CommandError, console, note, safe, say, say_json, shortened, table
from crawler.commands.sources import named
from pipelines.records import Timestamp

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

    database = opened(context)
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
    stored = existing(opened(context), key)
    if as_json:
        from pipelines.record_json import receipts, record

        gone = stored.gone_at.isoformat() if stored.gone_at else None
        say_json({"id": stored.id, **record(stored.article), "gone": gone, **receipts(stored.article)}, indent=1)
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
        "version": f"{stored.version}; `copydesk diff {stored.id}` shows the edits" if stored.version > 1 else None,
        "gone": f"since {stored.gone_at:%Y-%m-%d %H:%M} UTC, when its address said so" if stored.gone_at else None,
    }
    for name, value in facts.items():
        if value:
            say(f"{name:<10} {value}")
    for text in (article.standfirst, article.text):
        if text:
            _say_prose(text)


def search(
    context: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="WORDS ...", help="Words that must all occur.")],
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Find articles by words of their title and text."""
    from db.search import search as find

    hits = find(opened(context), " ".join(query), limit)
    if as_json:
        for hit in hits:
            say_json({"id": hit.id, "title": hit.title, "url": hit.url, "snippet": hit.snippet})
    elif hits:
        table(("id", "title", "where"), [(hit.id, hit.title or hit.url, hit.snippet) for hit in hits])
    else:
        note("nothing found; an article must have all of the words, whole")


def opened(context: typer.Context) -> "Database":
    """The database, until the command ends."""
    from db import session

    database = session.connect(context.obj.database)
    context.call_on_close(database.close)
    return database


def existing(database: "Database", key: str) -> "StoredArticle":
    """The article of a number or an address. Raises: CommandError when there is none."""
    stored = find(database, key)
    if stored is None:
        raise CommandError(
            f"{shortened(key, 100)}: no such article; `copydesk articles` lists them, `copydesk explain` may say why"
        )
    return stored


def find(database: "Database", key: str) -> "StoredArticle | None":
    """The article of a number or an address, as a person gives it."""
    from db import articles as filed
    from pipelines.urls import canonical

    # More digits than any number of an article has are not worth a conversion, which Python limits.
    return filed.get(database, int(key[:19]) if key.isdecimal() else canonical(key) or key)


def _say_prose(text: str) -> None:
    """Text for reading: on a terminal broken between words, elsewhere as it is."""
    screen = console()
    if screen.is_terminal:
        screen.print(f"\n{safe(text)}")
    else:
        say(f"\n{text}")


def _moment(moment: Timestamp | None) -> str:
    return moment.isoformat().replace("T", " ") if moment else ""
