"""`copydesk sources propose`: rules for a site from what recurs on its pages, shown before they are saved."""

import json
from datetime import UTC, datetime

import pytest

from db import articles, links, session, sources
from pipelines.process import process_page
from pipelines.records import Found, Page
from pipelines.rules import load_rulebook

NAME = "skarvik.example"
THINGS = ("wall", "quay", "church", "road", "bridge", "school", "mill", "square", "tower", "inn", "shop", "dam")
LETTER = "Our letter comes on Sundays and costs nothing but a click"
SAID = (
    "<p>The {0} of Skarvik was closed on Monday after a storm had torn {1} slates from its roof.</p>"
    "<p>Nobody was hurt, says the fire brigade, which had {1} men at the {0} within the hour.</p>"
    "<p>The council will meet in {1} days to decide whether the {0} can be saved at all.</p>"
)


def page(number: int, thing: str) -> Page:
    """A story with a box between its paragraphs that points at another one, and a line that stands in all."""
    first, *others = SAID.format(thing, number + 11).replace("</p><p>", "</p>\n<p>").split("\n")
    pointer = f'<div class="sk-extra"><p>In the paper today: the {THINGS[number - 5]} that nobody wanted</p></div>'
    body = (
        f"<html lang='en'><head><title>The {thing} is closed</title></head>"
        f"<body><article><h1>The {thing} is closed</h1>"
        f"<time datetime='2026-05-01T10:00:00Z'>1 May 2026</time>{first}{pointer}<p>{LETTER}</p>{''.join(others)}"
        "</article></body></html>"
    )
    url = f"https://{NAME}/news/{number}"
    return Page(url, url, 200, (), body.encode(), datetime(2026, 6, 1, tzinfo=UTC))


@pytest.fixture
def filed(copydesk):
    """The command, with twelve articles of one source, and a folder for site files."""
    database = session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")
    now = datetime(2026, 6, 1, tzinfo=UTC)
    source = sources.add(database, name=NAME, url=f"https://www.{NAME}/", now=now)
    for number, thing in enumerate(THINGS):
        fetched = page(number, thing)
        links.add(database, source.id, [Found(fetched.url)], None, now)
        articles.store(database, fetched, process_page(fetched, load_rulebook()), None)
    sources.add(database, name="quiet.example", url="https://quiet.example/", now=now)
    database.close()
    (copydesk.folder / "sites").mkdir()
    return copydesk


def texts(copydesk) -> str:
    return "\n".join(json.loads(line)["text"] for line in copydesk("export").stdout.splitlines())


def test_what_recurs_becomes_rules_that_leave_the_stories_whole(filed):
    before = texts(filed)
    assert before.count(LETTER) == before.count("In the paper today") == len(THINGS)
    proposed = filed("sources", "propose", NAME)
    assert proposed.returncode == 0, proposed.stderr
    assert (
        "drop div.sk-extra\n  takes 12 blocks out of 12 of 12 articles; 12 stand on one page alone" in proposed.stdout
    )
    assert f"- {LETTER}  (12 times)" in proposed.stdout
    assert "may be the articles' own" not in proposed.stdout
    assert "nothing was saved" in proposed.stderr
    assert list((filed.folder / "sites").iterdir()) == []

    saved = filed("sources", "propose", NAME, "--save", COPYDESK_SITES="sites")
    assert saved.returncode == 0, saved.stderr
    assert "12 changed" in filed("reclean", "--source", NAME, COPYDESK_SITES="sites").stderr
    story = SAID.replace("<p>", "").split("</p>")
    after = texts(filed)
    assert LETTER not in after
    assert "In the paper today" not in after
    assert all(part.format(thing, n + 11) in after for n, thing in enumerate(THINGS) for part in story)
    assert "nothing recurs" in filed("sources", "propose", NAME, COPYDESK_SITES="sites").stderr


def test_rules_are_added_to_those_that_are_there(filed):
    own = filed.folder / "sites" / f"{NAME}.toml"
    own.write_text('# mine\n[[layout]]\ndrop = [".sk-extra"]\n')
    saved = filed("sources", "propose", NAME, "--save", COPYDESK_SITES="sites")
    assert saved.returncode == 0, saved.stderr
    assert own.read_text().startswith("# mine\n")
    rules = load_rulebook([own]).for_host(NAME).site
    assert rules.drop[0] == ".sk-extra"
    assert rules.phrases or rules.drop[1:]
    filed("reclean", COPYDESK_SITES="sites")
    assert LETTER not in texts(filed)


def test_rules_are_saved_where_the_user_keeps_his(filed):
    done = filed("sources", "propose", NAME, "--save")
    assert done.returncode == 2
    assert "sites = " in done.stderr
    broken = filed.folder / "sites" / f"{NAME}.toml"
    broken.write_text("layout = 3\n")
    done = filed("sources", "propose", NAME, "--save", COPYDESK_SITES="sites")
    assert done.returncode == 2
    assert f"{NAME}.toml" in done.stderr
    assert broken.read_text() == "layout = 3\n"


def test_where_nothing_recurs_nothing_is_proposed(filed):
    done = filed("sources", "propose", "quiet.example", "--save")
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing recurs in the texts of 0 articles" in done.stderr
    assert filed("sources", "propose", "nobody").returncode == 2
