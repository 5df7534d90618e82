"""`db`: the database itself."""

import shlex
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from crawler.commands.output import CommandError, note, say

database_app = typer.Typer(help="The database.", no_args_is_help=True)


@database_app.command()
def upgrade(context: typer.Context) -> None:
    """Bring the database to this version's tables."""
    from db import session

    before, after = session.upgrade(context.obj.database)
    say(f"already at {after}" if before == after else f"upgraded from {before or 'nothing'} to {after}")


@database_app.command()
def check(context: typer.Context) -> None:
    """Say whether the database is whole. Exit code 1 when it is not."""
    from db import session, upkeep

    with closing(session.connect(context.obj.database)) as database:
        problems = upkeep.check(database)
    for problem in problems:
        say(problem)
    if problems:
        raise CommandError("the database is damaged: restore a backup, or mend it with what can still be read")
    note("the database is whole")


@database_app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy; an earlier one of that name is replaced.")],
) -> None:
    """Copy the database to a file, while it is in use. SQLite; for PostgreSQL it says what to call."""
    from db import upkeep

    url = context.obj.database
    if upkeep.sqlite_file(url) is None:
        command = ["pg_dump", "--format=custom", f"--file={file}", upkeep.public_address(url)]
        raise CommandError(f"PostgreSQL is copied by its own tool: {shlex.join(command)}", 2)
    size = upkeep.backup(url, file)
    note(f"{file}: {size / 2**20:.1f} MiB, checked")


@database_app.command()
def copy(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="An empty database: postgresql://... or sqlite:///...")],
) -> None:
    """Copy everything to another database, such as from SQLite to PostgreSQL."""
    from db import session, upkeep

    with closing(session.connect(context.obj.database)) as source, closing(session.connect(url)) as target:
        counts = upkeep.copy(source, target)
    note(f"copied {sum(counts.values())} rows, of them {counts['article']} articles, to {upkeep.public_address(url)}")
