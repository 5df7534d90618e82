"""The site files: the ones that come with Copydesk and the ones of the user's own."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

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
    return replace(load_rulebook(site_files(config)), obey_rights=config.obey_rights)


def add_rules(config: Config, site: str, rules: str) -> Path:
    """Adds layouts (TOML) to the user's own site file of a domain, which is made if it is not there. Returns: the file.

    Raises: ConfigError when no folder is set, or when it can't be written; RuleError for rules that can't be used,
    and then nothing is written.
    """
    if not config.sites:
        raise ConfigError('no folder for site files; put sites = "sites" into copydesk.toml, and make that folder')
    site_files(config)
    file = Path(config.sites) / f"{site}.toml"
    try:
        text = f"{file.read_text('utf-8').rstrip()}\n\n{rules}" if file.exists() else rules
        with TemporaryDirectory() as folder:
            draft = Path(folder) / file.name
            draft.write_text(text, "utf-8")
            load_rulebook([draft])
        part = file.with_suffix(".part")
        part.write_text(text, "utf-8")
        part.replace(file)
    except OSError as error:
        raise ConfigError(f"{file}: can't be written ({error.strerror})") from None
    return file
