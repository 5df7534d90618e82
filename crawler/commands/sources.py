"""`add` and `sources`: the sites that are crawled."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from crawler.clock import now
from crawler.commands.output import CommandError, note, table
from crawler.config import Config

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
    failed = [name for name, source in added.items() if not _told(config, source.id, report.outcomes.get(source.id))]
    if failed:
        raise CommandError(f"not added: {', '.join(failed)}")


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


def _told(config: Config, source_id: int, outcomes: Counter[str] | None) -> bool:
    """Prints what was found at a new source; forgets it and returns False when its home page can't be used."""
    from crawler.discovery.model import EndpointKind
    from db import feeds, session, sources

    database = session.connect(config.database)
    summary = next(summary for summary in sources.listing(database) if summary.source.id == source_id)
    rows = feeds.of(database, source_id)
    home = next((row for row in rows if row.kind == EndpointKind.HOME), None)
    if home is None or home.problem:
        problem = home.problem if home else "was not reached"
        note(f"{summary.source.name}: {problem}; check the address {summary.source.url}")
        sources.remove(database, source_id)
        return False
    typer.echo(f"{summary.source.name}: added")
    kinds = Counter(row.kind for row in rows if not row.problem)
    typer.echo("  found    " + ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in kinds.items()))
    typer.echo(f"  waiting  {summary.pending} links")
    if outcomes:
        typer.echo("  sample   " + ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common()))
    for row in rows:
        if row.problem and row.last_status != 404:
            typer.echo(f"  problem  {row.url}: {row.problem}")
    if not summary.pending and not summary.articles:
        typer.echo("  problem  no articles were found; give the address of a section or a feed page")
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
    for source_id in source_ids(context.obj, names):
        sources.remove(database, source_id)


def _set_enabled(context: typer.Context, names: Sequence[str], enabled: bool) -> None:
    from db import session, sources

    database = session.connect(context.obj.database)
    for source_id in source_ids(context.obj, names):
        sources.set_enabled(database, source_id, enabled)


def source_ids(config: Config, names: Sequence[str]) -> list[int]:
    """The ids of sources by name or address. Raises: CommandError for one that is not known."""
    from db import session, sources

    database = session.connect(config.database)
    ids = []
    for name in names:
        source = sources.get(database, name)
        if source is None:
            raise CommandError(f"no source {name!r}; `copydesk sources` lists those that there are", 2)
        ids.append(source.id)
    return ids
