"""The log of runs that nobody watches: one file, which is moved aside when it is full."""

import logging
import time
from logging.handlers import RotatingFileHandler

from crawler.config import Config, ConfigError

STARTING = ("scrapy.addons", "scrapy.crawler", "scrapy.middleware", "scrapy.utils.log")
"""What tells versions, settings and components at the beginning: 80 lines a run."""
LINE = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


def log_to_file(config: Config) -> None:
    """Sends all that is logged, Python's warnings too, to the file of the setting `log`: INFO and above, or DEBUG.

    Raises: ConfigError when the file can't be written.
    """
    try:
        handler = RotatingFileHandler(
            config.log, maxBytes=config.log_bytes, backupCount=config.log_files, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        raise ConfigError(f"log is {config.log!r}, which can't be written ({error.strerror}); name a file") from None
    formatter = logging.Formatter(LINE, "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    log_through(handler, config)


def log_through(handler: logging.Handler, config: Config) -> None:
    """Makes a handler the only one of this process."""
    level = min(logging.INFO, logging.getLevelNamesMapping()[config.log_level])
    handler.setLevel(level)  # the root's own level is taken away by Scrapy
    handler.addFilter(lambda record: record.name not in STARTING or record.levelno > logging.INFO)
    root = logging.getLogger()
    root.setLevel(level)
    root.handlers = [handler]
    logging.captureWarnings(True)
