"""An extractor that no page's site has trained: JSON lines in and out, as `copydesk extract --jsonl`.

`python -m benchmarks.train_scorer --folds DIR`, then `quality.py -- python -m benchmarks.cross_validated DIR`.
"""

import base64
import json
import sys
from pathlib import Path

from benchmarks.pages import row_of
from benchmarks.train_scorer import FOLDS, fold_of
from pipelines import scorer
from pipelines.process import process_page
from pipelines.record_json import record
from pipelines.records import Accepted
from pipelines.rules import load_rulebook


def main() -> None:
    folder = Path(sys.argv[1])
    networks = [scorer.load(folder / f"{fold}.json") for fold in range(FOLDS)]
    rulebook = load_rulebook()
    for line in sys.stdin:
        asked = json.loads(line)
        html = base64.b64decode(asked["html_base64"]).decode("latin-1")
        row = row_of("", {**asked, "html_latin1": html, "truth": {}})
        scorer.NETWORK = networks[fold_of(row)]
        outcome = process_page(row.page, rulebook.for_page(row.page))
        answer = (
            record(outcome.article)
            if isinstance(outcome, Accepted)
            else {"text": None, "rejected": outcome.reason.value, "evidence": outcome.evidence}
        )
        print(json.dumps({"id": row.id, **answer}, ensure_ascii=False))


if __name__ == "__main__":
    main()
