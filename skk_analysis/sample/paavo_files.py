"""The invented Paavo statistics in Statistics Finland's file layouts, quirks included.

Three layouts, as the real ones were found (see ``data/real/SOURCES.md`` of the shared material):

- wide PxWeb exports, one file per data group and year 2010–2019;
- the WFS layer of publication 2020, whose missing figure is −1 and whose data groups come from two
  different years;
- one long export of table 12f7 for 2020.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from skk_analysis.sample import paavo
from skk_analysis.sample.boundaries import areas_m2, centres
from skk_analysis.sample.world import (
    BORDER_CITY,
    BORDER_LABEL,
    BORDER_UNTIL,
    CITIES,
    YEARS,
    areas,
    residents,
)

WIDE = {
    "HE": ("Population_structure", (
        ("he_vakiy", "Inhabitants, total"), ("he_naiset", "Females"), ("he_miehet", "Males"),
        ("he_kika", "Average age of inhabitants"),
        *((f"he_{code}", label) for code, label in zip(
            (name for name, *_ in paavo.AGE_GROUPS),
            (*(f"{name.replace('_', '-')} years" for name, *_ in paavo.AGE_GROUPS[:-1]),
             "85 years or over"),
            strict=True,
        )),
    )),
    "KO": ("Educational_structure", (
        ("ko_ika18y", "Aged 18 or over, total"), ("ko_perus", "Basic level studies"),
        ("ko_koul", "With education, total"), ("ko_yliop", "Matriculation examination"),
        ("ko_ammat", "Vocational diploma"),
        ("ko_al_kork", "Academic degree - Lower level university degree"),
        ("ko_yl_kork", "Academic degree - Higher level university degree"),
    )),
    "HR": ("Inhabitants_disposable_monetary_income", (
        ("hr_tuy", "Aged 18 or over, total"), ("hr_ktu", "Average income of inhabitants"),
        ("hr_mtu", "Median income of inhabitants"),
        ("hr_pi_tul", "Inhabintants belonging to the lowest income category"),
        ("hr_ke_tul", "Inhabitants belonging to the middle income category"),
        ("hr_hy_tul", "Inhabintants belonging to the highest income category"),
        ("hr_ovy", "Accumulated purchasing power of inhabitants"),
    )),
    "TE": ("Size_and_stage_in_life_of_households", (
        ("te_taly", "Households, total"), ("te_takk", "Average size of households"),
        ("te_as_valj", "Occupancy rate"), ("te_nuor", "Young single persons"),
        ("te_eil_np", "Young couples without children"), ("te_laps", "Households with children"),
        ("te_plap", "Households with small children"),
        ("te_aklap", "Households with children under school age"),
        ("te_klap", "Households with school-age children"),
        ("te_teini", "Households with teenagers"), ("te_aik", "Adult households"),
        ("te_elak", "Pensioner households"),
        ("te_omis_as", "Households living in owner-occupied dwellings"),
        ("te_vuok_as", "Households living in rented dwellings"),
        ("te_muu_as", "Households living in other dwellings"),
    )),
    "TR": ("Households_disposable_monetary_income", (
        ("tr_kuty", "Households, total"), ("tr_ktu", "Average income of households"),
        ("tr_mtu", "Median income of households"),
        ("tr_pi_tul", "Households belonging to the lowest income category"),
        ("tr_ke_tul", "Households belonging to the middle income category"),
        ("tr_hy_tul", "Households belonging to the highest income category"),
        ("tr_ovy", "Accumulated purchasing power of households"),
    )),
    "PT": ("Main_type_of_activity", (
        ("pt_vakiy", "Inhabitants"), ("pt_tyovy", "Labour force"), ("pt_tyoll", "Employed"),
        ("pt_tyott", "Unemployed"), ("pt_tyovu", "Persons outside the labour force"),
        ("pt_0_14", "Children aged 0 to 14"), ("pt_opisk", "Students"),
        ("pt_elakel", "Pensioners"), ("pt_muut", "Others"),
    )),
}  # fmt: skip
"""Data group → file name and columns: code and the publisher's English label, misspellings too."""

WIDE_YEARS = {
    "HE": range(2010, 2020), "KO": range(2010, 2020), "HR": range(2010, 2020),
    "TE": range(2010, 2020), "TR": range(2012, 2017), "PT": range(2010, 2020),
}  # fmt: skip

WFS_PUBLICATION = 2020
WFS_YEARS = {"he": 2018, "ko": 2018, "te": 2018, "ra": 2018, "hr": 2017, "tr": 2017, "pt": 2017}
WFS_YEARS["tp"] = 2017
"""Data year of each group in the WFS layer of the publication."""

LONG_YEAR = 2020
LABEL_LENGTH = 47
TOTALS = {"he": "he_vakiy", "ko": "ko_ika18y", "hr": "hr_tuy", "te": "te_taly", "tr": "tr_kuty"}
TOTALS |= {"pt": "pt_vakiy"}
"""The figure of each group that is always published; the others hide when it is under the limit."""

SECRET_UNDER = 30
ZERO_YEARS = {
    "HE": {*range(2010, 2016), *range(2017, 2020)}, "KO": {2013, *range(2017, 2020)},
    "HR": {2013, *range(2016, 2020)}, "TE": {2013, 2014, *range(2017, 2020)},
    "TR": {2013, 2016}, "PT": {2013, *range(2016, 2020)},
}  # fmt: skip
"""Years in which an area without people is written 0 and not a dot."""


def _protected(code: str, year: int) -> np.ndarray:
    """Which areas' figure is secret: the group's total is 1–29 and the figure is not the total."""
    group = code.split("_")[0]
    if group not in TOTALS or code == TOTALS[group]:
        return np.zeros(len(areas()), bool)
    values, column = paavo.figures(), int(year - YEARS[0])
    if group == "pt" and year <= 2015:  # then labour force was published, its outside was split not
        if code in {"pt_tyovy", "pt_tyoll", "pt_tyott", "pt_tyovu"}:
            return np.zeros(len(areas()), bool)
        return (values["pt_tyovu"][:, column] < SECRET_UNDER) & (residents()[:, column] > 0)
    total = values[TOTALS[group]][:, column]
    return (total > 0) & (total < SECRET_UNDER)


def _number(code: str, value: float) -> str:
    return f"{value:.1f}" if code in paavo.ONE_DECIMAL else f"{value:.0f}"


def _cells(code: str, year: int, secret: str, empty: str | None) -> list[str]:
    """One column as text; `empty` None writes an uninhabited area's zero as it is."""
    values = paavo.figures()[code][:, int(year - YEARS[0])]
    hidden, deserted = _protected(code, year), residents()[:, int(year - YEARS[0])] == 0
    cells = [_number(code, value) for value in values]
    cells = [secret if hide else cell for cell, hide in zip(cells, hidden, strict=True)]
    if empty is None or code.startswith(("ra_", "tp_")):
        return cells
    return [empty if none else cell for cell, none in zip(cells, deserted, strict=True)]


def _labels(year: int) -> list[str]:
    """Area labels as published: runs of blanks, cut after 47 characters, last year's borders."""
    cities = {city.code: city.name_fi for city in CITIES}
    labels = []
    for row in areas().itertuples():
        city = cities[row.city_code]
        if row.code == border_area() and year <= BORDER_UNTIL:
            city = BORDER_LABEL
        tail = f"  ({city})" if year <= 2012 else f"   ({city} )"
        labels.append(f"{row.code} {row.name_fi}{tail}"[:LABEL_LENGTH])
    return labels


@cache
def border_area() -> str:
    """Code of the area whose label names another municipality in early years."""
    frame = areas()
    own = (frame["city_code"] == BORDER_CITY) & (frame["kind"] == "rural")
    return str(frame.loc[own, "code"].iloc[0])


def wide(group: str, year: int) -> bytes:
    """A PxWeb wide export: ISO-8859-1, labels quoted, numbers bare, first row the country."""
    columns = WIDE[group][1]
    if group == "PT" and year >= 2016:
        columns = tuple(c for c in columns if c[0] not in {"pt_tyovy", "pt_tyovu"})
    zero = year in ZERO_YEARS[group]
    head = "Postialue" if (group, year) == ("TE", 2015) else "Postal code area"
    header = ",".join(f'"{label}, {year} ({group})"' for _, label in columns)
    nation = paavo.country()
    lines = [f'"{head}",{header}']
    finland = (_number(code, nation[code][int(year - YEARS[0])]) for code, _ in columns)
    lines.append('"Finland",' + ",".join(finland))
    cells = [_cells(code, year, "..", None if zero else ".") for code, _ in columns]
    for label, *row in zip(_labels(year), *cells, strict=True):
        lines.append(f'"{label}",' + ",".join(row))
    return ("\n".join(lines) + "\n").encode("iso-8859-1")


def wfs() -> bytes:
    """The WFS layer of one publication as CSV: text codes, −1 where nothing is published."""
    frame, codes = areas(), _wfs_codes()
    x, y = centres()
    city = frame["city_code"].tolist()
    columns = {
        "posti_alue": frame["code"].tolist(), "nimi": frame["name_fi"].tolist(),
        "namn": frame["name_sv"].tolist(), "euref_x": x, "euref_y": y,
        "pinta_ala": areas_m2(), "vuosi": [WFS_PUBLICATION] * len(frame), "kunta": city,
    }  # fmt: skip
    for code in codes:
        columns[code] = _cells(code, WFS_YEARS[code[:2]], "-1", "-1")
    for code in (c for c in codes if c.startswith(tuple(TOTALS))):
        if code in TOTALS.values():  # totals are 0, not missing, where nobody lives
            columns[code] = _cells(code, WFS_YEARS[code[:2]], "-1", None)
    lines = [",".join(columns)]
    lines += [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _wfs_codes() -> list[str]:
    newer = {"te_yks", "te_yhlap", "ra_muu_as", "pt_tyovy", "pt_tyovu"}
    order = ("he_", "ko_", "hr_", "te_", "tr_", "ra_", "tp_", "pt_")
    return [c for start in order for c in paavo.figures() if c.startswith(start) and c not in newer]


LONG_RENAMED = {
    "te_as_valj": "Average floor area per person", "te_nuor": "Young one-person households",
    "te_yks": "One-person households", "te_yhlap": "One-parent households with children",
    "pt_vakiy": "Inhabitants, total",
    "hr_pi_tul": "Inhabitants belonging to the lowest income category",
    "hr_hy_tul": "Inhabitants belonging to the highest income category",
    "ko_al_kork": "Academic degree - Lowest level tertiary and lower university level degrees",
    "ko_yl_kork": "Academic degree - Higher university level degree",
    "ra_ke": "Free-time residences", "ra_raky": "Buildings, total",
    "ra_muut": "Other buildings", "ra_asrak": "Residential buildings", "ra_asunn": "Dwellings",
    "ra_as_kpa": "Average floor area per dwelling", "ra_pt_as": "Dwellings in small houses",
    "ra_kt_as": "Dwellings in blocks of flats", "ra_muu_as": "Other dwellings",
    "tp_tyopy": "Workplaces, total", "tp_alku_a": "Primary production",
    "tp_jalo_bf": "Processing", "tp_palv_gu": "Services",
}  # fmt: skip
"""Labels that table 12f7 writes otherwise than the wide exports, or that these lack."""


def _long_labels() -> Iterator[tuple[str, str]]:
    """Code and label of table 12f7, in its order."""
    for group in ("HE", "KO", "HR", "TE", "TR", "RA", "TP", "PT"):
        listed = WIDE.get(group, ("", ()))[1]
        codes = [code for code, _ in listed] or [
            code for code in LONG_RENAMED if code.startswith(group.lower() + "_")
        ]
        if group == "HE":  # 12f7 has males first
            codes[1], codes[2] = codes[2], codes[1]
        if group == "TE":
            codes[3:3] = ["te_yks"]
            codes.insert(codes.index("te_aik"), "te_yhlap")
        for code in codes:
            if code not in {"pt_tyovy", "pt_tyovu"}:
                yield code, f"{LONG_RENAMED.get(code) or dict(listed)[code]} ({group})"


def long() -> bytes:
    """A long export of table 12f7, gzipped: title, blank line, header with the bare year."""
    cities = {city.code: city.name_fi for city in CITIES}
    labels = [
        f"{row.code}  {row.name_fi} ({cities[row.city_code]})" for row in areas().itertuples()
    ]
    x, y = centres()
    places = {"X coordinate": x, "Y coordinate": y, "Surface area": areas_m2()}
    return compress(long_export(LONG_YEAR, labels, places, range(len(labels))))


def long_export(
    year: int,
    labels: Sequence[str],
    places: Mapping[str, Sequence[int]],
    rows: Sequence[int],
    incomes: Sequence[float] | None = None,
) -> bytes:
    """Table 12f7 of one year for areas that are called ``labels`` and have the figures of ``rows``.

    ``incomes`` multiplies the mean and median incomes of each area.
    """
    columns = [(label, [str(number) for number in column]) for label, column in places.items()]
    for code, label in _long_labels():  # how many people there are is 0, all else a dot
        cells = _cells(code, year, '".."', None if code == "he_vakiy" else '"."')
        own = [cells[row] for row in rows]
        if incomes is not None and code in paavo.MEANS and "tu" in code:
            own = [
                f"{float(cell) * factor:.0f}" if cell[0] != '"' else cell
                for cell, factor in zip(own, incomes, strict=True)
            ]
        columns.append((label, own))
    lines = ['"12f7 -- 9. All data groups, 2010-2023"', ""]
    lines.append(f'"Postal code area","Information","{year}"')
    for index, label in enumerate(labels):
        lines += [f'"{label}","{name}",{cells[index]}' for name, cells in columns]
    return ("\r\n".join(lines) + "\r\n").encode("iso-8859-1")


def compress(content: bytes) -> bytes:
    """Gzip with the same bytes each time: no name, no time.

    The bytes are those of the classic zlib, which Python usually comes with; zlib-ng packs the same
    content otherwise.
    """
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()
