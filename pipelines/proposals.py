"""Rules that a site seems to need: what recurs in the texts of its articles, and what would take it out.

What recurs is a suspect: a block that stands on several pages, a label before a text that changes, a line of links.
A rule is proposed when it takes suspects out on several pages and hardly anything of the articles themselves; what it
takes is not guessed but seen, by processing the pages with it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import lxml.html
from lxml import etree

from pipelines.blocks import read_blocks
from pipelines.decode import decode
from pipelines.furniture import block_key
from pipelines.lines import core
from pipelines.process import process_page
from pipelines.prose import prose_size
from pipelines.records import PARAGRAPH_BREAK, Accepted, Boilerplate, Page
from pipelines.rules import Layout, Phrase, Place, Rulebook
from pipelines.tree import parse

FEWEST: Final = 3
"""Pages on which a rule must take something out."""
_SHARE: Final = 0.1
"""And the share of the pages: what is rarer is not worth a rule."""
_OWN: Final = 0.1
"""Share of what a rule takes that may be an article's own running text; more, and it is no rule for furniture."""
_LONGEST: Final = 400
"""Characters of the longest suspect, as of the longest phrase."""
_EXAMPLE: Final = 160
"""Characters of the longest example of what must stay."""
_LABEL: Final = re.compile(r"[^\W\d_][^:：.!?]{2,40}[:：]")
"""A label at the beginning of a block."""
_LINKED: Final = 0.5
"""Share of a block that must be link for the block to be a suspect."""
_NUMBER: Final = re.compile(r"\d+")
_NAME: Final = re.compile(r"[A-Za-z][\w-]{1,60}", re.ASCII)
"""A class or id that can stand in a selector as it is."""
_TAG: Final = re.compile(r"[a-z][a-z0-9-]*")
_BOX: Final = 3000
"""Characters of the largest element that is looked at: what holds more is no box beside the text."""
_BLOCKS: Final = 500
"""Blocks of a text that are looked for in the boxes of its page."""
_TRIED: Final = 12
"""Selectors, and phrases, that are tried, those first that hold most suspects: each costs processing all pages."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule, and what it would take out of the texts of the pages."""

    rule: Layout
    """One selector to drop, or one phrase."""
    pages: int
    """On how many pages it takes something."""
    blocks: tuple[str, ...]
    """What it takes, page by page."""
    single: int
    """How many of them stand on one page alone, as what an article says does."""
    own: tuple[str, ...]
    """Those of these that read like an article's own: running text, without a label that recurs, and no links."""

    @property
    def name(self) -> str:
        """The selector, or the phrase's pattern."""
        return self.rule.drop[0] if self.rule.drop else self.rule.phrases[0].pattern


@dataclass(frozen=True, slots=True)
class _Sample:
    """A page with its article's blocks as they stand without the proposal."""

    page: Page
    rules: Rulebook
    kept: tuple[str, ...]


def propose(pages: Sequence[Page], rules: Rulebook, site: str) -> list[Proposal]:
    """The rules that the pages of one site ask for, those that take most first; none where nothing recurs.

    `rules` is the rulebook in force on all of the pages; phrases are named `site.<site>.<id>`. Raises: nothing.
    """
    samples = [
        _Sample(page, rules, tuple(text.split(PARAGRAPH_BREAK)))
        for page in pages
        if (text := _text(page, rules)) is not None
    ]
    suspects = _Suspects(samples)
    fewest = max(FEWEST, round(_SHARE * len(samples)))
    found: list[Proposal] = []
    selectors, phrases = _selectors(samples, suspects, fewest), _phrases(suspects, fewest, site, rules.site)
    for rule in (*islice(selectors, _TRIED), *islice(phrases, _TRIED)):
        proposal = _tried(rule, samples, suspects)
        if proposal.pages >= fewest and len(proposal.own) <= _OWN * len(proposal.blocks):
            found.append(proposal)
    return _needed(found, fewest)


def _text(page: Page, rules: Rulebook) -> str | None:
    """An article's text; None where the page is none."""
    outcome = process_page(page, rules)
    return outcome.article.text if isinstance(outcome, Accepted) else None


class _Suspects:
    """What recurs in the texts of the pages."""

    def __init__(self, samples: Sequence[_Sample]) -> None:
        self.pages: Counter[int] = Counter()
        """Block, by what it is known by -> pages on which it stands."""
        self.labels: Counter[str] = Counter()
        """Label -> pages on which a block begins with it."""
        self.said: dict[int, str] = {}
        self.labelled: dict[str, str] = {}
        """A block of each key, and of each label."""
        self.linked: set[str] = set()
        """Blocks that are mainly links."""
        for sample in samples:
            blocks = [block for block in sample.kept if len(block) <= _LONGEST]
            self.pages.update({block_key(block) for block in blocks})
            labelled = {label: block for block in blocks if (label := _label(block))}
            self.labels.update(labelled.keys())
            self.labelled |= labelled
            self.said.update((block_key(block), block) for block in blocks)
            self.linked |= _linked(sample.page) & set(blocks)
        own = (block for sample in samples for block in sample.kept if len(block) <= _EXAMPLE and self.is_own(block))
        self.sentence = next(own, "A sentence of an article.")
        """An example of what must stay."""

    def holds(self, block: str) -> bool:
        """Whether a block is a suspect."""
        if len(block) > _LONGEST:
            return False
        label = _label(block)
        return (
            self.pages[block_key(block)] >= FEWEST
            or (label is not None and self.labels[label] >= FEWEST)
            or block in self.linked
        )

    def is_own(self, block: str) -> bool:
        """Whether a block reads like an article's own text."""
        return not self.holds(block) and self.pages[block_key(block)] <= 1 and prose_size(block, 0) > 0


def _label(block: str) -> str | None:
    """The label that a block begins with, when something follows it."""
    found = _LABEL.match(block)
    return found[0].casefold() if found and found.end() < len(block.rstrip()) else None


def _tree(page: Page) -> lxml.html.HtmlElement | None:
    return parse(decode(page.body, page.header("content-type"), page.encoding).utf8)[0]


def _linked(page: Page) -> set[str]:
    tree = _tree(page)
    blocks = read_blocks(tree).blocks if tree is not None else ()
    return {block.text for block in blocks if block.link_share > _LINKED}


# Rules to try ----------------------------------------------------------------------------------------------------


def _selectors(samples: Sequence[_Sample], suspects: _Suspects, fewest: int) -> Iterator[Layout]:
    """Selectors of small elements with suspects in them, on several pages, those with most suspects first."""
    found: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    for sample in samples:
        wanted = {_folded(block) for block in sample.kept[:_BLOCKS] if suspects.holds(block)}
        own = {_folded(block) for block in sample.kept[:_BLOCKS] if suspects.is_own(block)}
        here: Counter[str] = Counter()
        tree = _tree(sample.page) if wanted else None
        for element, text in _boxes(tree) if tree is not None else ():
            held = sum(block in text for block in wanted)
            spared = not any(block in text for block in own)
            for selector in _named(element) if held and spared else ():
                here[selector] = max(here[selector], held)
        found.update(here)
        pages.update(here.keys())
    for selector, _ in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        if pages[selector] >= fewest:
            yield Layout(drop=(selector,))


def _boxes(tree: lxml.html.HtmlElement) -> Iterator[tuple[etree._Element, str]]:
    """The elements with a class or an id that hold little text, and that text. Linear, whatever the nesting."""
    pieces: list[str] = []
    size = 0
    opened: list[tuple[int, int]] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            opened.append((len(pieces), size))
            text = element.text
        else:
            first, before = opened.pop()
            if size - before <= _BOX and (element.get("class") or element.get("id")):
                yield element, _folded("".join(pieces[first:]))
            text = element.tail
        if text:
            pieces.append(text)
            size += len(text)


def _named(element: etree._Element) -> Iterator[str]:
    if not _TAG.fullmatch(element.tag):  # one with a name space, which is no selector as it stands
        return
    for name in element.get("class", "").split()[:8]:
        if _NAME.fullmatch(name):
            yield f"{element.tag}.{name}"
    if _NAME.fullmatch(element.get("id", "")):
        yield f"{element.tag}#{element.get('id')}"


def _folded(text: str) -> str:
    return " ".join(text.split())


def _phrases(suspects: _Suspects, fewest: int, site: str, known: Layout) -> Iterator[Layout]:
    """A phrase for each block that recurs, and for each label."""
    recurring = [(n, suspects.said[key], "") for key, n in suspects.pages.items() if n >= fewest]
    labels = [(n, suspects.labelled[label], label) for label, n in suspects.labels.items() if n >= fewest]
    names = {phrase.id.rpartition(".")[2] for phrase in known.phrases}
    for n, block, label in sorted((*recurring, *labels), key=lambda item: (-item[0], item[1])):
        start, end = core(block)
        words = label or block[start:end]
        if not words:
            continue
        phrase = Phrase(
            id=f"site.{site}.{_id(words, names)}",
            kind=Boilerplate.FURNITURE,
            place=Place.LINE,
            pattern=_NUMBER.sub(r"\\d+", re.escape(words).replace("\\ ", " ")) + ".{1,300}" * bool(label),
            why=f"{'begins a line' if label else 'stands'} on {n} pages of this site",
            examples=(block[start:end],),
            keeps=(suspects.sentence,),
        )
        yield Layout(phrases=(phrase,))


def _id(words: str, taken: set[str]) -> str:
    """An id of a phrase's first words that no other has."""
    plain = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    base = "-".join(re.findall(r"[a-z0-9]+", plain)[:5]) or "line"
    name = next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}-{n}") not in taken)
    taken.add(name)
    return name


# What they do ----------------------------------------------------------------------------------------------------


def _tried(rule: Layout, samples: Sequence[_Sample], suspects: _Suspects) -> Proposal:
    """What a rule takes out of the texts, on top of the rules in force."""
    pages, gone = 0, []
    for sample in samples:
        site = sample.rules.site
        both = replace(site, drop=site.drop + rule.drop, phrases=site.phrases + rule.phrases)
        text = _text(sample.page, replace(sample.rules, site=both))
        # A page that is no article any more has lost all of it.
        left = Counter(text.split(PARAGRAPH_BREAK)) if text is not None else Counter()
        lost = list((Counter(sample.kept) - left).elements())
        pages += bool(lost)
        gone += lost
    single = sum(suspects.pages[block_key(block)] <= 1 for block in gone)
    return Proposal(rule, pages, tuple(gone), single, tuple(block for block in gone if suspects.is_own(block)))


def _needed(found: Iterable[Proposal], fewest: int) -> list[Proposal]:
    """The proposals that take most, without those that take what others have taken already."""
    chosen: list[Proposal] = []
    taken: Counter[str] = Counter()
    for proposal in sorted(found, key=lambda each: (-len(each.blocks), len(each.own), each.name)):
        if sum((Counter(proposal.blocks) - taken).values()) >= fewest:
            chosen.append(proposal)
            taken |= Counter(proposal.blocks)
    return chosen
