"""Pages made to break a pipeline: each a name, how often its bait repeats at full size, and what makes it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle, islice

from pipelines.records import Page

MB = 1_000_000
LARGEST = 10 * 2**20
"""Bytes of the longest page that a crawl fetches."""

PROSE = "The ferry to the northern islands will sail twice a day from June, the company said on Monday. " * 4
_TOP = (
    "<!DOCTYPE html><html lang=en><head><title>Second ferry for the islands</title>"
    '<meta property="og:type" content="article">{head}</head><body><h1>Second ferry for the islands</h1>'
    "<p class=byline>By Ann Poe</p><time datetime='2026-03-01'>1 March 2026</time>"
)


def article(bait: str = "", head: str = "") -> str:
    """An article with a bait in the middle."""
    return f"{_TOP.format(head=head)}<p>{PROSE}</p>{bait}<p>{PROSE}</p></body></html>"


def page(body: str | bytes, content_type: str = "text/html") -> Page:
    """The page as it is fetched."""
    url = "https://www.isle.example/news/second-ferry-for-the-islands-1"
    data = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return Page(url, url, 200, (("content-type", content_type),), data, datetime(2026, 3, 2, tzinfo=UTC))


def _nested(*tags: str) -> Callable[[int], str]:
    return lambda n: article("".join(f"<{tag}>" for tag in islice(cycle(tags), n)) + PROSE)


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda n: article(piece * n)


def _numbered(piece: str) -> Callable[[int], str]:
    """`piece` with its number in the place of `%d`: nothing repeats, so nothing is remembered."""
    return lambda n: article("".join(piece.replace("%d", str(number)) for number in range(n)))


def _line(piece: str) -> Callable[[int], str]:
    return lambda n: article(f"<p>{piece * n}</p>")


def _within(element: str, piece: str) -> Callable[[int], str]:
    return lambda n: article(f"<{element}>{piece * n}</{element.split()[0]}>")


def _in_head(piece: str) -> Callable[[int], str]:
    return lambda n: article(head="".join(piece.replace("%d", str(number)) for number in range(n)))


def _json_ld(value: str) -> str:
    return f'<script type="application/ld+json">{value}</script>'


def _state(value: str) -> str:
    return f'<script type="application/json">{value}</script><script>window.__INITIAL_STATE__ = {value}</script>'


def _unclosed(tag: str) -> Callable[[int], str]:
    return lambda n: _TOP.format(head="") + f"<{tag}>" + "x <p> " * n


def _long_title(n: int) -> str:
    return article().replace("<title>", "<title>" + "Ferry " * n)


def _long_headline(n: int) -> str:
    return article().replace("<h1>", "<h1>" + "Ferry to the islands, " * n)


def _articles_of_json(n: int) -> str:
    return article(head=_json_ld(json.dumps([{"@type": "NewsArticle", "headline": f"Ferry {i}"} for i in range(n)])))


def _entity_bomb(n: int) -> str:
    tenfold = ((number, f"&e{number - 1};" * 10) for number in range(1, 40))
    entities = "".join(f'<!ENTITY e{number} "{value}">' for number, value in tenfold)
    return f'<!DOCTYPE html [<!ENTITY e0 "bomb">{entities}]>' + article("&e39; &#x110000; &amp" * n)


def _mixed_encodings(n: int) -> bytes:
    text = "Færgen til øerne sejler to gange om dagen. "
    return article().encode().replace(b"</body>", b"".join([text.encode(), text.encode("latin-1")] * n))


def _broken_utf8(n: int) -> bytes:
    return article().encode().replace(b"</body>", b"<p>" + b"\xc3\x28 \xf0\x9f \xe2\x82 \xff" * n)


def _utf16(n: int) -> bytes:
    return article(f"<p>{PROSE}</p>" * n).encode("utf-16-le")


def _no_html(n: int) -> bytes:
    return bytes(range(256)) * n


def _base_tricks(n: int) -> str:
    bases = "<base href='javascript:alert(1)'><base href='//[broken'><base href='https://other.example/'>"
    return article("<a href='x'><img src='//[y'></a>" * n, bases + "<link rel=canonical href='//[z'>")


def _table(n: int) -> str:
    return article("<table>" + "<tr><td>Ferry<td>12.50<td><a href=x>Book</a>" * n + "</table>")


def _words(n: int) -> str:
    return article(f"<p>{' '.join(f'w{number}' for number in range(n))}</p>")


def _tag_soup(n: int) -> str:
    return article("<b><i><p><a href=x></b></i><div></a><table><td></p><form>" * n)


def _attributes(n: int) -> str:
    return article(f"<div {' '.join(f'a{number}=x' for number in range(n))}>{PROSE}</div>")


def _classes(n: int) -> str:
    return article(f'<div class="{" ".join(f"related-item{number}" for number in range(n))}">{PROSE}</div>')


def _properties(n: int) -> str:
    return article("<div itemscope itemtype='https://schema.org/Article'>" + "<i itemprop='author name'>Ann</i>" * n)


PAGES: dict[str, tuple[int, Callable[[int], str | bytes]]] = {
    # markup that never ends
    "comment openings": (MB, _repeated("<!--")),
    "comments": (MB // 2, _repeated("<!---->x")),
    "link openings": (MB, _repeated("<a ")),
    "less-than signs": (5 * MB, _repeated("<")),
    "ampersands": (5 * MB, _repeated("&")),
    "numeric entities": (MB, _repeated("&#65;")),
    "closing tags": (MB, _repeated("</p>")),
    "processing instructions": (MB, _repeated("<?x ?>")),
    "declarations": (MB // 2, _repeated("<!DOCTYPE a>")),
    "quotes that stay open": (MB, _repeated('<a href="')),
    "tag soup": (50_000, _tag_soup),
    # depth
    "nested div": (300_000, _nested("div")),
    "nested span": (300_000, _nested("span")),
    "nested table": (300_000, _nested("table", "tr", "td")),
    "nested mixed": (300_000, _nested("div", "ul", "li", "span", "blockquote", "section")),
    "nested a": (300_000, _nested("a href=x")),
    "nested b": (300_000, _nested("b")),
    "nested p": (300_000, _nested("p")),
    "nested font": (300_000, _nested("font color=red", "i", "u")),
    "nested quotes": (100_000, _nested("blockquote", "q")),
    "nested items": (100_000, _nested("div itemscope itemprop=author")),
    "nested figures": (100_000, _nested("figure", "figcaption")),
    "nested forms and selects": (100_000, _nested("form", "select", "option")),
    "nested svg": (100_000, _nested("svg", "title")),
    "staircase": (1_900, lambda n: article("".join(f"<div class=c{i}><p>{PROSE}</p>" for i in range(n)))),
    # width
    "attributes": (20_000, _attributes),
    "attributes without end": (600_000, _attributes),
    "attributes of many elements": (600, lambda n: _attributes(1500) * n),
    "a long tag name": (5 * MB, lambda n: article(f"<{'x' * n}>")),
    "end tags at the bottom": (MB, lambda n: article("<div>" * 1900 + "</x>" * n)),
    "one long attribute": (5 * MB, lambda n: article(f"<div data-x='{'x' * n}'>{PROSE}</div>")),
    "one long href": (3 * MB, lambda n: article(f"<p>{PROSE}<a href='{'/x' * (n // 2)}'>more</a></p>")),
    "one long class": (3 * MB, lambda n: article(f"<div class='{'-A_b' * (n // 4)}'>{PROSE}</div>")),
    "class names": (100_000, _classes),
    "classes of their own": (100_000, _numbered("<p class='teaser-%d xY%d'>Item %d</p>")),
    "long classes of their own": (20_000, _numbered(f"<b class='%d {'a%d-b c%d_d ' * 12}'></b>")),
    "long identifiers of their own": (20_000, _numbered(f"<div id='%d {'a%d-b c%d_d ' * 12}'></div>")),
    "tiny blocks": (100_000, _numbered("<p>%d</p>")),
    "paragraphs": (20_000, _numbered(f"<p>Nr. %d. {PROSE[:190]}</p>")),
    "divs": (LARGEST // 6, _repeated("<div>x")),
    "empty links": (LARGEST // 3, _repeated("<a>")),
    "empty paragraphs": (LARGEST // 3, _repeated("<p>")),
    "line breaks": (100_000, _repeated("<br>")),
    "text and line breaks": (100_000, _repeated("A line of a poem.<br>")),
    "links": (100_000, _numbered("<a href='/news/%d'>Read the story %d</a> ")),
    "times": (50_000, _numbered("<time datetime='2026-01-01T00:%d'>1 January, %d</time>")),
    "headings": (50_000, _numbered("<h2>Second ferry for the islands %d</h2>")),
    "first headings": (50_000, _numbered("<h1>Second ferry for the islands %d</h1>")),
    "figures": (50_000, _numbered("<figure><img src=%d.jpg><figcaption>Photo: Ann Poe</figcaption></figure>")),
    "captions of many parts": (100_000, lambda n: article(f"<figure><img src=a.jpg><figcaption>{'<i>x</i>' * n}")),
    "image candidates": (MB, lambda n: article(f"<figure><img srcset='{'a.jpg 1x,' * (n // 9)}'></figure>")),
    "videos": (50_000, _numbered("<iframe src='https://www.youtube.com/embed/%d'></iframe>")),
    "video sources": (100_000, lambda n: article(f"<video>{'<source>' * n}</video>")),
    "list": (100_000, _numbered("<li>Entry %d of a list")),
    "table": (50_000, _table),
    "one row": (100_000, lambda n: article(f"<table><tr>{'<td>x' * n}</table>")),
    "breadcrumbs": (50_000, lambda n: article(f"<div class=breadcrumbs>{'<a href=x>News</a>' * n}</div>")),
    "custom elements": (50_000, _numbered("<x-%d:y>Item %d</x-%d:y>")),
    # the head
    "metas": (50_000, _in_head("<meta name=author content='Ann Poe %d'>")),
    "metas of their own": (50_000, _in_head("<meta name='article:tag%d' content='&amp;amp; <b>%d'>")),
    "link elements": (50_000, _in_head("<link rel='a%d b c' href='../%d'>")),
    "a long title": (MB // 2, _long_title),
    "a long headline": (MB // 20, _long_headline),
    "a long meta": (5 * MB, lambda n: article(head=f"<meta name=description content='{'&amp;<' * (n // 6)}'>")),
    "a title in parts": (50_000, lambda n: article().replace("<title>", "<title>" + "Ferry - " * n)),
    "titles": (50_000, _in_head("<title>Ferry %d</title>")),
    "json-ld scripts": (10_000, _in_head(_json_ld('{"@type": "NewsArticle", "headline": "Ferry %d"}'))),
    "json-ld nodes": (50_000, _articles_of_json),
    "json-ld lists": (100_000, lambda n: article(head=_json_ld("[" * n))),
    "json-ld objects": (100_000, lambda n: article(head=_json_ld('{"author":' * n))),
    "json-ld text": (3 * MB, lambda n: article(head=_json_ld(f'{{"headline": "{"x" * n}"}}'))),
    "json-ld escapes": (MB, lambda n: article(head=_json_ld('{"headline": "' + '\\"' * n))),
    "json-ld comments": (MB, lambda n: article(head=_json_ld('{"a": ' + "/*" * n))),
    "json-ld commas": (MB, lambda n: article(head=_json_ld("[" + ", " * n))),
    "json-ld digits": (MB, lambda n: article(head=_json_ld('{"datePublished": ' + "9" * n + "}"))),
    "json-ld author bait": (50_000, lambda n: article(head=_json_ld('{"author": [{"name" ' * n))),
    "json-ld that is none": (30, lambda n: article(head=_json_ld('{"headline": "Ferry" "author": [{"' * 3000) * n)),
    "json-ld entities": (MB // 2, lambda n: article(head=_json_ld("&quot;" * n))),
    "json-ld types": (50_000, lambda n: article(head=_json_ld(json.dumps({"@type": ["Article"] * n})))),
    "state openings": (200_000, lambda n: _state('{"body":[' * n)),
    "state text": (2 * MB, lambda n: _state('{"body": "' + "<p>x" * (n // 4) + '"}')),
    "state lists": (100_000, lambda n: _state(json.dumps([{"text": PROSE[:40]}] * n))),
    "state assignments": (20_000, lambda n: "<script>window.__NUXT__={}</script>" * n),
    "item properties": (100_000, _properties),
    # bytes
    "entity bomb": (50_000, _entity_bomb),
    "nul": (MB, _repeated("\0a")),
    "control characters": (MB, _repeated("\x01\x0b\x1f")),
    "lone surrogates": (100_000, _repeated("\ud800 \udfff&#xD800;")),
    "mixed encodings": (20_000, _mixed_encodings),
    "utf-16 without a mark": (2_000, _utf16),
    "broken utf-8": (300_000, _broken_utf8),
    "no html": (10_000, _no_html),
    "only spaces": (5 * MB, lambda n: " " * n + "x"),
    # elements that swallow the rest
    "plaintext": (500_000, _unclosed("plaintext")),
    "unclosed script": (500_000, _unclosed("script")),
    "unclosed style": (500_000, _unclosed("style")),
    "unclosed title": (500_000, _unclosed("title")),
    "unclosed textarea": (500_000, _unclosed("textarea")),
    "unclosed svg": (200_000, _unclosed("svg")),
    "unclosed noscript": (200_000, _unclosed("noscript")),
    "frameset": (50_000, lambda n: "<frameset>" + "<frame src=x><frameset cols=1>" * n + article()),
    "bases": (20_000, _base_tricks),
    # text
    "a line without spaces": (5 * MB, _line("x")),
    "a line of words": (MB, _line("ferry ")),
    "a line of other words": (300_000, _words),
    "a line of chinese": (MB, _line("船")),
    "sentences in a line": (100_000, _line("The ferry sails at 9 on Monday, Ann Poe said. ")),
    "spaces": (MB, _line("\u00a0 \t")),
    "digits": (MB, _line("1")),
    "dots": (MB, _line(".")),
    "dashes": (MB, _line("- ")),
    "separated letters": (MB, _line("a|")),
    "mixed separators": (MB, _line("a - ")),
    "quotation marks": (MB, _line("“\"'’")),
    "brackets": (MB, _line("[(")),
    "capitals": (MB // 2, _line("Aa ")),
    "initials": (MB // 2, _line("A. ")),
    "at signs": (MB // 2, _line("a@")),
    "addresses": (100_000, _line("https://a.example/b?c=d ")),
    "combining marks": (2 * MB, _line("\u0301")),
    "directions": (MB, _line("\u202e\u2066a")),
    "zero width": (MB, _line("\u200b\u00ad")),
    "emoji": (300_000, _line("👩‍👩‍👧‍👦")),
    "mojibake": (200_000, _line("Ã©â€™ ")),
    "mojibake blocks": (20_000, _numbered("<p>FÃ¦rgen nr. %d sejler til Ã¸erne, siger â€œAnn Poeâ€\x9d.</p>")),
    "thai mojibake": (100_000, _line("๐Ÿ’ก ")),
    # long lines where a byline or a date is looked for
    "a byline of names": (100_000, _within("p class=byline", "By Ann Poe and ")),
    "a byline of letters": (300_000, _within("p class=author", "Ann")),
    "a byline of separators": (100_000, _within("p class=byline", "Ann Poe, | / · ")),
    "a date of digits": (300_000, _within("time", "1")),
    "a date of months": (100_000, _within("p class=date", "1 March 20, ")),
    "a date of words": (100_000, _within("p class=date", "on the first of ")),
    "a heading of words": (100_000, _within("h2", "Ferry to ")),
    "a caption of words": (100_000, _within("figcaption", "Photo: Ann ")),
    "a label of spaces": (MB, _within("p class=byline", "By \u00a0")),
    # lines that are nearly what a rule takes out
    "nearly read more": (100_000, _line("Read more ")),
    "nearly read more in blocks": (100_000, _repeated("<p>Read more: ")),
    "read more lines": (20_000, _numbered("<p>Read more: The ferry %d</p>")),
    "nearly a caption": (100_000, _line("Photo: Ann Poe/ ")),
    "nearly a byline": (100_000, _line("By Ann Poe and ")),
    "byline blocks": (50_000, _numbered("<p class=byline>By Ann Poe%d and Bob Roe</p>")),
    "nearly a date": (100_000, _line("1 March 20 ")),
    "date blocks": (50_000, _numbered("<p class=date>Published on 1 March 2026 at 9.%d</p>")),
    "nearly a time": (100_000, _line("12:3 ")),
    "nearly updated": (100_000, _line("Updated: 1. ")),
    "nearly subscribed": (100_000, _line("Sign up for our newsletter to ")),
    "nearly copyright": (100_000, _line("© 2026 ")),
    "nearly a share bar": (100_000, _line("Share on Facebook, Twitter ")),
    "nearly consent": (100_000, _line("We use cookies and ")),
    "comments of readers": (
        20_000,
        _numbered("<div class=comment><b>Ann%d</b> <p>I like the ferry, I said %d</p></div>"),
    ),
    "title repeated": (50_000, _repeated("<p>Second ferry for the islands</p>")),
}
