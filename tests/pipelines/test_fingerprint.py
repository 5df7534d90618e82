"""The same article has the same hash, a similar one a similar signature, in every process."""

import os
import struct
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from pipelines.fingerprint import PERMUTATIONS, fingerprint

TEXT = " ".join(f"Sentence number {n} tells of street {n * 7} and of house {n * 13}." for n in range(60))


def likeness(first: bytes, second: bytes) -> float:
    pairs = zip(*(struct.unpack(f"<{PERMUTATIONS}I", one) for one in (first, second)), strict=True)
    return len([a for a, b in pairs if a == b]) / PERMUTATIONS


def test_white_space_case_and_composition_do_not_count() -> None:
    assert fingerprint("Über", "Ein  Satz.\n\nNoch einer.").content_hash == (
        fingerprint("u\u0308ber", "ein satz. noch einer.").content_hash
    )


def test_another_title_is_another_article() -> None:
    assert fingerprint("One", TEXT).content_hash != fingerprint("Two", TEXT).content_hash


def test_a_changed_sentence_leaves_the_signature_similar() -> None:
    changed = TEXT.replace("Sentence number 30", "Something else entirely")
    other = TEXT.replace("street", "avenue").replace("house", "castle").replace("tells", "sings")
    signature = fingerprint(None, TEXT).minhash
    assert len(signature) == 4 * PERMUTATIONS
    assert likeness(signature, fingerprint(None, changed).minhash) > 0.85
    assert likeness(signature, fingerprint(None, other).minhash) < 0.3


def test_quotation_marks_and_dashes_do_not_count() -> None:
    typed = TEXT.replace("tells of", '"tells" - it\'s said -').replace("house", "'house'")
    printed = TEXT.replace("tells of", "“tells” – it’s said –").replace("house", "‘house’")
    assert fingerprint(None, typed).minhash == fingerprint(None, printed).minhash


def test_scripts_without_spaces_are_compared_by_character() -> None:
    text = "市议会决定关闭这座桥，因为它太旧了，维护费用太高，居民们表示反对，记者昨天报道了这一消息。"
    changed = text.replace("昨天", "今天")
    assert likeness(fingerprint(None, text).minhash, fingerprint(None, changed).minhash) > 0.6


def test_too_short_to_compare() -> None:
    assert fingerprint("Title", "Only a few words here.").minhash == b""


def test_the_same_in_every_process() -> None:
    code = f"from pipelines.fingerprint import fingerprint; print(fingerprint('T', {TEXT!r}).minhash.hex())"
    for seed in ("0", "1"):
        answer = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert bytes.fromhex(answer.stdout) == fingerprint("T", TEXT).minhash


@given(st.none() | st.text(), st.text())
def test_nothing_raises(title: str | None, text: str) -> None:
    found = fingerprint(title, text)
    assert len(found.content_hash) == 64
    assert len(found.minhash) in (0, 4 * PERMUTATIONS)
