"""The text tells its language; the page's word counts where the text is too short."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.language import STOP_WORDS, detect, normal

DANISH = "Kommunen har besluttet at lukke broen, fordi den er blevet for gammel og for dyr at vedligeholde."
NORWEGIAN = "Kommunen har bestemt seg for å stenge brua, fordi ho har vorte for gammal og for dyr å halde ved like."


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        (DANISH, "en-US", "da"),
        (DANISH, None, "da"),
        (NORWEGIAN, "nn", "no"),
        ("The council has decided to close the bridge because it has become too old.", "da", "en"),
        ("市议会决定关闭这座桥，因为它太旧了，维护费用太高，居民们表示反对。", None, "zh"),
        ("議會將於週一討論大橋，市長說。", None, "zh"),
        ("OK", "nb-NO", "no"),
        ("", "sv", "sv"),
        ("123 456", None, None),
    ],
)
def test_detect(text: str, declared: str | None, expected: str | None) -> None:
    assert detect(text, declared) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en-GB", "en"),
        ("iw", "he"),
        ("nb", "no"),
        ("fil", None),
        ("zh-Hant-TW", "zh"),
        ("yue-HK", "zh"),
        ("", None),
        (None, None),
    ],
)
def test_tags(tag: str | None, expected: str | None) -> None:
    assert normal(tag) == expected


def test_no_word_speaks_for_two_languages() -> None:
    assert len(frozenset[str]().union(*STOP_WORDS.values())) == sum(map(len, STOP_WORDS.values()))


@pytest.mark.parametrize("call", ["", "detect('The council says that it has closed the bridge.', 'en')"])
def test_the_model_is_loaded_only_when_needed(call: str) -> None:
    code = f"import sys; from pipelines.language import detect; {call or None}; sys.exit('py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.text(), st.none() | st.text())
def test_nothing_raises(text: str, declared: str | None) -> None:
    code = detect(text, declared)
    assert code is None or (len(code) == 2 and code.islower())
