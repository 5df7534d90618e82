"""copydesk.toml and the environment -> one frozen `Config`.

Every setting is a field here. It is read, in this order, from `COPYDESK_<NAME>` in the environment, from the
configuration file, else it has its default. The file is the one named on the command line or in `COPYDESK_CONFIG`,
else `copydesk.toml` in the current folder if there is one.
"""

import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler import __version__

CONFIG_FILE = "copydesk.toml"
PREFIX = "COPYDESK_"
SMALLEST_DELAY = 0.02
"""Seconds."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class ConfigError(Exception):
    """The configuration can't be used. The message names the place, what is wrong there and what was expected."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. `docs/settings.md` explains each one."""

    database: str = "sqlite:///copydesk.db"
    """Where articles are filed: a SQLAlchemy URL for SQLite or PostgreSQL."""
    contact: str = ""
    """A web page or e-mail address for the site owners, named in the User-Agent."""
    sites: str = ""
    """A folder of site files (`<domain>.toml`) of your own; empty: only those that come with Copydesk."""
    delay: float = 1.0
    """Seconds between the starts of two requests to one host, at least."""
    concurrency: int = 32
    """Requests under way over all hosts; at one host it is always one."""
    timeout: float = 30.0
    """Seconds until an answer must be complete."""
    page_bytes: int = 10 * 2**20
    """Largest page, in bytes, after decompression."""
    sitemap_bytes: int = 50 * 2**20
    """Largest feed or sitemap, in bytes, after decompression."""
    articles_per_run: int = 500
    """Pages fetched from one source in one run; what is left waits for the next."""
    listings_per_run: int = 100
    """Feeds, sitemaps and listing pages fetched from one source in one run."""
    allow_addresses: tuple[str, ...] = ()
    """Address ranges (CIDR) that may be fetched although they are not public."""
    obey_rights: bool = False
    """Whether articles that their site reserves from use by machines are left out."""
    log_level: str = "WARNING"
    """DEBUG, INFO, WARNING or ERROR."""
    log: str = "copydesk.log"
    """The file that `run` logs to."""
    log_bytes: int = 10 * 2**20
    """Size at which the log is moved aside, in bytes; 0: never."""
    log_files: int = 5
    """Logs that were moved aside and are kept."""
    ping: str = ""
    """An address that `run` calls when it has ended well; `/fail` is added when it has not."""
    now: str = ""
    """The moment at which the clock starts, ISO 8601, for tests and benchmarks; empty: the present."""

    @property
    def pace(self) -> float:
        """`delay`, but never 0: without any delay Scrapy 2.19 does not hold its limit of one request at a host."""
        return max(self.delay, SMALLEST_DELAY)

    @property
    def user_agent(self) -> str:
        """The User-Agent header: the project's name, its version and the contact."""
        return f"Copydesk/{__version__}" + (f" (+{self.contact})" if self.contact else "")


def load(path: str | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """The configuration from the file and the environment.

    Raises: ConfigError for a file that is missing or isn't TOML, an unknown setting, or a value of the wrong type or
    out of its range.
    """
    environment = os.environ if environment is None else environment
    named = path or environment.get(PREFIX + "CONFIG")
    file = Path(named or CONFIG_FILE)
    config = Config()
    if named or file.exists():
        config = _updated(config, _read(file), str(file))
    mine = (name for name in environment if name.startswith(PREFIX) and name != PREFIX + "CONFIG")
    variables = {name.removeprefix(PREFIX).lower(): environment[name] for name in mine}
    return _updated(config, variables, "the environment")


def from_environment() -> dict[str, str]:
    """Copydesk's variables that are set now."""
    return {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: can't be read ({error.strerror}); give --config a file that exists") from None
    except ValueError as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from None


def _updated(config: Config, settings: Mapping[str, Any], place: str) -> Config:
    for name, value in settings.items():
        if name not in _READERS:
            raise ConfigError(f"{place}: unknown setting {name!r}; known are {', '.join(_READERS)}")
        try:
            config = replace(config, **{name: _READERS[name](value)})
        except ValueError as error:
            raise ConfigError(f"{place}: {name} is {value!r}; expected {error}") from None
    return config


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004 (one kind of error says what was expected)
    return value


def _number(kind: type[int] | type[float], least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        with suppress(ValueError):
            number = kind(str(value))
            if least <= number <= most:
                return number
        raise ValueError(f"a {'whole ' if kind is int else ''}number from {least} to {most}")

    return read


def _ranges(value: Any) -> tuple[str, ...]:
    texts = value.split(",") if isinstance(value, str) else value
    try:
        return tuple(str(ipaddress.ip_network(text.strip())) for text in texts if text.strip())
    except (ValueError, TypeError, AttributeError):
        raise ValueError("address ranges such as 10.0.0.0/8") from None


def _level(value: Any) -> str:
    if str(value).upper() not in LOG_LEVELS:
        raise ValueError(" or ".join(LOG_LEVELS))
    return str(value).upper()


def _moment(value: Any) -> str:
    if value == "":
        return ""
    with suppress(ValueError):
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    raise ValueError("a moment such as 2026-06-11T08:00:00Z")


def _switch(value: Any) -> bool:
    if str(value).lower() not in _SWITCH:
        raise ValueError("true or false")
    return _SWITCH[str(value).lower()]


_SWITCH = {"true": True, "1": True, "false": False, "0": False}
_READERS: dict[str, Callable[[Any], Any]] = {
    "database": _text,
    "contact": _text,
    "sites": _text,
    "delay": _number(float, 0, 3600),
    "concurrency": _number(int, 1, 1000),
    "timeout": _number(float, 0.1, 3600),
    "page_bytes": _number(int, 1, 2**30),
    "sitemap_bytes": _number(int, 1, 2**30),
    "articles_per_run": _number(int, 0, 10**9),
    "listings_per_run": _number(int, 0, 10**9),
    "allow_addresses": _ranges,
    "obey_rights": _switch,
    "log_level": _level,
    "log": _text,
    "log_bytes": _number(int, 0, 2**40),
    "log_files": _number(int, 0, 1000),
    "ping": _text,
    "now": _moment,
}
"""What reads each setting's value. Raises: ValueError, which names what was expected."""
