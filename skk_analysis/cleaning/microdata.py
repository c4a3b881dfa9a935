"""Files of persons: household microdata and residents' surveys, in this suite's own layouts.

Both are tables with Finnish or English headers (``;`` or ``,``, decimal comma or point). Any
question column of a survey is a question; a question without a column was not asked.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.cleaning import cells as status
from skk_analysis.cleaning.cells import SYMBOLS, Cells, padded_code, read_cells
from skk_analysis.cleaning.message import WARNING
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import Keys, Reader, Reading, wrong_cells, years

HOUSEHOLD_COLUMNS = {
    "kuntakoodi": "city_code",
    "postinumero": "area_code",
    "vuosi": "year",
    "kotitaloustunnus": "unit_id",
    "paino": "weight",
    "ositus": "stratum",
    "ryvas": "cluster",
    "kaytettavissa_olevat_tulot": "disposable_income",
    "henkiloita": "size",
    "alle_14v": "under_14",
    "ika": "age",
    "sukupuoli": "sex",
    "koulutus": "education",
    "kieli": "language",
    "household_id": "unit_id",
    "persons": "size",
    "persons_under_14": "under_14",
}
SURVEY_COLUMNS = {
    **{
        k: HOUSEHOLD_COLUMNS[k]
        for k in (
            "kuntakoodi",
            "postinumero",
            "vuosi",
            "paino",
            "ika",
            "sukupuoli",
            "koulutus",
            "kieli",
        )
    },
    "vastaajatunnus": "respondent_id",
    "ryhma": "group",
}
HOUSEHOLD_FIELDS = list(dict.fromkeys(HOUSEHOLD_COLUMNS.values()))
SURVEY_FIELDS = [
    "city_code",
    "area_code",
    "year",
    "respondent_id",
    "group",
    "weight",
    "age",
    "sex",
    "education",
    "language",
]
CATEGORIES = {
    "sex": {"nainen": "female", "mies": "male", "female": "female", "male": "male"},
    "education": {
        "perusaste": "basic",
        "toinen_aste": "secondary",
        "korkea_aste": "higher",
        "basic": "basic",
        "secondary": "secondary",
        "higher": "higher",
    },
    "language": {"fi": "fi", "sv": "sv", "muu": "other", "other": "other"},
    "group": {
        "asukas": "resident",
        "osallistuja": "participant",
        "vertailu": "comparison",
        "resident": "resident",
        "participant": "participant",
        "comparison": "comparison",
    },
}
AGE_GROUPS = ([18, 30, 45, 65, 200], ["18–29", "30–44", "45–64", "65+"])
ANSWER_SYMBOLS = {
    **SYMBOLS,
    "": (status.NOT_RECEIVED, "blank"),
    "9": (status.NOT_RECEIVED, "do_not_know"),
    "-1": (status.NOT_ASKED, "minus_one"),
}
ADULT, CHILD = 0.5, 0.3
"""Modified OECD scale: 1 for the first adult, these for other persons over 13 and for children."""


def _columns(file: RawFile, names: dict[str, str]) -> dict[str, str]:
    """Header → field, for the headers that are known in either language."""
    fields = {**{field: field for field in names.values()}, **names}
    return {name: fields[name.lower()] for name in file.header if name.lower() in fields}


def is_households(file: RawFile) -> bool:
    """Household microdata: every field of the layout is there."""
    return not file.is_json and (
        set(_columns(file, HOUSEHOLD_COLUMNS).values()) == set(HOUSEHOLD_FIELDS)
    )


def is_survey(file: RawFile) -> bool:
    """A survey file: the background columns of the layout and at least one question."""
    if file.is_json:
        return False
    known = _columns(file, SURVEY_COLUMNS)
    return set(known.values()) == set(SURVEY_FIELDS) and len(known) < len(file.header)


def _fields(file: RawFile, names: dict[str, str], reading: Reading) -> pd.DataFrame:
    """Codes, year, categories and numbers that both layouts share, checked cell by cell."""
    table = file.table
    known = _columns(file, names)
    header = {field: name for name, field in known.items()}
    frame = table.frame[list(known)].rename(columns=known)

    def check(wrong: pd.Series | np.ndarray, field: str, expected: str) -> None:
        reading.messages += wrong_cells(
            file, np.asarray(wrong, bool), table.lines, frame[field], header[field], expected
        )

    city, area = padded_code(frame["city_code"], 3), padded_code(frame["area_code"], 5)
    check(~city.str.fullmatch(r"\d{3}"), "city_code", "a municipality code such as 049")
    check(~area.str.fullmatch(r"\d{5}"), "area_code", "a postal code such as 02100")
    year, messages = years(file, frame["year"], table.lines, header["year"])
    reading.messages += messages
    result = pd.DataFrame({"city_code": city, "area_code": area, "year": year})
    for field in ("unit_id", "stratum", "cluster", "respondent_id"):
        if field in frame:
            result[field] = frame[field].str.strip()
            check(result[field].eq(""), field, "an identifier")
    for field, values in CATEGORIES.items():
        if field in frame:
            result[field] = frame[field].str.strip().str.lower().map(values)
            known_values = [v for v in values if v not in values.values()] or list(values)
            check(result[field].isna(), field, ", ".join(known_values))
    for field, low, high in [
        ("weight", 0, np.inf),
        ("size", 1, 50),
        ("under_14", 0, 49),
        ("age", 15, 120),
    ]:
        if field in frame:
            result[field] = read_cells(frame[field]).value
            good = result[field].between(low, high, inclusive="both" if low else "right")
            if field == "under_14":
                good = result[field].between(0, result["size"] - 1)
            check(~good, field, _between(field, low, high))
    result["age_group"] = _age_group(result["age"])
    result["resource"] = file.resource
    return result


def _between(field: str, low: float, high: float) -> str:
    if field == "weight":
        return "a positive number"
    if field == "under_14":
        return "a number smaller than the number of persons"
    return f"a number from {low:g} to {high:g}"


def _age_group(age: pd.Series) -> pd.Series:
    edges, labels = AGE_GROUPS
    ages = age.clip(lower=18)
    return pd.cut(ages, edges, right=False, labels=labels).astype("str")


def read_households(file: RawFile, _: Keys) -> Reading:
    """Households with equivalised income; a household without an income is left out and counted."""
    reading = Reading(len(file.table.frame))
    frame = _fields(file, HOUSEHOLD_COLUMNS, reading)
    header = {f: n for n, f in _columns(file, HOUSEHOLD_COLUMNS).items()}["disposable_income"]
    text = file.table.frame[header]
    income = read_cells(text)
    reading.messages += wrong_cells(
        file, income.wrong, file.table.lines, text, header, "euros a year, a number"
    )
    missing = income.status != status.OBSERVED
    if missing.any():
        reading.rows_refused = int(missing.sum())
        reading.messages.append(
            file.message(
                WARNING,
                "missing",
                "an income for each household",
                "Households left out; their share is in the cleaning report.",
                row=int(file.table.lines[missing][0]),
                column=header,
                value=f"{missing.sum()} of {len(frame)} rows without income",
            )
        )
    frame["disposable_income"] = income.value
    others = frame["size"] - 1 - frame["under_14"]
    frame["equivalence"] = 1 + ADULT * others + CHILD * frame["under_14"]
    frame["income"] = frame["disposable_income"] / frame["equivalence"]
    frame["person_weight"] = frame["weight"] * frame["size"]
    frame["row"] = file.table.lines
    reading.tables["households"] = frame[~missing]
    return reading


def read_survey(file: RawFile, _: Keys) -> Reading:
    """One row a respondent and question; a missing answer says why it is missing."""
    reading = Reading(len(file.table.frame))
    people = _fields(file, SURVEY_COLUMNS, reading)
    known = _columns(file, SURVEY_COLUMNS)
    questions = [name for name in file.header if name not in known]
    tables = []
    for question in questions:
        text = file.table.frame[question].str.strip().str.removesuffix(".0")
        answers = read_cells(text, ANSWER_SYMBOLS)
        outside = answers.wrong | ((answers.status == status.OBSERVED) & ~_is_answer(answers))
        reading.messages += wrong_cells(
            file,
            outside,
            file.table.lines,
            text,
            question,
            "an answer 1–5, 9 (does not know), -1 (not asked) or blank",
        )
        tables.append(
            people.assign(
                question=question,
                answer=answers.value,
                status=pd.array(answers.status, dtype="str"),
                reason=pd.array(answers.reason, dtype="str"),
                row=file.table.lines,
            )
        )
    reading.tables["responses"] = pd.concat(tables, ignore_index=True)
    return reading


def _is_answer(cells: Cells) -> np.ndarray:
    return np.isin(cells.value, [1, 2, 3, 4, 5])


HOUSEHOLDS = Reader(
    name="households",
    folder="households",
    title="Kotitalouksien mikroaineisto",
    layout="household microdata ('kuntakoodi;postinumero;vuosi;kotitaloustunnus;paino;…')",
    recognises=is_households,
    read=read_households,
    licence="",
)
SURVEY = Reader(
    name="survey",
    folder="surveys",
    title="Asukaskysely",
    layout="survey ('kuntakoodi;postinumero;vuosi;vastaajatunnus;ryhma;paino;…;questions')",
    recognises=is_survey,
    read=read_survey,
    publisher="",
    licence="",
)
