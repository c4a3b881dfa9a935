"""Figures of syntheses: drawn, told in words, and with the numbers behind them."""

import numpy as np
import pandas as pd
import pytest

from skk_analysis.figures import (
    GridCell,
    Key,
    Limits,
    Moment,
    cell_grid,
    evidence_gap_map,
    funnel,
    pooled_forest,
    timeline,
)
from skk_analysis.language import LANGUAGES
from skk_analysis.language.amounts import probability
from skk_analysis.review.checks.printed import pieces, token
from skk_analysis.synthesis import gap_map, pool, trim_and_fill

CITIES = ["Espoo", "Turku", "Vantaa", "Tampere"]
POOLED = pool(
    pd.DataFrame({"study": CITIES, "estimate": [-2.0, -3.0, 1.0, -1.5], "se": [1.0, 2.0, 1.5, 1.2]})
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_forest_has_weights_mean_and_prediction(language):
    """Rows in order; weights sum to one; limits are the result's own."""
    figure = pooled_forest(POOLED, language, unit="per_1000")
    assert (
        figure.svg.startswith("<svg") and figure.svg == POOLED.plot(language, unit="per_1000").svg
    )
    rows = figure.table.rows
    assert [row[0] for row in rows[:4]] == CITIES
    assert sum(row[3].value for row in rows[:4]) == pytest.approx(1)
    found = {q.id: q for q in figure.quantities()}
    assert found["pooled.mean"].value == POOLED.estimate
    assert (found["pooled.mean"].lower, found["pooled.mean"].upper) == POOLED.interval
    wider = POOLED.distribution.interval()
    assert (found["pooled.wider"].lower, found["pooled.wider"].upper) == wider
    assert isinstance(rows[4][2], Limits) and len(rows) == 9
    for city in CITIES:
        assert city in figure.description


FEW = pd.DataFrame({"study": ["a", "b", "c"], "estimate": [0.1, 0.3, 0.8], "se": [0.1, 0.2, 0.1]})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("options", [{}, {"ratio": True}, {"unit": "share", "better": "higher"}])
@pytest.mark.parametrize("method", ["REML", "FE"])
def test_every_number_of_the_words_is_on_record(language, options, method):
    """In the data of the figure as printed, or told beside it; for reports' checks to trace."""
    figure = pooled_forest(pool(FEW, method=method), language, **options)
    words = f"{figure.alt} {figure.description}"
    for piece in (*pieces(language), probability(0.0, language)):
        words = words.replace(piece, " ")
    known = set(token(language).findall(f"{figure.table.plain()} {figure.caption}"))
    for one in figure.told:
        known |= set(token(language).findall(one.shown(language)))
    assert set(token(language).findall(words)) - known == set()


def test_forest_of_two_and_of_a_fixed_effect():
    """k − 2 has no degrees with two; a fixed effect says nothing of a further city."""
    two = pooled_forest(pool([0.1, 0.3], [0.1, 0.1]), "fi")
    assert two.table.rows[-1][2].status == "not_applicable"
    fixed = pooled_forest(pool([0.1, 0.3], [0.1, 0.1], method="FE"), "fi", ratio=True)
    assert len(fixed.table.rows) == 3
    assert fixed.table.rows[0][1].value == pytest.approx(np.exp(0.1))


def test_funnel_says_why_it_is_not_tested():
    """Below ten studies the reason, above them the test."""
    assert "at least 10 are needed" not in funnel(POOLED, "en").description
    assert "it takes at least 10" in funnel(POOLED, "en").description
    rng = np.random.default_rng(2)
    errors = rng.uniform(0.1, 0.5, 15)
    values = 0.2 + np.abs(rng.normal(0, errors))
    filled = trim_and_fill(values, errors)
    figure = funnel(pool(values, errors), "en", filled=filled)
    assert "Egger's test (studies: 15)" in figure.description
    assert len(figure.table.rows) == 15 + filled.missing


def test_gap_map_tells_gaps_by_number_symbol_and_word():
    """Absolute and synthesis gaps and confidence are counted in the alternative text."""
    rows = [(f"s{i}", "income", "rct", "evaluation", None) for i in range(3)]
    rows += [
        ("d", "health", "rct", "evaluation", None),
        ("e", "health", "rct", "synthesis", "high"),
    ]
    studies = pd.DataFrame(rows, columns=["study", "dimension", "type", "kind", "confidence"])
    found = gap_map(studies, ["income", "health"], ["rct", "before_after"])
    figure = evidence_gap_map(found, "en", dimensions={"income": "Income"})
    assert "Cells 4: without studies 2, without a synthesis 1" in figure.alt
    assert "Income, rct: 3 (synthesis missing; no synthesis)." in figure.description
    assert "health, rct: 1 + 1 (studies exist; high confidence)." in figure.description
    assert [row[2].value for row in figure.table.rows] == [3, 0, 1, 0]


def test_grid_and_timeline():
    """Cells are told row by row; moments come in order."""
    keys = {"on": Key("tehty", "✓", "#d3e3f0")}
    grid = cell_grid(
        ["A", "B"], ["x", "y"], {("A", "x"): GridCell("✓", "on")}, "fi",
        keys=keys, heading="Kokeilu", caption="Kuvio 1.",
    )  # fmt: skip
    assert "A: x (tehty)." in grid.description and "B: ei merkintöjä." in grid.description
    assert grid.table.rows == (("A", "✓", "–"), ("B", "–", "–"))
    with pytest.raises(ValueError, match="no row or column"):
        cell_grid(
            ["A"], ["x"], {("B", "x"): GridCell("1")}, "fi", keys={}, heading="h", caption="c"
        )
    late, early = Moment("2020-11-11", "Syksy", "k"), Moment("2019-03-13", "Kevät", "k")
    line = timeline([late, early], "fi", caption="Kuvio 2.", topic="Ohjelma")
    assert "Tapahtumia 2, ensimmäinen 13.3.2019, viimeinen 11.11.2020" in line.alt
    assert [row[1] for row in line.table.rows] == ["Kevät", "Syksy"]
    with pytest.raises(ValueError, match="no moments"):
        timeline([], "fi", caption="c")
