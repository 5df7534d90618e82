"""White space as text needs it: a run of it is one space."""

import re
from typing import Final

_HALF: Final = re.compile("[^\x00-\x7f][\xa0\x85]")
_KEPT: Final = re.compile("[^\\S\xa0\x85]+")


def squeeze(text: str) -> str:
    """The text with every run of white space as one space, and none at its ends. Raises: nothing."""
    return " ".join(text.split())


def squeeze_unmended(text: str) -> str:
    """The same for text that repair has not seen.

    A no-break space or a "next line" after another character beyond ASCII may be the second byte of a damaged letter
    (`Ã\\xa0` was `à`): where there is one they all stay, until `squeeze` is called after the repair. Raises: nothing.
    """
    if ("\xa0" in text or "\x85" in text) and _HALF.search(text):
        return _KEPT.sub(" ", text).strip(" ")
    return squeeze(text)
