"""`schedule`: has `copydesk run` called by cron or systemd."""

import os
import shutil
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from crawler import config
from crawler.commands.durations import duration
from crawler.commands.output import CommandError, note, say
from crawler.timers import Call, crontab_line, fits, systemd_units, with_line

QUARTER = "15m"


def schedule(
    every: Annotated[
        timedelta, typer.Option(parser=duration, metavar="TIME", help="How often to look at what is due.")
    ] = QUARTER,  # type: ignore[assignment]  # parsed by `duration`
    processes: Annotated[int, typer.Option(min=1, max=64, help="As in `copydesk run`.")] = 1,
    systemd: Annotated[bool, typer.Option("--systemd", help="A systemd timer instead of a line for cron.")] = False,
    install: Annotated[bool, typer.Option("--install", help="Put it in place instead of printing it.")] = False,
) -> None:
    """Print the crontab line, or the systemd units, that call `copydesk run` in this folder; or install them."""
    if not fits(every):
        raise CommandError(
            "cron can't keep that time; use 5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d", 2
        )
    call = _this_call()
    minutes = round(every / timedelta(minutes=1))
    options = ["--deadline", f"{minutes - 1}m"] if minutes > 1 else []  # so that the next one finds it ended
    options += ["--processes", str(processes)] if processes > 1 else []
    if systemd:
        units = systemd_units(call, every, options)
        _install_units(units) if install else _print_units(units)
    else:
        line = crontab_line(call, every, options)
        _install_line(call, line) if install else say(line)


def _this_call() -> Call:
    """How the Copydesk that is running now is called from anywhere."""
    root = Path(config.__file__).resolve().parents[1]
    installed = "site-packages" in root.parts or "dist-packages" in root.parts
    words = [sys.executable, "-P", "-m", "crawler"]
    left = []
    for name, value in config.from_environment().items():
        if name == "COPYDESK_CONFIG":
            words += ["--config", os.path.abspath(value)]  # noqa: PTH100 (a link is to stay a link)
        elif name == "COPYDESK_DATABASE" and not urlsplit(value).password:
            words += ["--database", value]
        else:
            left.append(name)
    if left:
        note(f"settings of this shell that cron will not have, put them into {config.CONFIG_FILE}: {', '.join(left)}")
    return Call(Path.cwd(), tuple(words), "" if installed else str(root), socket.gethostname())


def _print_units(units: dict[str, str]) -> None:
    folder = _unit_folder()
    for name, text in units.items():
        say(f"# {folder / name}\n{text}")
    say("# then: " + "; ".join(" ".join(command) for command in _enable(units)))


def _install_units(units: dict[str, str]) -> None:
    folder = _unit_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in units.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{folder}: can't be written ({error.strerror})") from None
    for command in _enable(units):
        _called(command, "the units are in place; enable the timer by hand")
    note(f"installed {', '.join(units)} in {folder}; `systemctl list-timers` shows when it runs")
    if os.geteuid():
        note("so that it runs while you are not logged in: loginctl enable-linger")


def _unit_folder() -> Path:
    return Path.home() / ".config/systemd/user" if os.geteuid() else Path("/etc/systemd/system")


def _enable(units: dict[str, str]) -> list[list[str]]:
    control = ["systemctl", "--user"] if os.geteuid() else ["systemctl"]
    timers = [name for name in units if name.endswith(".timer")]
    return [[*control, "daemon-reload"], [*control, "enable", "--now", *timers]]


def _install_line(call: Call, line: str) -> None:
    present = _called(["crontab", "-l"], "use --systemd", tolerant=True)
    _called(["crontab", "-"], "use --systemd", stdin=with_line(present, call, line))
    note(f"in your crontab now: {line}")


def _called(command: list[str], remedy: str, *, stdin: str = "", tolerant: bool = False) -> str:
    """The output of a program of the system; empty for one that fails and may, as `crontab -l` without a crontab does.

    Raises: CommandError when it is not there or fails.
    """
    program = shutil.which(command[0])
    if program is None:
        raise CommandError(f"{command[0]} is not installed; {remedy}")
    done = subprocess.run([program, *command[1:]], input=stdin, capture_output=True, text=True)  # noqa: S603 (above)
    if done.returncode and not tolerant:
        raise CommandError(f"{' '.join(command)} failed: {done.stderr.strip()}; {remedy}")
    return "" if done.returncode else done.stdout
