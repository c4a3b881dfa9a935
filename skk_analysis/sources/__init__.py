"""Clients of the open-data services → ``data/raw``.

Which indicators are fetched is decided by the dictionary of the programme register; nothing is
cleaned here: answers are stored as received, for the readers of ``cleaning``.
"""

from skk_analysis.sources.client import Addresses, Client, Limits, Patience
from skk_analysis.sources.errors import SourceError
from skk_analysis.sources.findings import Finding
from skk_analysis.sources.run import SERVICES, Summary, check, fetch

__all__ = [
    "SERVICES",
    "Addresses",
    "Client",
    "Finding",
    "Limits",
    "Patience",
    "SourceError",
    "Summary",
    "check",
    "fetch",
]
