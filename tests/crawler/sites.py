"""Small sites on a host of the tests."""

from tests.crawler.hosts import ARTICLE, Host, answer

HOME = b"<!DOCTYPE html><html lang='en'><title>News</title><body><main><h1>News</h1>%s</main></body></html>"


def story(number: int) -> bytes:
    """An article unlike those of other numbers."""
    return ARTICLE.replace(b"Harbour wall", f"Harbour wall {number}".encode()).replace(
        b"nine weeks", f"{number + 2} long weeks".encode()
    )


def path(number: int) -> str:
    return f"/news/harbour-wall-{number}-rebuilt-at-last-{1000 + number}.html"


def listing(numbers: range, following: str | None = None) -> bytes:
    """A page that lists stories, and perhaps leads to the next one."""
    teasers = "".join(
        f"<article><h2><a href='{path(n)}'>Harbour wall {n} rebuilt at last, says council</a></h2></article>"
        for n in numbers
    )
    more = f"<a rel='next' href='{following}'>Next</a>" if following else ""
    return HOME % (teasers + more).encode()


def publish(host: Host, pages: int, each: int) -> set[str]:
    """A site of so many listing pages with so many stories each; returns the stories' paths."""
    paths = set()
    for page in range(pages):
        numbers = range(page * each, (page + 1) * each)
        following = f"/?page={page + 2}" if page + 1 < pages else None
        host.answers["/" if page == 0 else f"/?page={page + 1}"] = answer(200, listing(numbers, following))
        for n in numbers:
            host.answers[path(n)] = answer(200, story(n))
            paths.add(path(n))
    return paths
