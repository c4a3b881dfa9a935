"""The real open data: every file that is data is read, and known figures come out."""

from __future__ import annotations

import pytest

from skk_analysis.cleaning import CleaningError, add_raw, clean
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.readers import recognise
from skk_analysis.workspace import Workspace

NOT_DATA = {
    "SOURCES.md",
    "muuttujakuvaukset.csv",
    "paavo.codes.txt",
    "paavo.koodit.txt",
    "hsy_populationgrid.json",
    "finland-munis-2020.topo.json",
    "SotkaIndicators.json",
    "SotkaSubjects.json",
    "indicator-metadata.json",
    "px-folder-response.json",
    "px-table-aikasarja-response.json",
    "px-table-hki.json",
    "px-table-viimeisin-response.json",
}
"""Descriptions, metadata and layouts that no reader is for: refused with a message."""


@pytest.fixture(scope="module")
def files(real_data):
    return sorted(path for path in real_data.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def real(files, tmp_path_factory):
    """The real data taken in and cleaned."""
    workspace = Workspace(tmp_path_factory.mktemp("real"))
    add_raw(workspace, [path for path in files if path.name not in NOT_DATA])
    return workspace, clean(workspace)


@pytest.fixture(scope="module")
def observations(real):
    return real[0].table("observations")


@pytest.fixture(scope="module")
def values(real):
    frame = real[0].table("indicator_values")
    return frame[frame["group"] == "total"]


def test_what_is_not_data_is_refused_by_name(files):
    for path in (path for path in files if path.name in NOT_DATA):
        with pytest.raises(CleaningError, match=path.name.replace(".", r"\.")):
            recognise(RawFile(path))


def test_every_file_is_read_without_refusing_much(real):
    report = real[1].report
    assert (report["rows_read"] > 0).all()
    lost = report[(report["rows_refused"] > 0)].set_index("resource")["rows_refused"].to_dict()
    assert lost == {"dfzip-2011-2020": 22150, "pop-data": 220, "sotkaindicatordata": 3}


def weighted_median(values, areas, year):
    """Mean of the areas' medians, weighted by the number of adults."""
    part = values[
        values["indicator"].eq("median_income")
        & values["unit_level"].eq("postal_area")
        & values["reference_year"].eq(year)
        & values["status"].eq("observed")
    ].merge(areas[["unit_code", "city_code"]], on="unit_code", validate="one_to_one")
    product = (part["value"] * part["denominator"]).groupby(part["city_code"]).sum()
    return product / part["denominator"].groupby(part["city_code"]).sum()


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (
            2019,
            {"049": 27524, "092": 25005, "564": 22399, "837": 21508, "179": 21334, "853": 21089},
        ),
        (
            2016,
            {"049": 25830, "092": 23688, "564": 20957, "837": 19975, "179": 19972, "853": 19567},
        ),
    ],
)
def test_median_income_of_the_cities(real, values, year, expected):
    areas = real[0].table("areas").query("unit_level == 'postal_area'")
    found = weighted_median(values, areas, year)
    assert found[list(expected)].is_monotonic_decreasing
    assert found[list(expected)].to_dict() == pytest.approx(expected, rel=0.005)


@pytest.mark.parametrize(
    ("indicator", "code", "year", "expected"),
    [
        ("municipal_gini", "049", 2019, 32.5),
        ("municipal_gini", "092", 2019, 25.1),
        ("municipal_gini", "049", 2011, 32.5),
        ("low_income_rate", "853", 2019, 18.6),
        ("offences", "837", 2020, 155.2),
        ("offences", "564", 2020, 111.8),
        ("municipal_population", "049", 2020, 292796),
        ("turnout", "092", 2012, 51.0),
        ("median_income", "20100", 2016, 19394),
        ("median_income", "20100", 2019, 21219),
        ("population", "00100", 2024, 18492),
    ],
)
def test_known_figures(values, indicator, code, year, expected):
    found = values[
        values["indicator"].eq(indicator)
        & values["unit_code"].eq(code)
        & values["reference_year"].eq(year)
    ]
    assert found["value"].tolist() == pytest.approx([expected], abs=0.051)


def test_share_in_the_lowest_income_class_2016(real, observations):
    areas = real[0].table("areas").query("unit_level == 'postal_area'")
    city = areas.set_index("unit_code")["city_code"]
    rows = observations[observations["reference_year"].eq(2016)]
    sums = {
        name: part.groupby(part["unit_code"].map(city))["value"].sum()
        for name, part in rows[rows["unit_level"] == "postal_area"].groupby("indicator")
    }
    classes = sums["paavo.hr_pi_tul"] + sums["paavo.hr_ke_tul"] + sums["paavo.hr_hy_tul"]
    share = 100 * sums["paavo.hr_pi_tul"] / classes
    expected = {"179": 23.8, "853": 23.2, "837": 22.4, "564": 21.6, "049": 17.6, "092": 15.8}
    assert share[list(expected)].to_dict() == pytest.approx(expected, abs=0.1)


def test_nothing_is_published_for_income_in_2020(values):
    found = values.query(
        "indicator == 'median_income' and reference_year == 2020 and "
        "unit_level == 'postal_area' and unit_code.str.startswith('02')"
    )
    assert set(found["status"]) == {"not_received"} and set(found["reason"]) == {"no_source"}


def test_secret_municipalities_are_protected(values):
    found = values.query(
        "indicator == 'long_term_assistance_young' and reference_year == 2019 and "
        "unit_level == 'municipality'"
    )
    assert found["status"].value_counts().to_dict() == {"protected": 167, "observed": 143}


def test_no_protected_cell_is_zero_and_small_groups_are_protected(observations):
    assert (observations["value"].isna() == observations["status"].ne("observed")).all()
    means = observations[observations["indicator"].isin(["paavo.hr_mtu", "paavo.tr_ktu"])]
    assert means["value"].min() > 1000
    keys = ["unit_code", "reference_year", "release_year", "resource"]
    adults = observations[observations["indicator"] == "paavo.hr_tuy"]
    both = means.merge(adults[[*keys, "value"]], on=keys, suffixes=("", "_adults"))
    few = both["value_adults"].between(1, 29)
    assert few.any()
    assert set(both.loc[few, "status"]) == {"protected"}


def test_the_shifted_block_of_diak_is_refused_and_nothing_else(real, observations):
    messages = real[1].messages
    (found,) = messages[messages["check"] == "alignment"].itertuples()
    assert found.resource == "dfzip-2011-2020"
    assert found.value.startswith("postal_area 73860–90570: each value is that of the next area")
    refused = observations[observations["reason"] == "misaligned"]
    assert (refused["unit_code"].min(), refused["unit_code"].max()) == ("73860", "90570")
    assert set(refused["resource"]) == {"dfzip-2011-2020"}
    diak = observations[observations["resource"] == "dfzip-2011-2020"]
    assert len(refused) == diak["unit_code"].between("73860", "90570").sum()


def test_areas_that_have_moved_are_reported(real):
    messages = real[1].messages
    notes = messages[messages["check"] == "border_change"]["value"]
    for expected in ("01490 Nikinmäki: Sipoo", "33850 Multisilta: Pirkkala"):
        assert notes.str.startswith(expected).any()
    assert notes.str.contains("33870").any()


def test_one_value_for_each_unit_and_year(values):
    keys = ["unit_level", "unit_code", "indicator", "reference_year"]
    assert not values.duplicated(keys).any()
    assert values["reference_year"].notna().all()


def test_the_country_row_is_the_country(observations):
    row = observations.query(
        "indicator == 'paavo.hr_mtu' and unit_level == 'country' and reference_year == 2016"
    )
    assert row["value"].tolist() == [20925]
