"""Trouble costs nothing but time: what a run could not do, the next one does."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter

import pytest

from crawler.demo.web import DemoWeb
from tests.crawler.hosts import ARTICLE, LOCAL, Host, answer, in_turn, serving
from tests.crawler.sites import publish, story


def filed(copydesk) -> Counter[str]:
    """How often each address was filed."""
    lines = copydesk("export").stdout.splitlines()
    return Counter("/" + json.loads(line)["url"].split("/", 3)[3] for line in lines)


def test_a_robots_txt_that_fails_for_a_while_burns_no_links(copydesk, host):
    paths = publish(host, pages=1, each=6)
    copydesk("add", host.url, **LOCAL)
    host.answers["/robots.txt"] = answer(503)
    with sqlite3.connect(copydesk.folder / "copydesk.db") as connection:
        connection.execute("DELETE FROM notice")  # as when it is a day old
    connection.close()
    failed = copydesk("crawl", **LOCAL)
    assert failed.returncode == 1, failed.stderr
    assert "robots.txt" in failed.stderr
    host.answers["/robots.txt"] = answer(404)
    assert copydesk("crawl", **LOCAL).returncode == 0
    assert filed(copydesk) == dict.fromkeys(paths, 1)


def test_pages_of_a_listing_beyond_a_run_s_budget_are_read_in_later_runs(copydesk, host):
    paths = publish(host, pages=9, each=4)
    copydesk("add", host.url, COPYDESK_LISTINGS_PER_RUN="3", **LOCAL)
    for _ in range(5):
        copydesk("crawl", COPYDESK_LISTINGS_PER_RUN="3", **LOCAL)
    assert filed(copydesk) == dict.fromkeys(paths, 1)


def test_a_listing_page_that_fails_once_is_asked_again(copydesk, host):
    paths = publish(host, pages=4, each=4)
    host.answers["/?page=3"] = in_turn(answer(500), host.answers["/?page=3"])
    copydesk("add", host.url, **LOCAL)
    copydesk("crawl", **LOCAL)
    with sqlite3.connect(copydesk.folder / "copydesk.db") as connection:
        connection.execute("UPDATE feed SET next_check = NULL WHERE problem IS NOT NULL")
    connection.close()
    copydesk("crawl", **LOCAL)
    assert filed(copydesk) == dict.fromkeys(paths, 1)


def test_a_site_that_is_down_is_told_to_cron_and_crawled_when_it_is_back(copydesk, host):
    paths = publish(host, pages=1, each=3)
    copydesk("add", host.url, **LOCAL)
    answers, host.answers = host.answers, {}
    for path in answers:
        host.answers[path] = answer(502)
    assert copydesk("crawl", **LOCAL).returncode == 1
    host.answers = answers
    with sqlite3.connect(copydesk.folder / "copydesk.db") as connection:
        connection.execute("UPDATE feed SET next_check = NULL")
    connection.close()
    done = copydesk("crawl", **LOCAL)
    assert done.returncode == 0, done.stderr
    assert filed(copydesk) == dict.fromkeys(paths, 1)


def test_a_database_that_can_t_be_written_ends_the_run_and_nothing_is_lost(copydesk, host):
    paths = publish(host, pages=1, each=12)
    copydesk("add", host.url, **LOCAL)
    size = (copydesk.folder / "copydesk.db").stat().st_size
    full = subprocess.run(
        [sys.executable, "-m", "crawler", "crawl"],
        cwd=copydesk.folder,
        env={**copydesk.environment, **LOCAL},
        stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),  # as on a full disk
    )
    assert full.returncode == 69, full.stderr
    assert b"Traceback" not in full.stderr, full.stderr
    assert copydesk("crawl", **LOCAL).returncode == 0
    assert filed(copydesk) == dict.fromkeys(paths, 1)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_killed_is_taken_up_where_it_was(copydesk, ending):
    with DemoWeb(latency=0.01) as web:
        copydesk("add", *(site.url for site in web.sites), **LOCAL)
        for seconds in (1.1, 1.4):
            process = subprocess.Popen(
                [sys.executable, "-m", "crawler", "crawl"],
                cwd=copydesk.folder,
                env={**copydesk.environment, **LOCAL},
                stderr=subprocess.DEVNULL,
            )
            deadline = time.monotonic() + seconds
            while process.poll() is None and time.monotonic() < deadline:
                os.sched_yield()
            process.send_signal(ending)
            process.wait()
        done = copydesk("crawl", **LOCAL)
        assert done.returncode == 0, done.stderr
        urls = [json.loads(line)["url"] for line in copydesk("export").stdout.splitlines()]
        assert sorted(urls) == sorted(article.url for article in web.articles)


def test_sources_and_pages_of_one_command_share_the_host_s_pace(copydesk, host):
    paths = publish(host, pages=1, each=4)
    host.answers["/extra-story"] = answer(200, story(99))
    copydesk("add", host.url, **LOCAL)
    done = copydesk("crawl", host.url, f"{host.url}/extra-story", **LOCAL)
    assert done.returncode == 0, done.stderr
    assert filed(copydesk) == dict.fromkeys(paths | {"/extra-story"}, 1)
    assert Counter(host.paths())["/extra-story"] == 1


def test_a_site_that_has_moved_is_not_added_and_the_new_address_is_named(copydesk, host):
    with serving(Host()) as elsewhere:
        publish(elsewhere, pages=1, each=2)
        host.answers["/"] = answer(301, Location=f"{elsewhere.url}/")
        done = copydesk("add", host.url, **LOCAL)
    assert done.returncode == 1
    assert f"redirects to {elsewhere.url}/; add that" in done.stderr


def test_a_page_asked_for_by_hand_that_failed_is_tried_again(copydesk, host):
    host.answers["/story"] = in_turn(answer(500), answer(200, ARTICLE))
    assert copydesk("crawl", f"{host.url}/story", **LOCAL).returncode == 1
    with sqlite3.connect(copydesk.folder / "copydesk.db") as connection:
        connection.execute("UPDATE link SET next_try = found_at")
    connection.close()
    done = copydesk("crawl", **LOCAL)
    assert done.returncode == 0, done.stderr
    assert filed(copydesk) == {"/story": 1}
