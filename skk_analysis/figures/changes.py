"""Changes with their intervals around zero, one measure a row, the verdict beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Limits, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

VERDICTS = {"grows": (c.VERMILLION, "^"), "shrinks": (c.BLUE, "v")}
UNCLEAR = (c.GREY, "o")


@dataclass(frozen=True)
class Change:
    """One measure's change: the ratio of after to before, and the verdict's word."""

    name: str
    ratio: Quantity
    verdict: str  # grows, shrinks, unclear
    word: str


def change_dots(changes: Sequence[Change], language: str, *, caption: str, topic: str) -> Figure:
    """Relative changes with 95 % intervals; the zero line is no change.

    Parameters
    ----------
    topic : what is shown, as it starts the alternative text
    """
    facts = [f"{change.name} {change.ratio.shown(language)}, {change.word}" for change in changes]
    tally = [
        text("chart.changes.tally", language, word=word, count=str(count))
        for word in dict.fromkeys(change.word for change in changes)
        if (count := sum(change.word == word for change in changes))
    ]
    return Figure(
        svg=_draw(changes, language),
        caption=caption,
        alt=short(text("chart.changes.alt", language, topic=topic, facts="; ".join(tally))),
        description=text(
            "chart.changes.description",
            language,
            topic=topic,
            tally=forms.joined(tally, language),
            facts="; ".join(facts),
        ),
        table=_table(changes, language, caption),
    )


def _table(changes: Sequence[Change], language: str, caption: str) -> Table:
    keys = ("table.measure", "table.relative_change", "table.interval", "table.verdict")
    rows: list[tuple[Cell, ...]] = [
        (change.name, change.ratio, Limits(change.ratio), change.word) for change in changes
    ]
    title = text("figure.data", language, caption=caption)
    return Table(title, tuple(text(key, language) for key in keys), tuple(rows), language)


def _draw(changes: Sequence[Change], language: str) -> str:
    with c.drawing(height=0.6 + 0.27 * len(changes)) as canvas:
        axes = canvas.subplots()
        axes.axvline(0, color=c.DARK, linewidth=0.9)
        beside = axes.get_yaxis_transform()
        for (colour, marker), rows in _by_look(changes).items():
            lines = [
                (place, ratio.lower - 1, ratio.upper - 1)
                for place, ratio, _ in rows
                if ratio.lower is not None and ratio.upper is not None
            ]
            if lines:
                axes.hlines(*zip(*lines, strict=True), color=colour, linewidth=1.8)
            places, ratios, words = zip(*rows, strict=True)
            values = [ratio.value - 1 for ratio in ratios]
            axes.plot(values, places, marker, color=colour, markersize=6)
            for place, word in zip(places, words, strict=True):
                axes.text(
                    1.01, place, word, transform=beside, va="center", color=colour, fontsize=8
                )
        c.name_rows(axes, range(len(changes)), [change.name for change in reversed(changes)])
        axes.set_ylim(-0.6, len(changes) - 0.4)
        c.number_axis(axes.xaxis, "share", language)
        c.bare(axes, "left")
        axes.grid(axis="x", color=c.PALE, linewidth=0.6)
        axes.set_axisbelow(True)
        return c.svg(canvas)


def _by_look(changes: Sequence[Change]) -> dict[tuple[str, str], list[tuple[int, Quantity, str]]]:
    """Place, ratio and word of the changes, the first on top, by colour and marker."""
    rows: dict[tuple[str, str], list[tuple[int, Quantity, str]]] = {}
    for place, change in enumerate(reversed(changes)):
        look = VERDICTS.get(change.verdict, UNCLEAR)
        rows.setdefault(look, []).append((place, change.ratio, change.word))
    return rows
