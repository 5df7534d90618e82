"""The outer shell: network, clock, environment and command line."""

__version__ = "0.1.0"
