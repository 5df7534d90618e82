"""The command `copydesk`: dispatch only. Each family of commands has its file in `crawler/commands/`.

Heavy libraries are imported inside the commands that need them, so that `copydesk --help` answers at once.
"""

import io
import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from crawler import __version__, config
from crawler.commands import crawl, export, filters, read, tour
from crawler.commands.database import database_app
from crawler.commands.output import CommandError, note
from crawler.commands.sources import add, sources_app

HELP = "copydesk --help, copydesk COMMAND --help"
UNREACHABLE = 69
"""Exit code when the database can't be used: EX_UNAVAILABLE of sysexits.h."""

app = typer.Typer(
    name="copydesk",
    help="Crawl news sites and file clean articles in a SQL database.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(tour.demo)
app.command()(add)
app.add_typer(sources_app, name="sources")
app.command()(crawl.crawl)
app.command()(read.articles)
app.command()(read.show)
app.command()(read.search)
app.command()(read.explain)
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
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    del version  # its callback has printed it
    # Through the environment, so that the Scrapy settings, and processes that are started, see the same.
    for name, value in (("CONFIG", config_file), ("DATABASE", database)):
        if value:
            os.environ[config.PREFIX + name] = value
    context.obj = config.load()


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
        code = _exit_code(error)
        if code is None:
            raise
        message = f"{error.format_message()} ({HELP})" if isinstance(error, TyperException) else str(error)
        note(f"copydesk: {' '.join(message.split())}")
        sys.exit(code)


def _exit_code(error: Exception) -> int | None:
    """The exit code of what can go wrong; None for what nobody has foreseen."""
    from db.errors import DatabaseError
    from pipelines.rules import RuleError

    match error:
        case CommandError():
            return error.exit_code
        case TyperException() | config.ConfigError() | RuleError():
            return 2
        case DatabaseError():
            return UNREACHABLE
    return None
