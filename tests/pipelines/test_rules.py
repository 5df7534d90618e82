"""Loading rules: what is accepted, what is refused and how the error reads, which site gets what."""

import datetime as dt
from datetime import date
from pathlib import Path

import pytest

from pipelines.records import Page
from pipelines.rules import Layout, Rulebook, RuleError, load_rulebook

PHRASE = """
[[layout.phrase]]
id = "motto"
kind = "site furniture"
place = "line"
pattern = "printed by the sea"
why = "is the paper's motto"
example = "Printed by the sea"
keep = "It is printed by the sea every night."
"""


def site(folder: Path, text: str, name: str = "post.example") -> Rulebook:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return load_rulebook([file])


def test_a_site_file_applies_to_its_domain_and_below(tmp_path: Path) -> None:
    rulebook = site(tmp_path, '[[layout]]\nkeep = ["article .story"]\ndrop = [".promo"]\n' + PHRASE)
    assert rulebook.for_host("post.example").site.keep == ("article .story",)
    assert rulebook.for_host("WWW.post.example:8001").site.drop == (".promo",)
    assert rulebook.for_host("outpost.example").site == Layout()
    text = "Printed by the sea"
    assert rulebook.for_host("post.example").matcher("en").whole(text, 0, len(text))
    assert not rulebook.matcher("en").whole(text, 0, len(text))


def test_an_old_page_gets_the_layout_of_its_day(tmp_path: Path) -> None:
    rulebook = site(tmp_path, '[[layout]]\ndrop = [".new"]\n[[layout]]\nvalid_until = 2024-05-31\ndrop = [".old"]\n')
    assert rulebook.for_host("post.example").site.drop == (".new",)
    assert rulebook.for_host("post.example", date(2024, 5, 31)).site.drop == (".old",)
    assert rulebook.for_host("post.example", date(2024, 6, 1)).site.drop == (".new",)


def test_layouts_of_the_same_time_add_up(tmp_path: Path) -> None:
    old = '[[layout]]\nvalid_until = 2024-05-31\ndrop = [".old"]\n'
    rulebook = site(tmp_path, f'[[layout]]\ndrop = [".a"]\n{old}[[layout]]\ndrop = [".b"]\nkeep = ["main"]\n{PHRASE}')
    today = rulebook.for_host("post.example").site
    assert (today.drop, today.keep, len(today.phrases)) == ((".a", ".b"), ("main",), 1)
    assert rulebook.for_host("post.example", date(2024, 5, 31)).site.drop == (".old",)


def test_the_version_changes_with_the_rules(tmp_path: Path) -> None:
    plain = load_rulebook()
    assert plain.version == load_rulebook().version
    assert site(tmp_path, '[[layout]]\ndrop = [".a"]\n').version != plain.version
    assert plain.for_host("post.example").version == plain.version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[layout]]\ndorp = []\n", "post.example.toml:2: layout 1: unknown key 'dorp'; expected one of"),
        ("speed = 3\n", "post.example.toml:1: unknown key 'speed'; expected one of layout"),
        ("[layout]\n", "expected tables written [[layout]]"),
        ("[[layout]]\ndrop = 3\n", "post.example.toml:2: layout 1: drop: expected a text or a list of texts, found 3"),
        ('[[layout]]\nkeep = ["a[["]\n', "keep: expected a CSS selector, found 'a[['"),
        ('[[layout]]\nvalid_until = "soon"\n', "valid_until: expected a date such as 2026-05-31"),
        ("[[layout]\n", "expected a readable TOML file"),
        (
            "[[layout]]\n" + PHRASE.replace('"line"', '"anywhere"'),
            "post.example.toml:6: layout 1: phrase motto: place: expected one of end, head",
        ),
        ("[[layout]]\n" + PHRASE.replace("site furniture", "junk"), "kind: expected one of"),
        ("[[layout]]\n" + PHRASE.replace('id = "motto"', 'id = "The Motto"'), "id: expected lower-case words"),
        ('[[layout]]\nkeep = ["a:nosuch"]\n', "keep: expected a CSS selector, found 'a:nosuch'"),
        (f"[[layout]]\n{PHRASE}\n[[layout]]\n{PHRASE}", "site.post.example.motto: expected an id of its own"),
        ("[[layout]]\n" + PHRASE + PHRASE, "site.post.example.motto: expected an id of its own"),
        ("[[layout]]\n" + PHRASE.replace("printed by", "(printed"), "pattern: expected a regular expression"),
        ("[[layout]]\n" + PHRASE.replace("printed by", "(?:a+)+"), "no repetition inside a repetition"),
        (
            "[[layout]]\n" + PHRASE.replace('"printed by the sea"', "'(?:\\w+ ?){1,8}sea'"),
            "motto: pattern: expected no repetition inside a repetition, which may backtrack without end: make",
        ),
        (
            "[[layout]]\n" + PHRASE.replace("printed by", ".*.*.*.*"),
            "pattern: expected at most three repetitions such as",
        ),
        ("[[layout]]\n" + PHRASE.replace("printed by", "(a)"), "expected (?:...) instead of (...)"),
        ("[[layout]]\n" + PHRASE.replace("printed", "(?P<colour>red)"), "unknown group 'colour'"),
        (
            "[[layout]]\n" + PHRASE.replace("printed", "(?&colour)"),
            "pattern: unknown part 'colour'; expected one of none",
        ),
        ("[[layout]]\n" + PHRASE.replace('keep = "It is printed by the sea every night."', ""), "keep: expected"),
    ],
)
def test_a_broken_file_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        site(tmp_path, text)
    assert said in str(caught.value)
    assert "post.example" in str(caught.value)


def test_a_pack_names_the_pieces_of_its_patterns(tmp_path: Path) -> None:
    any_pack = PHRASE.replace("[[layout.phrase]]", '[part]\nsea = "sea|lake"\n[[phrase]]').replace(
        'the sea"', 'the (?&sea)"'
    )
    (tmp_path / "any.toml").write_text(any_pack, encoding="utf-8")
    own = any_pack.replace("sea|lake", "(?&sea)|river")
    (tmp_path / "aa.toml").write_text(own, encoding="utf-8")
    rulebook = load_rulebook(packs=tmp_path)
    assert rulebook.packs["any"][0].pattern == "printed by the (?:sea|lake)"
    assert rulebook.packs["aa"][0].pattern == "printed by the (?:(?:sea|lake)|river)"


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"gone\.toml: expected a readable TOML file"):
        load_rulebook([tmp_path / "gone.toml"])


def test_a_page_is_read_with_the_layout_of_its_day(tmp_path: Path) -> None:
    (tmp_path / "news.example.toml").write_text(
        '[[layout]]\nvalid_until = 2026-03-31\ndrop = ["div.old"]\n[[layout]]\ndrop = ["div.new"]\n', encoding="utf-8"
    )
    rulebook = load_rulebook([tmp_path / "news.example.toml"])

    def layout(day: dt.datetime) -> tuple[str, ...]:
        page = Page("https://www.news.example/a", "https://www.news.example/a", 200, (), b"", day)
        return rulebook.for_page(page).site.drop

    assert layout(dt.datetime(2026, 3, 31, 23, tzinfo=dt.UTC)) == ("div.old",)
    assert layout(dt.datetime(2026, 4, 1, tzinfo=dt.UTC)) == ("div.new",)
