"""Names under which tables and figures hold their data; here, so that reading costs no drawing."""

import re
import unicodedata

RESOURCE = "application/vnd.dataresource+json"
"""A tabular data resource (Frictionless), which Jupyter knows as a kind of output."""

DRAWN = "skk-drawn"
"""Id of the element of a drawing that says what is drawn in it."""


def plain_name(title: str) -> str:
    """A name that every tool takes: small letters of English, digits and underscores.

    Examples
    --------
    >>> plain_name("Väestön osuus 2019, %")
    'vaeston_osuus_2019'
    """
    bare = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")[:60] or "field"
