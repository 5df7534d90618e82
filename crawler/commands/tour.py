"""`demo`: the tour. Serves a small news web from this machine, crawls it, and shows the records with their receipts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.clock import now
from crawler.commands.output import CommandError, note, say, table
from crawler.commands.receipts import print_receipts
from pipelines.records import Boilerplate, Saved

if TYPE_CHECKING:
    from db.articles import StoredArticle

DELAY = 0.05
"""Seconds between two requests to a site of the demo: it is our own server."""
SHOWPIECE = Boilerplate.VIDEO_CREDIT
"""The article shown in full is the one with the most removals among those that have one of this kind."""


def demo(
    context: typer.Context,
    output: Annotated[str, typer.Option("--output", "-o", help="The SQLite file; made anew.")] = "copydesk-demo.db",
) -> None:
    """Take the tour: crawl a small news web served from this machine and look at what was filed."""
    from crawler.demo.web import DemoWeb
    from crawler.report import Job
    from crawler.run import crawl
    from db import articles, session, sources

    config = replace(context.obj, database=f"sqlite:///{output}", delay=DELAY, allow_addresses=("127.0.0.0/8",))
    _remove_old(output)
    with DemoWeb() as web:
        database = session.connect(config.database)
        for site in web.sites:
            sources.add(database, name=site.name, url=site.url, now=now())
        note(f"Serving {len(web.sites)} invented news sites on 127.0.0.1, crawling them into {output} ...")
        report = crawl(config, [Job("news", {"source": ",".join(site.name for site in web.sites)})], "demo")
    filed = list(articles.each(database))
    _print_records(filed)
    say("\nOther pages, each with its reason:")
    say("  " + ", ".join(f"{n} {outcome}" for outcome, n in report.totals.most_common() if outcome not in set(Saved)))
    shown = _print_showpiece(filed)
    say(f"\nLook around:  copydesk --database {config.database} articles | show {shown} | explain {shown} | search ...")


def _remove_old(output: str) -> None:
    """Takes an earlier demo's file away. Raises: CommandError for a file that isn't one of ours."""
    path = Path(output)
    try:
        if path.exists() and path.stat().st_size and path.read_bytes()[:15] != b"SQLite format 3":
            raise CommandError(f"{output} exists and is not a demo's database; name another file with --output", 2)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{output}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(
            f"{output}: can't be written ({error.strerror}); name another file with --output", 2
        ) from None


def _print_records(filed: "Sequence[StoredArticle]") -> None:
    rows = [
        (
            each.id,
            each.article.published.isoformat().replace("T", " ") if each.article.published else "",
            each.article.language,
            each.article.title,
            ", ".join(each.article.authors),
            len(each.article.text.split()),
            len(each.article.removals),
        )
        for each in filed
    ]
    table(("id", "published", "lang", "title", "authors", "words", "removed"), rows)


def _print_showpiece(filed: "Sequence[StoredArticle]") -> int:
    """Prints the article that shows most of what cleaning does, and returns its id."""
    shown = max(
        filed,
        key=lambda each: (SHOWPIECE in {removal.kind for removal in each.article.removals}, len(each.article.removals)),
    )
    say(f"\nArticle {shown.id}, with what was taken out of it and by which rule:\n")
    say(f"  {shown.article.title or ''}\n")
    print_receipts(shown.article)
    return shown.id
