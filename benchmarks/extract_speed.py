"""What extraction costs: `python -m benchmarks.extract_speed [PAGES ...]` prints a table, a row a system.

PAGES are files of pages, one JSON object a line (plain or `.xz`): `html_latin1` (the bytes, decoded as latin-1), `url`,
and `encoding` and `fetched_at` where known. Without them 300 pages of the folder `shared` beside the project.

Every system reads the same pages in one process, in turns, so that what else the machine does falls on all alike; a
slow one reads as many of them as fit into BUDGET, and the table says how many. A row gives CPU ms a page (mean of the
rounds' means, and their standard deviation), the ratio to the bare lxml parse of the same pages, and the peak memory of
a process that does nothing but this, a page at a time. Below the table: what repair and cleaning are of this project's
time. `--memory N` instead runs this project over N pages and prints what memory it holds on the way. Linux only: memory
is read from /proc.
"""

import argparse
import gc
import json
import lzma
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, cycle, islice, pairwise
from pathlib import Path
from statistics import fmean, stdev
from typing import Final
from unittest import mock

from benchmarks.pages import BENCH, row_of
from pipelines import process
from pipelines.decode import decode
from pipelines.records import Page
from pipelines.rules import load_rulebook
from pipelines.tree import parse

SHARED: Final = BENCH / "pages"
NEWS: Final = "fundus.jsonl.xz"
OTHERS: Final = ("wcxb.jsonl.xz", "trafilatura.jsonl.xz")
PAGES: Final = 300
BUDGET: Final = 10.0
"""CPU seconds in which a system reads all pages once; one that needs longer reads fewer."""


@dataclass(frozen=True, slots=True)
class Source:
    """A page, and its text for the systems that don't read its bytes: decoding is not what is compared."""

    page: Page
    text: str
    utf8: bytes


Run = Callable[[Source], object]


def main() -> int:
    """Print the table, or the memory of a long run. The exit code: 1 when there are no pages."""
    options = _options()
    if options.only:
        _peak(SYSTEMS[options.only], _sources(options.pages))
        return 0
    sources = list(_sources(options.pages))
    if not sources:
        print(f"no pages: name files of them, or put {NEWS}, {' and '.join(OTHERS)} into {SHARED}", file=sys.stderr)
        return 1
    random.Random(1).shuffle(sources)  # noqa: S311  # a slow system reads the first ones: they shall be of all kinds
    if options.memory:
        _watch(sources, options.memory)
    else:
        _compare(sources, options.rounds, options.pages)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extract_speed", description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, help="files of pages, one JSON object a line")
    parser.add_argument("--rounds", type=int, default=5, help="how often every system reads all pages")
    parser.add_argument("--memory", type=int, metavar="N", help="run this project over N pages, print memory held")
    parser.add_argument("--only", choices=SYSTEMS, help="run one system once, print its peak memory")
    return parser.parse_args()


# The pages ------------------------------------------------------------------------------------------------------------


def _sources(files: Sequence[Path]) -> Iterator[Source]:
    """The pages of the files; else the news pages of the folder and a sample of its others, always the same."""
    if files:
        yield from (_source(line) for file in files for line in _lines(file))
    elif all((SHARED / name).is_file() for name in (NEWS, *OTHERS)):
        news = list(islice(_lines(SHARED / NEWS), PAGES))
        others = (line for name in OTHERS for line in _sample(SHARED / name, (PAGES - len(news)) // len(OTHERS)))
        yield from map(_source, chain(news, others))


def _sample(file: Path, size: int) -> Iterator[str]:
    """So many of the file's lines; they are counted first, since all of them at once take more memory than a system."""
    count = sum(1 for _ in _lines(file))
    chosen = frozenset(random.Random(1).sample(range(count), min(size, count)))  # noqa: S311
    return (line for number, line in enumerate(_lines(file)) if number in chosen)


def _lines(file: Path) -> Iterator[str]:
    with (lzma.open if file.suffix == ".xz" else open)(file, "rt", encoding="utf-8") as lines:
        yield from lines


def _source(line: str) -> Source:
    page = row_of("", {"id": "", "url": None, "encoding": None, "truth": {}, **json.loads(line)}).page
    decoded = decode(page.body, "text/html", page.encoding)
    return Source(page, decoded.text, decoded.utf8)


# The systems ----------------------------------------------------------------------------------------------------------
# Each is a function that imports it and gives what reads one page: text and metadata, where it has any.


def _lxml() -> Run:
    return lambda source: parse(source.utf8)


def _copydesk() -> Run:
    rulebook = load_rulebook()
    return lambda source: process.process_page(source.page, rulebook.for_page(source.page))


def _stage(name: str) -> Run:
    """One stage of this project alone, on what the stages before it hand over when it reads a page for the first time.

    `name` is the stage's in `pipelines.process`.
    """
    whole, stage = _copydesk(), getattr(process, name)
    handed: dict[int, mock._Call | None] = {}

    def run(source: Source) -> None:
        if id(source) not in handed:
            with mock.patch.object(process, name, wraps=stage) as spy:
                whole(source)
            handed[id(source)] = spy.call_args
        if call := handed[id(source)]:
            stage(*call.args, **call.kwargs)

    return run


def _trafilatura(fast: bool) -> Run:
    import trafilatura

    return lambda source: trafilatura.bare_extraction(
        source.text, url=source.page.url, fast=fast, with_metadata=True, include_comments=False
    )


def _resiliparse() -> Run:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda source: extract_plain_text(source.text, main_content=True)


def _newspaper() -> Run:
    import newspaper  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from tldextract.tldextract import TLD_EXTRACTOR

    # It would load the list of suffixes and each page's pictures from the network: without one, seconds a page.
    TLD_EXTRACTOR.suffix_list_urls = ()
    config = newspaper.Config()
    config.fetch_images = False

    def run(source: Source) -> None:
        article = newspaper.Article(source.page.url or "https://site.example/", config=config)
        article.download(input_html=source.text)
        article.parse()

    return run


SYSTEMS: Final[dict[str, Callable[[], Run]]] = {
    "lxml parse": _lxml,
    "copydesk": _copydesk,
    "trafilatura": lambda: _trafilatura(fast=False),
    "trafilatura fast": lambda: _trafilatura(fast=True),
    "resiliparse": _resiliparse,
    "newspaper4k": _newspaper,
}
STAGES: Final = {"repair": "repair_blocks", "cleaning": "clean"}
"""What is also measured by itself; the functions' names in `pipelines.process`."""


# Measuring ------------------------------------------------------------------------------------------------------------


def _compare(sources: list[Source], rounds: int, files: Sequence[Path]) -> None:
    runs = _made() | {stage: _stage(name) for stage, name in STAGES.items()}
    read = {name: sources[: _affordable(run, sources)] for name, run in runs.items()}
    gc.collect()
    gc.freeze()
    times: dict[str, list[list[float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(_times(run, read[name]))
    bare = [fmean(page) for page in zip(*times["lxml parse"], strict=True)]
    print(f"{len(sources)} pages, {rounds} rounds")
    print(f"{'':18}{'pages':>5}{'ms a page':>16}{'x parse':>9}{'peak MB':>9}")
    for name in filter(runs.__contains__, SYSTEMS):
        pages = len(read[name])
        ratio = fmean(map(fmean, times[name])) / fmean(bare[:pages])
        print(f"{name:18}{pages:5}{_mean(times[name])}{ratio:9.2f}{_peak_of(name, files):>9}", flush=True)
    for stage in STAGES:
        print(f"of copydesk, {stage}: {_mean(times[stage]).strip()} ms a page")


def _made() -> dict[str, Run]:
    """The systems that are installed."""
    runs: dict[str, Run] = {}
    for name, make in SYSTEMS.items():
        try:
            runs[name] = make()
        except ImportError as error:
            print(f"{name}: not installed ({str(error).splitlines()[0]})")
    return runs


def _affordable(run: Run, sources: Sequence[Source]) -> int:
    """How many pages fit into the budget. They are read: what is loaded or compiled once is no page's cost."""
    end = time.process_time() + BUDGET
    for number, source in enumerate(sources, 1):
        _attempt(run, source)
        if time.process_time() > end:
            return number
    return len(sources)


def _times(run: Run, sources: Sequence[Source]) -> list[float]:
    """CPU ms of each page. A page that a system fails on counts with what it took."""
    gc.collect()
    marks = [time.process_time()]
    for source in sources:
        _attempt(run, source)
        marks.append(time.process_time())
    return [(after - before) * 1000 for before, after in pairwise(marks)]


def _mean(rounds: Sequence[Sequence[float]]) -> str:
    """The mean of the rounds' means, and how far they differ."""
    means = [fmean(times) for times in rounds]
    return f"{fmean(means):8.2f} ± {stdev(means) if len(means) > 1 else 0.0:5.2f}"


def _attempt(run: Run, source: Source) -> None:
    with suppress(Exception):  # other systems raise what they like
        run(source)


def _peak_of(name: str, files: Sequence[Path]) -> str:
    """Peak memory in MB of a process of its own."""
    command = [sys.executable, "-m", "benchmarks.extract_speed", "--only", name, *map(str, files)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else "failed"


def _peak(make: Callable[[], Run], sources: Iterator[Source]) -> None:
    """Print the most memory held, one page at a time being read from its file."""
    run = make()
    for source in sources:
        _attempt(run, source)
    print(round(_memory("VmHWM")))


def _watch(sources: list[Source], pages: int) -> None:
    run = _copydesk()
    start = time.process_time()
    for done, source in enumerate(islice(cycle(sources), pages), 1):
        run(source)
        if done % max(1, pages // 10) == 0:
            took = (time.process_time() - start) * 1000 / done
            print(f"{done:9} pages {_memory('VmRSS'):8.1f} MB {took:8.2f} ms a page", flush=True)


def _memory(what: str) -> float:
    """MB that this process holds (VmRSS) or held at its peak (VmHWM), which a child, unlike rusage's, starts anew."""
    found = re.search(rf"^{what}:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    sys.exit(main())
