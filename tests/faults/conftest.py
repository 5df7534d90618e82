"""The command in a folder of its own, as in the tests of the crawler."""

from tests.crawler.conftest import copydesk, host

__all__ = ["copydesk", "host"]
