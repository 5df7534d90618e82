"""`db`: the database itself."""

import typer

from crawler.commands.output import say

database_app = typer.Typer(help="The database.", no_args_is_help=True)


@database_app.command()
def upgrade(context: typer.Context) -> None:
    """Bring the database to this version's tables."""
    from db import session

    before, after = session.upgrade(context.obj.database)
    say(f"already at {after}" if before == after else f"upgraded from {before or 'nothing'} to {after}")
