"""`add` and `sources`: the sites that are crawled."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.clock import now
from crawler.commands.output import CommandError, note, say, table
from crawler.config import Config

if TYPE_CHECKING:
    from db.session import Database
    from db.sources import Source

SAMPLE = 5
"""Articles that `add` fetches of a new source, so that what stands in the way is seen at once."""
SURVEY = 12
"""Feeds, sitemaps and listing pages that `add` looks at; the first crawl looks at the rest."""

sources_app = typer.Typer(
    help="The sources: list them, switch them off and on, forget them.", invoke_without_command=True
)


def add(
    context: typer.Context,
    urls: Annotated[list[str], typer.Argument(metavar="URL ...", help="The home pages of news sites.")],
) -> None:
    """Take up news sites: find feeds, sitemaps and sections, fetch five articles as a sample, say how it went."""
    from crawler.run import Job, crawl
    from db import session, sources

    config: Config = context.obj
    names = {_name(url): _home(url) for url in urls}
    database = session.connect(config.database)
    added = {}
    for name, url in names.items():
        if sources.get(database, name):
            note(f"{name} is a source already; `copydesk crawl {name}` crawls it")
        else:
            added[name] = sources.add(database, name=name, url=url, now=now())
    if not added:
        return
    note(f"Looking at {', '.join(added)} ...")
    survey = {"source": ",".join(added), "limit": str(SAMPLE), "listings": str(SURVEY)}
    try:
        report = crawl(config, [Job("news", survey)], f"add {' '.join(urls)}")
    except BaseException:
        for source in added.values():
            sources.remove(database, source.id)
        raise
    told = [_told(database, source, report.outcomes.get(source.id)) for source in added.values()]
    if report.interrupted:
        raise typer.Exit(130)
    if not all(told):
        raise typer.Exit(1)


def _home(url: str) -> str:
    """The address of a home page as typed, with or without https://."""
    from pipelines.urls import canonical

    home = canonical(url if "://" in url else f"https://{url}")
    host = home.split("/")[2] if home else ""
    if home is None or not ("." in host or ":" in host or host == "localhost"):
        raise CommandError(
            f"{url!r} is not a web address; give a site's home page, such as https://news.example.com", 2
        )
    return home


def _name(url: str) -> str:
    from pipelines.urls import host_key

    return host_key(_home(url))


def _told(database: "Database", source: "Source", outcomes: Counter[str] | None) -> bool:
    """Prints what was found at a new source; forgets it and returns False when nothing there can be used."""
    from crawler.discovery.model import EndpointKind
    from db import feeds, sources

    summary = next(each for each in sources.listing(database) if each.source.id == source.id)
    rows = feeds.of(database, source.id)
    worked = any(row.last_checked and not row.problem for row in rows)
    if not (worked or summary.articles or summary.pending):
        problem = next((row.problem for row in rows if row.kind == EndpointKind.HOME), None) or "was not reached"
        note(f"not added: {source.name}: {problem}; check the address {source.url}")
        sources.remove(database, source.id)
        return False
    say(f"{source.name}: added")
    kinds = Counter(row.kind for row in rows if not row.problem and row.kind != EndpointKind.PAGE)
    say("  found    " + (", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in kinds.items()) or "nothing"))
    say(f"  waiting  {summary.pending} links")
    if outcomes:
        say("  sample   " + ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common()))
    for row in rows:
        # That a guessed address is not there is no problem.
        if row.problem and (row.last_status != 404 or row.kind == EndpointKind.HOME):
            say(f"  problem  {row.url}: {row.problem}")
    if not summary.pending and not summary.articles:
        say("  problem  no articles were found; give the address of a section or a feed page")
    return True


@sources_app.callback()
def list_sources(context: typer.Context) -> None:
    """List the sources, each with how it fares."""
    if context.invoked_subcommand:
        return
    from db import session, sources

    config: Config = context.obj
    rows = []
    for summary in sources.listing(session.connect(config.database)):
        outcomes = ", ".join(f"{n} {name}" for name, n in Counter(summary.outcomes).most_common(4))
        source = summary.source
        rows.append(
            (
                source.name,
                "yes" if source.enabled else "no",
                summary.articles,
                summary.pending,
                f"{summary.endpoints - summary.failing}/{summary.endpoints}",
                f"{summary.last_run:%Y-%m-%d %H:%M}" if summary.last_run else "never",
                outcomes,
            )
        )
    if not rows:
        note("no sources yet; take one up with: copydesk add https://news.example.com")
        return
    table(("source", "enabled", "articles", "waiting", "endpoints ok", "last run (UTC)", "last outcomes"), rows)


Names = Annotated[list[str], typer.Argument(metavar="SOURCE ...", help="Names of sources, as `sources` lists them.")]


@sources_app.command()
def disable(context: typer.Context, names: Names) -> None:
    """Crawl these sources no more; what is known of them stays."""
    _set_enabled(context, names, False)


@sources_app.command()
def enable(context: typer.Context, names: Names) -> None:
    """Crawl these sources again."""
    _set_enabled(context, names, True)


@sources_app.command()
def remove(context: typer.Context, names: Names) -> None:
    """Forget these sources and their endpoints; their articles stay."""
    from db import session, sources

    database = session.connect(context.obj.database)
    for source in [named(database, name) for name in names]:
        sources.remove(database, source.id)


def _set_enabled(context: typer.Context, names: Sequence[str], enabled: bool) -> None:
    from db import session, sources

    database = session.connect(context.obj.database)
    for source in [named(database, name) for name in names]:
        sources.set_enabled(database, source.id, enabled)


def named(database: "Database", name: str) -> "Source":
    """The source of a name or an address. Raises: CommandError for one that is not known."""
    from db import sources

    source = sources.get(database, name)
    if source is None:
        raise CommandError(f"no source {name!r}; `copydesk sources` lists those that there are", 2)
    return source
