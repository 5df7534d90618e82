"""What goes wrong is said in one line that names the thing and the remedy; the exit code says so too."""

import base64
import json
import sqlite3

import pytest

from tests.crawler.hosts import ARTICLE, LOCAL, Host, answer, serving


def complaint(done, code):
    """The one line on standard error."""
    assert done.returncode == code, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "not a site"], 2, "not a site"),
        (["crawl"], 2, "copydesk add"),
        (["crawl", "unknown-source"], 2, "copydesk sources"),
        (["crawl", "--from", "missing.txt"], 2, "missing.txt"),
        (["crawl", "--from", "-"], 2, "no addresses in -"),
        (["show", "17"], 1, "copydesk articles"),
        (["show", "9" * 5000], 1, "copydesk articles"),
        (["articles", "--limit", "9" * 20], 2, "--limit"),
        (["articles", "--source", "nobody"], 2, "nobody"),
        (["export", "--source", "nobody"], 2, "nobody"),
        (["explain", "https://news.example/never-seen"], 1, "never-seen"),
        (["sources", "disable", "nobody"], 2, "nobody"),
        (["extract", "missing.html"], 2, "missing.html"),
        (["clean", "missing.txt"], 2, "missing.txt"),
        (["export", "-o", "no-folder/out.jsonl"], 1, "no-folder/out.jsonl"),
        (["--config", "missing.toml", "articles"], 2, "missing.toml"),
        (["--database", "mysql://db/x", "articles"], 69, "sqlite"),
        (["--database", "sqlite:////no/such/folder/x.db", "articles"], 69, "/no/such/folder"),
        (["--database", "postgresql://127.0.0.1:1/x", "articles"], 69, "127.0.0.1"),
    ],
)
def test_a_wrong_request_is_one_line(copydesk, arguments, code, said):
    assert said in complaint(copydesk(*arguments), code)


def test_a_wrong_option_is_named(copydesk):
    done = copydesk("crawl", "--quickly")
    assert done.returncode == 2
    assert "--quickly" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_configuration_is_named(copydesk):
    (copydesk.folder / "copydesk.toml").write_text("delay = 'soon'\n")
    assert "copydesk.toml: delay is 'soon'" in complaint(copydesk("articles"), 2)


def test_a_file_that_is_no_database_is_named(copydesk):
    (copydesk.folder / "notes.txt").write_text("these are my notes, and they are no database\n" * 50)
    said = complaint(copydesk("--database", "sqlite:///notes.txt", "articles"), 69)
    assert "notes.txt" in said


def test_a_database_of_a_newer_version_is_left_alone(copydesk):
    assert copydesk("articles").returncode == 0
    with sqlite3.connect(copydesk.folder / "copydesk.db") as connection:
        connection.execute("UPDATE copydesk_version SET version_num = '9999'")
    connection.close()
    assert "newer" in complaint(copydesk("articles"), 69)


@pytest.mark.parametrize(
    "line",
    [b'{"id": 1}', b'{"id": "\xff"}', b"[" * 100_000, b'{"id": 1, "html_base64": "", "encoding": 5}'],
    ids=["fields missing", "not UTF-8", "deep", "encoding"],
)
def test_json_lines_that_are_none_are_named_with_their_line(copydesk, line):
    assert "line 1" in complaint(copydesk("extract", "--jsonl", stdin=line + b"\n"), 2)


def test_an_id_comes_back_whatever_text_it_is(copydesk):
    line = json.dumps({"id": "\ud800", "encoding": "\ud800", "html_base64": base64.b64encode(ARTICLE).decode()})
    done = copydesk("extract", "--jsonl", stdin=line.encode(), PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == "\ud800"


def test_a_site_that_does_not_answer_is_not_added(copydesk):
    done = copydesk("add", "http://127.0.0.1:1/", COPYDESK_ALLOW_ADDRESSES="127.0.0.0/8")
    assert done.returncode == 1
    assert "not added: 127.0.0.1:1: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "no sources yet" in copydesk("sources").stderr


def test_an_address_that_is_not_public_is_refused(copydesk):
    done = copydesk("add", "http://127.0.0.1:1/")
    assert done.returncode == 1
    assert "allow_addresses" in done.stderr


@pytest.fixture
def host():
    with serving(Host()) as serves:
        yield serves


def test_a_site_with_a_poor_home_page_and_a_good_feed_is_added(copydesk, host):
    item = f"<item><title>Harbour wall rebuilt</title><link>{host.url}/2026/05/harbour-wall-rebuilt</link></item>"
    feed = f'<rss version="2.0"><channel><title>Skarvik</title>{item}</channel></rss>'
    host.answers["/"] = answer(200, b'<link rel="alternate" type="application/rss+xml" href="/news.rss"><p>Soon.')
    host.answers["/news.rss"] = answer(200, feed.encode(), "application/rss+xml")
    host.answers["/2026/05/harbour-wall-rebuilt"] = answer(200, ARTICLE)
    done = copydesk("add", host.url, "http://127.0.0.1:1/", **LOCAL)
    assert done.returncode == 1
    assert "1 new" in done.stdout
    assert f"in the way: home {host.url}/: " in done.stdout
    assert [line for line in done.stderr.splitlines() if line.startswith("not added: 127.0.0.1:1: ")]
    assert len(copydesk("sources").stdout.splitlines()) == 2


def test_one_target_of_several_addresses_is_fetched_once(copydesk, host):
    for path in ("/old", "/older"):
        host.answers[path] = answer(301, Location="/story")
    host.answers["/story"] = answer(200, ARTICLE)
    done = copydesk("crawl", *(host.url + path for path in ("/old", "/older", "/old", "/OLD/../old#top")), **LOCAL)
    assert "1 new; other pages: 2 redirected" in done.stderr
    assert sorted(host.paths()) == ["/old", "/older", "/robots.txt", "/story"]


def test_redirects_without_end_have_a_named_end(copydesk, host):
    for number in range(10):
        host.answers[f"/{number}"] = answer(302, Location=f"/{number + 1}")
    done = copydesk("crawl", f"{host.url}/0", **LOCAL)
    assert "5 redirected, 1 too_many_redirects" in done.stderr
    assert "too_many_redirects" in copydesk("explain", f"{host.url}/5").stdout
    assert host.paths()[-1] == "/5"


@pytest.mark.parametrize(("arguments", "said"), [([], "no address"), (["-a", "url=ftp://x"], "ftp://x")])
def test_a_page_spider_without_an_address_says_so(copydesk, arguments, said):
    done = copydesk.scrapy("crawl", "page", *arguments)
    assert "ERROR" in done.stderr
    assert said in done.stderr
