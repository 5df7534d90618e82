"""What can go wrong with a database, for people."""
# ruff: noqa: N818 (the names are what is the matter; the root says that it is an error)


class DatabaseError(Exception):
    """The root of all errors that this package raises on purpose. Each message is one line without a password.

    DatabaseError
    ├── BadAddress          the URL names no database that Copydesk understands
    ├── Unavailable         unreachable, refused, locked, full, unwritable, or its folder is missing
    │   ├── NotADatabase    the file is something else, or holds another program's tables
    │   ├── Lost            the server ended the connection or refuses it for now, as when it is restarted
    │   └── Contended       another writer was in the way; all was undone, and trying again may help
    ├── Outdated            made by an older Copydesk: `copydesk db upgrade`
    ├── TooNew              made by a newer Copydesk
    └── NameTaken           a source of that name is there already
    """


class BadAddress(DatabaseError):
    """The URL names no database that Copydesk understands."""


class Unavailable(DatabaseError):
    """The database can't be opened, read or written."""


class NotADatabase(Unavailable):
    """What is there is not a Copydesk database."""


class Lost(Unavailable):
    """The server ended the connection, or refuses it for now; it may be back in a moment."""


class Contended(Unavailable):
    """Another writer was in the way; the transaction was undone."""


class Outdated(DatabaseError):
    """An older Copydesk made the database."""


class TooNew(DatabaseError):
    """A newer Copydesk made the database."""


class NameTaken(DatabaseError):
    """A source of that name is there already."""
