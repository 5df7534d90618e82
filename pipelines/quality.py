"""Whether a page is an article at all; if not, what it is. Each answer names what was seen."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.clean import Cleaned
from pipelines.content import Content
from pipelines.fields import Fields
from pipelines.prose import weigh
from pipelines.records import Boilerplate, Page, Precision, Reason, Rejected
from pipelines.structured import Structured

_STUB = 150
"""Weight (characters, dense scripts counted 2.5 times) below which nothing is an article. The shortest body of the
development pages has 170."""
_BRIEF = 450
"""Weight below which a text needs a date, an author or a feed entry to be taken for a news brief. Video stubs and
contact pages stay below."""
_GATE = 900
"""Weight of the longest text on a wall: error, login, consent, bot check."""
_LISTED = 5
"""Teasers or linked headings that make a page without much text of its own a listing."""
_MOSTLY = 0.6
"""Share of teasers in the running text that makes a listing."""
_LONG = 2000
"""Weight from which a text is kept though nothing but its length says that it is an article."""
_HEADLINE = 16
"""Weight of the shortest headline where nothing else says that a page is one. `Privacy` and its like are shorter;
25 took eight texts of the development pages with titles such as `What is a smartphone?` for no articles."""
_DATED = (Precision.DAY, Precision.MINUTE, Precision.SECOND)


def judge(page: Page, structured: Structured, content: Content, fields: Fields, cleaned: Cleaned) -> Rejected | None:
    """None for an article; otherwise what the page is and by what it was recognised. Raises: nothing."""
    text = cleaned.text
    size = weigh(text) if _LETTER.search(text) else 0.0
    words = _Words(page, structured, content)
    if not text and not content.blocks and not content.shape.chars:
        return Rejected(Reason.EMPTY, "the page shows no text")
    claims = _claims(page, structured, fields, cleaned)
    gate = _gate(words, content, claims, size)
    if gate is not None:
        return gate
    listing = _listing(content, claims, size)
    if listing is not None:
        return listing
    if (seen := words.static()) and len(claims) < 2:
        return Rejected(Reason.NOT_ARTICLE, f"a page about the site: {seen}")
    return _too_little(structured, content, fields, words, claims, size)


def bot_wall(page: Page) -> str | None:
    """The mark of a bot wall in an answer that refuses the page; None when there is none. Raises: nothing."""
    found = _BOT_MARKS.search(page.body, 0, _BOT_WINDOW)
    return f"a bot check ({found[0].decode('ascii', 'replace').lower()})" if found else None


def _gate(words: "_Words", content: Content, claims: tuple[str, ...], size: float) -> Rejected | None:
    """Pages that stand before or instead of the article."""
    if size > _GATE or (size > _STUB and "date" in claims):
        return None
    for kind, reason in _GATES.items():
        if seen := words.of(kind):
            return Rejected(reason, seen)
    if content.shape.password and size < _BRIEF and len(claims) < 2:
        return Rejected(Reason.LOGIN, "a password field and hardly any text")
    consent = sum(len(b.text) for b in content.blocks if b.drop and b.drop.kind is Boilerplate.CONSENT)
    if consent > size and size < _STUB and len(claims) < 2:
        return Rejected(Reason.CONSENT, "the consent text is longer than all other text")
    return None


def _claims(page: Page, structured: Structured, fields: Fields, cleaned: Cleaned) -> tuple[str, ...]:
    """What speaks for an article: each an independent witness."""
    hints, facts = page.hints, cleaned.facts
    types = " ".join(structured.meta.get("og:type", ())).lower()
    published = fields.published or facts.published
    witnesses = {
        "declared article": structured.article is not None,
        "og:type article": "article" in types,
        "date": published is not None and published.precision in _DATED,
        "author": bool(fields.authors or fields.agency or facts.authors or facts.agency),
        "feed entry": hints.origin in ("feed", "news sitemap") and bool(hints.published),
    }
    return tuple(name for name, seen in witnesses.items() if seen)


def _listing(content: Content, claims: tuple[str, ...], size: float) -> Rejected | None:
    shape = content.shape
    if shape.teasers < _LISTED or "declared article" in claims or {"date", "author"} <= set(claims):
        return None
    if "feed entry" in claims and size > _STUB:
        return None
    if size < _BRIEF:
        return Rejected(Reason.LISTING, f"{shape.teasers} teasers and {size:.0f} characters of running text")
    if shape.teaser_share >= _MOSTLY and ("date" not in claims or "og:type article" not in claims):
        return Rejected(Reason.LISTING, f"{shape.teaser_share:.0%} of the running text stands in teasers")
    return None


def _too_little(
    structured: Structured, content: Content, fields: Fields, words: "_Words", claims: tuple[str, ...], size: float
) -> Rejected | None:
    """Too little text, or too little that says that it is an article."""
    walled = fields.free is False or any(b.drop and b.drop.kind is Boilerplate.PAYWALL for b in content.blocks)
    if size < _BRIEF and walled and claims:
        return Rejected(Reason.PAYWALL, f"{size:.0f} characters before the subscription prompt")
    witnessed = {"date", "author", "feed entry"} & set(claims)
    if size < _STUB and not ({"feed entry"} & set(claims) and size > _STUB / 3):
        return Rejected(Reason.TOO_SHORT, f"{size:.0f} characters of text")
    if size < _BRIEF and not witnessed:
        return Rejected(Reason.NOT_ARTICLE, f"{size:.0f} characters of text, no date and no author")
    declared = witnessed or "declared article" in claims
    if size < _LONG and not declared and _says_website(structured) and words.label():
        return Rejected(Reason.NOT_ARTICLE, "og:type is not article, no date, no author, the title is a label")
    return None


def _says_website(structured: Structured) -> bool:
    types = structured.meta.get("og:type", ())
    return bool(types) and not any("article" in kind.lower() for kind in types)


class _Words:
    """The page's titles and address, looked up in `page_words.toml`."""

    def __init__(self, page: Page, structured: Structured, content: Content) -> None:
        titles = [content.headline, structured.title_tag, *structured.meta.get("og:title", ())[:1]]
        self.titles = [_fold(title) for title in titles if title]
        self.segment = _last_segment(page.final_url)

    def of(self, kind: str) -> str | None:
        """The first title that contains a word of that kind, as evidence."""
        pattern = _TITLES[kind]
        for title in self.titles:
            if found := pattern.search(title):
                return f"the title says {found[0]!r}"
        return None

    def label(self) -> bool:
        """Whether every title is too short to be a headline."""
        return all(weigh(_PARTS.split(title)[0]) < _HEADLINE for title in self.titles)

    def static(self) -> str | None:
        """Evidence when a title is nothing but the name of a page about the site, or the address ends in one."""
        for title in self.titles:
            for part in _PARTS.split(title):
                if part.strip() in _STATIC:
                    return f"the title is {part.strip()!r}"
        return f"the address ends in {self.segment!r}" if self.segment in _STATIC_PATHS else None


def _last_segment(url: str) -> str:
    """The end of the address's path, without an extension."""
    try:
        path = unquote(urlsplit(url).path).lower()
    except ValueError:
        return ""
    last = path.rstrip("/").rpartition("/")[2]
    return last.rpartition(".")[0] or last


def _fold(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(w)}(?!\w)" if w.isascii() else re.escape(w) for w in ordered))


_LETTER = re.compile(r"[^\W\d_]")
_BOT_MARKS = re.compile(
    rb"just a moment\.\.\.|cf-chl|challenge-platform|cf_captcha|captcha-delivery|datadome|px-captcha|perimeterx"
    rb"|_incapsula_resource|incapsula incident|edgesuite\.net|awswaf|g-recaptcha|h-captcha|hcaptcha\.com|sucuri"
    rb"|are you a robot|enable javascript and cookies",
    re.IGNORECASE,
)
_BOT_WINDOW = 65536
"""Bytes looked at; bot walls are small pages."""
_PARTS = re.compile(r"\s[-–—|·:»]\s|\|")
_DATA = tomllib.loads((Path(__file__).parent / "page_words.toml").read_text(encoding="utf-8"))
_TITLES = {kind: _any_of(table["titles"]) for kind, table in _DATA.items()}
_STATIC = frozenset(_DATA["static"]["titles"])
_STATIC_PATHS = frozenset(_DATA["static"]["paths"] + _DATA["login"]["paths"])
_GATES = {
    "bot_wall": Reason.BOT_WALL,
    "error": Reason.ERROR_PAGE,
    "consent": Reason.CONSENT,
    "login": Reason.LOGIN,
}
