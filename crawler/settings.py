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
REFERRER_POLICY = "no-referrer"  # no host need know what led here
DOWNLOAD_DELAY_JITTER = 0  # the delay is a floor; jitter would go below it
COOKIES_ENABLED = False  # none are stored, and hostile ones would be replayed

# What an answer may cost
DOWNLOAD_WARNSIZE = 0  # no warning below the limit
DOWNLOAD_FAIL_ON_DATALOSS = True  # an answer cut short is a failure, to be tried again
REDIRECT_MAX_TIMES = 5  # for feeds, sitemaps and listings; redirects of articles are links of their own
DNS_TIMEOUT = 20  # seconds

# What may be fetched
DOWNLOAD_HANDLERS = {
    "http": "crawler.handler.Handler",
    "https": "crawler.handler.Handler",
    **dict.fromkeys(("file", "data", "ftp", "s3")),
}
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # discovery keeps to the site
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # ignores Retry-After; tries are counted in SQL
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # a page decides nothing here
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no passwords
    "crawler.guard.GuardMiddleware": 40,
    "crawler.politeness.PolitenessMiddleware": 60,
    "crawler.ending.Ending": 1000,  # next to the download, so that nothing is asked for after the end
}

SPIDER_MIDDLEWARES = {  # together a tenth of the reactor's time
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # nobody reads its mark
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # every answer has an outcome, whatever its status
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # drops without a word; `canonical` has the limit
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # counted in SQL, over all runs
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # a hint for developers
}

# Where pages go
ITEM_PIPELINES = {"pipelines.items.FilingPipeline": 100}
EXTENSIONS = {
    "crawler.recorder.Recorder": 0,
    "scrapy.extensions.corestats.CoreStats": None,  # the recorder counts
    "scrapy.extensions.logcount.LogCount": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
}
DOWNLOADER_STATS = False
CONCURRENT_ITEMS = 4  # each response wakes that many tasks; the default of 100 costs a fifth of the CPU

# Doors that run code
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

LOG_FORMATTER = "crawler.log_lines.OneLineEach"
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
