"""What a regular expression's parse tree tells before it runs: how its matches begin, and whether it is safe to run."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from re import _compiler as regex_compiler  # type: ignore[attr-defined]  # the parts of `re` have no public names
from re import _parser as regex_parser  # type: ignore[attr-defined]
from typing import Any, Final

HEAD: Final = 3
"""Characters of a match's beginning that are told apart."""
_LINE: Final = 400
"""Characters of the longest text that a pattern is tried on: no repetition has more turns."""
_WAYS: Final = 500_000
"""Ways in which a repetition in a repetition may divide a text: 400 turns in 2 are no danger, nor are 5 in 8."""
_WAYS_BESIDE: Final = 1_000_000_000
"""The same for repetitions side by side, most of which are ruled out at once: `.*.*.*x` takes 30 ms to fail on 400
characters, and a fourth `.*` two seconds. The packs' patterns have a third of it at the most."""
_SAMPLES: Final = {"0": "05", " ": " .,:;!?-–—/|()[]\"'«»“”"}
"""Characters that `head` takes for one."""
_SOME: Final = 9
"""Times that a character is tried where a repetition of some length is repeated."""
_WIDE: Final = 8
"""Turns from which a repetition counts."""
_MANY: Final = 200
"""Beginnings of one pattern that are worth telling apart: a class of letters such as [A-Z] has no more to say."""

_DIGIT: Final = re.compile(r"\d")
_MARK: Final = re.compile(r"\W")
_TURKISH: Final = str.maketrans("İı", "ii")
_CLASSES: Final = {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_NOT_WORD": " "}

_Heads = tuple[set[str], set[str]]
"""Beginnings that what follows makes longer, and those of which no more can be told."""


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled when first needed; case is ignored. Raises: re.error."""
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=4096)
def shape(pattern: str) -> tuple[frozenset[str], int, int]:
    """How the pattern's matches begin, as `head` gives it, and their shortest and longest length in characters.

    A beginning shorter than HEAD says nothing of what follows; the empty one is that of any text. Raises: re.error.
    """
    parsed = regex_parser.parse(pattern, re.IGNORECASE)
    shortest, longest = parsed.getwidth()
    return frozenset(_all(_extend({""}, parsed))), int(shortest), int(longest)


def head(text: str) -> str:
    """The beginning of a text as it is compared: without case, all digits alike, marks and white space alike.

    The dotless and the dotted i of Turkish are an i, as `re` has it.
    """
    return _folded(text[:HEAD])


@lru_cache(maxsize=1 << 15)
def _folded(beginning: str) -> str:
    return _MARK.sub(" ", _DIGIT.sub("0", beginning.translate(_TURKISH).casefold()))[:HEAD]


def repeats_nested(pattern: str) -> bool:
    """Whether a repetition inside another one can divide a text in too many ways, each of which is tried in vain.

    A possessive repetition (`\\w++`) has one way. Raises: re.error.
    """
    return _nested(regex_parser.parse(pattern), turns=1)


def _nested(parsed: Any, turns: int) -> bool:
    for operation, argument in parsed:
        if str(operation) in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, body = argument
            most = min(int(most), _LINE)
            if (turns > 1 and most**turns > _WAYS) or _nested(body, min(turns * most, _LINE)):
                return True
        elif any(_nested(part, turns) for part in _parts(argument)):
            return True
    return False


def repeats_beside(pattern: str) -> bool:
    """Whether repetitions beside one another can divide a text in too many ways: `.*.*.*.*x` can, `\\w+ \\w+x` can not.

    A repetition whose characters can't be what comes after it has one way to end. Raises: re.error.
    """
    return _ways(regex_parser.parse(pattern, re.IGNORECASE), frozenset()) > _WAYS_BESIDE


def _ways(operations: Sequence[Any], after: frozenset[str]) -> float:
    """In how many ways the operations can divide a text, at the most; `after` is what may come then, "" is anything.

    Nothing comes after the end, so that what is repeated there has one way.
    """
    ways = 1.0
    for number, (operation, argument) in enumerate(operations):
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, body = argument
            span = min(int(most), _LINE) - min(int(least), _LINE) + 1
            following = _firsts(operations[number + 1 :]) or after
            if "" in following:
                following = (following - {""}) | (after or {""})
            ways *= (span if span >= _WIDE and _overlaps(body, following) else 1) * _ways(
                body, following if int(most) == 1 else frozenset(("",))
            )
        elif name in ("SUBPATTERN", "BRANCH"):
            following = _firsts(operations[number + 1 :]) or after
            branches = argument[1] if name == "BRANCH" else [argument[-1]]
            ways *= max(_ways(branch, following) for branch in branches)
    return ways


def _firsts(operations: Sequence[Any]) -> frozenset[str]:
    """The first characters of what the operations match, as `head` gives them; "" when it may be any or nothing."""
    return frozenset(one[:1] for one in _all(_extend({""}, operations))) if operations else frozenset()


def _overlaps(body: Any, following: frozenset[str]) -> bool:
    """Whether what is repeated may begin with one of these characters, so that it has not come to its end there."""
    repeated = regex_compiler.compile(body, re.IGNORECASE)
    samples = (_SAMPLES.get(one, one) for one in following)
    return "" in following or any(repeated.match(one * _SOME) for some in samples for one in some)


def _parts(argument: Any) -> Iterator[Any]:
    """The patterns inside a parsed operation's argument: branches, groups, look-arounds."""
    if isinstance(argument, regex_parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for part in argument:
            yield from _parts(part)


def _extend(going: set[str], operations: Sequence[Any]) -> _Heads:
    """The beginnings after a sequence of parsed operations."""
    done: set[str] = set()
    for number, (operation, argument) in enumerate(operations):
        if str(operation) == "ASSERT" and argument[0] > 0 and going == {""}:
            # What is looked ahead at is what follows: the longer of two beginnings that agree is true.
            ahead, rest = _all(_extend({""}, argument[1])), _all(_extend({""}, operations[number + 1 :]))
            return set(), done | {max(a, b, key=len) for a in ahead for b in rest if a.startswith(b) or b.startswith(a)}
        going, ended = _step(going, str(operation), argument)
        done |= ended | {one for one in going if len(one) >= HEAD}
        going = {one for one in going if len(one) < HEAD}
        if not going or len(going) > _MANY:
            return set(), done | going
    return going, done


def _step(going: set[str], operation: str, argument: Any) -> _Heads:
    match operation:
        case "LITERAL":
            return _joined(going, [chr(argument)])
        case "IN":
            return _joined(going, _members(argument))
        case "SUBPATTERN":
            return _extend(going, argument[-1])
        case "BRANCH":
            return _union(_extend(going, branch) for branch in argument[1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeated(going, *argument)
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return going, set()
        case _:
            return set(), going


def _joined(going: set[str], characters: Sequence[str]) -> _Heads:
    """The beginnings with each of the characters after them; no characters: it may be any."""
    if not characters:
        return set(), going
    return {head(one + character) for one in going for character in characters}, set()


def _members(parsed: Sequence[Any]) -> Sequence[str]:
    """The characters of a class such as [a-z]; none when it is negated or large."""
    found: list[str] = []
    for operation, argument in parsed:
        name = str(operation)
        if name == "LITERAL":
            found.append(chr(argument))
        elif name == "RANGE" and argument[1] - argument[0] < _MANY:
            found += map(chr, range(argument[0], argument[1] + 1))
        elif name == "CATEGORY" and str(argument) in _CLASSES:
            found.append(_CLASSES[str(argument)])
        else:
            return ()
    return found


def _repeated(going: set[str], least: Any, most: Any, body: Sequence[Any]) -> _Heads:
    ways: list[_Heads] = [(going, set())] if least == 0 else []
    for _ in range(min(int(most), HEAD)):
        ways.append(_extend(going, body))
        going = ways[-1][0]
    return _union(ways)


def _union(ways: Iterable[_Heads]) -> _Heads:
    going, done = set[str](), set[str]()
    for more, ended in ways:
        going |= more
        done |= ended
    return going, done


def _all(heads: _Heads) -> set[str]:
    return heads[0] | heads[1]
