"""What a crawl costs: `python -m benchmarks.crawl_speed` prints CPU ms an article and articles a second.

A row a crawler: Scrapy that stores nothing, Scrapy with trafilatura and SQLite, and this project, which finds the
sitemaps by itself and files everything. All crawl the same invented site on this machine, each in a process of its own,
one after the other, in rounds. The CPU is that of the crawler's process, its start included; another process serves
the site. As the last row, what a crawl costs this project when there is nothing new.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.local_site import served
from crawler.clock import now
from db import articles, session, sources

ROOT = Path(__file__).parents[1]
DATABASE = "sqlite:///ours.db"
SETTINGS = {
    "COPYDESK_DATABASE": DATABASE,
    "COPYDESK_ALLOW_ADDRESSES": "127.0.0.0/8",
    "COPYDESK_DELAY": "0",
    "COPYDESK_ARTICLES_PER_RUN": "100000",
}
BARE, RIVAL, OURS, AGAIN = "bare Scrapy", "Scrapy + trafilatura + SQLite", "this project", "this project, nothing new"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one crawl took and brought."""

    articles: int
    cpu: float
    """Seconds, of user and system."""
    seconds: float


def main() -> int:
    """Print the table. The exit code: 1 when a crawler missed an article."""
    options = _options()
    each = options.articles // options.hosts
    rounds: list[dict[str, Cost]] = []
    with served(options.hosts, each) as sites:
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as folder:
                rounds.append(_round(sites, Path(folder)))
    print(f"{'':32}{'articles':>10}{'CPU s':>9}{'CPU ms each':>13}{'a second':>10}")
    for name in rounds[0]:
        costs = [costs[name] for costs in rounds]
        cpu, seconds, n = median(c.cpu for c in costs), median(c.seconds for c in costs), costs[0].articles
        rates = f"{1000 * cpu / n:13.1f}{n / seconds:10.1f}" if n else f"{'-':>13}{'-':>10}"
        print(f"{name:32}{n:10}{cpu:9.2f}{rates}")
    ratio = median(costs[RIVAL].cpu / costs[OURS].cpu for costs in rounds)
    print(f"{RIVAL} takes {ratio:.1f} times the CPU of this project")
    found = {costs[name].articles for costs in rounds for name in (BARE, RIVAL, OURS)}
    return 0 if found == {each * len(sites)} else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl_speed", description=__doc__)
    parser.add_argument("--hosts", type=int, default=10, help="hosts of the site; this project keeps a slot for each")
    parser.add_argument("--articles", type=int, default=600, help="articles over all hosts")
    parser.add_argument("--rounds", type=int, default=1, help="how often all crawl; the table shows medians")
    return parser.parse_args()


def _round(sites: Sequence[str], folder: Path) -> dict[str, Cost]:
    names = [site.removeprefix("http://") for site in sites]
    with closing(session.connect(f"sqlite:///{folder}/ours.db")) as database:
        for name, site in zip(names, sites, strict=True):
            sources.add(database, name=name, url=f"{site}/", now=now())
        ours = ["crawler", "crawl", *names]
        costs = {
            BARE: _crawl(["benchmarks.scrapy_bare", *sites], folder),
            RIVAL: _crawl(["benchmarks.scrapy_trafilatura", *sites], folder),
        }
        for name in (OURS, AGAIN):
            before = sum(1 for _ in articles.each(database))
            cost = _crawl(ours, folder)
            costs[name] = Cost(sum(1 for _ in articles.each(database)) - before, cost.cpu, cost.seconds)
    return costs


def _crawl(module: Sequence[str], folder: Path) -> Cost:
    """Runs a crawler to its end; its articles are the lines of its standard output."""
    environment = {**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen([sys.executable, "-m", *module], cwd=folder, env=environment, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            print(f"{module[0]} ended with {process.returncode}", file=sys.stderr)
        output.seek(0)
        return Cost(len(output.readlines()), usage.ru_utime + usage.ru_stime, seconds)


if __name__ == "__main__":
    sys.exit(main())
