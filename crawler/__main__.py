"""`python -m crawler` is the command `copydesk`."""

from crawler.cli import main

if __name__ == "__main__":  # the processes of `run --processes` import this file too
    main()
