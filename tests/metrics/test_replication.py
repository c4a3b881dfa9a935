"""Replicates against the linearised errors, closed forms and textbook formulas."""

import numpy as np
import pandas as pd
import pytest

import skk_analysis.metrics as m

R = np.random.default_rng(11)
N = 1200
FRAME = pd.DataFrame(
    {
        "income": R.lognormal(10, 0.5, N) * np.exp(R.normal(0, 0.3, 120))[np.arange(N) // 10],
        "weight": R.uniform(1, 3, N),
        "stratum": np.arange(N) // 300,
        "cluster": np.arange(N) // 10,
        "year": np.arange(N) % 2,
    }
)
DESIGNS = {
    "rows": m.SurveyDesign(FRAME, "weight"),
    "strata": m.SurveyDesign(FRAME, "weight", "stratum"),
    "clusters": m.SurveyDesign(FRAME, "weight", "stratum", "cluster"),
    "finite": m.SurveyDesign(FRAME, "weight", "stratum", "cluster", fpc=np.full(N, 40.0)),
}
INDICES = ["mean", "gini", "mld", "s80s20", "wolfson"]


@pytest.mark.parametrize("name", DESIGNS)
def test_bootstrap_agrees_with_linearisation(name):
    design = DESIGNS[name]
    resampled = m.bootstrap(design, "income", INDICES, replicates=600, seed=1)
    linearised = m.inequality_table(design, "income", indices=INDICES)
    assert resampled["value"].tolist() == linearised["value"].tolist()
    # 600 replicates know a standard deviation to ±3 %
    assert resampled["se"].to_numpy() == pytest.approx(linearised["se"].to_numpy(), rel=0.12)
    assert resampled["method"].str.contains("600 bootstrap replicates, seed 1").all()


def test_fpc_shrinks_the_bootstrap_by_the_root_of_what_was_not_drawn():
    finite, endless = (
        m.mean(DESIGNS[k].resampled(400, 2), "income") for k in ("finite", "clusters")
    )
    assert finite.se == pytest.approx(endless.se * np.sqrt(1 - 30 / 40), rel=0.02)


def test_a_mean_has_the_closed_form():
    y = R.normal(50, 10, 400)
    assert m.bootstrap(y, indices=["mean"], replicates=2000)["se"][0] == pytest.approx(
        y.std(ddof=1) / 20, rel=0.06
    )


def test_differences_have_the_covariance_of_the_clusters():
    plain = DESIGNS["clusters"]
    changes = []
    for design in (plain.resampled(800, 3), plain):
        before, after = (m.mean(design.where(f"year == {t}"), "income") for t in (0, 1))
        changes.append((after - before).se)
    alone = m.mean(plain.where("year == 0"), "income").se
    assert changes[0] == pytest.approx(changes[1], rel=0.12)
    assert changes[0] < alone * 2**0.5 * 0.9  # the same clusters: their common error cancels


def test_two_indices_of_one_sample_are_not_independent():
    for name in ("rows", "clusters"):
        plain, drawn = DESIGNS[name], DESIGNS[name].resampled(600, 4)
        linearised = m.theil_t(plain, "income") - m.mld(plain, "income")
        assert (m.theil_t(drawn, "income") - m.mld(drawn, "income")).se == pytest.approx(
            linearised.se, rel=0.15
        )


def test_the_seed_decides():
    one, same, other = (
        m.bootstrap(DESIGNS["rows"], "income", ["gini"], replicates=50, seed=s)["se"][0]
        for s in (7, 7, 8)
    )
    assert one == same != other


def test_a_large_sample_is_drawn_by_value_and_blocks_do_not_matter(monkeypatch):
    y, w = R.lognormal(10, 0.6, 40_000), R.uniform(1, 3, 40_000)
    linearised = m.inequality_table(y, weights=w, indices=["mean", "gini"])
    drawn = m.bootstrap(y, weights=w, indices=["mean", "gini"], replicates=200, seed=5)
    assert drawn["se"].to_numpy() == pytest.approx(linearised["se"].to_numpy(), rel=0.2)
    design = DESIGNS["clusters"]
    before = m.gini(design.resampled(64, 1), "income").se
    monkeypatch.setattr("skk_analysis.metrics.replication.CELLS", 100)
    assert m.gini(design.resampled(64, 1), "income").se == pytest.approx(before, rel=0.02)


def test_a_frequency_table_gives_the_error_of_the_rows_written_out():
    table = pd.DataFrame({"income": np.arange(1.0, 41), "people": R.integers(5, 60, 40)})
    design = m.SurveyDesign(table, frequencies="people")
    written = table.loc[table.index.repeat(table["people"]), ["income"]].reset_index(drop=True)
    assert m.gini(design.resampled(800, 6), "income").se == pytest.approx(
        m.gini(written, "income").se, rel=0.1
    )


def test_a_jackknife_of_the_mean_is_the_textbook_error():
    y = R.normal(10, 2, 40)
    frame = pd.DataFrame({"y": y})
    names = [f"r{i}" for i in range(40)]
    frame[names] = np.where(np.eye(40, dtype=bool), 0.0, 40 / 39)
    design = m.SurveyDesign(frame, replicate_weights=names, replicate_method="jackknife")
    estimate = m.mean(design, "y")
    assert estimate.se == pytest.approx(y.std(ddof=1) / np.sqrt(40), rel=1e-12)
    assert estimate.degrees_of_freedom == 39
    assert "40 jackknife replicates" in estimate.method


def test_balanced_halves_of_pairs_give_the_stratified_error():
    hadamard = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
    y = np.array([1.0, 4, 2, 7, 3, 5])  # three strata of two
    chosen = np.repeat(hadamard[:, 1:], 2, axis=1) * np.tile([1, -1], 3)
    frame = pd.DataFrame({"y": y, "stratum": [0, 0, 1, 1, 2, 2]})
    frame[list("abcd")] = (1.0 + chosen).T
    design = m.SurveyDesign(frame, replicate_weights=list("abcd"), replicate_method="brr")
    stratified = m.mean(m.SurveyDesign(frame, strata="stratum"), "y")
    assert m.mean(design, "y").se == pytest.approx(stratified.se, rel=1e-12)
    # Fay's method with rho = 0.5 moves half as far and counts each square four times
    frame[list("abcd")] = (1.0 + 0.5 * chosen).T
    fay = m.SurveyDesign(
        frame, replicate_weights=list("abcd"), replicate_method="brr", replicate_scale=1.0
    )
    assert m.mean(fay, "y").se == pytest.approx(stratified.se, rel=1e-12)


def test_replicates_serve_domains_further_columns_and_given_lines():
    drawn, plain = DESIGNS["clusters"].resampled(300, 9), DESIGNS["clusters"]
    table = m.inequality_table(drawn, "income", by="year", indices=["gini"])
    linearised = m.inequality_table(plain, "income", by="year", indices=["gini"])
    assert table["se"].to_numpy() == pytest.approx(linearised["se"].to_numpy(), rel=0.2)
    sloped = [m.concentration_index(d, "income", rank="cluster").se for d in (drawn, plain)]
    assert sloped[0] == pytest.approx(sloped[1], rel=0.2)


def test_refusals_name_the_mend():
    with pytest.raises(ValueError, match="leave strata"):
        m.SurveyDesign(FRAME, strata="stratum", replicate_weights=["weight", "weight"])
    with pytest.raises(ValueError, match="at least two replicates"):
        m.SurveyDesign(FRAME, replicate_weights=["weight"])
    with pytest.raises(ValueError, match="one of"):
        m.SurveyDesign(FRAME, replicate_weights=["weight", "weight"], replicate_method="knife")
    with pytest.raises(ValueError, match="leave waves out"):
        m.SurveyDesign(FRAME, waves="year").resampled()
    with pytest.raises(ValueError, match="linearisation"):
        m.decompose(DESIGNS["rows"].resampled(10), "income", "year")
