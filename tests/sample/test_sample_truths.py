"""The planted truths are in the data, as plain computations on the files see them."""

from __future__ import annotations

import csv
import gzip
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

CODES = {
    "espoo": "049", "turku": "853", "vantaa": "092",
    "tampere": "837", "oulu": "564", "jyvaskyla": "179",
}  # fmt: skip
SOTKANET = {"outside_education": 3219, "long_term_assistance_young": 1275}
SOTKANET |= {"child_low_income_rate": 228}


def gini(income: pd.Series, weight: pd.Series) -> float:
    """Mean absolute difference over twice the mean, from sorted cumulative shares."""
    order = np.argsort(income.to_numpy(), kind="stable")
    y, w = income.to_numpy()[order], weight.to_numpy()[order]
    w = w / w.sum()
    return float(np.sum(w * (2 * np.cumsum(w) - w) * y) / np.sum(w * y) - 1)


def between_theil(frame: pd.DataFrame) -> float:
    """Theil T of area means."""
    frame = frame.assign(money=frame["income"] * frame["persons_weight"])
    sums = frame.groupby("postinumero")[["persons_weight", "money"]].sum()
    people, money = sums["persons_weight"] / sums["persons_weight"].sum(), sums["money"]
    money = money / money.sum()
    return float((money * np.log(money / people)).sum())


@pytest.mark.parametrize("city", CODES)
def test_gini_is_near_its_true_level(households, truths, city: str) -> None:
    for year, frame in households[city].groupby("vuosi"):
        true = truths["households"][city][str(year)]["gini"]
        assert gini(frame["income"], frame["persons_weight"]) == pytest.approx(true, abs=0.013)
        assert 0.245 <= true <= 0.335


def test_espoo_is_the_most_unequal_and_vantaa_the_least(truths) -> None:
    level = {city: years["2020"]["gini"] for city, years in truths["households"].items()}
    assert max(level, key=level.get) == "espoo" and min(level, key=level.get) == "vantaa"


def test_planted_changes_are_in_the_true_levels(truths) -> None:
    """The stories: a change that must be found is large, one that must not is nearly nothing."""
    for city, years in truths["verdicts"].items():
        for year, verdicts in years.items():
            before, after = (truths["households"][city][str(y)] for y in (int(year) - 1, year))
            for measure, verdict in verdicts.items():
                change = after[measure] / before[measure] - 1
                if verdict == "unclear":
                    assert abs(change) < 0.02, (city, year, measure)
                else:
                    assert abs(change) > 0.05, (city, year, measure)
                    assert (change > 0) == (verdict == "grows"), (city, year, measure)
    tampere = truths["verdicts"]["tampere"]["2020"]
    assert (tampere["gini"], tampere["wolfson"]) == ("shrinks", "grows")


def test_turku_s_areas_move_apart_in_the_sample(households) -> None:
    level = {year: between_theil(frame) for year, frame in households["turku"].groupby("vuosi")}
    assert level[2020] > 1.5 * level[2019]


@pytest.mark.parametrize("city", CODES)
def test_consecutive_years_share_households(households, city: str) -> None:
    frame = households[city]
    by_year = {year: part.set_index("kotitaloustunnus") for year, part in frame.groupby("vuosi")}
    for year in (2019, 2020):
        both = by_year[year].index.intersection(by_year[year - 1].index)
        assert 0.5 <= len(both) / len(by_year[year]) <= 0.6
        now, before = by_year[year].loc[both], by_year[year - 1].loc[both]
        assert (now["ryvas"] == before["ryvas"]).all()
        assert (now["ositus"] == before["ositus"]).all()
        assert now["income"].corr(before["income"], method="spearman") > 0.8
        assert (now["ika"] == before["ika"] + 1).all()


@pytest.mark.parametrize("city", CODES)
def test_weights_add_up_to_the_people_aged_14_or_over(
    households, long_2020, city_of, city: str
) -> None:
    frame = households[city]
    own = frame[frame["vuosi"] == 2020]
    weighted = (own["paino"] * (own["henkiloita"] - own["alle_14v"])).sum()
    numbers = long_2020[city_of.reindex(long_2020.index) == CODES[city]]
    groups = {"Inhabitants, total (HE)": 1, "0-2 years (HE)": -1, "3-6 years (HE)": -1}
    groups |= {"7-12 years (HE)": -1, "13-15 years (HE)": -1 / 3}
    cells = numbers[list(groups)].apply(pd.to_numeric, errors="coerce").fillna(0)
    assert weighted == pytest.approx((cells * pd.Series(groups)).sum().sum(), rel=0.002)


def test_some_incomes_are_zero_and_none_negative(households) -> None:
    money = pd.concat([f["kaytettavissa_olevat_tulot"] for f in households.values()])
    assert money.min() == 0 and 0.001 < (money == 0).mean() < 0.01
    assert (money == money.round()).all()


@pytest.mark.parametrize("city", CODES)
def test_income_classes_are_as_far_apart_as_planted(
    paavo, long_2020, city_of, truths, city: str
) -> None:
    own = city_of.index[city_of == CODES[city]]
    word = "Inhabi{}tants belonging to the {} income category"
    for year in (2019, 2020):
        if year == 2020:
            names = [word.format("", which) + " (HR)" for which in ("lowest", "highest")]
            parts = [long_2020.loc[own, name] for name in names]
        else:
            cells = paavo[(paavo["group"] == "HR") & (paavo["year"] == year)]
            cells = cells.set_index(["name", "area"])["cell"].sort_index()
            parts = [cells[word.format("n", which)][own] for which in ("lowest", "highest")]
        low, high = (pd.to_numeric(part, errors="coerce").fillna(0) for part in parts)
        index = 0.5 * (low / low.sum() - high / high.sum()).abs().sum()
        planted = truths["dissimilarity_income_classes"][city][str(year)]
        assert index == pytest.approx(planted, abs=0.002)


def unemployment(paavo, long_2020, year: int) -> pd.Series:
    """Unemployed share of the labour force by area; protected areas are left out."""
    if year == 2020:
        work, none = long_2020["Employed (PT)"], long_2020["Unemployed (PT)"]
    else:
        cells = paavo[(paavo["group"] == "PT") & (paavo["year"] == year)]
        cells = cells.set_index(["name", "area"])["cell"].sort_index()
        work, none = cells["Employed"], cells["Unemployed"]
    work, none = (pd.to_numeric(part, errors="coerce") for part in (work, none))
    return (none / (work + none)).dropna()


def test_absolute_and_relative_gap_disagree_in_oulu_only(truths) -> None:
    for city, gaps in truths["unemployment_gap"].items():
        before, after = gaps["2019"], gaps["2020"]
        assert after["difference"] > before["difference"]
        assert (after["ratio"] < before["ratio"]) == (city == "oulu")


def test_unemployment_gap_of_oulu_is_in_the_files(paavo, long_2020, city_of, truths) -> None:
    own = city_of.index[city_of == "564"].difference(truths["areas"]["tiny"])
    shares = {y: unemployment(paavo, long_2020, y).reindex(own).dropna() for y in (2019, 2020)}
    low, high = shares[2019].nsmallest(5).index, shares[2019].nlargest(5).index
    gap = {y: (s[high].mean() - s[low].mean(), s[high].mean() / s[low].mean())
           for y, s in shares.items()}  # fmt: skip
    assert gap[2020][0] > gap[2019][0] and gap[2020][1] < gap[2019][1]


def test_area_effects_show_against_like_areas(paavo, long_2020, city_of, truths) -> None:
    """Rates rise in proportion in the pandemic, so the counterfactual is the like areas' ratio."""
    before, after = (unemployment(paavo, long_2020, year) for year in (2019, 2020))
    planted = [item for item in truths["experiments"] if item["level"] == "postal_area"]
    assert {item["size"] == 0 for item in planted} == {True, False}
    for item in planted:
        treated = pd.Index(item["units"])
        level = before[treated].mean()
        same_city = city_of.index[city_of == city_of[treated[0]]].difference(treated)
        like = (before.reindex(same_city).dropna() - level).abs().nsmallest(5).index
        growth = after[like].mean() / before[like].mean()
        effect = after[treated].mean() - level * growth
        assert effect == pytest.approx(item["size"], abs=0.012)


def test_municipal_effects_show_against_large_municipalities(sotkanet, truths) -> None:
    people = sotkanet.xs(127, level="indicator")[2019]
    large = people.index[people.between(80_000, 310_000)].difference(list(CODES.values()))
    planted = [item for item in truths["experiments"] if item["level"] == "municipality"]
    assert {item["size"] == 0 for item in planted} == {True, False}
    for item in planted:
        table = sotkanet.loc[SOTKANET[item["indicator"]]]
        change = table[2020] - table[2019]
        effect = change[item["units"][0]] - change[large].mean()
        assert effect == pytest.approx(item["size"], abs=4 * change[large].std())
        if item["size"]:
            assert abs(effect) > 2.5 * change[large].std()


def survey_rows(path: Path) -> pd.DataFrame:
    """A survey file as text, with the weight as a number."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    frame = pd.DataFrame(csv.DictReader(content.decode("iso-8859-1").splitlines(), delimiter=";"))
    return frame.assign(paino=frame["paino"].str.replace(",", ".").astype(float))


@pytest.mark.parametrize("year", [2019, 2020])
def test_survey_shares_are_near_the_truth(raw: Path, truths, year: int) -> None:
    frame = survey_rows(raw / f"surveys/asukaskysely_{year}.csv.gz")
    for city, code in CODES.items():
        own = frame[frame["kuntakoodi"] == code]
        for question, true in truths["survey_agree"][city][str(year)].items():
            answered = own[own[question].isin(list("12345"))]
            agree, weight = answered[question].isin(["4", "5"]), answered["paino"]
            share = np.average(agree, weights=weight)
            se = np.sqrt(np.sum(weight**2 * (agree - share) ** 2)) / weight.sum()
            assert abs(share - true) < 4 * se, (city, question)


def test_participants_change_by_the_planted_effect(raw: Path, truths) -> None:
    planted = [item for item in truths["experiments"] if item["level"] == "survey"]
    assert {np.sign(item["size"]) for item in planted} == {-1, 0, 1}
    for item in planted:
        frame = survey_rows(raw / f"surveys/kokeilukysely_{item['experiment']}.csv")
        answered = frame[frame[item["indicator"]].isin(list("12345"))]
        answered = answered.assign(agree=answered[item["indicator"]].isin(["4", "5"]))
        share = answered.pivot_table(index="ryhma", columns="vuosi", values="agree")
        size = answered.groupby("ryhma")["vastaajatunnus"].nunique()
        assert 14 <= size["osallistuja"] <= 60 and size["vertailu"] <= 60
        if "2020" not in share:  # stopped: nothing was measured afterwards
            continue
        change = share["2020"] - share["2019"]
        effect = change["osallistuja"] - change["vertailu"]
        assert effect == pytest.approx(item["size"], abs=0.3)
        if item["size"]:
            assert np.sign(effect) == np.sign(item["size"])


def test_boundaries_are_simple_share_borders_and_have_islands(raw: Path, truths) -> None:
    features = json.loads((raw / "areas/postinumeroalueet.geojson").read_text("utf-8"))["features"]
    edges: dict[tuple, list[str]] = {}
    for feature in features:
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1] and len({tuple(p) for p in ring}) == len(ring) - 1
        assert not crosses_itself(np.array(ring))
        code = feature["properties"]["posti_alue"]
        for edge in pairwise(map(tuple, ring)):
            edges.setdefault(tuple(sorted(edge)), []).append(code)
    assert {len(codes) for codes in edges.values()} == {1, 2}
    neighbours = {code for codes in edges.values() if len(codes) == 2 for code in codes}
    alone = {f["properties"]["posti_alue"] for f in features} - neighbours
    assert alone == set(truths["areas"]["island"])


def crosses_itself(ring: np.ndarray) -> bool:
    """Whether two sides of a polygon that do not meet in a corner cross."""

    def turn(a, b, c) -> float:
        return np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    sides = list(pairwise(ring))
    for i, (a, b) in enumerate(sides):
        for j in range(i + 2, len(sides) - (i == 0)):
            c, d = sides[j]
            if turn(a, b, c) != turn(a, b, d) and turn(c, d, a) != turn(c, d, b):
                return True
    return False
