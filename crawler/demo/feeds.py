"""How the invented outlets announce their stories: RSS 2.0, Atom, JSON Feed, sitemaps with the news extension."""

import json
from collections.abc import Sequence
from email.utils import format_datetime
from html import escape

from crawler.demo.outlet import Outlet, Story

FEEDS = {
    "rss": ("/feed", "application/rss+xml"),
    "atom": ("/feeds/atom.xml", "application/atom+xml"),
    "json": ("/feed.json", "application/feed+json"),
}
"""Path and media type of each kind of feed."""


def feed(outlet: Outlet, base: str, stories: Sequence[Story]) -> str:
    """The outlet's feed, with its traps announced after its stories."""
    render = {"rss": _rss, "atom": _atom, "json": _json}[outlet.feed or "rss"]
    return render(outlet, base, stories)


def _rss(outlet: Outlet, base: str, stories: Sequence[Story]) -> str:
    items = [
        f"<item><title>{escape(story.title)}</title><link>{base}{story.path}</link>"
        f'<guid isPermaLink="true">{base}{story.path}</guid><pubDate>{format_datetime(story.published)}</pubDate>'
        f"<dc:creator>{escape(story.author or story.agency or '')}</dc:creator>"
        f"<category>{escape(story.section)}</category>"
        f"<description>{escape(f'<p>{escape(story.lead)}</p>')}</description></item>"
        for story in stories
    ]
    items += [
        f"<item><title>{escape(trap.title)}</title><link>{base}{trap.path}</link></item>" for trap in outlet.traps
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{base}/</link><language>{outlet.language}</language><ttl>60</ttl>"
        + "\n".join(items)
        + "</channel></rss>"
    )


def _atom(outlet: Outlet, base: str, stories: Sequence[Story]) -> str:
    entries = [
        f'<entry><title>{escape(story.title)}</title><link rel="alternate" href="{base}{story.path}"/>'
        f"<id>{base}{story.path}</id><published>{story.published.isoformat()}</published>"
        f"<updated>{story.published.isoformat()}</updated><author><name>{escape(story.author or '')}</name></author>"
        f'<category term="{escape(story.section)}"/><summary>{escape(story.lead)}</summary></entry>'
        for story in stories
    ]
    entries += [
        f'<entry><title>{escape(trap.title)}</title><link href="{base}{trap.path}"/><id>{base}{trap.path}</id></entry>'
        for trap in outlet.traps
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}"><title>{escape(outlet.name)}</title>'
        f'<id>{base}/</id><updated>{stories[0].published.isoformat()}</updated><link rel="self" href="{base}/"/>'
        + "\n".join(entries)
        + "</feed>"
    )


def _json(outlet: Outlet, base: str, stories: Sequence[Story]) -> str:
    items = [
        {
            "id": base + story.path,
            "url": base + story.path,
            "title": story.title,
            "summary": story.lead,
            "date_published": story.published.isoformat(),
            "authors": [{"name": story.author}] if story.author else [],
            "tags": [story.section],
        }
        for story in stories
    ]
    traps = [{"id": base + trap.path, "url": base + trap.path, "title": trap.title} for trap in outlet.traps]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "home_page_url": f"{base}/"}
    return json.dumps({**head, "language": outlet.language, "items": [*items, *traps]}, ensure_ascii=False)


def sitemaps(outlet: Outlet, base: str, stories: Sequence[Story]) -> dict[str, str]:
    """Path -> document: an index, all pages, and the news of the last days."""
    pages = [
        f"<url><loc>{base}{story.path}</loc><lastmod>{story.published.isoformat()}</lastmod></url>" for story in stories
    ]
    pages += [f"<url><loc>{base}{trap.path}</loc></url>" for trap in outlet.traps]
    news = [
        f"<url><loc>{base}{story.path}</loc><news:news><news:publication><news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{story.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.title)}</news:title></news:news></url>"
        for story in stories[:4]
    ]
    index = [f"<sitemap><loc>{base}{path}</loc></sitemap>" for path in ("/sitemap-news.xml", "/sitemap-articles.xml")]
    return {
        "/sitemap_index.xml": _sitemap("sitemapindex", index),
        "/sitemap-articles.xml": _sitemap("urlset", pages),
        "/sitemap-news.xml": _sitemap("urlset", news),
    }


def _sitemap(root: str, entries: Sequence[str]) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">' + "\n".join(entries) + f"</{root}>"
    )
