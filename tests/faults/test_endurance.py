"""Trouble at any moment, in small doses; `python -m benchmarks.faults` takes the large ones."""

from collections import Counter

from tests.faults import endurance


def test_nothing_is_lost_or_doubled_when_a_crawl_is_killed(tmp_path):
    for found in endurance.killed(tmp_path, times=2):
        assert (found.lost, found.doubled, found.sound) == (0, 0, True)


def test_a_second_run_gives_way_at_once(tmp_path):
    *others, (code, _) = endurance.overlapping(tmp_path, times=1)
    assert [second for second, _ in others] == [75]
    assert code == 0


def test_four_writers_share_one_sqlite_file(tmp_path):
    assert endurance.written(f"sqlite:///{tmp_path}/copydesk.db", writers=4, transactions=200) == Counter(done=200)


def test_what_a_full_disk_took_in_is_there_and_the_rest_follows(tmp_path):
    for code, said, _, found in endurance.full_disk(tmp_path, rooms=(0, 60_000)):
        assert code == 69
        assert len(said.splitlines()) == 1
        assert "copydesk.db" in said
        assert (found.lost, found.doubled, found.sound) == (0, 0, True)


def test_a_crawl_outlives_a_restart_of_postgresql(tmp_path):
    _, found = endurance.restarted(tmp_path, times=2)
    assert (found.lost, found.doubled) == (0, 0)
