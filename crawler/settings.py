"""Scrapy settings. `scrapy crawl news -a source=...` and the `copydesk` commands both start from here."""

from typing import Any

from crawler.config import Config, load


def of_config(config: Config) -> dict[str, Any]:
    """The Scrapy settings that follow from Copydesk's own."""
    return {
        "COPYDESK": config,
        "USER_AGENT": config.user_agent,
        "DOWNLOAD_DELAY": config.pace,  # seconds between two starts at a host
        "CONCURRENT_REQUESTS": config.concurrency,  # over all hosts
        "DOWNLOAD_TIMEOUT": config.timeout,  # seconds; Scrapy's default is 180
        "DOWNLOAD_MAXSIZE": config.page_bytes,  # bytes, decompressed; Scrapy's default is 1 GiB
        "LOG_LEVEL": config.log_level,
    }


globals().update(of_config(load()))

BOT_NAME = "copydesk"
SPIDER_MODULES = ["crawler.spiders"]
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# How we behave at a host
ROBOTSTXT_OBEY = False  # by PolitenessMiddleware instead, which follows RFC 9309
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # in flight at one host
DOWNLOAD_DELAY_JITTER = 0  # the delay is a floor; jitter would go below it
COOKIES_ENABLED = False  # none are stored, and hostile ones would be replayed

# What an answer may cost
DOWNLOAD_WARNSIZE = 0  # no warning below the limit
DOWNLOAD_FAIL_ON_DATALOSS = True  # an answer cut short is a failure, to be tried again
HTTPERROR_ALLOW_ALL = True  # every answer has an outcome, whatever its status
REDIRECT_MAX_TIMES = 5  # for feeds, sitemaps and listings; redirects of articles are links of their own
DNS_TIMEOUT = 20  # seconds

# What may be fetched
DOWNLOAD_HANDLERS = {"file": None, "data": None, "ftp": None, "s3": None}
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # discovery keeps to the site
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # ignores Retry-After; tries are counted in SQL
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # a page decides nothing here
    "crawler.guard.GuardMiddleware": 40,
    "crawler.politeness.PolitenessMiddleware": 60,
}

# Where pages go
ITEM_PIPELINES = {"pipelines.items.FilingPipeline": 100}
EXTENSIONS = {"crawler.recorder.Recorder": 0}
CONCURRENT_ITEMS = 4  # each response wakes that many tasks; the default of 100 costs a fifth of the CPU

# Doors that run code
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

LOGSTATS_INTERVAL = 0  # the recorder counts
STATS_DUMP = False
