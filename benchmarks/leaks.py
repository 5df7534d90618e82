"""What is left of the furniture of 84 invented pages whose designs tell nothing: `python -m benchmarks.leaks`.

The pages are those of `tests/pipelines/leak_pages.py`: fourteen languages in six designs.
"""

from collections import Counter

from pipelines.process import process_page
from pipelines.records import Accepted
from pipelines.rules import load_rulebook
from tests.pipelines.leak_pages import leaked, lost, samples


def main() -> None:
    rulebook = load_rulebook()
    tried: Counter[str] = Counter()
    left: Counter[str] = Counter()
    missing = pages = with_leak = 0
    for sample in samples():
        outcome = process_page(sample.page, rulebook)
        pages += 1
        if not isinstance(outcome, Accepted):
            print(f"{sample.language} {sample.design}: {outcome.reason}")
            continue
        found = leaked(outcome.article, sample)
        for kind, words in found:
            print(f"{sample.language} {sample.design}: {kind}: {words[:70]}")
        with_leak += bool(found)
        missing += len(lost(outcome.article, sample))
        tried.update(kind for kind, _ in sample.furniture)
        left.update(kind for kind, _ in found)
    for kind, count in tried.items():
        print(f"{kind:14} {left[kind]:4} of {count}")
    print(f"pages with a leak: {with_leak} of {pages}; paragraphs lost: {missing}")


if __name__ == "__main__":
    main()
