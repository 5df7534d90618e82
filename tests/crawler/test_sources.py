"""`add` says what it tried and what stands in the way; sources can be changed and carried along."""

import json

import pytest

from tests.crawler.hosts import ARTICLE, LOCAL, answer
from tests.crawler.sites import HOME, path, publish, story


def name(host) -> str:
    return host.url.removeprefix("http://")


def test_add_tells_what_it_tried_and_found(copydesk, host):
    publish(host, pages=1, each=8)
    items = "".join(f"<item><title>Wall {n}</title><link>{host.url}{path(n)}</link></item>" for n in range(8))
    host.answers["/feed"] = answer(
        200, f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "application/rss+xml"
    )
    done = copydesk("add", host.url, **LOCAL)
    assert done.returncode == 0, done.stderr
    assert f"{name(host)}: added" in done.stdout
    assert f"feeds     1: {host.url}/feed" in done.stdout
    assert "usual addresses that are not there: " in done.stdout
    assert "/sitemap.xml" in done.stdout
    assert "sample    5 new" in done.stdout
    assert "waiting   3 links for the first run" in done.stdout
    assert "in the way" not in done.stdout


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (answer(403), "5 of 5 pages forbidden, such as"),
        (
            answer(200, b"<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"),
            "pages bot_wall",
        ),
        (answer(404), "pages not_found"),
    ],
)
def test_add_names_what_stands_in_the_way_of_the_pages_with_the_remedy(copydesk, host, page, said):
    for missing in publish(host, pages=1, each=6):
        host.answers[missing] = page
    done = copydesk("add", host.url, **LOCAL)
    [line] = [line for line in done.stdout.splitlines() if "in the way" in line and said in line]
    assert line.rpartition(": ")[2]
    assert "no feed and no sitemap" in done.stdout


@pytest.mark.parametrize(
    ("path_of", "response", "said"),
    [
        ("/", answer(403), "answered 403; set `contact`"),
        ("/", answer(500), "answered 500; wait"),
        (
            "/robots.txt",
            answer(200, b"User-agent: *\nDisallow: /\n", "text/plain"),
            "robots.txt forbids it, and is obeyed",
        ),
        ("/", answer(301, Location="http://127.0.0.2:9/"), "unreachable"),
    ],
)
def test_a_site_that_can_not_be_read_is_not_added_and_the_others_are(copydesk, host, path_of, response, said):
    host.answers["/"] = answer(200, HOME % b"")
    host.answers[path_of] = response
    done = copydesk("add", host.url, **LOCAL)
    assert done.returncode == 1
    assert f"not added: {name(host)}: " in done.stderr
    assert said in done.stderr
    assert copydesk("sources").stdout == ""


def test_a_source_moves_and_keeps_what_it_has(copydesk, host):
    publish(host, pages=1, each=2)
    copydesk("add", host.url, **LOCAL)
    new = "/news/a-new-wall-for-the-old-town-9001.html"
    teaser = f"<article><h2><a href='{new}'>A new wall for the old town of Skarvik</a></h2></article>"
    host.answers["/new/"] = answer(200, HOME % teaser.encode())
    host.answers[new] = answer(200, story(77))
    assert copydesk("sources", "edit", name(host), "--name", "wall", "--url", f"{host.url}/new/").returncode == 0
    assert copydesk("run", **LOCAL).returncode == 0
    listed = copydesk("sources").stdout.splitlines()[1].split("\t")
    assert listed[0] == "wall"
    assert listed[2] == "3"
    nothing = copydesk("sources", "edit", "wall")
    assert nothing.returncode == 2
    assert "give --name or --url" in nothing.stderr


def test_sources_are_carried_to_another_database(copydesk, host):
    publish(host, pages=1, each=2)
    copydesk("add", host.url, **LOCAL)
    copydesk("sources", "disable", name(host))
    printed = copydesk("sources", "export").stdout
    assert json.loads(printed)["endpoints"][0] == {"url": f"{host.url}/", "kind": "home", "title": None}
    other = ["--database", "sqlite:///other.db"]
    taken = copydesk(*other, "sources", "import", "-", stdin=printed.encode())
    assert (taken.returncode, taken.stdout) == (0, ""), taken.stderr
    assert copydesk(*other, "sources", "export").stdout == printed
    again = copydesk(*other, "sources", "import", "-", stdin=printed.encode() + b'{"url": "b.example"}\n')
    assert "is a source already" in again.stderr
    assert "b.example\tyes" in copydesk(*other, "sources").stdout
    broken = copydesk(*other, "sources", "import", "-", stdin=b'{"name": "x"}\n')
    assert broken.returncode == 2
    assert "-, line 1: expected an object with url" in broken.stderr


def test_an_imported_source_is_crawled_by_the_next_run(copydesk, host):
    publish(host, pages=1, each=2)
    host.answers[path(0)] = answer(200, ARTICLE)
    copydesk("sources", "import", "-", stdin=json.dumps({"url": host.url}).encode())
    done = copydesk("run", **LOCAL)
    assert done.returncode == 0, done.stderr
    assert "2 new" in done.stderr
