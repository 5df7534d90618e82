"""The cron contract: one run at a time, exit codes that say what happened, nothing lost, one line for cron's mail."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from crawler.demo.web import DemoWeb
from crawler.lock import LockedError, holder, locked
from db import session, sources
from tests.crawler.hosts import LOCAL, Host, answer, in_turn, serving
from tests.crawler.sites import path, publish, story

SLOW = {**LOCAL, "COPYDESK_DELAY": "0.3"}


def filed(copydesk) -> Counter[str]:
    """How often each path was filed."""
    lines = copydesk("export").stdout.splitlines()
    return Counter("/" + json.loads(line)["url"].split("/", 3)[3] for line in lines)


def taken_up(copydesk, *homes: str) -> None:
    """Makes sites sources that were never crawled, in a new database if there is none."""
    with closing(session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")) as database:
        for home in homes:
            sources.add(database, name=home.split("/")[2], url=home, now=datetime(2026, 6, 1, tzinfo=UTC))


@pytest.fixture
def site(copydesk, host):
    """A host that is a source: a list of twelve stories."""
    publish(host, pages=1, each=12)
    taken_up(copydesk, f"{host.url}/")
    return host


def until(seen) -> None:
    """Waits for something that another process does."""
    deadline = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def log(copydesk) -> str:
    return (copydesk.folder / "copydesk.log").read_text("utf-8")


def test_a_run_says_one_line_and_logs_the_rest(copydesk, site):
    done = copydesk("run", **LOCAL)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "copydesk run: 1 source; articles: 12 new" in done.stderr
    assert filed(copydesk) == {path(n): 1 for n in range(12)}
    assert f"200 {site.url}{path(3)}" in log(copydesk)
    again = copydesk("run", **LOCAL)
    assert (again.returncode, again.stdout) == (0, "")
    assert "nothing is due" in again.stderr
    assert "12 new" in copydesk("runs").stdout


@pytest.mark.usefixtures("site")
def test_a_source_that_fails_is_named_and_the_others_are_crawled(copydesk):
    with serving(Host()) as broken:
        broken.answers["/robots.txt"] = answer(500)
        taken_up(copydesk, f"{broken.url}/")
        done = copydesk("run", **LOCAL)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert f"failed: {broken.url.removeprefix('http://')} (robots.txt of" in done.stderr
        assert "12 new" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "said"),
    [
        (["--deadline", "soon"], {}, 2, "expected a time such as 90s"),
        (["--processes", "0"], {}, 2, "processes"),
        ([], {"COPYDESK_DELAY": "x"}, 2, "delay is 'x'"),
        ([], {"COPYDESK_LOG": "no/such/folder/copydesk.log"}, 2, "log is 'no/such/folder/copydesk.log'"),
        ([], {"COPYDESK_DATABASE": "sqlite:///no/such/folder/copydesk.db"}, 69, "no/such/folder"),
        ([], {"COPYDESK_DATABASE": "postgresql://nobody@127.0.0.1:9/news"}, 69, "127.0.0.1"),
    ],
)
def test_what_can_not_be_used_is_told_by_the_exit_code(copydesk, arguments, settings, code, said):
    done = copydesk("run", *arguments, **settings)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_of_twenty_overlapping_runs_one_crawls_and_the_others_say_who(copydesk, site):
    held = Event()
    home = site.answers["/"]
    site.answers["/"] = lambda handler: (held.wait(60), home(handler))
    first = copydesk.start("run", **{**LOCAL, "COPYDESK_TIMEOUT": "60"})
    until(lambda: "/" in site.paths())
    others = [copydesk.start("run", **LOCAL) for _ in range(19)]
    for other in others:
        out, said = other.communicate(timeout=60)
        assert (other.returncode, out) == (75, "")
        assert f"process {first.pid}, since " in said
        assert said.count("\n") == 1
    held.set()
    _, said = first.communicate(timeout=60)
    assert first.returncode == 0, said
    assert Counter(site.paths())["/"] == 1


def test_a_refused_run_and_the_help_load_no_heavy_library(copydesk):
    with locked(copydesk.folder / "copydesk.db.lock", "a test"):
        for arguments, code in ((["run"], 75), (["--help"], 0), (["run", "--help"], 0)):
            done = subprocess.run(
                [sys.executable, "-X", "importtime", "-m", "crawler", *arguments],
                cwd=copydesk.folder,
                env=copydesk.environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == code
            loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
            assert "typer" in loaded
            assert not loaded & {"scrapy", "twisted", "sqlalchemy", "lxml", "numpy"}


def test_a_lock_ends_with_its_holder(tmp_path):
    lock = tmp_path / "a.lock"
    with locked(lock, "copydesk run"):
        assert f"process {os.getpid()}, since" in holder(lock)
        with pytest.raises(LockedError, match="copydesk run"), locked(lock, "another"):
            pass
    assert holder(lock) == ""
    with locked(lock, "a third"):
        assert "a third" in holder(lock)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_sigterm_files_what_is_in_flight_and_the_next_run_does_the_rest(copydesk, site, processes):
    with serving(Host()) as second:
        publish(second, pages=1, each=12)
        taken_up(copydesk, f"{second.url}/")
        hosts = (site, second)
        asked = [Event(), Event()]
        answered = Event()

        def slow(event: Event, number: int):
            send = answer(200, story(number))
            return lambda handler: (event.set(), answered.wait(60), send(handler))

        for host, event in zip(hosts, asked, strict=True):
            host.answers[path(2)] = slow(event, 2)
        run = copydesk.start("run", "--processes", processes, **LOCAL, COPYDESK_ARTICLES_PER_RUN="9")
        for event in asked:
            assert event.wait(60)
        os.killpg(run.pid, signal.SIGTERM)
        time.sleep(0.3)  # long enough to do wrong
        answered.set()
        out, said = run.communicate(timeout=60)
        assert (run.returncode, out) == (130, ""), said
        assert "ended by a signal, the rest waits" in said
        assert said.count("\n") == 1
        before = filed(copydesk)
        assert before[path(2)] == 2
        for host in hosts:
            paths = Counter(host.paths())
            assert sum(paths[path(n)] for n in range(12)) < 9
        for _ in range(2):
            assert copydesk("run", **LOCAL).returncode == 0
        assert filed(copydesk) == {path(n): 2 for n in range(12)}
        for host in hosts:
            assert {n: Counter(host.paths())[path(n)] for n in range(12)} == dict.fromkeys(range(12), 1)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_deadline_starts_nothing_new_and_says_so(copydesk, site, processes):
    with serving(Host()) as second:
        publish(second, pages=1, each=12)
        taken_up(copydesk, f"{second.url}/")
        done = copydesk("run", "--deadline", "3s", "--processes", processes, **{**LOCAL, "COPYDESK_DELAY": "0.6"})
        assert done.returncode == 124, done.stderr
        assert "ended by the deadline, the rest waits" in done.stderr
        assert done.stderr.count("\n") == 1
        assert copydesk("run", **LOCAL).returncode == 0
        assert filed(copydesk) == {path(n): 2 for n in range(12)}
        for host in (site, second):
            assert max(Counter(host.paths())[path(n)] for n in range(12)) == 1


def test_a_deadline_that_has_passed_before_anything_was_asked_leaves_all_as_it_was(copydesk, site):
    done = copydesk("run", "--deadline", "1s", "--processes", "2", **LOCAL)
    assert done.returncode in (0, 124), done.stderr
    assert "failed" not in done.stderr
    assert copydesk("run", **LOCAL).returncode == 0
    assert filed(copydesk) == {path(n): 1 for n in range(12)}
    assert max(Counter(site.paths())[path(n)] for n in range(12)) == 1


def test_a_dry_run_says_what_is_due_and_asks_nobody(copydesk, site):
    done = copydesk("run", "--dry-run", **LOCAL)
    assert done.returncode == 0, done.stderr
    name = site.url.removeprefix("http://")
    assert f"{name}\tat once\tnever crawled to its end" in done.stdout
    assert site.asked == []
    copydesk("run", **LOCAL)
    assert f"no source is due; the next is {name}, in " in copydesk("run", "--dry-run", **LOCAL).stderr
    later = copydesk("--now", "2099-01-01T00:00:00Z", "run", "--dry-run", **LOCAL)
    assert "its time came" in later.stdout


@pytest.mark.usefixtures("site")
def test_the_log_is_moved_aside_when_it_is_full(copydesk):
    settings = {**LOCAL, "COPYDESK_LOG": "logs.txt", "COPYDESK_LOG_BYTES": "900", "COPYDESK_LOG_FILES": "2"}
    copydesk("run", **settings)
    logs = sorted(copydesk.folder.glob("logs.txt*"))
    assert [file.name for file in logs] == ["logs.txt", "logs.txt.1", "logs.txt.2"]
    assert max(file.stat().st_size for file in logs) <= 900
    assert "exit code 0" in logs[0].read_text("utf-8")


def test_several_processes_come_to_the_same_as_one(copydesk, tmp_path_factory):
    with DemoWeb() as web:
        told = {}
        for processes in ("1", "3"):
            copydesk.folder = tmp_path_factory.mktemp("run")
            taken_up(copydesk, *(site.url for site in web.sites))
            done = copydesk("run", "--processes", processes, **LOCAL)
            assert done.returncode == 0, done.stderr
            assert done.stderr.count("\n") == 1
            records = [json.loads(line) for line in copydesk("export").stdout.splitlines()]
            runs = copydesk("runs").stdout.splitlines()
            told[processes] = {(r["source"], r["url"], r["title"], r["text"]) for r in records}, len(records), len(runs)
        assert told["1"] == told["3"]
        assert told["1"][2] == 2  # the header and one run
        assert {url for _, url, _, _ in told["3"][0]} == {article.url for article in web.articles}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found in /proc")
@pytest.mark.usefixtures("site")
def test_a_process_that_dies_is_noticed_and_its_sources_are_taken_up(copydesk):
    with serving(Host()) as second:
        publish(second, pages=1, each=12)
        taken_up(copydesk, f"{second.url}/")
        asked, never = Event(), Event()
        send = second.answers[path(4)]
        second.answers[path(4)] = in_turn(lambda _: (asked.set(), never.wait(60)), send)
        run = copydesk.start("run", "--processes", "2", **LOCAL)
        assert asked.wait(60)
        with closing(sqlite3.connect(copydesk.folder / "copydesk.db")) as connection:
            holding = "SELECT lease_worker FROM source WHERE url = ? AND lease_worker IS NOT NULL"
            [(worker,)] = connection.execute(holding, (f"{second.url}/",)).fetchall()
        os.kill(int(worker.rpartition(":")[2]), signal.SIGKILL)
        _, said = run.communicate(timeout=60)
        never.set()
        assert run.returncode == 1, said
        assert "was ended by signal 9 (another one took up its sources)" in said
        assert filed(copydesk) == {path(n): 2 for n in range(12)}


@pytest.mark.usefixtures("site")
def test_processes_whose_parent_is_killed_end_by_themselves(copydesk):
    with serving(Host()) as second:
        publish(second, pages=1, each=12)
        taken_up(copydesk, f"{second.url}/")
        asked, held = Event(), Event()
        send = second.answers[path(4)]
        second.answers[path(4)] = lambda handler: (asked.set(), held.wait(60), send(handler))
        with copydesk.start("run", "--processes", "2", **{**LOCAL, "COPYDESK_TIMEOUT": "60"}) as run:
            assert asked.wait(60)
            run.kill()
            held.set()
            run.wait(60)
            until(lambda: not holders(copydesk))
        assert copydesk("run", **LOCAL).returncode == 0
        assert filed(copydesk) == {path(n): 2 for n in range(12)}
        assert "killed" in copydesk("runs").stdout


def holders(copydesk) -> dict[str, object]:
    """Who holds sources now."""
    with closing(session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")) as database:
        return dict(sources.holders(database, datetime.now(UTC)))


def test_a_monitor_is_told_how_it_went(copydesk, site):
    with serving(Host()) as monitor:
        bodies = []
        for hook in ("/hook", "/hook/fail"):
            monitor.answers[hook] = lambda handler: (bodies.append(handler.body.decode()), answer(200)(handler))
        copydesk("run", "--ping", f"{monitor.url}/hook", **LOCAL)
        site.answers["/robots.txt"] = answer(500)
        copydesk("--now", "2099-01-01T00:00:00Z", "run", **LOCAL, COPYDESK_PING=f"{monitor.url}/hook")
        assert monitor.paths() == ["/hook", "/hook/fail"]
        assert "12 new" in bodies[0]
        assert "robots.txt of" in bodies[1]


def test_a_monitor_that_is_away_or_not_allowed_changes_nothing_but_the_line(copydesk):
    refused = copydesk("run", "--ping", "http://127.0.0.1:9/hook")
    assert refused.returncode == 0
    assert "127.0.0.1 is not a public address" in refused.stderr
    away = copydesk("run", "--ping", "http://127.0.0.1:9/hook", **LOCAL)
    assert away.returncode == 0
    assert "ping of 127.0.0.1:9: ConnectionRefusedError" in away.stderr
