"""Runs the command as a user would: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawler.hosts import Host, serving

ROOT = Path(__file__).parents[2]


class Copydesk:
    """`copydesk` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        clean = {
            name: value for name, value in os.environ.items() if "COPYDESK" not in name and "proxy" not in name.lower()
        }
        self.environment = {**clean, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}

    def __call__(self, *arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-m", "crawler", *arguments], stdin, environment)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """The command in the background, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "crawler", *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def scrapy(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {"SCRAPY_SETTINGS_MODULE": "crawler.settings"}
        return self._run([sys.executable, "-m", "scrapy", *arguments], b"", {**settings, **environment})

    def _run(self, command: list[str], stdin: bytes, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **environment},
            input=stdin,
            capture_output=True,
            timeout=120,
        )
        return subprocess.CompletedProcess(
            command, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        )


@pytest.fixture
def copydesk(tmp_path: Path) -> Copydesk:
    return Copydesk(tmp_path)


@pytest.fixture
def host() -> Iterator[Host]:
    with serving(Host()) as serves:
        yield serves
