"""The municipalities that city reports can be made of: the programme's and all others."""

from __future__ import annotations

import unicodedata

from skk_analysis.programme import City, Programme
from skk_analysis.reporting.tables import rows_of
from skk_analysis.workspace import SkkError, Workspace

LEVEL = "municipality"
NAMES = ("unit_code", "name_fi", "name_sv")


def municipalities(workspace: Workspace) -> list[City]:
    """Every municipality of a cleaned workspace, the programme's cities first.

    One without a row in the register is known by what the municipality key says; its English name
    is the Finnish one.

    Raises
    ------
    SkkError
        If the data have not been cleaned, or two municipalities would share a folder of reports.
    """
    own = Programme.of(workspace).cities()
    known = {city.code for city in own}
    rows = rows_of(workspace, "areas", [("unit_level", "==", LEVEL)], columns=NAMES)
    others = [city for city in map(_city, *(rows[n] for n in NAMES)) if city.code not in known]
    found = [*own, *others]
    places: dict[str, City] = {}
    for city in found:
        if places.setdefault(city.key, city) != city:
            raise SkkError(
                f"The municipalities {places[city.key].code} and {city.code} are both called "
                f"{city.name_fi}: their reports would lie in one folder, {city.key}. Keep one of "
                "them in the municipality key."
            )
    return found


def city_named(workspace: Workspace, name: str) -> City:
    """The city of the programme or other municipality with this name, key or code.

    Raises
    ------
    SkkError
        If there is none; the message lists the cities of the programme.
    """
    programme = Programme.of(workspace)
    try:
        return programme.city(name)
    except SkkError:
        if not (workspace.processed / "areas.parquet").is_file():
            raise
        wanted = unicodedata.normalize("NFC", name)
        for column in NAMES:
            rows = rows_of(
                workspace,
                "areas",
                [("unit_level", "==", LEVEL), (column, "==", wanted)],
                columns=NAMES,
            )
            if len(rows):
                return _city(*rows.iloc[0])
        raise


def _city(code: str, name_fi: str, name_sv: str) -> City:
    return City(str(code), str(name_fi), str(name_sv), str(name_fi))
