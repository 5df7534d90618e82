"""When an endpoint, a page or a filed article is looked at again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule import (
    FIRST,
    LAST_LOOK,
    LONGEST,
    MAX_ATTEMPTS,
    NEXT_DAY,
    RETIRED,
    SHORTEST,
    STAGGER,
    dates_hold,
    next_check,
    next_check_after_failure,
    next_look,
    next_try,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KEY = "https://harbour.example/rss"


def nearly(wait: timedelta, expected: timedelta) -> bool:
    return expected * (1 - STAGGER) <= wait <= expected


def after(interval: timedelta | None = HOUR, **facts) -> timedelta:
    return next_check(NOON, interval, key=KEY, **facts) - NOON


def after_failure(interval: timedelta | None = HOUR, **facts) -> timedelta:
    return next_check_after_failure(NOON, interval, key=KEY, **facts) - NOON


def test_the_more_of_a_list_is_new_the_sooner_it_is_asked_again():
    assert nearly(after(None, found=20, new=20), FIRST)
    waits = [after(found=20, new=new) for new in (20, 7, 5, 4, 1, 0)]
    assert waits == sorted(waits)
    assert nearly(waits[0], HOUR / 2)
    assert nearly(waits[2], HOUR)
    assert nearly(waits[-1], 1.5 * HOUR)


def test_what_an_endpoint_asks_counts_up_to_a_day():
    assert after(found=20, new=20, asked=3 * HOUR) == 3 * HOUR
    assert after(found=20, new=20, asked=365 * DAY) == DAY
    assert nearly(after(found=20, new=20, asked=timedelta(minutes=1)), HOUR / 2)


def test_what_has_been_quiet_for_a_month_is_asked_weekly_until_there_is_news():
    assert nearly(after(6 * DAY, found=900, quiet=40 * DAY), RETIRED)
    assert nearly(after(6 * DAY, found=900, new=300), DAY)


def test_endpoints_found_together_are_not_asked_together():
    keys = [f"https://harbour.example/{n}/rss" for n in range(100)]
    waits = {key: next_check(NOON, None, key=key, found=9, new=9) for key in keys}
    assert len(set(waits.values())) == 100
    assert waits == {key: next_check(NOON, None, key=key, found=9, new=9) for key in keys}


def test_failures_put_an_endpoint_off():
    assert nearly(after_failure(None, failures=1, worked=False), FIRST)
    assert nearly(after_failure(failures=1, worked=True), 2 * HOUR)
    assert nearly(after_failure(9 * HOUR, failures=20, worked=True), 18 * HOUR)
    assert nearly(after_failure(DAY, failures=20, worked=True), DAY)


@pytest.mark.parametrize(
    "facts",
    [
        {"failures": 1, "worked": False, "missing": True},
        {"failures": 5, "worked": False},
        {"failures": 99, "worked": True},
    ],
)
def test_what_is_dead_is_still_tried_weekly(facts):
    assert nearly(after_failure(DAY, **facts), RETIRED)


def test_an_outage_or_a_missing_page_of_a_day_does_not_retire_what_worked():
    assert after_failure(DAY, failures=5, worked=True, missing=True) <= DAY


@given(st.timedeltas(min_value=timedelta(0), max_value=9 * DAY), st.integers(0, 99), st.integers(0, 50), st.text())
def test_a_check_is_never_too_soon_or_too_late(interval, new, failures, key):
    well = next_check(NOON, interval, key=key, found=50, new=new)
    failed = next_check_after_failure(NOON, interval, key=key, failures=failures, worked=True)
    assert SHORTEST <= well - NOON <= LONGEST
    assert SHORTEST <= failed - NOON <= RETIRED


def test_a_page_is_tried_later_each_time_and_then_no_more():
    waits = [next_try(NOON, attempts) for attempts in range(1, MAX_ATTEMPTS)]
    assert waits == sorted(waits)
    assert next_try(NOON, MAX_ATTEMPTS) is None


def test_a_server_that_asks_for_time_gets_it():
    assert next_try(NOON, 1, HOUR) == NOON + HOUR
    assert after_failure(FIRST, failures=1, worked=True, asked=5 * HOUR) == 5 * HOUR


def looks(published: datetime | None) -> list[float]:
    """Hours after its filing at which an article that never changes is looked at."""
    found = []
    moment: datetime | None = NOON
    while moment := next_look(moment, NOON, published):
        found.append((moment - NOON) / HOUR)
    return found


def test_a_new_article_is_looked_at_often_and_then_ever_less():
    assert looks(NOON - HOUR) == [1, 3, 9, 27, 81, 243]
    assert looks(None) == looks(NOON + HOUR) == looks(NOON - HOUR)


def test_an_older_article_is_looked_at_from_the_next_day_on_and_an_old_one_once():
    assert looks(NOON - 3 * DAY) == [20, 60, 180, 540]
    assert looks(NOON - 400 * DAY) == [20]


def test_an_article_that_changes_is_looked_at_often_again():
    assert next_look(NOON, NOON - 9 * DAY, NOON - 10 * DAY) == NOON + 18 * DAY
    assert next_look(NOON, NOON, NOON - HOUR) == NOON + HOUR


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)) | st.none())
def test_no_date_leads_to_a_look_too_soon_or_too_late(changed, published):
    again = next_look(NOON, changed, published)
    assert again is None or HOUR <= again - NOON <= LAST_LOOK


def test_a_daily_run_finds_the_next_day_s_look_due():
    assert NEXT_DAY < DAY


def test_dates_are_relied_on_until_they_are_wrong_more_often_than_right():
    assert dates_hold(0, 0)
    assert dates_hold(0, 3)
    assert not dates_hold(3, 4)
    assert dates_hold(4, 4)
