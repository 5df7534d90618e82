"""Invented pages whose designs tell nothing of what is article and what is furniture.

Fourteen languages (`leak_texts.toml`) in six designs: names hashed by a build tool, no names at all, lines parted by
`<br>` in a table, a live blog, a magazine with cards between its paragraphs, and paragraphs in boxes. Read-also lines,
credits and captions stand as plain paragraphs, comments have no heading, notes on the author no label.
"""

import hashlib
import html
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pipelines.records import Article, Page

NOW: Final = datetime(2025, 3, 15, tzinfo=UTC)
Texts = Mapping[str, Any]
TEXTS: Final[Mapping[str, Texts]] = tomllib.loads(
    Path(__file__).with_name("leak_texts.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A page with its answer."""

    language: str
    design: str
    page: Page
    paragraphs: Sequence[str]
    """What must stay."""
    furniture: Sequence[tuple[str, str]]
    """What must go: its kind and its words."""


def _text(text: str) -> str:
    return html.escape(text, quote=False)


def _p(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _link(text: str) -> str:
    return f'<a href="/{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:8]}">{_text(text)}</a>'


def _names(language: str, design: str) -> Callable[[str], str]:
    """Class names as a build tool makes them of a role."""

    def name(role: str) -> str:
        digest = hashlib.md5(f"{language}{design}{role}".encode(), usedforsecurity=False).hexdigest()
        return f'class="css-{digest[:6]}"'

    return name


def _label(line: str) -> tuple[str, str]:
    """`Read also: The bridge` -> the label and the title."""
    label, _, title = line.replace("：", ":").partition(":")
    return label.strip(), title.strip()


def hashed(t: Texts, name: Callable[[str], str]) -> tuple[str, list[tuple[str, str]]]:
    """Boxes in boxes, every name a hash."""
    label, title = _label(t["readalso"])
    comments = "".join(
        f"<div {name('comment')}><span>{_text(who)}</span><span>{_text(when)}</span>{_p(text)}"
        f"<button>{_text(t['reply'])}</button></div>"
        for who, when, text in t["comments"]
    )
    one, two, three, four, five, six = (f"<p {name('p')}>{_text(text)}</p>" for text in t["p"])
    body = (
        f"<div {name('root')}><div><h1 {name('h1')}>{_text(t['title'])}</h1><div {name('dek')}>{_text(t['lead'])}</div>"
        f"<div {name('by')}><span>{_text(t['author'])}</span><span>{_text(t['day'])}</span></div><div {name('body')}>"
        f"{one}<div {name('img')}><img src='/1.jpg' alt=''><div {name('cap')}>{_text(t['caption'])}</div>"
        f"<div {name('credit')}>{_text(t['photo'])}</div></div>{two}"
        f"<p {name('p')}><strong>{_text(label)}:</strong> {_link(title)}</p>{three}<h2>{_text(t['heading'])}</h2>{four}"
        f"<div {name('letter')}>{_p(t['newsletter'])}<button>OK</button></div>{five}{six}</div>"
        f"<div {name('tags')}>{''.join(map(_link, t['taglist']))}</div><div {name('bio')}>{_p(t['bio'])}</div>"
        f"<div {name('thread')}>{comments}</div></div></div>"
    )
    return body, [
        ("read also", title),
        *((kind, t[kind]) for kind in ("caption", "photo", "newsletter", "bio")),
        *(("comments", text) for _, _, text in t["comments"]),
    ]


def bare(t: Texts, _: Callable[[str], str]) -> tuple[str, list[tuple[str, str]]]:
    """No name anywhere, everything a paragraph."""
    one, two, three, four, five, six = map(_p, t["p"])
    body = (
        f"<div><div><h1>{_text(t['title'])}</h1>{_p(t['lead'])}<p>{_text(t['author'])} – {_text(t['day'])}</p>"
        f"<p><img src='/1.jpg'></p><p><em>{_text(t['photo'])}</em></p>{one}{two}"
        f"<p><strong>{_link(t['readalso'])}</strong></p>{three}<p><img src='/2.jpg'></p>"
        f"<p><em>{_text(t['caption'])}</em></p>{four}{_p(t['video'])}{five}<p>{_link(t['newsletter'])}</p>{six}"
        f"<p><i>{_text(t['bio'])}</i></p>{_p(t['tags'])}{_p(t['readlabel'])}"
        f"<ul>{''.join(f'<li>{_link(title)}</li>' for title in t['related'])}</ul></div></div>"
    )
    kinds = ("readalso", "caption", "photo", "video", "newsletter", "bio", "tags")
    return body, [*((kind, t[kind]) for kind in kinds), *(("related", title) for title in t["related"][1:])]


def table(t: Texts, _: Callable[[str], str]) -> tuple[str, list[tuple[str, str]]]:
    """A layout table of the nineties, lines parted by `<br>`."""
    one, two, three, four, five, six = map(_text, t["p"])
    lines = (one, two, f"<b>{_link(t['readalso'])}</b>", three, f"<b>{_text(t['heading'])}</b>", four)
    body = (
        f"<table width=980><tr><td width=200><font>{'<br>'.join(map(_link, t['related']))}</font></td><td width=600>"
        f"<font size=5><b>{_text(t['title'])}</b></font><br><i>{_text(t['lead'])}</i><br><br><img src='/1.jpg'><br>"
        f"<small>{_text(t['caption'])}. {_text(t['photo'])}</small><br><br>"
        f"{'<br><br>'.join((*lines, _text(t['video']), five, six, _text(t['tags'])))}<br><br>"
        f"<a href='/share'>{_text(t['share'])}</a></td><td width=180>{_text(t['sponsored'])}<br>{_link(t['ad'][0])}<br>"
        f"{_text(t['ad'][1])}</td></tr></table>"
    )
    kinds = ("readalso", "caption", "photo", "video", "tags", "share")
    return body, [*((kind, t[kind]) for kind in kinds), ("sponsored", t["ad"][0])]


def live(t: Texts, name: Callable[[str], str]) -> tuple[str, list[tuple[str, str]]]:
    """A live blog: what its entries say is the article."""
    entries = "".join(
        f"<div {name('entry')}><time datetime='2025-03-14T{hour}:20:00+01:00'>{hour}:20</time>{_p(text)}"
        f"<div {name('share')}><button>{_text(t['share'])}</button><a href='#'>Facebook</a></div></div>"
        for hour, text in zip(range(16, 10, -1), t["p"], strict=True)
    )
    body = (
        f"<main><div {name('top')}><h1>{_text(t['title'])}</h1>{_p(t['lead'])}</div><div {name('feed')}>"
        f"{_p(t['live'][1])}{entries}<button>{_text(t['live'][0])}</button></div>"
        f"<div {name('box')}>{_p(t['newsletter'])}</div></main>"
    )
    return body, [
        ("live", t["live"][0]),
        ("live", t["live"][1]),
        ("share", t["share"]),
        ("newsletter", t["newsletter"]),
    ]


def magazine(t: Texts, name: Callable[[str], str]) -> tuple[str, list[tuple[str, str]]]:
    """Sections with cards between them, a figure without a caption's element."""
    one, two, three, four, five, six = map(_p, t["p"])
    body = (
        f"<article {name('art')}><section><h1>{_text(t['title'])}</h1><p {name('dek')}>{_text(t['lead'])}</p></section>"
        f"<section>{one}{two}</section><div {name('card')}><span>{_text(t['sponsored'])}</span><a href='/ad'>"
        f"<img src='/a.jpg'><h3>{_text(t['ad'][0])}</h3></a>{_p(t['ad'][1])}</div><section>{three}<figure>"
        f"<img src='/9.jpg'><span>{_text(t['caption'])}</span> <span>{_text(t['photo'])}</span></figure>{four}"
        "</section>"
        f"<div {name('more')}><h4>{_text(t['readlabel'])}</h4>"
        f"{''.join(f'<div>{_link(title)}</div>' for title in t['related'])}</div><section>{five}{six}{_p(t['photo'])}"
        f"</section><section>{_p(t['bio'])}{_p(t['newsletter'])}</section></article>"
    )
    found = [("sponsored", text) for text in t["ad"]] + [("related", title) for title in t["related"]]
    return body, [*found, *((kind, t[kind]) for kind in ("caption", "photo", "bio", "newsletter"))]


def boxes(t: Texts, name: Callable[[str], str]) -> tuple[str, list[tuple[str, str]]]:
    """Each paragraph in a box of its own, comments in a list, teasers below."""
    one, two, three, four, _, six = (f"<div {name('box')}>{_p(text)}</div>" for text in t["p"])
    comments = "".join(
        f"<li><b>{_text(who)}</b> <small>{_text(when)}</small><div>{_text(text)}</div>"
        f"<a href='#'>{_text(t['reply'])}</a>"
        for who, when, text in t["comments"]
    )
    teasers = "".join(f"<div>{_link(title)}{_p(t['ad'][1])}</div>" for title in t["related"])
    body = (
        f"<div data-v=1><h1>{_text(t['title'])}</h1>{one}{two}<div>{_link(t['related'][0])}</div>{three}"
        f"<div {name('media')}>{_p(t['caption'] + ' ' + t['photo'])}</div>{four}"
        f"<div><p>{_text(t['p'][4])} <strong>{_link(t['readalso'])}</strong></p></div>{six}<ul>{comments}</ul>"
        f"<div><a href='/more'>{_text(t['readlabel'])}</a></div>{teasers}</div>"
    )
    return body, [
        *((kind, t[kind]) for kind in ("readalso", "caption", "photo")),
        *(("comments", text) for _, _, text in t["comments"]),
        ("related", t["related"][1]),
        ("teaser", t["ad"][1]),
    ]


DESIGNS: Final = {each.__name__: each for each in (hashed, bare, table, live, magazine, boxes)}


def samples() -> Iterator[Sample]:
    """Every language in every design."""
    for language, texts in TEXTS.items():
        for name, design in DESIGNS.items():
            body, furniture = design(texts, _names(language, name))
            url = f"http://{language}.example/2025/03/14/{name}"
            page = Page(url, url, 200, (("content-type", "text/html"),), _page(language, texts, body).encode(), NOW)
            yield Sample(language, name, page, texts["p"], furniture)


def _page(language: str, t: Texts, body: str) -> str:
    menu = "".join(f"<li>{_link(section)}</li>" for section in ("News", "Sport", "Kultur", "Video"))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{_text(t['title'])} | {_text(t['site'])}</title>"
        f'<meta property="og:title" content="{html.escape(t["title"])}"><meta name="author" content="{t["author"]}">'
        '<meta property="article:published_time" content="2025-03-14T07:30:00+01:00"></head><body><div><div>'
        f'<a href="/">{_text(t["site"])}</a><ul>{menu}</ul></div></div>{body}'
        f"<div><p>© 2025 {_text(t['site'])}</p><ul>{menu}</ul></div></body></html>"
    )


def leaked(article: Article, sample: Sample) -> list[tuple[str, str]]:
    """The furniture that is left in the text."""
    return [(kind, words) for kind, words in sample.furniture if words in article.text]


def lost(article: Article, sample: Sample) -> list[str]:
    """The paragraphs that are not in the text."""
    return [text for text in sample.paragraphs if text not in article.text]
