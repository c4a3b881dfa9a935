"""Tables and charts of the reports; each carries its alternative text and its data table."""

from skk_analysis.figures.area_map import Area, area_map
from skk_analysis.figures.cell_grid import GridCell, Key, cell_grid
from skk_analysis.figures.changes import Change, change_dots
from skk_analysis.figures.directions import directions
from skk_analysis.figures.distribution import Curve, density_of, two_years
from skk_analysis.figures.dots import ranked_dots
from skk_analysis.figures.dumbbell import Pair, dumbbell
from skk_analysis.figures.evidence_gap_map import evidence_gap_map
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.funnel import funnel
from skk_analysis.figures.gap_paths import GapPath, gap_paths
from skk_analysis.figures.matrix import Criterion, matrix
from skk_analysis.figures.monitor import Series, monitor
from skk_analysis.figures.pooled_forest import pooled_forest
from skk_analysis.figures.prose import Heading, Prose, Sentence
from skk_analysis.figures.slope_chart import Slope, SlopePanel, slope_chart
from skk_analysis.figures.stacked import Bar, stacked_bars
from skk_analysis.figures.table import Cell, Limits, Marked, Table
from skk_analysis.figures.timeline import Moment, timeline
from skk_analysis.figures.unit_panels import UnitPanel, UnitRow, unit_panels

__all__ = [
    "Area",
    "Bar",
    "Cell",
    "Change",
    "Criterion",
    "Curve",
    "Figure",
    "GapPath",
    "GridCell",
    "Heading",
    "Key",
    "Limits",
    "Marked",
    "Moment",
    "Pair",
    "Prose",
    "Sentence",
    "Series",
    "Slope",
    "SlopePanel",
    "Table",
    "UnitPanel",
    "UnitRow",
    "area_map",
    "cell_grid",
    "change_dots",
    "density_of",
    "directions",
    "dumbbell",
    "evidence_gap_map",
    "funnel",
    "gap_paths",
    "matrix",
    "monitor",
    "pooled_forest",
    "ranked_dots",
    "slope_chart",
    "stacked_bars",
    "timeline",
    "two_years",
    "unit_panels",
]
