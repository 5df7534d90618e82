"""Every hostile page through the whole pipeline, each in a process of its own: CPU seconds, peak memory, outcome.

`python -m benchmarks.hostile [PART OF A NAME ...]` prints a line a page, and exits with 1 when one is over the limits.
"""

import gc
import json
import os
import resource
import sys
import time

from pipelines.process import process_page
from pipelines.records import Accepted, Page
from pipelines.rules import Rulebook, load_rulebook
from tests.pipelines.hostile_pages import PAGES, article, page

MAX_SECONDS = 2.0
"""CPU of one page."""
MAX_MEGABYTES = 300.0
"""Peak of the whole process, with interpreter, rules and language model."""
_KILLED = 60
"""CPU seconds after which the system ends a page's process."""
_ADDRESSES = 4 * 2**30
"""Bytes of address space of a page's process: a runaway must not take the machine down."""


def main() -> int:
    """Print the table. The exit code: 1 when a page is over the limits."""
    rulebook = load_rulebook()
    process_page(page(article()), rulebook)
    gc.freeze()
    over = 0
    print(f"{'page':28} {'MB in':>6} {'seconds':>8} {'peak MB':>8}  outcome")
    for name, (count, make) in PAGES.items():
        if not any(part in name for part in sys.argv[1:] or [""]):
            continue
        hostile = page(make(count))
        seconds, megabytes, outcome = measured(hostile, rulebook)
        bad = seconds > MAX_SECONDS or megabytes > MAX_MEGABYTES or outcome.startswith("died")
        over += bad
        size = len(hostile.body) / 1e6
        print(f"{name:28} {size:6.1f} {seconds:8.2f} {megabytes:8.0f}  {outcome}{' OVER' * bad}", flush=True)
    print(f"{over} over {MAX_SECONDS} s or {MAX_MEGABYTES:.0f} MB")
    return 1 if over else 0


def measured(hostile: Page, rulebook: Rulebook) -> tuple[float, float, str]:
    """CPU seconds, peak megabytes and outcome of one page in a forked process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (_KILLED, _KILLED))
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
        start = time.process_time()
        outcome = named(hostile, rulebook)
        os.write(writing, json.dumps([time.process_time() - start, outcome[:2000]]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read()
    _, status, used = os.wait4(child, 0)
    seconds, outcome = json.loads(said) if said else (used.ru_utime + used.ru_stime, f"died with status {status}")
    return seconds, used.ru_maxrss / 1024, outcome


def named(hostile: Page, rulebook: Rulebook) -> str:
    """The outcome in a few words."""
    try:
        outcome = process_page(hostile, rulebook)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what the table is for
        return f"died of {type(error).__name__}: {error}"
    if isinstance(outcome, Accepted):
        made = outcome.article
        return f"accepted, {len(made.text)} characters; {'; '.join(made.flags)}".rstrip("; ")
    return f"{outcome.reason}: {outcome.evidence[:60]}"


if __name__ == "__main__":
    sys.exit(main())
