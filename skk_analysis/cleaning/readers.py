"""All readers, in the order in which layouts are tried."""

from __future__ import annotations

from skk_analysis.cleaning import boundaries, diak, json_stat, keys, microdata, paavo, sotkanet
from skk_analysis.cleaning.message import CleaningError
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import Reader

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        keys.MUNICIPALITIES,
        keys.POSTAL_AREAS,
        keys.SOTKANET_REGIONS,
        boundaries.BOUNDARIES,
        paavo.WIDE,
        paavo.LONG,
        paavo.WFS,
        sotkanet.CSV,
        sotkanet.JSON,
        sotkanet.LABELLED,
        sotkanet.POPULATION,
        json_stat.JSON_STAT,
        diak.DIAK,
        diak.PRICES,
        microdata.HOUSEHOLDS,
        microdata.SURVEY,
    )
}
"""Reader by name (``skk:reader`` of the raw Data Package)."""


def recognise(file: RawFile) -> Reader:
    """The reader of a file's layout, found from its content.

    Raises
    ------
    CleaningError
        If no reader knows the layout, or the file is damaged.
    """
    for reader in READERS.values():
        if reader.recognises(file):
            return reader
    layouts = "\n".join(f"  {r.name}: {r.layout}" for r in READERS.values())
    begins = "JSON" if file.is_json else ", ".join(file.header[:6])
    raise file.error(
        "a layout that can be read",
        f"If it is one of these, say which with --reader NAME:\n{layouts}\n",
        value=f"begins with {begins}",
    )


def named_reader(name: str, file: RawFile) -> Reader:
    """The reader with this name.

    Raises
    ------
    CleaningError
        If there is none; the message lists those there are.
    """
    if name not in READERS:
        raise CleaningError(
            [file.error(f"one of {', '.join(READERS)}", "", value=f"reader {name}").messages[0]]
        )
    return READERS[name]
