"""Column types: the one place where values are made fit for both databases."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def scrub(text: str) -> str:
    """The text with each NUL and each lone surrogate replaced by U+FFFD.

    PostgreSQL takes no NUL, and neither database takes a surrogate. One character stands for one, so that
    offsets into the text stay right.

    Raises: nothing.
    """
    return _UNSTORABLE.sub("\ufffd", text)


def _scrub_json(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {scrub(key): _scrub_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub_json(item) for item in value]
    return value


class CleanText(TypeDecorator[str]):
    """Text that both databases take: `scrub` on the way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else scrub(value)


class CleanJson(TypeDecorator[Any]):
    """JSON (JSONB on PostgreSQL) with every string scrubbed; Python's None is SQL's NULL."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        kind = JSONB if dialect.name == "postgresql" else JSON
        return dialect.type_descriptor(kind(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return _scrub_json(value)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python on both databases. SQLite, which knows no zones, holds the UTC wall clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
