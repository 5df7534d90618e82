"""What site memory gains and what it costs: `python -m benchmarks.site_memory` prints two tables.

The first is of the development pages whose site has others there: each page is cleaned with what its site's other pages
teach. The second is of an invented news web in six languages, crawled from the oldest article to the newest, each with
what the ones before it teach; with the phrase packs, and without them, as in a language that nobody has written one
for. Both come from the folder `shared` beside the project.
"""

import datetime as dt
import json
import lzma
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from db.memory import PAGES
from pipelines.furniture import FEWEST_PAGES, learn, page_keys
from pipelines.process import process_page
from pipelines.records import Accepted, Article, Page
from pipelines.rules import Rulebook, load_rulebook
from pipelines.urls import host_key

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"
SETS: Final = ("fundus", "wcxb", "newspaper4k")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sample:
    """A page, and what a perfect extractor makes of it."""

    site: str
    page: Page
    truths: tuple[str, ...]
    """Any of these is right."""
    leaks: tuple[str, ...] = ()
    """What stands on the page and is not the article."""


@dataclass(frozen=True, slots=True)
class Score:
    f1: float
    leaked: bool
    taken: int
    """Blocks that site memory took out."""
    wrong: int
    """Those of them that were the article's."""


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return Counter(tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3)))


def likeness(text: str, truth: str) -> float:
    """F1 of the 4-word shingles, 0 to 1."""
    got, want = shingles(text), shingles(truth)
    return 2 * sum((got & want).values()) / (sum(got.values()) + sum(want.values()))


def squeezed(text: str) -> str:
    return " ".join(text.split())


def score(article: Article | None, sample: Sample) -> Score:
    """`article`: None for a page that was rejected."""
    if article is None:
        return Score(0.0, False, 0, 0)
    text = squeezed(article.text)
    full = f"{article.standfirst or ''}\n{text}"
    taken = [squeezed(removal.text) for removal in article.removals if removal.rule == "site.furniture"]
    return Score(
        max(likeness(one, truth) for truth in sample.truths for one in (text, full)),
        any(leak in text for leak in sample.leaks),
        len(taken),
        sum(any(block in squeezed(truth) for truth in sample.truths) for block in taken),
    )


def made(sample: Sample, rulebook: Rulebook, known: Sequence[bytes] = (), fewest: int = FEWEST_PAGES) -> Article | None:
    outcome = process_page(sample.page, rulebook.for_page(sample.page, learn(known, fewest)))
    return outcome.article if isinstance(outcome, Accepted) else None


def row(name: str, scores: Sequence[Score]) -> None:
    count = len(scores)
    f1, leaked = (100 * sum(values) / count for values in ([s.f1 for s in scores], [s.leaked for s in scores]))
    taken, wrong = sum(s.taken for s in scores), sum(s.wrong for s in scores)
    print(f"  {name:44} {count:5} {f1:7.2f} {leaked:9.2f} {taken:7} {wrong:7}", flush=True)


def heading(name: str) -> None:
    print(f"\n{name}\n  {'':44} {'pages':>5} {'F1 %':>7} {'leaking %':>9} {'taken':>7} {'wrong':>7}")


# The development pages -------------------------------------------------------------------------------------------


def samples(name: str) -> Iterator[Sample]:
    with lzma.open(SHARED / f"bench/pages/{name}.jsonl.xz", "rt", encoding="utf-8") as file:
        for line in file:
            given = json.loads(line)
            if not given["url"]:
                continue
            moment = dt.datetime.fromisoformat(given["fetched_at"] or "2026-01-01T00:00:00+00:00")
            fetched_at = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
            body = given["html_latin1"].encode("latin-1")
            page = Page(given["url"], given["url"], 200, (), body, fetched_at, encoding=given["encoding"])
            yield Sample(host_key(page.url), page, tuple("\n".join(truth) for truth in given["truth"]["text"]))


def development(rulebook: Rulebook, least: int) -> None:
    """Sites of `least` pages and more; how many of the others must hold a block is the row."""
    sites: dict[str, list[Sample]] = defaultdict(list)
    for sample in (sample for name in SETS for sample in samples(name)):
        sites[sample.site].append(sample)
    groups = [group for group in sites.values() if len(group) >= least]
    keys = {id(s): page_keys(a.raw) for group in groups for s in group if (a := made(s, rulebook))}
    heading(f"Development pages of {len(groups)} sites with {least} pages or more, each with what the others teach")
    for name, fewest in (("no memory", 0), ("a block on one other page is furniture", 1), ("on two", 2)):
        scores = []
        for group in groups:
            for sample in group:
                others = [keys[id(other)] for other in group if other is not sample and id(other) in keys]
                scores.append(score(made(sample, rulebook, others if fewest else (), fewest), sample))
        row(name, scores)


# The invented news web -------------------------------------------------------------------------------------------


@contextmanager
def newsweb() -> Iterator[urllib.request.OpenerDirector]:
    """The server, as the proxy through which its sites are reached."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [sys.executable, str(SHARED / "newsweb/newsweb.py"), "serve", "--latency", "0", "--port", str(port)]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([*program, "--log", f"{folder}/log"], stdout=subprocess.DEVNULL)
        try:
            yield urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{port}"}))
        finally:
            server.terminate()
            server.wait()


def fetched(opener: urllib.request.OpenerDirector, url: str) -> Page:
    """Asked for again until it is there: the server may be starting, and some pages answer 503 at first."""
    for _ in range(100):
        try:
            with opener.open(url) as answer:
                kind = (("content-type", answer.headers["Content-Type"]),)
                return Page(url, url, 200, kind, answer.read(), dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC))
        except urllib.error.URLError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


def crawled() -> list[Sample]:
    """The news web's articles, the oldest one first."""
    program = [sys.executable, str(SHARED / "newsweb/newsweb.py"), "truth"]
    lines = subprocess.run(program, check=True, capture_output=True, text=True).stdout.splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    wanted = sorted((r for r in rows if r["born"] == 1 and not r["disallowed"]), key=lambda r: r["published"])
    found = []
    with newsweb() as opener:
        for given in wanted:
            body = [given["lead"], *given["paragraphs"]]
            own = squeezed(" ".join([given["title"] or "", *body]))
            printed = [squeezed(text) for texts in given["boilerplate"].values() for text in texts if len(text) > 8]
            truths = ("\n".join(body), "\n".join(given["paragraphs"]))
            leaks = tuple(text for text in printed if text not in own)
            found.append(Sample(given["site"], fetched(opener, given["url"]), truths, leaks))
    return found


def crawl(found: Iterable[Sample], rulebook: Rulebook, pages: int, fewest: int) -> list[Score]:
    """One pass over the articles, with a memory of so many pages a site."""
    memory: dict[str, list[bytes]] = defaultdict(list)
    scores = []
    for sample in found:
        known = memory[sample.site]
        article = made(sample, rulebook, known, fewest)
        scores.append(score(article, sample))
        if article is not None and pages:
            memory[sample.site] = [*known, page_keys(article.raw)][-pages:]
    return scores


def main() -> int:
    """Print the tables. The exit code: 1 when there are no pages to measure on."""
    if not SHARED.is_dir():
        print(f"there is no folder {SHARED}")
        return 1
    rulebook = load_rulebook()
    for least in (3, 2):
        development(rulebook, least)
    found = crawled()
    for name, rules in (("all phrase packs", rulebook), ("no phrase packs", replace(rulebook, packs={}, _matchers={}))):
        heading(f"News web, {name}")
        row("no memory", crawl(found, rules, 0, FEWEST_PAGES))
        for pages in (5, 10, 20):
            row(f"of the last {pages} pages", crawl(found, rules, pages, FEWEST_PAGES))
        for fewest in (2, 3, FEWEST_PAGES):
            row(f"of the last {PAGES}, a block on {fewest} or more", crawl(found, rules, PAGES, fewest))
    return 0


if __name__ == "__main__":
    sys.exit(main())
