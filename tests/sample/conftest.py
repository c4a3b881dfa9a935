"""The committed sample as its files are, read without the library's own readers."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

RAW = Path(__file__).resolve().parents[2] / "data" / "raw"
CITY_KEYS = ("espoo", "turku", "vantaa", "tampere", "oulu", "jyvaskyla")
ENGLISH = {
    "city_code": "kuntakoodi", "area_code": "postinumero", "year": "vuosi",
    "household_id": "kotitaloustunnus", "weight": "paino", "stratum": "ositus",
    "cluster": "ryvas", "disposable_income": "kaytettavissa_olevat_tulot",
    "persons": "henkiloita", "persons_under_14": "alle_14v", "age": "ika", "sex": "sukupuoli",
    "education": "koulutus", "language": "kieli",
}  # fmt: skip


@pytest.fixture(scope="session")
def raw() -> Path:
    """The committed ``data/raw``."""
    return RAW


@pytest.fixture(scope="session")
def truths() -> dict:
    """The planted truths."""
    return json.loads((RAW / "planted_truths.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def households() -> dict[str, pd.DataFrame]:
    """The household files by city key, numbers as numbers, income equivalised."""
    return {key: _households(key) for key in CITY_KEYS}


def _households(key: str) -> pd.DataFrame:
    content = gzip.decompress((RAW / f"households/kotitaloudet_{key}.csv.gz").read_bytes())
    encoding = "utf-8" if key in {"turku", "jyvaskyla"} else "iso-8859-1"
    rows = list(csv.DictReader(content.decode(encoding).splitlines(), delimiter=";"))
    frame = pd.DataFrame(rows).rename(columns=ENGLISH)
    money = ["paino", "kaytettavissa_olevat_tulot"]
    frame[money] = frame[money].apply(lambda c: c.str.replace(",", ".").astype(float))
    whole = ["vuosi", "henkiloita", "alle_14v", "ika"]
    frame[whole] = frame[whole].astype(int)
    size, young = frame["henkiloita"], frame["alle_14v"]
    units = 1 + 0.5 * (size - young - 1) + 0.3 * young
    return frame.assign(
        income=frame["kaytettavissa_olevat_tulot"] / units, persons_weight=frame["paino"] * size
    )


@pytest.fixture(scope="session")
def paavo() -> pd.DataFrame:
    """The wide exports' cells as text: area, city in the label, group, year, label, cell."""
    rows = []
    for path in sorted((RAW / "areas").glob("*_20??.csv")):
        if path.name.startswith("pno_"):
            continue
        table = list(csv.reader(path.read_text("iso-8859-1").splitlines()))
        for line in table[2:]:
            for label, cell in zip(table[0][1:], line[1:], strict=True):
                name, year = label.rsplit(", ", 1)
                rows.append((line[0][:5], line[0], year[6:8], int(year[:4]), name, cell))
    return pd.DataFrame(rows, columns=["area", "label", "group", "year", "name", "cell"])


@pytest.fixture(scope="session")
def long_2020() -> pd.DataFrame:
    """The long export of table 12f7: areas × labels, text."""
    content = gzip.decompress((RAW / "areas/009_12f7_2020.csv.gz").read_bytes())
    rows = list(csv.reader(content.decode("iso-8859-1").splitlines()[3:]))
    frame = pd.DataFrame(rows, columns=["area", "name", "cell"])
    frame = frame.assign(area=frame["area"].str[:5])
    return frame.pivot_table(index="area", columns="name", values="cell", aggfunc="first")


@pytest.fixture(scope="session")
def city_of() -> pd.Series:
    """City code by area code, from the postal area key."""
    text = (RAW / "areas/alueryhmittely_posnro.csv").read_text("utf-8-sig")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return pd.Series({row[0]: row[3] for row in rows})


@pytest.fixture(scope="session")
def sotkanet() -> pd.DataFrame:
    """Sotkanet's CSV and JSON rows together; index indicator, code, year."""
    frame = pd.read_csv(RAW / "municipalities/sotkanet_2010_2020.csv", sep=";")
    frame = frame.rename(columns={"primary value": "value"})
    survey = RAW / "municipalities/sotkanet_kysely_2018_2020.json"
    frame = pd.concat([frame, pd.DataFrame(json.loads(survey.read_text("utf-8")))])
    regions = json.loads((RAW / "municipalities/sotkanet_regions.json").read_text("utf-8"))
    codes = {item["id"]: item["code"] for item in regions if item["category"] == "KUNTA"}
    frame = frame.assign(code=frame["region"].map(codes)).dropna(subset=["code"])
    return frame.pivot_table(index=["indicator", "code"], columns="year", values="value")
