"""`add` and `sources`: the sites that are crawled."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.clock import now
from crawler.commands.filters import lines_of
from crawler.commands.output import FAILED, INTERRUPTED, CommandError, note, say, say_json, table
from crawler.config import Config

if TYPE_CHECKING:
    from crawler.report import CrawlReport
    from db.session import Database
    from db.sources import Source

SAMPLE = 5
"""Articles that `add` fetches of a new source, so that what stands in the way is seen at once."""
SURVEY = 12
"""Feeds, sitemaps and listing pages that `add` looks at; the first crawl looks at the rest."""

sources_app = typer.Typer(
    help="The sources: list, edit, switch off and on, forget, take along.", invoke_without_command=True
)


def add(
    context: typer.Context,
    urls: Annotated[list[str], typer.Argument(metavar="URL ...", help="The home pages of news sites.")],
) -> None:
    """Take up news sites: find feeds, sitemaps and sections, fetch five articles as a sample, say how it went."""
    from crawler.report import Job
    from crawler.run import crawl
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
    told = [_told(database, source, report) for source in added.values()]
    if report.interrupted:
        raise typer.Exit(INTERRUPTED)
    if not all(told):
        raise typer.Exit(FAILED)


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


def _told(database: "Database", source: "Source", report: "CrawlReport") -> bool:
    """Prints what was found at a new source; forgets it and returns False when nothing there can be used."""
    from crawler import doctor
    from db import feeds, health, sources

    summary = next(each for each in sources.listing(database) if each.source.id == source.id)
    look = doctor.Look(
        feeds.of(database, source.id),
        report.outcomes.get(source.id, Counter()),
        [doctor.Example(*example) for example in health.examples(database, source.id)],
        summary.pending,
        summary.articles,
        report.troubles.get(source.name),
    )
    if not look.usable:
        note(f"not added: {source.name}: {doctor.refusal(look)}")
        sources.remove(database, source.id)
        return False
    say(f"{source.name}: added")
    for label, line in doctor.findings(look):
        say(f"  {label:<9} {line}")
    for line in doctor.obstacles(look):
        say(f"  in the way: {line}")
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


@sources_app.command()
def edit(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Its name, as `sources` lists it.")],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="A new name.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Its home page's new address.")] = None,
) -> None:
    """Change a source's name or home page; its articles and what was seen stay. A new home page is looked at next."""
    from db import feeds, session, sources
    from db.errors import NameTaken

    if name is None and url is None:
        raise CommandError("nothing to change; give --name or --url", 2)
    database = session.connect(context.obj.database)
    known = named(database, source)
    home = None if url is None else _home(url)
    try:
        sources.change(database, known.id, name=name, url=home)
    except NameTaken as error:
        raise CommandError(f"{error}; `copydesk sources` lists them", 2) from None
    if home:
        feeds.add(database, known.id, [(home, "home", None)], now())


@sources_app.command(name="export")
def export_sources(context: typer.Context) -> None:
    """Print the sources as JSON lines, with their feeds, sitemaps and sections, for `sources import`."""
    from db import feeds, session, sources

    database = session.connect(context.obj.database)
    for summary in sources.listing(database):
        source = summary.source
        endpoints = [
            {"url": row.url, "kind": row.kind, "title": row.title}
            for row in feeds.of(database, source.id)
            if row.kind != "page" and not row.problem
        ]
        say_json({"name": source.name, "url": source.url, "enabled": source.enabled, "endpoints": endpoints})


@sources_app.command(name="import")
def import_sources(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="[FILE or -]", help="JSON lines {name, url, enabled, endpoints}.")],
) -> None:
    """Take up sources from JSON lines without looking at them. Those that are known already are passed over."""
    from db import feeds, session, sources

    database = session.connect(context.obj.database)
    read = [_entry(line, f"{file}, line {number}") for number, line in enumerate(lines_of(file), start=1)]
    for entry in read:
        if sources.get(database, entry.name):
            note(f"{entry.name} is a source already")
            continue
        source = sources.add(database, name=entry.name, url=entry.url, now=now())
        if not entry.enabled:
            sources.set_enabled(database, source.id, False)
        home = (entry.url, "home", None)
        feeds.add(database, source.id, [home, *entry.endpoints], now())


@dataclass(frozen=True, slots=True)
class Entry:
    """A source as `sources export` prints it."""

    name: str
    url: str
    enabled: bool
    endpoints: list[tuple[str, str, str | None]]


def _entry(line: bytes, place: str) -> Entry:
    """Raises: CommandError for a line that is none; only the address is needed."""
    from crawler.discovery.model import EndpointKind
    from pipelines.urls import canonical

    try:
        row = json.loads(line)
        url = _home(row["url"])
        endpoints = [
            (canonical(each["url"]) or "", EndpointKind(each["kind"]).value, each.get("title"))
            for each in row.get("endpoints", ())
        ]
        return Entry(
            str(row.get("name") or _name(url)),
            url,
            bool(row.get("enabled", True)),
            [each for each in endpoints if each[0]],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        wanted = "an object with url, and perhaps name, enabled, endpoints"
        raise CommandError(f"{place}: expected {wanted} ({type(error).__name__}: {error})", 2) from None


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
