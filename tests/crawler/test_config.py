"""One Config from a file and the environment, and a clear line for what can't be used."""

import json
from dataclasses import fields

import pytest

from crawler.config import Config, ConfigError, load
from tests.crawler.hosts import ARTICLE


def written(tmp_path, text):
    file = tmp_path / "copydesk.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load(None, {}) == Config()


def test_the_environment_outranks_the_file(tmp_path):
    file = written(tmp_path, 'delay = 2\ncontact = "desk@news.example"\nallow_addresses = ["10.0.0.0/8"]\n')
    config = load(file, {"COPYDESK_DELAY": "0.5", "PATH": "/bin"})
    assert config.delay == 0.5
    assert config.allow_addresses == ("10.0.0.0/8",)
    assert "desk@news.example" in config.user_agent


def test_a_file_in_the_current_folder_is_found(tmp_path, monkeypatch):
    written(tmp_path, "timeout = 5\n")
    monkeypatch.chdir(tmp_path)
    assert load(None, {}).timeout == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("delay = -1", "delay is -1; expected a number"),
        ("delay = nan", "expected a number"),
        ("delay = 3601", "a number from 0 to 3600"),
        ("timeout = 0", "a number from 0.1 to 3600"),
        ("concurrency = 0", "a whole number from 1 to 1000"),
        ("page_bytes = 0", "a whole number from 1 to"),
        ("sitemap_bytes = 0", "a whole number from 1 to"),
        (f"articles_per_run = {'9' * 5000}", "not valid TOML"),
        ("concurrency = 1.5", "expected a whole number"),
        ("concurrency = true", "expected a whole number"),
        ("database = 3", "expected a text"),
        ('log_level = "LOUD"', "DEBUG or INFO"),
        ('allow_addresses = ["home"]', "expected address ranges"),
        ("dealy = 1", "unknown setting 'dealy'"),
        ("delay 1", "not valid TOML"),
    ],
)
def test_a_broken_file_is_named_with_what_was_expected(tmp_path, text, said):
    file = written(tmp_path, text + "\n")
    with pytest.raises(ConfigError) as error:
        load(file, {})
    assert said in str(error.value)
    assert file in str(error.value)


def test_every_setting_can_be_set():
    defaults = {field.name: getattr(Config(), field.name) for field in fields(Config)}
    texts = {"COPYDESK_" + name.upper(): "" if value == () else str(value) for name, value in defaults.items()}
    assert load(None, texts) == Config()


def test_a_missing_file_is_named():
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load("nowhere.toml", {})


def test_the_clock_can_be_set(copydesk):
    page = ARTICLE.replace(b"2026-05-01T10:00:00Z", b"").replace(b"</h1>", b"</h1><p>2 days ago</p>")
    extracted = copydesk("--now", "2031-01-12T03:00:00Z", "extract", stdin=page)
    assert json.loads(extracted.stdout)["published"] == "2031-01-10", extracted.stderr
    assert "expected a moment" in copydesk("--now", "tomorrow", "sources").stderr
