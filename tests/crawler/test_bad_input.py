"""What goes wrong is said in one line that names the thing and the remedy; the exit code says so too."""

import sqlite3

import pytest


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
        (["show", "17"], 1, "copydesk articles"),
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


def test_json_lines_that_are_none_are_named_with_their_line(copydesk):
    done = copydesk("extract", "--jsonl", stdin=b'{"id": 1}\n')
    assert "line 1" in complaint(done, 2)


def test_a_site_that_does_not_answer_is_not_added(copydesk):
    done = copydesk("add", "http://127.0.0.1:1/", COPYDESK_ALLOW_ADDRESSES="127.0.0.0/8")
    assert done.returncode == 1
    assert "127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
    assert "no sources yet" in copydesk("sources").stderr


def test_an_address_that_is_not_public_is_refused(copydesk):
    done = copydesk("add", "http://127.0.0.1:1/")
    assert done.returncode == 1
    assert "allow_addresses" in done.stderr
