"""The line for cron and the units for systemd that call `copydesk run`. Pure functions of what they are made from."""

import hashlib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Call:
    """How this Copydesk is called: absolute paths alone, since cron has hardly any environment."""

    folder: Path
    """Where it runs: paths in the configuration are relative to it."""
    words: tuple[str, ...]
    python_path: str
    """What Python needs to find the code; empty when it is installed."""
    machine: str

    @property
    def name(self) -> str:
        """A name for files, of its own for each folder."""
        return (
            re.sub(r"[^a-z0-9]+", "-", f"copydesk-{self.folder.name.lower()}").strip("-") + f"-{self._number:04x}"[:5]
        )

    @property
    def _number(self) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.machine}:{self.folder}".encode()).digest()[:8])

    def minute(self, every: timedelta) -> int:
        """The minute after the hour at which it begins: by chance, but always the same, so that machines differ."""
        return self._number % round(min(every, HOUR) / timedelta(minutes=1))

    def hour(self, every: timedelta) -> int:
        """The hour after midnight at which it begins, for a time of hours."""
        return self._number // 60 % max(round(every / HOUR), 1)


def fits(every: timedelta) -> bool:
    """Whether cron can keep the time: a divisor of an hour in minutes, or of a day in hours."""
    if every < HOUR:
        return every >= timedelta(minutes=1) and not HOUR % every
    return not every % HOUR and not DAY % every


def crontab_line(call: Call, every: timedelta, options: Sequence[str]) -> str:
    """One line of a crontab (crontab(5)). It ends in a comment that says whose it is."""
    minutes = round(every / timedelta(minutes=1))
    if every < HOUR:
        times = f"{call.minute(every)}-59/{minutes} *"
    else:
        hours = "" if every == DAY else f"-23/{minutes // 60}"
        times = f"{call.minute(every)} {'*' if every == HOUR else f'{call.hour(every)}{hours}'}"
    command = shlex.join([*call.words, "run", *options, "--quiet"])
    path = f"PYTHONPATH={shlex.quote(call.python_path)} " if call.python_path else ""
    line = f"cd {shlex.quote(str(call.folder))} && {path}{command}  {mark(call)}"
    return f"{times} * * * " + line.replace("%", r"\%")  # cron takes a bare % for the end of the line


def mark(call: Call) -> str:
    """By what a line is known as this call's."""
    return f"# {call.name}"


def with_line(crontab: str, call: Call, line: str) -> str:
    """A crontab in which the line stands once, in place of an earlier one of the same call."""
    others = [each for each in crontab.splitlines() if not each.endswith(mark(call))]
    return "\n".join([*others, line]) + "\n"


def systemd_units(call: Call, every: timedelta, options: Sequence[str]) -> dict[str, str]:
    """The texts of a service and its timer, by file name (systemd.service(5), systemd.timer(5))."""
    minutes = round(every / timedelta(minutes=1))
    calendar = f"*:0/{minutes}" if every < HOUR else "0:00" if every == DAY else f"0/{minutes // 60}:00"
    command = " ".join(_quoted(word) for word in (*call.words, "run", *options))
    path = f"Environment={_quoted(f'PYTHONPATH={call.python_path}')}\n" if call.python_path else ""
    service = f"""\
[Unit]
Description=Copydesk: crawl what is due ({_escaped(str(call.folder))})

[Service]
Type=oneshot
WorkingDirectory={_escaped(str(call.folder))}
{path}ExecStart={command}
# 75: another run is going on; 124: its time was up, the next one goes on
SuccessExitStatus=75 124
Nice=10
"""
    timer = f"""\
[Unit]
Description=Copydesk: crawl what is due ({_escaped(str(call.folder))})

[Timer]
OnCalendar={calendar}
RandomizedDelaySec={min(minutes, 60) * 60 // 2}
FixedRandomDelay=true
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{call.name}.service": service, f"{call.name}.timer": timer}


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    r"""A word of a unit's command line: % and $ doubled, and in quotes with \ where it has more than plain letters."""
    escaped = _escaped(word).replace("$", "$$")
    if re.fullmatch(r"[\w@%+=:,./-]+", escaped):
        return escaped
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'
