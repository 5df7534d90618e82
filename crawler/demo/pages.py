"""An outlet's whole site as a table: path -> answer."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from crawler.demo.feeds import FEEDS, feed, sitemaps
from crawler.demo.outlet import Outlet, Story, Trap

PAGE_SIZE = 4
"""Teasers on a page of an outlet that has listing pages only."""
SUBHEADING = "## "
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="675"><rect width="100%" height="100%"/></svg>'


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    location: str = ""
    modified: datetime | None = None


def build(outlet: Outlet, base: str, *, later: bool) -> dict[str, Answer]:
    """Every answer of the outlet at `base` (`http://host:port`), by path with query; with the later stories or not."""
    stories = sorted(
        (story for story in outlet.stories if later or not story.later), key=lambda s: s.published, reverse=True
    )
    site = _Site(outlet, base, stories)
    answers = {"/robots.txt": Answer(200, site.robots().encode(), "text/plain; charset=utf-8")}
    answers |= {path: site.page(outlet.name, main) for path, main in site.listings().items()}
    answers |= {story.path: site.story(story) for story in stories}
    answers |= {picture(story): Answer(200, PICTURE.encode(), "image/svg+xml") for story in stories}
    answers |= {trap.path: site.trap(trap) for trap in outlet.traps}
    newest = stories[0].published
    if outlet.feed:
        path, media_type = FEEDS[outlet.feed]
        answers[path] = Answer(200, feed(outlet, base, stories).encode(), media_type, modified=newest)
    if outlet.sitemap:
        for path, document in sitemaps(outlet, base, stories).items():
            answers[path] = Answer(200, document.encode(), "application/xml", modified=newest)
    return answers


@dataclass(frozen=True, slots=True)
class _Site:
    outlet: Outlet
    base: str
    stories: Sequence[Story]

    def robots(self) -> str:
        return self.outlet.robots.lstrip() + (
            f"\nSitemap: {self.base}/sitemap_index.xml\n" if self.outlet.sitemap else ""
        )

    def sections(self) -> dict[str, str]:
        """Path -> name."""
        return {story.section_path: story.section for story in self.stories}

    def page(
        self, title: str, main: str, head: str = "", *, status: int = 200, modified: datetime | None = None
    ) -> Answer:
        """A page in the outlet's frame."""
        nav = "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for path, name in self.sections().items())
        if self.outlet.feed:
            path, media_type = FEEDS[self.outlet.feed]
            head += f'\n<link rel="alternate" type="{media_type}" href="{path}" title="{escape(self.outlet.name)}">'
        encoding = self.outlet.encoding
        html = self.outlet.frame.substitute(
            charset=encoding, title=escape(title), site=escape(self.outlet.name), head=head, nav=nav, main=main
        )
        body = html.encode(encoding, "xmlcharrefreplace")
        return Answer(status, body, f"text/html; charset={encoding}", modified=modified)

    def listings(self) -> dict[str, str]:
        """The home page and the section pages. An outlet without feed and sitemap spreads its sections over pages."""
        sections = {path: [story for story in self.stories if story.section_path == path] for path in self.sections()}
        if self.outlet.feed or self.outlet.sitemap:
            return {"/": self.teasers([*self.stories, *self.outlet.traps])} | {
                path: self.teasers(stories) for path, stories in sections.items()
            }
        pages = {"/": self.teasers([*self.stories[:PAGE_SIZE], *self.outlet.traps])}
        for path, stories in sections.items():
            first, rest = stories[:PAGE_SIZE], stories[PAGE_SIZE:]
            following = f'<a rel="next" class="weiter" href="{path}?seite=2">Weiter</a>' if rest else ""
            pages[path] = self.teasers(first) + following
            if rest:
                pages[f"{path}?seite=2"] = self.teasers(rest)
        return pages

    def teasers(self, items: Iterable[Story | Trap]) -> str:
        return "\n".join(
            self.outlet.teaser.substitute(
                url=item.path, title=escape(item.title), lead=escape(item.lead if isinstance(item, Story) else "")
            )
            for item in items
        )

    def trap(self, trap: Trap) -> Answer:
        if trap.location:
            return Answer(trap.status, b"", location=self.base + trap.location)
        return self.page(trap.title, trap.html, trap.head, status=trap.status)

    def story(self, story: Story) -> Answer:
        others = [other for other in self.stories if other is not story][:4]
        main = self.outlet.article.substitute(
            title=escape(story.title),
            lead=escape(story.lead),
            body=self.body(story, others[0]),
            author=escape(story.author or story.agency or ""),
            date=self.date(story.published),
            iso=story.published.isoformat(),
            section=escape(story.section),
            section_url=story.section_path,
            base=self.base,
            image=self.base + picture(story),
            caption=escape(story.caption),
            credit=escape(story.credit),
            tags=", ".join(f'<a rel="tag" href="{story.section_path}">{escape(tag)}</a>' for tag in story.tags),
            related="".join(f'<li><a href="{other.path}">{escape(other.title)}</a></li>' for other in others),
            correction=f'<p class="correction">{escape(story.correction)}</p>' if story.correction else "",
            duration=story.duration,
            panel="".join(f"<p>{'</p><p>'.join(map(escape, entity))}</p>" for entity in story.panel),
        )
        return self.page(story.title, main, self.head(story), modified=story.published)

    def body(self, story: Story, other: Story) -> str:
        """The paragraphs, with the outlet's inserts between them."""
        lines = []
        for number, paragraph in enumerate(story.body, 1):
            heading = paragraph.startswith(SUBHEADING)
            text = escape(paragraph.removeprefix(SUBHEADING), quote=False)
            lines.append(f"<h3>{text}</h3>" if heading else f"<p>{text}</p>")
            lines += [
                insert.html.safe_substitute(other_url=other.path, other_title=escape(other.title))
                for insert in self.outlet.inserts
                if insert.after == number
            ]
        if story.agency:
            lines.append(f"<p>/{story.agency.lower()}/</p>")
        return "\n".join(lines)

    def date(self, moment: datetime) -> str:
        """As the outlet prints it."""
        return self.outlet.date.substitute(
            day=moment.day,
            month=self.outlet.months[moment.month - 1],
            year=moment.year,
            hour=f"{moment:%H}",
            minute=f"{moment:%M}",
        )

    def head(self, story: Story) -> str:
        url, image = self.base + story.path, self.base + picture(story)
        head = f'<link rel="canonical" href="{url}">\n<meta name="description" content="{escape(story.lead)}">'
        if "opengraph" in self.outlet.metadata:
            properties = {
                "og:type": "article",
                "og:url": url,
                "og:title": story.title,
                "og:description": story.lead,
                "og:image": image,
                "article:published_time": story.published.isoformat(),
                "article:section": story.section,
            }
            head += "".join(f'\n<meta property="{key}" content="{escape(text)}">' for key, text in properties.items())
        if "json-ld" in self.outlet.metadata:
            author = {"@type": "Person", "name": story.author}
            agency = {"@type": "Organization", "name": story.agency}
            node = {
                "@context": "https://schema.org",
                "@type": "NewsArticle",
                "mainEntityOfPage": url,
                "headline": story.title,
                "description": story.lead,
                "datePublished": story.published.isoformat(),
                "author": [author if story.author else agency],
                "articleSection": story.section,
                "keywords": list(story.tags),
                "image": [image],
                "publisher": {"@type": "NewsMediaOrganization", "name": self.outlet.name},
                "isAccessibleForFree": True,
            }
            script = json.dumps(node, ensure_ascii=False).replace("</", "<\\/")
            head += f'\n<script type="application/ld+json">{script}</script>'
        return head


def picture(story: Story) -> str:
    """The path of the story's picture."""
    return f"/media{story.path}.svg"
