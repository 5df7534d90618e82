"""The pure core: page bytes in, one clean article or one named reason out.

Nothing here touches the network, the clock, the environment or a database, `items.py` (the Scrapy adapter) aside.
"""
