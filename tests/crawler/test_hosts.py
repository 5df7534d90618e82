"""How hosts are treated, and what they can do to a crawl: each ends in a named outcome, in bounded time."""

import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from itertools import pairwise

import pytest

from tests.crawler.hosts import ARTICLE, LOCAL, RIGHTS, answer, in_turn


def outcome(copydesk, url, **environment):
    """The one outcome of an address."""
    done = copydesk("crawl", url, **{**LOCAL, **environment})
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip().splitlines()[-1].removeprefix("articles: ").removeprefix("none new; other pages: ")


def in_an_hour(hours=1):
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def test_robots_txt_is_asked_first_and_obeyed(copydesk, host):
    host.answers["/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /closed/\n", "text/plain")
    host.answers["/closed/story"] = answer(200, ARTICLE)
    assert outcome(copydesk, f"{host.url}/closed/story") == "1 robots"
    assert host.paths() == ["/robots.txt"]


def test_a_host_without_robots_txt_is_open(copydesk, host):
    host.answers["/story"] = answer(200, ARTICLE)
    assert outcome(copydesk, f"{host.url}/story") == "1 new"


def test_a_robots_txt_that_fails_closes_the_host(copydesk, host):
    host.answers["/robots.txt"] = answer(500)
    host.answers["/story"] = answer(200, ARTICLE)
    assert outcome(copydesk, f"{host.url}/story") == "1 robots"
    assert "/story" not in host.paths()


def test_retry_after_is_waited_for(copydesk, host):
    host.answers["/story"] = in_turn(answer(429, Retry_After="1"), answer(200, ARTICLE))
    host.answers["/other"] = answer(200, ARTICLE.replace(b"Harbour wall", b"Town hall"))
    (copydesk.folder / "list").write_text(f"{host.url}/story\n{host.url}/other\n")
    copydesk("crawl", "--from", "list", **LOCAL)
    moments = host.moments(but=("/robots.txt", *RIGHTS))
    assert len(moments) == 3
    assert moments[1] - moments[0] >= 0.99, "the host was asked again before the time it had named"


def test_a_host_that_asks_for_a_long_pause_is_left_alone(copydesk, host):
    host.answers["/story"] = answer(503, Retry_After="3000")
    assert outcome(copydesk, f"{host.url}/story") == "1 server_error"
    assert host.paths().count("/story") == 1


def test_crawl_delay_is_kept(copydesk, host):
    host.answers["/robots.txt"] = answer(200, b"User-agent: *\nCrawl-delay: 0.4\n", "text/plain")
    for name in ("/a", "/b", "/c"):
        host.answers[name] = answer(200, ARTICLE)
    (copydesk.folder / "list").write_text("".join(f"{host.url}{name}\n" for name in ("/a", "/b", "/c")))
    copydesk("crawl", "--from", "list", **LOCAL)
    assert len(host.moments(but=RIGHTS)) == 4
    assert min(b - a for a, b in pairwise(host.moments())) >= 0.4


def test_a_host_that_asked_for_a_long_pause_is_left_alone_in_the_next_runs_too(copydesk, host):
    host.answers["/story"] = answer(503, Retry_After="3000")
    host.answers["/other"] = answer(200, ARTICLE)
    copydesk("crawl", f"{host.url}/story", **LOCAL)
    asked = len(host.asked)
    assert outcome(copydesk, f"{host.url}/other") == "1 rate_limited"
    assert len(host.asked) == asked
    assert outcome(copydesk, f"{host.url}/other", COPYDESK_NOW=in_an_hour()) == "1 new"


def test_robots_txt_is_kept_for_a_day(copydesk, host):
    host.answers["/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /closed/\n", "text/plain")
    host.answers["/closed/story"] = host.answers["/story"] = answer(200, ARTICLE)
    assert outcome(copydesk, f"{host.url}/story") == "1 new"
    assert outcome(copydesk, f"{host.url}/closed/story") == "1 robots"
    assert host.paths().count("/robots.txt") == 1
    host.answers["/robots.txt"] = answer(404)
    assert outcome(copydesk, f"{host.url}/closed/story", COPYDESK_NOW=in_an_hour(hours=25)) == "1 new"
    assert host.paths().count("/robots.txt") == 2


def test_a_robots_txt_that_leads_elsewhere_is_read_there(copydesk, host):
    host.answers["/robots.txt"] = answer(301, Location="/static/robots.txt")
    host.answers["/static/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /closed/\n", "text/plain")
    assert outcome(copydesk, f"{host.url}/closed/story") == "1 robots"


def test_a_robots_txt_that_redirects_without_end_is_none(copydesk, host):
    host.answers["/robots.txt"] = answer(302, Location="/robots.txt?again")
    host.answers["/robots.txt?again"] = answer(302, Location="/robots.txt")
    host.answers["/story"] = answer(200, ARTICLE)
    assert outcome(copydesk, f"{host.url}/story") == "1 new"


def test_what_a_host_reserves_is_recorded_with_the_article(copydesk, host):
    host.answers["/ai.txt"] = answer(200, b"User-Agent: *\nDisallow: /\n", "text/plain")
    rules = [{"location": "/opinion/*", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]
    host.answers["/.well-known/tdmrep.json"] = answer(200, json.dumps(rules).encode(), "application/json")
    host.answers["/story"] = host.answers["/story?again"] = answer(200, ARTICLE, X_Robots_Tag="noai")
    assert outcome(copydesk, f"{host.url}/story") == "1 new"
    record = json.loads(copydesk("export").stdout)
    assert sorted(record["rights"]) == ["ai.txt: disallow", "tdm-reservation: 1", "x-robots-tag: noai"]
    done = outcome(copydesk, f"{host.url}/story?again", COPYDESK_OBEY_RIGHTS="true")
    assert done == "1 rights"


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    for _ in range(100_000):
        handler.wfile.write(b"<p>and on and on</p>" * 1000)


def stalling(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b"<p>wait")
    handler.wfile.flush()
    handler.rfile.read(1)  # until the client hangs up


def cut_short(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b"<p>half a story")
    handler.close_connection = True


@pytest.mark.parametrize(
    ("page", "ends_in"),
    [
        (answer(200, b"%PDF-1.7", "application/pdf"), "1 not_html"),
        (answer(200, b""), "1 empty"),
        (answer(404, ARTICLE), "1 not_found"),
        (answer(410), "1 gone"),
        (answer(403), "1 forbidden"),
        (answer(500), "1 server_error"),
        (answer(418), "1 http_error"),
        (answer(200, b"not gzip at all", Content_Encoding="gzip"), "1 unreachable"),
        (endless, "1 too_large"),
        (stalling, "1 timeout"),
        (cut_short, "1 unreachable"),
    ],
)
def test_whatever_a_host_answers_has_a_name(copydesk, host, page, ends_in):
    host.answers["/story"] = page
    assert outcome(copydesk, f"{host.url}/story", COPYDESK_PAGE_BYTES="2000000") == ends_in


def test_a_redirect_is_followed_and_its_target_filed_once(copydesk, host):
    host.answers["/r/1"] = answer(302, Location="/story")
    host.answers["/story"] = answer(200, ARTICLE)
    assert outcome(copydesk, f"{host.url}/r/1") == "1 new; other pages: 1 redirected"


def test_a_circle_of_redirects_ends(copydesk, host):
    host.answers["/a"] = answer(302, Location="/b")
    host.answers["/b"] = answer(302, Location="/a")
    copydesk("crawl", f"{host.url}/a", **LOCAL)
    assert len(host.asked) < 10


def test_a_redirect_into_the_house_is_refused(copydesk, host):
    host.answers["/story"] = answer(302, Location="http://169.254.169.254/latest/meta-data")
    assert "1 address_refused" in outcome(copydesk, f"{host.url}/story")


def test_a_host_that_is_not_there_is_named(copydesk):
    assert outcome(copydesk, "http://127.0.0.1:1/story") == "1 unreachable"
