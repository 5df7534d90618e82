"""Full-text search: FTS5 on SQLite, tsvector on PostgreSQL, both made and kept by the migrations.

A query is words; an article is found when it has all of them, in its title, standfirst or text. There is no query
language, so that no query is an error.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db import models
from db.session import Database
from db.types import UtcDateTime, scrub

# More words than any person types; FTS5 gives up on an expression of some thousands.
_MAX_WORDS = 64


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found."""

    id: int
    title: str | None
    url: str
    published_at: datetime | None
    snippet: str
    """Some words around the first match, on one line, the found ones in [brackets]."""


def search(db: Database, query: str, limit: int = 20) -> list[Hit]:
    """The articles that have all words of the query, the best first. Case does not matter; on SQLite nor do accents.

    Raises: Unavailable; nothing because of the query, which is empty-handed when it holds no word.
    """
    words = [word for word in scrub(query).split() if any(map(str.isalnum, word))][:_MAX_WORDS]
    if not words:
        return []
    with db.read() as session:
        if session.get_bind().dialect.name == "postgresql":
            return _hits(session, _POSTGRESQL, " ".join(words), limit)
        return _hits(session, _SQLITE, " ".join('"' + word.replace('"', '""') + '"' for word in words), limit)


_SQLITE = """
SELECT article.id, article.title, article.url, article.published_at,
       snippet(article_search, -1, '[', ']', '…', 24) AS snippet
FROM article_search JOIN article ON article.id = article_search.rowid
WHERE article_search MATCH :query
ORDER BY bm25(article_search, 4.0, 2.0, 1.0), article.id DESC
LIMIT :limit
"""

# Ranked first, so that only what is shown is cut into snippets.
_POSTGRESQL = """
SELECT id, title, url, published_at,
       ts_headline('simple', concat_ws(' … ', title, standfirst, left(text, 100000)), query,
                   'StartSel=[, StopSel=], MinWords=12, MaxWords=24') AS snippet
FROM (
    SELECT article.*, query
    FROM article, plainto_tsquery('simple', :query) AS query
    WHERE article_search @@ query
    ORDER BY ts_rank('{0.25, 0, 0.5, 1}', article_search, query) DESC, id DESC
    LIMIT :limit
) AS best
ORDER BY ts_rank('{0.25, 0, 0.5, 1}', article_search, query) DESC, id DESC
"""


def _hits(session: Session, statement: str, query: str, limit: int) -> list[Hit]:
    rows = session.execute(
        text(statement).columns(models.Article.id, published_at=UtcDateTime()), {"query": query, "limit": limit}
    )
    return [Hit(row.id, row.title, row.url, row.published_at, " ".join((row.snippet or "").split())) for row in rows]
