"""An invented news site of real weight, served from a process of its own: what the crawl benchmarks crawl.

`python -m benchmarks.local_site HOSTS ARTICLES` serves HOSTS hosts on ports of 127.0.0.1 with ARTICLES articles each,
prints their addresses, one a line, and serves until its standard input ends. Every page is made before the first one
is served, so that serving costs little beside what is measured.
"""

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

FIRST = datetime(2026, 3, 2, 6, tzinfo=UTC)
NOUNS = (
    *("harbour", "council", "bridge", "school", "ferry", "market", "river", "library", "hospital", "tram", "orchard"),
    *("festival", "stadium", "museum", "factory", "theatre", "station", "village", "island", "archive", "bakery"),
    *("court", "railway", "garden", "mill", "quarry", "lighthouse", "reservoir", "depot", "pier"),
)
PEOPLE = ("residents", "teachers", "engineers", "farmers", "nurses", "drivers", "students", "shopkeepers", "fishermen")
VERBS = ("rebuilt", "closed", "sold", "opened", "moved", "defended", "questioned", "painted", "surveyed", "flooded")
TIMES = ("on Monday", "last winter", "in the spring", "after the storm", "within a year", "by the end of May")
PLACES = ("in the old town", "by the canal", "above the bay", "at the northern gate", "beside the market square")
SCRIPT = (
    "window.{0}=window.{0}||[];(function(d,s){{var j=d.createElement(s);"
    "j.async=!0;j.dataset.slot='{0}';}})(document,'script');"
)


def sentence(dice: random.Random) -> str:
    """A sentence of English words."""
    number = dice.randint(2, 900)
    return (
        f"The {dice.choice(NOUNS)} {dice.choice(PLACES)} was {dice.choice(VERBS)} {dice.choice(TIMES)}, and "
        f"{number} {dice.choice(PEOPLE)} said that the {dice.choice(NOUNS)} should have been "
        f"{dice.choice(VERBS)} long before the {dice.choice(NOUNS)} was {dice.choice(VERBS)}."
    )


def headline(number: int) -> str:
    dice = random.Random(number)  # noqa: S311
    return f"{dice.choice(NOUNS).title()} {dice.choice(VERBS)} {dice.choice(PLACES)}, {dice.choice(PEOPLE)} say"


def path(number: int) -> str:
    return f"/news/2026/03/{headline(number).lower().replace(',', '').replace(' ', '-')}-{100000 + number}.html"


def published(number: int) -> datetime:
    return FIRST + timedelta(minutes=7 * number)


def article(number: int) -> bytes:
    """An article's page, of 100 to 160 KB: 12 to 30 paragraphs between menus, scripts, styles and teasers."""
    dice = random.Random(-number)  # noqa: S311
    title, moment = headline(number), published(number).isoformat()
    body = "".join(
        f"<p>{' '.join(sentence(dice) for _ in range(dice.randint(2, 4)))}</p>" for _ in range(dice.randint(12, 30))
    )
    menu = "".join(f'<li class="menu__item"><a href="/topic/{n}" data-track="menu:{n}">{n}</a></li>' for n in NOUNS * 7)
    styles = "".join(f".{n}__{k}{{margin:{k}px 0;padding:0 {k}px;color:#3{k % 10}5}}" for n in NOUNS for k in range(12))
    scripts = "".join(f"<script>{SCRIPT.format(f'q{k}') * 4}</script>" for k in range(dice.randint(20, 60)))
    teasers = "".join(_teaser(dice.randrange(100_000)) for _ in range(64))
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} | The Local</title>
<meta property="og:type" content="article"><meta property="og:title" content="{title}"><style>{styles}</style>
<meta property="article:published_time" content="{moment}"><meta name="author" content="Ada Marsh">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{title}",
"datePublished":"{moment}","author":{{"@type":"Person","name":"Ada Marsh"}}}}</script>{scripts}</head>
<body><header><nav><ul>{menu}</ul></nav></header><main><article><h1>{title}</h1>
<p class="byline">By Ada Marsh</p><time datetime="{moment}">{moment[:10]}</time>
<div class="story">{body}</div></article>
<aside><h2>More stories</h2>{teasers}</aside></main><footer><ul>{menu}</ul><p>The Local, all rights reserved.</p>
</footer></body></html>""".encode()


def _teaser(number: int) -> str:
    title = headline(number)
    picture = f"https://pictures.invalid/{number}"
    sizes = ", ".join(f"{picture}-{width}.jpg?quality=75 {width}w" for width in (160, 320, 480, 640, 960))
    return (
        f'<div class="teaser teaser--small" data-id="{number}"><a class="teaser__link" href="/elsewhere/{number}">'
        f'<img class="teaser__picture" loading="lazy" src="{picture}-160.jpg" srcset="{sizes}" alt=""></a>'
        f'<div class="teaser__text"><h3><a href="/elsewhere/{number}">{title}</a></h3></div></div>'
    )


def site(base: str, numbers: range) -> dict[str, tuple[str, bytes]]:
    """Path -> content type and body of all that a host serves."""
    entries = "".join(
        f"<url><loc>{base}{path(n)}</loc><lastmod>{published(n).isoformat()}</lastmod></url>" for n in numbers
    )
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    home = "<!DOCTYPE html><html lang='en'><title>The Local</title><body><h1>The Local</h1></body></html>"
    return {
        "/robots.txt": ("text/plain", f"User-agent: *\nAllow: /\nSitemap: {base}/sitemap.xml\n".encode()),
        "/": ("text/html", home.encode()),
        "/sitemap.xml": ("application/xml", sitemap.encode()),
        **{path(n): ("text/html; charset=utf-8", article(n)) for n in numbers},
    }


async def serve(hosts: int, articles: int) -> None:
    """Serves until standard input ends."""
    for host in range(hosts):
        answers: dict[bytes, bytes] = {}

        async def answer(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: dict[bytes, bytes] = answers
        ) -> None:
            try:
                while request := await reader.readuntil(b"\r\n\r\n"):
                    writer.write(answers.get(request.split(b" ", 2)[1], NOT_FOUND))
                    await writer.drain()
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        content = site(base, range(host * articles, (host + 1) * articles))
        answers.update({name.encode(): _answer(200, kind, body) for name, (kind, body) in content.items()})
        print(base, flush=True)
    print(flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def _answer(status: int, kind: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


NOT_FOUND = _answer(404, "text/html", b"<!DOCTYPE html><title>404</title>")


@contextmanager
def served(hosts: int, articles: int) -> Iterator[list[str]]:
    """The addresses of so many hosts with so many articles each, while the context lasts."""
    command = [sys.executable, "-m", "benchmarks.local_site", str(hosts), str(articles)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield [line.strip() for line in iter(process.stdout.readline, "\n")]  # type: ignore[union-attr]
        process.communicate()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
