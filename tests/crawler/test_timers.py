"""The line for cron and the units for systemd: right times, absolute paths, and quoting that survives odd names."""

import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.timers import Call, crontab_line, fits, systemd_units, with_line

CALL = Call(Path("/srv/my news/100%"), ("/opt/copy desk/bin/python", "-P", "-m", "crawler"), "/opt/copy desk", "host")
MINUTE = timedelta(minutes=1)


def moments(line: str) -> set[int]:
    """The minutes of a day at which a crontab line's first two fields say that it runs."""

    def expanded(field: str, size: int) -> set[int]:
        match = re.fullmatch(r"(\d+|\*)(?:-(\d+)/(\d+))?", field)
        assert match, field
        if match[1] == "*":
            return set(range(size))
        return set(range(int(match[1]), int(match[2]) + 1, int(match[3]))) if match[2] else {int(match[1])}

    minutes, hours = line.split()[:2]
    return {60 * hour + minute for hour in expanded(hours, 24) for minute in expanded(minutes, 60)}


@pytest.mark.parametrize("minutes", [1, 5, 15, 30, 60, 120, 360, 720, 1440])
def test_a_line_runs_as_often_as_asked_around_the_clock(minutes):
    assert fits(minutes * MINUTE)
    found = sorted(moments(crontab_line(CALL, minutes * MINUTE, [])))
    assert len(found) == 1440 // minutes
    assert {later - earlier for earlier, later in pairwise(found)} <= {minutes}


@pytest.mark.parametrize("minutes", [7, 45, 90, 300, 2880])
def test_times_that_cron_can_not_keep_are_refused(minutes):
    assert not fits(minutes * MINUTE)


def test_machines_and_folders_begin_at_different_minutes():
    calls = [Call(Path("/srv/news"), ("copydesk",), "", f"host{n}") for n in range(30)]
    assert len({call.minute(60 * MINUTE) for call in calls}) > 15
    assert crontab_line(calls[0], 60 * MINUTE, []) == crontab_line(calls[0], 60 * MINUTE, [])


def test_what_cron_runs_is_what_was_meant(tmp_path):
    """Through a shell, as cron does it: after it has taken each \\% for %."""
    folder = tmp_path / 'it\'s 100% "mine" $HOME'
    folder.mkdir()
    program = tmp_path / "copy desk"
    program.write_text('#!/bin/sh\npwd; printf "%s\\n" "$@" "$PYTHONPATH"\n')
    program.chmod(0o755)
    call = Call(folder, (str(program), "--config", "/etc/a b.toml"), "/opt/a $b", "host")
    line = crontab_line(call, 15 * MINUTE, ["--deadline", "14m"])
    assert not re.search(r"(?<!\\)%", line)
    command = line.split(maxsplit=5)[5].replace(r"\%", "%")
    done = subprocess.run(["/bin/sh", "-c", command], cwd="/", env={}, capture_output=True, text=True)
    expected = [str(folder), "--config", "/etc/a b.toml", "run", "--deadline", "14m", "--quiet", "/opt/a $b"]
    assert done.stdout.splitlines() == expected, done.stderr


def test_a_line_is_installed_once():
    mine, other = crontab_line(CALL, 15 * MINUTE, []), "0 5 * * * /usr/bin/backup"
    once = with_line(f"{other}\n", CALL, crontab_line(CALL, 60 * MINUTE, []))
    assert with_line(once, CALL, mine).splitlines() == [other, mine]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("minutes", [15, 120, 1440])
def test_systemd_takes_the_units(tmp_path, minutes):
    folder = tmp_path / "100% my news"
    folder.mkdir()
    call = Call(folder, (sys.executable, "-m", "crawler"), "/opt/a $b", "host")
    units = systemd_units(call, minutes * MINUTE, ["--deadline", "14m"])
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in units)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"})
    assert not [line for line in done.stderr.splitlines() if "copydesk" in line], done.stderr


def test_the_command_prints_a_line_that_runs_without_an_environment(copydesk):
    printed = copydesk("schedule")
    assert printed.returncode == 0, printed.stderr
    command = printed.stdout.split(maxsplit=5)[5].replace(r"\%", "%").replace(" --quiet", "")
    done = subprocess.run(["/bin/sh", "-c", command], cwd="/", env={"PATH": "/bin"}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "nothing is due" in done.stderr
    assert (copydesk.folder / "copydesk.log").exists()


def test_settings_of_the_shell_are_named_since_cron_does_not_have_them(copydesk):
    done = copydesk("--database", "sqlite:///other.db", "schedule", COPYDESK_DELAY="2")
    assert "COPYDESK_DELAY" in done.stderr
    assert "--database sqlite:///other.db run" in done.stdout


def test_installing_keeps_the_other_lines(copydesk):
    tools, table = copydesk.folder / "bin", copydesk.folder / "crontab.txt"
    tools.mkdir()
    table.write_text("0 5 * * * /usr/bin/backup\n")
    crontab = tools / "crontab"
    crontab.write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then cat "{table}"; else cat > "{table}.new"; mv "{table}.new" "{table}"; fi\n'
    )
    crontab.chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    for every in ("15m", "1h"):
        done = copydesk("schedule", "--install", "--every", every, PATH=path)
        assert done.returncode == 0, done.stderr
    first, second = table.read_text().splitlines()
    assert first == "0 5 * * * /usr/bin/backup"
    assert "run --deadline 59m --quiet" in second
    missing = copydesk("schedule", "--install", PATH="/nowhere")
    assert missing.returncode == 1
    assert "crontab is not installed; use --systemd" in missing.stderr
