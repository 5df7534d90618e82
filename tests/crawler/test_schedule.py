"""When an endpoint or a page is looked at again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule import LONGEST, MAX_ATTEMPTS, RETIRED, SHORTEST, next_check, next_try

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_news_brings_the_next_check_closer_and_silence_puts_it_off():
    assert next_check(NOON, HOUR, new=3, failures=0, worked=True) == NOON + timedelta(minutes=30)
    assert next_check(NOON, HOUR, new=0, failures=0, worked=True) == NOON + timedelta(minutes=90)


def test_failures_put_it_off_and_in_the_end_retire_what_never_worked():
    assert next_check(NOON, HOUR, new=0, failures=1, worked=True) == NOON + 2 * HOUR
    assert next_check(NOON, HOUR, new=0, failures=5, worked=False) == NOON + RETIRED


def test_an_endpoint_that_once_worked_is_tried_daily_however_long_it_fails():
    assert next_check(NOON, 9 * HOUR, new=0, failures=50, worked=True) == NOON + 18 * HOUR
    assert next_check(NOON, LONGEST, new=0, failures=50, worked=True) == NOON + LONGEST


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)), st.integers(0, 99), st.integers(0, 4))
def test_a_check_is_never_too_soon_or_too_late(interval, new, failures):
    assert SHORTEST <= next_check(NOON, interval, new=new, failures=failures, worked=True) - NOON <= LONGEST


def test_a_page_is_tried_later_each_time_and_then_no_more():
    waits = [next_try(NOON, attempts) for attempts in range(1, MAX_ATTEMPTS)]
    assert waits == sorted(waits)
    assert next_try(NOON, MAX_ATTEMPTS) is None


def test_a_server_that_asks_for_time_gets_it():
    assert next_try(NOON, 1, timedelta(hours=1)) == NOON + HOUR
