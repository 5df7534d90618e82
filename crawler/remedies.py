"""What a person can do about an outcome: one line for each that something can be done about."""

from collections.abc import Mapping

from pipelines.records import Reason

_SITE_FILE = "open a page in a browser; if it is an article, name its parts in a site file (docs/cleaning.md)"
_ASK = "set `contact`, raise `delay`, and ask the site to let you in"
REMEDIES: Mapping[str, str] = {
    Reason.NOT_HTML: "give the address of a section or a feed of articles",
    Reason.EMPTY: "the site may need scripts, which Copydesk does not run: look for a feed or another edition",
    Reason.TOO_SHORT: _SITE_FILE,
    Reason.LISTING: _SITE_FILE,
    Reason.NOT_ARTICLE: _SITE_FILE,
    Reason.ERROR_PAGE: "open a page in a browser; the site may have moved its articles",
    Reason.LOGIN: "the site wants readers to sign in, which Copydesk does not do",
    Reason.CONSENT: "the site shows its consent page first: look for another edition, or ask the site",
    Reason.BOT_WALL: _ASK,
    Reason.PAYWALL: "the articles are for subscribers; Copydesk does not go around that",
    Reason.RIGHTS: "the site asks machines to keep away; the setting `obey_rights` says to do so",
    Reason.FORBIDDEN: _ASK,
    Reason.NOT_FOUND: "open the site in a browser: if its addresses have changed, add it anew",
    Reason.GONE: "open the site in a browser: if its addresses have changed, add it anew",
    Reason.RATE_LIMITED: "raise `delay`; the host wants fewer requests",
    Reason.SERVER_ERROR: "wait; the site has trouble of its own",
    Reason.HTTP_ERROR: "`copydesk explain URL` names the status",
    Reason.REDIRECTED: "add the address that it leads to",
    Reason.ROBOTS: "robots.txt forbids it, and is obeyed: ask the site",
    Reason.OFF_SITE: "add the other site as a source",
    Reason.ADDRESS_REFUSED: "the address is not public; the setting `allow_addresses` allows its range",
    Reason.DNS: "check the name, and this machine's name service",
    Reason.UNREACHABLE: "open the site in a browser; if it answers there, check this machine's network and its clock",
    Reason.TIMEOUT: "raise `timeout` if the site is slow for everybody",
    Reason.TOO_LARGE: "raise `page_bytes` or `sitemap_bytes` if such documents are worth it",
    Reason.TOO_MANY_REDIRECTS: "open the address in a browser and add the one it ends at",
    Reason.QUARANTINED: "report the traceback in the table `quarantine`, please",
}
