"""`crawl`: fetch what is new, now."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from crawler.clock import now
from crawler.commands.durations import Since
from crawler.commands.output import LOCKED, CommandError, note
from crawler.config import Config


def crawl(
    context: typer.Context,
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE or URL ...]", help="Sources by name, or addresses of pages.")
    ] = None,
    from_file: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="A file with one address a line; - is standard input.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many pages of each source.")] = None,
    since: Since = None,
) -> None:
    """Crawl sources, or single pages, now. Without arguments: all sources that are switched on, and pages due again."""
    from crawler.report import Job
    from crawler.run import crawl as run

    config: Config = context.obj
    wanted = list(dict.fromkeys([*(targets or []), *(_addresses(from_file) if from_file else [])]))
    names, urls = _sorted_targets(config, wanted)
    jobs = []
    if names:
        bounds = {"limit": "" if limit is None else str(limit), "since": since.isoformat() if since else ""}
        jobs.append(Job("news", {"source": ",".join(names), **bounds}))
    if urls:
        jobs.append(Job("page", {"url": " ".join(urls)}))
    if not jobs:
        raise CommandError("no sources yet; take one up with: copydesk add https://news.example.com", 2)
    _check_free(config, names)
    with Progress(config, len(names), len(urls)) as progress:
        report = run(config, jobs, f"crawl {' '.join(wanted)}".strip(), progress.count)
    for name, why in report.troubles.items():
        note(f"{name}: {why}")
    note(report.summary)
    raise typer.Exit(report.exit_code)


def _addresses(file: str) -> list[str]:
    try:
        text = (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: can't be read ({error}); name a text file with one address a line", 2) from None
    addresses = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not addresses:
        raise CommandError(f"no addresses in {file}; name a text file with one address a line", 2)
    return addresses


def _sorted_targets(config: Config, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which of the arguments are sources (by name or address), which addresses of pages."""
    from db import links, session, sources
    from pipelines.urls import canonical

    database = session.connect(config.database)
    if not wanted:  # all sources, and the pages asked for by hand whose next try is due
        by_hand = links.pending(database, None, now(), config.articles_per_run)
        enabled = [summary.source.name for summary in sources.listing(database) if summary.source.enabled]
        return enabled, [link.url for link in by_hand]
    names, urls = [], []
    for target in wanted:
        source = sources.get(database, target) or sources.get(database, canonical(target) or target)
        url = canonical(target)
        if source is not None:
            if not source.enabled:
                raise CommandError(f"{source.name} is switched off; `copydesk sources enable {source.name}`", 2)
            names.append(source.name)
        elif url is not None:
            urls.append(url)
        else:
            raise CommandError(
                f"{target!r} is neither a source nor a web address; `copydesk sources` lists the sources", 2
            )
    return names, urls


def _check_free(config: Config, names: Sequence[str]) -> None:
    """Raises CommandError when another process is crawling one of the sources."""
    from crawler.workers import drop_dead_leases
    from db import session, sources

    database = session.connect(config.database)
    drop_dead_leases(database)
    held = sources.holders(database, now())
    for name in names:
        if name in held:
            worker, until = held[name]
            raise CommandError(
                f"{name} is being crawled by {worker}, which holds it until {until:%H:%M:%S} UTC", LOCKED
            )


class Progress:
    """A line that moves on a terminal; silence elsewhere."""

    def __init__(self, config: Config, sources: int, pages: int) -> None:
        what = [f"{sources} source{'s' * (sources > 1)}"] * bool(sources) + [f"{pages} page{'s' * (pages > 1)}"] * bool(
            pages
        )
        self.title = "Crawling " + " and ".join(what)
        self.totals: Counter[str] = Counter()
        self.moving = sys.stderr.isatty() and config.log_level in ("WARNING", "ERROR")

    def __enter__(self) -> "Progress":
        if self.moving:
            from rich.console import Console

            self.status = Console(stderr=True).status(self.title)
            self.status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.moving:
            self.status.stop()

    def count(self, _source: int | None, outcome: str) -> None:
        """Takes note of one page's outcome."""
        self.totals[outcome] += 1
        if self.moving:
            counts = ", ".join(f"{n} {name}" for name, n in self.totals.most_common(5))
            self.status.update(f"{self.title}: {counts}")
