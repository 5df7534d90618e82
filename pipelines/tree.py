"""Bytes -> the element tree: the one way in which markup is parsed."""

import lxml.html
from lxml import etree

from pipelines import limits

_ELEMENTS = etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement)
"""One class for all elements: the parser of `lxml.html` asks a Python function for each, a third of a walk's time."""


def parse(markup: bytes) -> tuple[lxml.html.HtmlElement | None, tuple[str, ...]]:
    """The tree of a page in UTF-8 that all stages share (None when there is nothing to parse), and what was cut.

    Raises: nothing.
    """
    markup, cuts = limits.cut(markup)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        tree = lxml.html.document_fromstring(markup, parser=parser)
    except (etree.LxmlError, ValueError):
        return None, cuts
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        cuts += ("nested too deeply: text may be missing",)
    return tree, cuts
