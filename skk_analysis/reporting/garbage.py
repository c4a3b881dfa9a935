"""Python's collector of garbage in processes that make reports."""

import gc
from functools import cache

EACH = 50_000
"""New objects after which those that are young are looked at; Python itself waits for 700."""


@cache
def collect_seldom() -> None:
    """Leave alone what is loaded, and look for garbage less often; once in a process.

    A report makes hundreds of thousands of small objects that are needed to its end; looking
    through them again and again takes a tenth of its time. And a collector writes to what it looks
    at, which a fork would then no longer share.
    """
    gc.collect()
    gc.enable()
    gc.freeze()
    gc.set_threshold(EACH, 10, 10)
