"""What cleaning pages again came to: one verdict a page, and the tally of all."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from db.recleaning import Archived
from pipelines.differences import Difference, difference
from pipelines.records import Accepted, Outcome


class Verdict(StrEnum):
    """What cleaning a page again came to."""

    CHANGED = "changed"
    """Title or text read otherwise."""
    REFINED = "changed in fields or receipts only"
    UNCHANGED = "unchanged"
    NEW = "new"
    """It was no article and is one."""
    LOST = "rejected now"
    """It would be no article any more; the article stays."""
    NO_ARTICLE = "no article"
    """As before."""
    FAILED = "failed"
    """The code fails on the page, which is in quarantine."""


@dataclass(frozen=True, slots=True)
class Result:
    """What cleaning a page again came to."""

    page_id: int
    url: str
    verdict: Verdict
    article_id: int | None = None
    title: str | None = None
    outcome: Outcome | None = None
    """What is to be filed; None when nothing is."""
    difference: Difference | None = None
    failure: str | None = None
    """The traceback."""


def compared(archived: Archived, outcome: Outcome) -> Result:
    """What came of a page beside what it was."""
    page_id, url, before = archived.stored.id, archived.stored.page.url, archived.article
    if before is None:
        if isinstance(outcome, Accepted):
            return Result(page_id, url, Verdict.NEW, None, outcome.article.title, outcome)
        same = archived.rejected in (None, outcome)
        return Result(page_id, url, Verdict.NO_ARTICLE, outcome=None if same else outcome)
    title = before.article.title
    if not isinstance(outcome, Accepted):
        return Result(page_id, url, Verdict.LOST, before.id, title, outcome)
    found = difference(before.article, outcome.article)
    if found is None:
        return Result(page_id, url, Verdict.UNCHANGED, before.id, title)
    verdict = Verdict.CHANGED if found.text else Verdict.REFINED
    return Result(page_id, url, verdict, before.id, title, outcome, found)


class Tally:
    """What all results came to, in a size that does not grow with the archive."""

    def __init__(self, sample: int, named: int) -> None:
        """`sample` and `named` are how many results are kept to be shown, and to be named."""
        self.verdicts: Counter[Verdict] = Counter()
        self.gained: Counter[str] = Counter()
        """Rule -> stretches that it takes out now and did not before."""
        self.lost: Counter[str] = Counter()
        """Rule -> stretches that it took out before and does not now."""
        self.sample: list[Result] = []
        """Articles that read otherwise: the first ones, and those on which a rule shows that shows on none of these."""
        self.named: list[Result] = []
        """The first ones that are no article any more, or on which the code fails."""
        self._most_shown, self._most_named = sample, named
        self._shown: set[str] = set()

    def take(self, result: Result) -> None:
        """Counts a result."""
        self.verdicts[result.verdict] += 1
        if result.verdict in (Verdict.LOST, Verdict.FAILED) and len(self.named) < self._most_named:
            self.named.append(result)
        found = result.difference
        rules = {*found.gained, *found.lost} if found else set()
        if found is not None:
            self.gained += found.gained
            self.lost += found.lost
        if (found or result.verdict is Verdict.NEW) and (
            len(self.sample) < self._most_shown // 2 or (rules - self._shown and len(self.sample) < self._most_shown)
        ):
            self.sample.append(result)
            self._shown |= rules

    def __str__(self) -> str:
        """The verdicts in one line; how many articles changed is always said."""
        said = [each for each in Verdict if self.verdicts[each] or each is Verdict.CHANGED]
        return ", ".join(f"{self.verdicts[each]} {each}" for each in said)
