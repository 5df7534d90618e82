"""`sources propose`: cleaning rules that a site seems to need, from what recurs on its archived pages."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.output import note, say, shortened
from crawler.commands.read import opened
from crawler.commands.sources import named
from crawler.config import Config

if TYPE_CHECKING:
    from pipelines.proposals import Proposal
    from pipelines.rules import Phrase

PAGES = 40
"""Articles that are looked at, the latest: twice what the memory of a site needs."""
_EXAMPLES = 3
"""Examples of each kind that are shown of a rule."""


def propose(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="A source, as `sources` lists it.")],
    pages: Annotated[int, typer.Option(min=3, max=1000, help="Look at so many of its latest articles.")] = PAGES,
    save: Annotated[bool, typer.Option("--save", help="Write the rules into the source's site file.")] = False,
) -> None:
    """Propose cleaning rules from what recurs in a source's articles; show what each would take out."""
    from crawler.sources import add_rules, rulebook
    from db import memory
    from db import pages as archived
    from pipelines.furniture import learn
    from pipelines.proposals import propose as proposed
    from pipelines.urls import host_key

    config: Config = context.obj
    database = opened(context)
    source = named(database, name)
    site = host_key(source.url).rpartition(":")[0] or host_key(source.url)
    rules = rulebook(config).for_host(site, furniture=learn(memory.recent(database, source.id)))
    looked_at = [stored.page for stored in archived.latest_articles(database, source.id, pages)]
    proposals = proposed(looked_at, rules, site)
    if not proposals:
        note(f"{source.name}: nothing recurs in the texts of {len(looked_at)} articles that a rule would take out")
        return
    for proposal in proposals:
        _print(proposal, len(looked_at))
    text = _toml(proposals, len(looked_at))
    say(f"\n# {site}.toml\n{text}")
    if save:
        file = add_rules(config, site, text)
        note(f"saved in {file}; `copydesk reclean --source {json.dumps(source.name)} --dry-run` shows what it changes")
    else:
        note("nothing was saved; --save writes these rules into the site file")


def _print(proposal: "Proposal", pages: int) -> None:
    """A rule, and what it takes out of the texts."""
    say(f"\n{'drop' if proposal.rule.drop else 'phrase'} {proposal.name}")
    took = f"takes {len(proposal.blocks)} blocks out of {proposal.pages} of {pages} articles"
    say(f"  {took}; {proposal.single} stand on one page alone")
    for block, n in Counter(" ".join(block.split()) for block in proposal.blocks).most_common(_EXAMPLES):
        say(f"  - {shortened(block, 100)}" + f"  ({n} times)" * (n > 1))
    if proposal.own:
        say(f"  of which {len(proposal.own)} may be the articles' own:")
        for block in proposal.own[:_EXAMPLES]:
            say(f"  ! {shortened(block, 100)}")


def _toml(proposals: Sequence["Proposal"], pages: int) -> str:
    """The rules as a layout of a site file."""
    lines = [f"[[layout]]  # from what recurs in {pages} articles"]
    selectors = [proposal for proposal in proposals if proposal.rule.drop]
    if selectors:
        took = (f"  {_quoted(each.name)},  # {len(each.blocks)} blocks, {each.pages} articles" for each in selectors)
        lines += ["drop = [", *took, "]"]
    for proposal in proposals:
        for phrase in proposal.rule.phrases:
            lines += ["", *_phrase_lines(phrase)]
    return "\n".join(lines) + "\n"


def _phrase_lines(phrase: "Phrase") -> list[str]:
    values = {
        "id": phrase.id.rpartition(".")[2],
        "kind": phrase.kind.value,
        "place": phrase.place.value,
        "pattern": phrase.pattern,
        "why": phrase.why,
        "example": phrase.examples[0],
        "keep": phrase.keeps[0],
    }
    return ["[[layout.phrase]]", *(f"{name} = {_quoted(value)}" for name, value in values.items())]


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
