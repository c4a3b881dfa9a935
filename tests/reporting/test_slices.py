"""How slices are read: quickly, and with nothing else in them than in the tables."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from skk_analysis import protected
from skk_analysis.figures import canvas, svg_renderer
from skk_analysis.figures.svg_renderer import draw_svg
from skk_analysis.impact.experiment_inputs import experiment_inputs
from skk_analysis.reporting.kinds import CITY_YEAR
from skk_analysis.reporting.plan import Choice, chosen_reports
from skk_analysis.reporting.tables import quick_texts, rows_of
from skk_analysis.workspace import LATEST, Workspace, once, reading_once, recently


def test_a_slice_is_the_same_alone_and_among_many(sample_workspace: Workspace) -> None:
    choice = Choice(cities=["Espoo", "Turku"], languages=["fi"])
    reports = [r for r in chosen_reports(sample_workspace, choice) if r.kind is CITY_YEAR]
    alone = [r.kind.data(sample_workspace, r.subject).digest() for r in reports]
    with reading_once(many=True):
        among = [r.kind.data(sample_workspace, r.subject).digest() for r in reports]
    assert among == alone and len(set(alone)) == len(reports) == 4


@pytest.mark.parametrize("columns", [None, ("unit_code", "value")])
def test_rows_among_many_are_those_of_the_table(sample_workspace: Workspace, columns) -> None:
    wanted = [("unit_level", "==", "municipality"), ("reference_year", "in", [2018, 2019])]
    with quick_texts():
        own = rows_of(sample_workspace, "indicator_values", wanted, columns=columns)
    with reading_once(many=True), quick_texts():
        many = rows_of(sample_workspace, "indicator_values", wanted, columns=columns)
        rows_of(sample_workspace, "indicator_values", [*wanted[:1], ("reference_year", "<=", 2020)])
    pd.testing.assert_frame_equal(own, many)
    assert len(own)


def test_an_experiments_panel_meets_protected_cells(
    sample_workspace: Workspace, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path)
    shutil.copytree(sample_workspace.root / "data", tmp_path / "data")
    panels = [
        r["id"] for r in pd.read_csv(workspace.programme / "experiments.csv").to_dict("records")
    ]
    known = next(k for k in (experiment_inputs(workspace, i) for i in panels) if k.panel)
    assert known.panel is not None
    last = known.panel.frame.dropna(subset=[known.outcome]).iloc[-1]
    cell = (known.experiment["level"], last["unit"], known.outcome, last["year"], "total")
    cells = pd.DataFrame([cell], columns=protected.CELL)
    cells.to_parquet(workspace.processed / protected.FILE)
    again = experiment_inputs(workspace, known.experiment["id"]).panel
    assert again is not None
    both = known.panel.frame.merge(again.frame, on=["unit", "year"], how="left")
    lost = both[f"{known.outcome}_x"].notna() & both[f"{known.outcome}_y"].isna()
    assert both.loc[lost, ["unit", "year"]].to_numpy().tolist() == [[last["unit"], last["year"]]]


def test_what_is_kept_is_bounded_and_ends_with_the_block() -> None:
    asked: list[int] = []

    def read(number: int) -> int:
        return recently(number, lambda: asked.append(number) or number)

    with reading_once(many=True):
        assert [read(n) for n in (1, 2, 1)] == [1, 2, 1] and asked == [1, 2]
        for number in range(3, LATEST + 3):
            read(number)
        read(2)
        assert asked == [*range(1, LATEST + 3), 2]
        assert once("a", lambda: 1) == once("a", lambda: 2) == 1
    assert once("a", lambda: 2) == 2


@pytest.mark.parametrize(
    "words", ["", " ", "Åland – 1 000 €", "AVA", "f\u0301", "a\u200b", "e\u0301", "\u00adx", "Ж"]
)
def test_texts_are_as_large_as_matplotlib_says(words: str) -> None:
    font = FontProperties(family="DejaVu Sans", size=9)
    theirs = TextToPath().get_text_width_height_descent(words, font, ismath=False)
    ours = svg_renderer._TEXTS.get_text_width_height_descent(words, font, ismath=False)
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_drawings_are_matplotlibs_own_byte_for_byte() -> None:
    def draw() -> canvas.Canvas:
        axes = made.subplots()
        axes.plot([0, 1], [0, 2], label="Åland – 1 000 €")
        axes.set_title("Kaksi\nriviä")
        axes.set_ylabel("väestö")
        axes.legend()
        return made

    for _ in range(2):  # the second time from what was kept
        with canvas.drawing(2.0) as made:
            ours = io.StringIO()
            draw_svg(draw(), ours)
        with canvas.drawing(2.0) as made:
            file = io.StringIO()
            told = {"Date": None, "Creator": None}
            FigureCanvasSVG(draw()).print_svg(file, metadata=told)
        assert file.getvalue() == ours.getvalue()
