"""Nothing invented can be taken for a real place."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def real_areas(real_data: Path) -> tuple[set[str], set[str]]:
    """Codes and names of real postal areas, from the key and the exports."""
    codes, found = set(), set()
    key = real_data / "codes/alueryhmittely_posnro_2020_en.csv"
    for row in csv.reader(key.read_text("utf-8-sig").splitlines()):
        codes.add(row[0])
        found |= {row[1].strip().casefold(), row[2].strip().casefold()}
    for path in (real_data / "paavo").rglob("*.csv"):
        for line in path.read_bytes().decode("iso-8859-1").splitlines():
            label = re.match(r'"?(\d{5}) +(.*?) +\(', line)
            if label:
                codes.add(label[1])
                found.add(label[2].casefold())
            elif re.match(r"\d{5},", line):
                codes.add(line[:5])
    return codes, found


def test_no_area_has_a_real_code_or_name(raw: Path, real_areas: tuple[set[str], set[str]]) -> None:
    codes, found = real_areas
    assert len(codes) > 3_000 and "tapiola" in found
    text = (raw / "areas/alueryhmittely_posnro.csv").read_text("utf-8-sig")
    for row in csv.reader(text.splitlines()[1:]):
        assert row[0] not in codes and row[0].endswith("7")
        assert not {row[1].casefold(), row[2].casefold()} & found


def test_no_comparison_municipality_has_a_real_code_or_name(raw: Path, real_data: Path) -> None:
    codes, found = set(), set()
    for year in (2019, 2020):
        key = (real_data / f"codes/municipality_key_{year}.csv").read_text("utf-8")
        for row in csv.DictReader(key.splitlines()):
            codes.add(int(row["municipality_code"]))
            found |= {row["municipality_name_fi"], row["municipality_name_sv"]}
    regions = real_data / "sotkanet/api_fixtures/SotkaRegions.json"
    ids = {item["id"] for item in json.loads(regions.read_text("utf-8"))}
    cities = {49, 853, 92, 837, 564, 179}
    assert cities <= codes
    invented = json.loads((raw / "municipalities/sotkanet_regions.json").read_text("utf-8"))
    others = [r for r in invented if r["category"] == "KUNTA" and int(r["code"]) not in cities]
    assert len(others) >= 60
    for region in others:
        assert int(region["code"]) not in codes and region["id"] not in ids
        assert region["title"]["fi"] not in found


def test_cities_are_named_as_they_are(raw: Path) -> None:
    key = (raw / "municipalities/municipality_key_2020.csv").read_text("utf-8")
    named = {
        int(row["municipality_code"]): row["municipality_name_sv"]
        for row in csv.DictReader(key.splitlines())
    }
    assert (named[49], named[853], named[92], named[837], named[564]) == (
        "Esbo", "Åbo", "Vanda", "Tammerfors", "Uleåborg",
    )  # fmt: skip
