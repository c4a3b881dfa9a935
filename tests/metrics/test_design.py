"""Survey design: variance rules, domains, missing values, and errors that name the culprit."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from skk_analysis import metrics as m


@pytest.fixture
def frame():
    rng = np.random.default_rng(11)
    return pd.DataFrame(
        {
            "y": rng.lognormal(0, 0.5, 240),
            "w": rng.uniform(1, 4, 240),
            "h": np.repeat(["a", "b", "c"], 80),
            "c": np.repeat(np.arange(60), 4),
            "city": np.tile(["Espoo", "Turku"], 120),
            "year": np.repeat([2019, 2020], 120),
        },
        index=[f"row {i}" for i in range(240)],
    )


def test_domains_keep_the_whole_design(frame):
    """A domain is a ratio estimate over all clusters, not a smaller survey."""
    design = m.SurveyDesign(frame, weights="w", strata="h", clusters="c")
    domain = m.mean(design.where("city == 'Espoo'"), "y")
    inside = frame["city"] == "Espoo"
    z = frame["w"] * inside * (frame["y"] - domain.value) / (frame["w"] * inside).sum()
    totals = z.groupby([frame["h"], frame["c"]]).sum()
    by_stratum = totals.groupby(level=0)
    variance = (by_stratum.var() * by_stratum.size()).sum()
    assert domain.se == pytest.approx(variance**0.5, rel=1e-12)


def test_where_takes_expressions_masks_and_local_variables(frame):
    design = m.SurveyDesign(frame)
    wanted = "Turku"  # noqa: F841 (read by the expression)
    by_text = design.where("city == @wanted and year == 2020")
    by_mask = design.where(frame["city"] == "Turku").where((frame["year"] == 2020).to_numpy())
    assert np.array_equal(by_text.rows, by_mask.rows) and by_text.n == 60
    nullable = (frame["city"] == "Turku").astype("boolean")
    assert design.where(nullable).n == 120


def test_split_and_by_agree_with_where(frame):
    design = m.SurveyDesign(frame, weights="w", strata="h", clusters="c")
    table = m.gini(design, "y", by=["city", "year"]).set_index(["city", "year"])
    for labels, domain in design.split(["city", "year"]):
        one = m.gini(domain, "y")
        row = table.loc[labels]
        assert row["value"] == pytest.approx(one.value, rel=1e-12)
        assert row["se"] == pytest.approx(one.se, rel=1e-12)
        assert (row["lower"], row["upper"]) == pytest.approx(one.interval())
        assert row["n"] == one.n == 60


def test_identifiers_are_the_units_when_there_are_no_clusters(frame):
    by_id = m.mean(m.SurveyDesign(frame, ids="c"), "y")
    by_cluster = m.mean(m.SurveyDesign(frame, clusters="c"), "y")
    assert by_id.se == by_cluster.se


def test_clusters_are_nested_in_strata(frame):
    reused = frame.assign(c=np.tile(np.repeat(np.arange(20), 4), 3))
    a = m.mean(m.SurveyDesign(frame, strata="h", clusters="c"), "y")
    b = m.mean(m.SurveyDesign(reused, strata="h", clusters="c"), "y")
    assert a.se == pytest.approx(b.se, rel=1e-12)


def test_crossed_strata(frame):
    joined = frame.assign(hc=frame["h"] + frame["city"])
    a = m.mean(m.SurveyDesign(frame, strata=["h", "city"]), "y")
    assert a.se == pytest.approx(m.mean(m.SurveyDesign(joined, strata="hc"), "y").se)


def test_finite_population(frame):
    plain = m.mean(m.SurveyDesign(frame, strata="h", clusters="c"), "y")
    half = m.mean(m.SurveyDesign(frame.assign(N=40), strata="h", clusters="c", fpc="N"), "y")
    share = m.mean(m.SurveyDesign(frame.assign(f=0.5), strata="h", clusters="c", fpc="f"), "y")
    assert half.se == pytest.approx(plain.se * 0.5**0.5, rel=1e-12)
    assert share.se == pytest.approx(half.se, rel=1e-12)
    census = m.mean(m.SurveyDesign(frame.assign(f=1.0), fpc="f"), "y")
    assert census.se == 0


def test_a_stratum_of_one_unit_is_centred_at_the_grand_mean_and_named(frame):
    lonely = frame.assign(h=["alone"] * 4 + list(frame["h"][4:]))
    e = m.mean(m.SurveyDesign(lonely, strata="h", clusters="c"), "y")
    assert e.se > 0 and "single-unit strata centred at the grand mean" in e.method
    z = (frame["y"] - e.value).groupby(frame["c"]).sum() / len(frame)
    strata = lonely.groupby("c")["h"].first()
    rest = z[strata != "alone"].groupby(strata)
    variance = (rest.var() * rest.size()).sum() + (z[0] - z.mean()) ** 2
    assert e.se == pytest.approx(variance**0.5, rel=1e-12)
    assert "single-unit" not in m.mean(m.SurveyDesign(frame, strata="h", clusters="c"), "y").method


def test_frequencies_equal_the_rows_written_out():
    table = pd.DataFrame({"y": [1.0, 2.0, 5.0, 9.0], "n": [30, 40, 20, 10]})
    rows = table.loc[table.index.repeat(table["n"])]
    for index in (m.gini, m.mld, m.s80s20, m.low_income_rate, m.mean):
        counted = index(m.SurveyDesign(table, frequencies="n"), "y")
        written = index(m.SurveyDesign(rows), "y")
        assert counted.value == pytest.approx(written.value, rel=1e-12)
    counted = m.gini(m.SurveyDesign(table, frequencies="n"), "y")
    assert counted.se == pytest.approx(m.gini(rows["y"]).se, rel=1e-12)
    assert counted.degrees_of_freedom == 99


def test_missing_values_stop_or_are_counted(frame):
    holes = frame.copy()
    holes.loc[["row 3", "row 9"], "y"] = np.nan
    design = m.SurveyDesign(holes, weights="w", clusters="c")
    with pytest.raises(
        ValueError, match=r"2 of 240 values of 'y' are missing .first at row 'row 3'"
    ):
        m.gini(design, "y")
    dropped = m.gini(design, "y", missing="drop")
    assert dropped.n == 238 and "2 rows without y dropped" in dropped.method
    kept = m.gini(design.where(holes["y"].notna()), "y")
    assert (dropped.value, dropped.se) == (kept.value, kept.se)
    assert m.gini(design, "y", by="city", missing="drop")["n"].sum() == 238
    assert design.missing == "raise"


def test_every_input_form_gives_the_same_number(frame):
    y, w = frame["y"], frame["w"]
    forms = [
        m.gini(m.SurveyDesign(frame, weights="w"), "y"),
        m.gini(frame, "y", weights="w"),
        m.gini(frame, "y", weights=w),
        m.gini(y, weights=w),
        m.gini(y.to_numpy(), weights=w.to_numpy()),
        m.gini(list(y), weights=list(w)),
    ]
    assert len({(e.value, e.se) for e in forms}) == 1


def test_zero_weights_count_as_absent(frame):
    frame = frame.assign(w=np.where(frame["city"] == "Espoo", 0.0, frame["w"]))
    a = m.gini(frame, "y", weights="w")
    assert a.n == 120
    assert a.value == pytest.approx(m.gini(frame[frame["w"] > 0], "y", weights="w").value)


ERRORS = {
    "negative weight": (
        lambda f: m.gini(f, "y", weights=-f["w"]),
        "weights must be finite and ≥ 0: 240 are not, the first is -",
    ),
    "all weights zero": (lambda f: m.gini(f, "y", weights=0 * f["w"]), "all weights are 0"),
    "no such column": (lambda f: m.gini(f, "income"), "no column 'income'; the columns are"),
    "no column named": (lambda f: m.gini(f), "name the column to study"),
    "text": (lambda f: m.gini(f, "city"), "'city' must hold numbers"),
    "infinite": (lambda f: m.gini(f.assign(y=np.inf), "y"), "infinite"),
    "two weights": (lambda f: m.gini(m.SurveyDesign(f), "y", weights="w"), "its own weights"),
    "two dimensions": (lambda f: m.gini(f[["y", "w"]].to_numpy()), "one-dimensional"),
    "wrong length": (lambda f: m.gini(f["y"], weights=[1, 2]), "shape .2,. for 240 rows"),
    "empty domain": (
        lambda f: m.SurveyDesign(f).where("year == 1999"),
        "no rows: 'year == 1999' selects 0 of 240 rows",
    ),
    "numbers as mask": (lambda f: m.SurveyDesign(f).where(f["w"]), "True or False for each"),
    "group unknown": (
        lambda f: m.gini(f.assign(city=None), "y", by="city"),
        "240 rows have no 'city'",
    ),
    "cluster unknown": (
        lambda f: m.SurveyDesign(f.assign(c=f["c"].where(f["c"] > 3)), clusters="c"),
        "clusters: 16 rows have no 'c', the first at 'row 0'",
    ),
    "missing rule": (lambda f: m.SurveyDesign(f, missing="ignore"), "'raise' or 'drop'"),
    "frequencies of persons": (
        lambda f: m.SurveyDesign(f, ids="c", frequencies="w"),
        "name households and other groups drawn together with clusters=",
    ),
    "fpc too small": (
        lambda f: m.SurveyDesign(f.assign(N=10), strata="h", clusters="c", fpc="N"),
        "10.0 to 10.0 with 20 drawn",
    ),
    "parameter unknown": (lambda f: m.gini(f, "y", alpha=2), "gini has no parameter 'alpha'"),
    "index unknown": (
        lambda f: m.inequality_table(f, "y", indices=["ginni"]),
        "no index 'ginni'; the indices are",
    ),
    "nothing left": (
        lambda f: m.gini(f.assign(y=np.nan), "y", missing="drop"),
        "no rows with a value of 'y'",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_name_the_culprit(frame, case):
    action, message = ERRORS[case]
    with pytest.raises((ValueError, KeyError, TypeError), match=message):
        action(frame)


def test_reading_changes_nothing(frame):
    before = frame.copy(deep=True)
    design = m.SurveyDesign(frame, weights="w", strata="h", clusters="c")
    m.inequality_table(design, "y", by="city")
    pd.testing.assert_frame_equal(frame, before)
    assert repr(design) == "SurveyDesign(240 of 240 rows, 60 units in 3 strata)"


def test_a_table_says_which_index_is_undefined_and_goes_on():
    frame = pd.DataFrame({"y": [0.0, 1, 2, 3, 4, 5], "g": ["a", "a", "a", "b", "b", "b"]})
    found = m.inequality_table(frame, "y", by="g", indices=["gini", "mld"]).set_index(
        ["g", "index"]
    )
    assert found["value"].isna().tolist() == [False, True, False, False]
    row = found.loc[("a", "mld")]
    assert row[["se", "lower", "upper"]].isna().all() and row["n"] == 3
    assert "undefined, mld needs values > 0: 1 of 3 are not" in row["method"]
    for ask in (m.mld, partial(m.mld, by="g")):
        with pytest.raises(ValueError, match="mld needs values > 0"):
            ask(frame, "y")
    with pytest.raises(ValueError, match="atkinson needs epsilon > 0"):  # a wrong question
        m.inequality_table(frame, "y", indices=[partial(m.atkinson, epsilon=-1)])
    default = m.inequality_table(frame, "y").set_index("index")["value"]
    assert list(default.index[default.isna()]) == ["mld", "percentile_ratio"]


def test_a_further_column_leaves_the_design_as_it_is():
    """So that an estimate of it and one of the frame's own columns are of the same people."""
    frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 7.0], "unit": list("aabc")})
    design = m.SurveyDesign(frame, clusters="unit")
    wider = design.assign(twice=2 * frame["y"])
    assert "twice" not in design.frame
    assert (m.mean(wider, "twice") - 2 * m.mean(design, "y")).se == pytest.approx(0, abs=1e-12)
