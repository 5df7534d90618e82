"""The values that pass between the stages: frozen, typed, without behaviour beyond themselves.

Field names are short (`title`, `text`, `published`); `docs/records.md` maps them to the names of zyte-common-items.
Everywhere `None` means "the page does not say", an empty tuple "none found".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

PARAGRAPH_BREAK = "\n\n"


class Precision(StrEnum):
    """How exactly a moment is known."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


class BlockKind(StrEnum):
    """What a block of text is on its page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list item"
    QUOTE = "quote"
    CAPTION = "caption"
    TABLE_ROW = "table row"
    PREFORMATTED = "preformatted"
    LINE = "line"
    """A line of a text dump, where nothing is known of its role."""


class PageKind(StrEnum):
    """What kind of piece an article is."""

    ARTICLE = "article"
    LIVE_BLOG = "live blog"
    VIDEO = "video"
    GALLERY = "gallery"
    OPINION = "opinion"
    INTERVIEW = "interview"
    REVIEW = "review"


class Boilerplate(StrEnum):
    """The kinds of text that stand on an article's page and are not the article."""

    VIDEO_CREDIT = "video credit"
    PHOTO_CREDIT = "photo credit"
    PUBLICATION_LINE = "publication line"
    DATE_STAMP = "date stamp"
    BYLINE = "byline"
    REPEATED_TITLE = "repeated title"
    STANDFIRST = "standfirst"
    CAPTION = "caption"
    RELATED_LINKS = "related links"
    READ_MORE = "read more"
    MOST_READ = "most read"
    NEWSLETTER = "newsletter prompt"
    APP_PROMPT = "app prompt"
    SHARE_BAR = "share bar"
    COMMENTS = "comments"
    CONSENT = "consent text"
    PAYWALL = "paywall text"
    AUTHOR_BIO = "author bio"
    BREADCRUMB = "breadcrumb"
    KNOWLEDGE_PANEL = "knowledge panel"
    TAG_LIST = "tag list"
    COPYRIGHT = "copyright"
    CORRECTION = "correction notice"
    ADVERTISEMENT = "advertisement"
    LIVE_CHROME = "live blog chrome"
    TEASER = "teaser"
    PLAYER = "player chrome"
    AGENCY = "agency line"
    NAVIGATION = "navigation"
    FURNITURE = "site furniture"
    OTHER = "not the article"


class Reason(StrEnum):
    """Why a page is not filed as an article. Closed: a page that is not stored ends in exactly one of these."""

    # decided from the page
    NOT_HTML = "not_html"
    EMPTY = "empty"
    TOO_SHORT = "too_short"
    LISTING = "listing"
    NOT_ARTICLE = "not_article"
    ERROR_PAGE = "error_page"
    LOGIN = "login"
    CONSENT = "consent"
    BOT_WALL = "bot_wall"
    PAYWALL = "paywall"
    RIGHTS = "rights"
    # decided from the answer
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    HTTP_ERROR = "http_error"
    REDIRECTED = "redirected"
    # decided without an answer
    ROBOTS = "robots"
    OFF_SITE = "off_site"
    ADDRESS_REFUSED = "address_refused"
    DNS = "dns"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    QUARANTINED = "quarantined"

    @property
    def transient(self) -> bool:
        """Whether another try, later, may end differently."""
        return self in _TRANSIENT


_TRANSIENT = frozenset(
    {
        Reason.BOT_WALL,
        Reason.RATE_LIMITED,
        Reason.SERVER_ERROR,
        Reason.DNS,
        Reason.UNREACHABLE,
        Reason.TIMEOUT,
    }
)


class Saved(StrEnum):
    """What storing an accepted article came to."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not_modified"
    """The server said that nothing has changed, and sent no page."""


_DECLARED = ("json-ld:", "microdata:", "page-data:", "meta:", "time:")
"""Origins of data that a page holds for machines."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A moment as a page, feed or header gave it."""

    moment: datetime
    """Aware, UTC; the start of the period when the precision is coarser than a second."""
    precision: Precision
    raw: str
    """The text it was read from, as written."""
    origin: str
    """Where it stood, such as `json-ld:datePublished` or `text:date stamp`."""
    offset: int | None = None
    """Minutes east of UTC as written; None when no zone was written (the wall clock is then taken as UTC)."""

    @property
    def declared(self) -> bool:
        """Whether data made for machines says so, not the page's text or an address."""
        return self.origin.startswith(_DECLARED)

    def isoformat(self) -> str:
        """ISO 8601, no more exact than what is known: `2021-07`, `2021-07-28`, `2021-07-28T09:30+02:00`.

        Without a known zone the wall clock stands alone.
        """
        zone = UTC if self.offset is None else timezone(timedelta(minutes=self.offset))
        local = self.moment.astimezone(zone)
        if self.precision in (Precision.MINUTE, Precision.SECOND):
            text = local.isoformat(timespec="minutes" if self.precision is Precision.MINUTE else "seconds")
            return text if self.offset is not None else text[:-6]
        return local.strftime({Precision.YEAR: "%Y", Precision.MONTH: "%Y-%m"}.get(self.precision, "%Y-%m-%d"))


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed, sitemap or listing said of a page before it was fetched. Raw strings, unchecked."""

    origin: str = ""
    """What said it: `feed`, `sitemap`, `news sitemap`, `listing`, or empty for a URL given by hand."""
    title: str | None = None
    summary: str | None = None
    """Plain text, without markup."""
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page's address that discovery came across."""

    url: str
    hints: Hints = Hints()


@dataclass(frozen=True, slots=True)
class Page:
    """What came back for one address. The only input of `process_page`, with the rulebook."""

    url: str
    """The address asked for, canonical."""
    final_url: str
    """The address that answered, after redirects."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case; as received otherwise."""
    body: bytes
    """After content decoding (gzip, brotli), before character decoding."""
    fetched_at: datetime
    """Aware, UTC. The pipeline's only notion of now."""
    hints: Hints = Hints()
    encoding: str | None = None
    """A character encoding known from outside, which outranks what the page says; None in a crawl."""

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """An address for which no page came back."""

    url: str
    reason: Reason
    evidence: str
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class Removal:
    """A stretch of the raw text that was taken out, and why."""

    start: int
    end: int
    """Offsets into `Article.raw`, in characters: `raw[start:end] == text`."""
    text: str
    kind: Boilerplate
    rule: str
    """The rule's id, such as `en.video-credit` (a phrase), `content.related` (extraction) or `site.furniture`."""
    why: str
    """For people: what the rule saw."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A stretch of damaged text that was mended before anything was removed."""

    start: int
    """Offset into the raw text after the repair, in characters: `raw[start:start + len(after)] == after`."""
    before: str
    after: str
    how: str
    """The steps, such as `windows-874 > utf-8`."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A rule's verdict that a block is not the article."""

    kind: Boilerplate
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text that stands by itself: a paragraph, a heading, a list item, a line of a dump."""

    text: str
    """White space folded, except in preformatted text."""
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    """1 to 6 for a heading."""
    link_share: float = 0.0
    """Share of the characters that stand inside links, 0 to 1."""
    drop: Drop | None = None
    """Set when extraction already knows that this is not the article."""


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Video:
    url: str | None = None
    """None when the page shows a video without an address of its own."""
    credit: str | None = None
    section: str | None = None
    duration_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer to the question what a field's value is."""

    field: str
    value: str
    origin: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Fingerprint:
    content_hash: str
    """SHA-256 of title and text, white space and case folded, in hex. Equal: the same article."""
    minhash: bytes
    """MinHash signature of the text's word shingles; empty for a text too short to compare."""


@dataclass(frozen=True, slots=True)
class Article:
    """A clean record. `replay(raw, removals) == text` always holds."""

    url: str
    canonical_url: str
    """Where the article lives: the page's canonical link where it is plausible, else the address that answered."""
    title: str | None
    """Without the site's name."""
    text: str
    """The body: paragraphs separated by an empty line. Without title, standfirst and captions."""
    raw: str
    """The region of the page (or the dump) that holds the article, repaired, one block a paragraph."""
    removals: tuple[Removal, ...]
    """In order, without overlap."""
    repairs: tuple[Repair, ...] = ()
    subtitle: str | None = None
    standfirst: str | None = None
    """The lead printed above the body, as printed."""
    description: str | None = None
    """The page's meta description."""
    html: str = ""
    """The body as simple, safe HTML: p, h2 to h6, ul, blockquote, pre, table."""
    language: str | None = None
    """ISO 639-1, lower case."""
    published: Timestamp | None = None
    modified: Timestamp | None = None
    authors: tuple[str, ...] = ()
    """As printed, without "By": people; an agency or a newsroom where it signs."""
    agency: str | None = None
    """The news agency that the text is credited to."""
    section: str | None = None
    tags: tuple[str, ...] = ()
    breadcrumbs: tuple[str, ...] = ()
    main_image: Image | None = None
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    audios: tuple[str, ...] = ()
    """Addresses."""
    publisher: str | None = None
    free: bool | None = None
    """Whether the whole text is open to all; False when the page says or shows that it is not."""
    page_kind: PageKind = PageKind.ARTICLE
    rights: tuple[str, ...] = ()
    """Rights signals found, such as `robots: noai` or `tdm-reservation: 1`."""
    encoding: str = "utf-8"
    """The character encoding that the page was read in."""
    flags: tuple[str, ...] = ()
    """Doubts and cuts, such as `cut at 5000 blocks`."""
    candidates: tuple[Candidate, ...] = ()
    """For every field the answers that were weighed, the chosen one marked."""
    fingerprint: Fingerprint = field(default_factory=lambda: Fingerprint("", b""))
    pipeline_version: str = ""
    """Code and rules that made this record; another version may clean differently."""


@dataclass(frozen=True, slots=True)
class Accepted:
    article: Article


@dataclass(frozen=True, slots=True)
class Rejected:
    reason: Reason
    evidence: str
    """What was seen, in one line for people."""


Outcome = Accepted | Rejected


def replay(raw: str, removals: Sequence[Removal]) -> str:
    """The clean text: the raw text without the removed stretches, blocks trimmed, empty ones gone.

    Raises: nothing, for removals in order and without overlap.
    """
    kept, position = [], 0
    for removal in removals:
        kept.append(raw[position : removal.start])
        position = removal.end
    kept.append(raw[position:])
    blocks = (block.strip() for block in "".join(kept).split(PARAGRAPH_BREAK))
    return PARAGRAPH_BREAK.join(block for block in blocks if block)
