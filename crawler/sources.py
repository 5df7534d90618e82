"""The site files: the ones that come with Copydesk and the ones of the user's own."""

from pathlib import Path

from crawler.config import Config, ConfigError
from pipelines.rules import Rulebook, load_rulebook

OWN_SITES = Path(__file__).parent / "sites"


def site_files(config: Config) -> tuple[Path, ...]:
    """All site files, the user's own after those that come with Copydesk.

    Raises: ConfigError when the folder of the setting `sites` does not exist.
    """
    folders = [OWN_SITES]
    if config.sites:
        folders.append(Path(config.sites))
        if not folders[-1].is_dir():
            raise ConfigError(f"sites is {config.sites!r}, which is not a folder; make it or correct the setting")
    return tuple(file for folder in folders for file in sorted(folder.glob("*.toml")))


def rulebook(config: Config) -> Rulebook:
    """The phrase packs and site rules in force. Raises: ConfigError, and RuleError for a broken file."""
    return load_rulebook(site_files(config))
