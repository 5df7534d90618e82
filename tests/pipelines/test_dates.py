"""Dates are read exactly as far as they are written, in many languages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import dates
from pipelines.records import Precision

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

MACHINE = [
    ("2024-05-03T15:47:42.389Z", "2024-05-03T15:47:42+00:00"),
    ("2024-05-03T15:47:42+0200", "2024-05-03T15:47:42+02:00"),
    ("2024-05-03T15:47+02", "2024-05-03T15:47+02:00"),
    ("2024-05-03 18:19", "2024-05-03T18:19"),
    ("2024-05-03T18:19:20-03:30", "2024-05-03T18:19:20-03:30"),
    ("2023/11/17 09:30", "2023-11-17T09:30"),
    ("2024-05-03", "2024-05-03"),
    ("2024-05", "2024-05"),
    ("20240503", "2024-05-03"),
    ("20240503T181920Z", "2024-05-03T18:19:20+00:00"),
    ("1714748862", "2024-05-03T15:07:42+00:00"),
    ("1714748862000", "2024-05-03T15:07:42+00:00"),
    ("Fri, 03 May 2024 15:47:42 +0200", "2024-05-03T15:47:42+02:00"),
    ("Fri Apr 28 19:20:36 CEST 2023", "2023-04-28T19:20:36+02:00"),
    ("Thu May 02 2024 10:00:00 GMT+0200 (CEST)", "2024-05-02T10:00:00+02:00"),
]
HUMAN = [
    ("da", "Udgivet 12. maj 2026 kl. 14.30", "2026-05-12T14:30"),
    ("sv", "Publicerad 12 maj 2026 kl 14.30", "2026-05-12T14:30"),
    ("nb", "12.05.2026 kl. 14:30", "2026-05-12T14:30"),
    ("is", "12. maí 2026 kl. 14:30", "2026-05-12T14:30"),
    ("fi", "maanantai 12.5.2026 klo 14.30", "2026-05-12T14:30"),
    ("de", "Dienstag, 12. Mai 2026, 14.30 Uhr", "2026-05-12T14:30"),
    ("de", "12.05.2026, 14 Uhr", "2026-05-12T14:00"),
    ("nl", "di 12 mei 2026 om 14:30", "2026-05-12T14:30"),
    ("fr", "Publié le 1er août 2025 à 7h", "2025-08-01T07:00"),
    ("fr", "12 mai 2026 à 14h30", "2026-05-12T14:30"),
    ("es", "12 de mayo de 2026, 14:30", "2026-05-12T14:30"),
    ("pt", "12/05/2026 14h30", "2026-05-12T14:30"),
    ("it", "12 maggio 2026 alle 14:30", "2026-05-12T14:30"),
    ("ro", "12 mai 2026, 14:30", "2026-05-12T14:30"),
    ("pl", "12 maja 2026, 14:30", "2026-05-12T14:30"),
    ("cs", "12. 5. 2026 14:30", "2026-05-12T14:30"),
    ("pl", "12 listopada 2025", "2025-11-12"),
    ("hr", "12. listopada 2025.", "2025-10-12"),
    ("hu", "2026. május 12. 14:30", "2026-05-12T14:30"),
    ("lt", "2026 m. gegužės 12 d.", "2026-05-12"),
    ("lv", "2026. gada 12. maijs, 14:30", "2026-05-12T14:30"),
    ("ru", "12 мая 2026, 14:30", "2026-05-12T14:30"),
    ("uk", "12 травня 2026, 14:30", "2026-05-12T14:30"),
    ("el", "12 Μαΐου 2026, 14:30", "2026-05-12T14:30"),
    ("tr", "12 Mayıs 2026 Salı 14:30", "2026-05-12T14:30"),
    ("he", "12 במאי 2026", "2026-05-12"),
    ("ar", "١٢ مايو ٢٠٢٦", "2026-05-12"),
    ("hi", "12 मई 2026", "2026-05-12"),
    ("bn", "১২ মে ২০২৬, ১৪:৩০", "2026-05-12T14:30"),
    ("th", "12 พ.ค. 2569 14:30 น.", "2026-05-12T14:30"),
    ("vi", "Thứ ba, 12 tháng 5, 2026", "2026-05-12"),
    ("vi", "12/05/2026 14:30 GMT+7", "2026-05-12T14:30+07:00"),
    ("ja", "2026年5月12日 午後2時30分", "2026-05-12T14:30"),
    ("zh", "2026年5月12日14:30", "2026-05-12T14:30"),
    ("ko", "입력 2026.05.12. 오후 2:30", "2026-05-12T14:30"),
    ("en", "May 12, 2026 2:30 p.m. EDT", "2026-05-12T14:30-04:00"),
    ("en", "Updated 2:30 PM ET, Tue May 12, 2026", "2026-05-12T14:30-04:00"),
    ("en", "12:05 a.m. PT, January 3, 2026", "2026-01-03T00:05-08:00"),
    ("en", "Tuesday 12 May 2026 14.30 BST", "2026-05-12T14:30+01:00"),
    ("en", "3rd of March, 2025 at 9am", "2025-03-03T09:00"),
    ("en", "By Jane Doe | 2 min read | Nov. 3, 2025", "2025-11-03"),
    ("en", "12 May '26", "2026-05-12"),
    ("en", "May 2026", "2026-05"),
    ("en", "October 17, 20236:01 PM ET", "2023-10-17T18:01-04:00"),
    ("es", "martes, 12 de mayo de 202614:30 hs", "2026-05-12T14:30"),
    ("en", "Dec 17, 2025Jane Doe", "2025-12-17"),
    ("en", "Mar 27, 20255 mins", "2025-03-27"),
    ("en", "Posted on 2015-04-05 by marc", "2015-04-05"),
    ("en", "harbour24news May 5, 2026", "2026-05-05"),
    ("en", "12Jun2026", "2026-06-12"),
    ("bn", "১২ জানুয়ারি ২০২৬", "2026-01-12"),
    ("hi", "12 सितम्बर 2026, 14:30", "2026-09-12T14:30"),
    ("mr", "12 मे 2026", "2026-05-12"),
    ("ta", "12 மே 2026", "2026-05-12"),
    ("te", "12 జనవరి 2026", "2026-01-12"),
    ("si", "2026 මැයි 12", "2026-05-12"),
]
RELATIVE = [
    ("en", "15 hours ago", "2026-11-21"),
    ("en", "20 minutes ago", "2026-11-22T11:40+00:00"),
    ("da", "for 2 dage siden", "2026-11-20"),
    ("de", "vor 3 Wochen", "2026-11-01"),
    ("fr", "il y a 2 jours", "2026-11-20"),
    ("es", "hace un año", "2025"),
    ("zh", "2小时前", "2026-11-22"),
    ("sv", "igår 14:30", "2026-11-21T14:30"),
    ("de", "heute, 09:15 Uhr", "2026-11-22T09:15"),
    ("fr", "hier, 14:30", "2026-11-21T14:30"),
]


@pytest.mark.parametrize(("raw", "expected"), MACHINE)
def test_machine_formats(raw: str, expected: str) -> None:
    stamp = dates.parse(raw, NOW, None, "meta:date")
    assert stamp is not None
    assert (stamp.isoformat(), stamp.raw, stamp.origin) == (expected, raw, "meta:date")


@pytest.mark.parametrize(("language", "raw", "expected"), HUMAN + RELATIVE)
def test_words(language: str, raw: str, expected: str) -> None:
    stamp = dates.parse(raw, NOW, language, "text:date")
    assert stamp is not None
    assert stamp.isoformat() == expected


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "yes",
        "14:30",
        "10 min read",
        "Q1 2024",
        "John Smith may have 12 dogs",
        "1970-01-01T00:00:00Z",
        "0001-01-01",
        "0000-03-01T00:00 ET",
        "2026-12-24",
        "31.02.2026",
        "2026-05-12T99:99",
        "Alle Berichte hier",
        "Release 1.9.22_1171",
    ],
)
def test_what_is_no_plausible_date(raw: str) -> None:
    assert dates.parse(raw, NOW, "en", "meta:date") is None


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "2026-06-05"), ("en-US", "2026-05-06"), ("en_US", "2026-05-06"), ("fr", "2026-06-05")],
)
def test_the_month_comes_first_only_where_americans_write(language: str, expected: str) -> None:
    stamp = dates.parse("5/6/2026", NOW, language, "text:date")
    assert stamp is not None
    assert stamp.isoformat() == expected


def test_a_day_that_would_be_ahead_settles_the_order() -> None:
    stamp = dates.parse("11/12/2026", NOW, "en", "text:date")
    assert stamp is not None
    assert stamp.isoformat() == "2026-11-12"


def test_a_missing_year_is_the_last_in_which_the_day_has_come() -> None:
    spring, winter = dates.parse("12. maj", NOW, "da", "x"), dates.parse("24. december", NOW, "da", "x")
    assert spring is not None
    assert winter is not None
    assert (spring.isoformat(), winter.isoformat()) == ("2026-05-12", "2025-12-24")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example/2026/05/12/bridge", "2026-05-12"),
        ("https://news.example/bridge-20260512", "2026-05-12"),
        ("https://news.example/2026/5/2/bridge", "2026-05-02"),
        ("https://news.example/2025/11/bridge", "2025-11"),
        ("https://news.example/art/1220260512", None),
        ("https://news.example/2126/05/12/bridge", None),
        ("https://news.example/bridge", None),
    ],
)
def test_dates_in_addresses(url: str, expected: str | None) -> None:
    stamp = dates.from_url(url, NOW)
    assert (stamp.isoformat() if stamp else None) == expected


@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 22)), st.timezones())  # noqa: DTZ001  # the zone is drawn too
def test_every_iso_moment_comes_back(naive: datetime, zone: object) -> None:
    moment = naive.replace(tzinfo=zone, microsecond=0)  # type: ignore[arg-type]
    if moment.utcoffset() is None or moment.utcoffset().total_seconds() % 60:  # type: ignore[union-attr]
        return
    stamp = dates.parse(moment.isoformat(), NOW, None, "x")
    assert stamp is not None
    assert stamp.moment == moment
    assert stamp.precision is Precision.SECOND


@given(
    st.text()
    | st.from_regex(r"[\d./: TZ+-]{1,40}")
    | st.sampled_from([raw for _, raw, _ in HUMAN + RELATIVE]).map(str.upper),
    st.sampled_from([None, "en", "en-US", "da", "ja", "xx", "\ud800"]),
)
def test_nothing_raises_and_nothing_implausible_comes_out(raw: str, language: str | None) -> None:
    stamp = dates.parse(raw, NOW, language, "x")
    assert stamp is None or (stamp.moment.year >= 1989 and (stamp.moment - NOW).days <= 2)
