"""The command `copydesk`: dispatch only. Each family of commands has its file in `crawler/commands/`.

Heavy libraries are imported inside the commands that need them, so that `copydesk --help` answers at once.
"""

import io
import os
import sys
from datetime import datetime
from typing import Annotated

import typer
from typer.exceptions import TyperException

from crawler import __version__, clock, config
from crawler.commands import (
    crawl,
    diff,
    explain,
    export,
    filters,
    health,
    history,
    propose,
    read,
    reclean,
    run,
    schedule,
    tour,
)
from crawler.commands.database import database_app
from crawler.commands.output import exit_code, note, one_line
from crawler.commands.sources import add, sources_app

HELP = "copydesk --help, copydesk COMMAND --help"

app = typer.Typer(
    name="copydesk",
    help="Crawl news sites and file clean articles in a SQL database.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(tour.demo)
app.command()(add)
sources_app.command()(propose.propose)
app.add_typer(sources_app, name="sources")
app.command()(crawl.crawl)
app.command()(run.run)
app.command()(history.runs)
app.command()(schedule.schedule)
app.command()(health.health)
app.command()(read.articles)
app.command()(read.show)
app.command()(read.search)
app.command()(diff.diff)
app.command()(explain.explain)
app.command()(reclean.reclean)
app.command()(filters.extract)
app.command()(filters.clean)
app.command()(export.export)
app.add_typer(database_app, name="db")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"copydesk {__version__}")
        raise typer.Exit


@app.callback()
def configure(
    context: typer.Context,
    config_file: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="The configuration; else copydesk.toml, if there.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="sqlite:///FILE or postgresql://USER@HOST/NAME.")
    ] = None,
    now: Annotated[
        str | None, typer.Option("--now", metavar="MOMENT", help="Where the clock starts; for tests and benchmarks.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    del version  # its callback has printed it
    # Through the environment, so that the Scrapy settings, and processes that are started, see the same.
    for name, value in (("CONFIG", config_file), ("DATABASE", database), ("NOW", now)):
        if value:
            os.environ[config.PREFIX + name] = value
    settings = context.obj = config.load()
    if settings.now:
        clock.set_to(datetime.fromisoformat(settings.now))


def main() -> None:
    """Runs a command; what goes wrong becomes one line on standard error and an exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for what a terminal's encoding does not have
    try:
        sys.exit(app(prog_name="copydesk", standalone_mode=False))
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):  # which Typer turns into exit code 1
            raise
        # The reader, such as `head`, has enough; Python would complain again when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        note(f"copydesk: {one_line(error)}" + (f" ({HELP})" if isinstance(error, TyperException) else ""))
        sys.exit(code)
