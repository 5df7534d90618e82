"""`python -m crawler` is the command `copydesk`."""

from crawler.cli import main

main()
