"""Section 2: the programme as it was planned and as it came to be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from skk_analysis import monitoring as m
from skk_analysis.figures import Cell, GridCell, Key, Moment, cell_grid, timeline
from skk_analysis.language import Missing, Quantity, date
from skk_analysis.reporting.programme.common import (
    count,
    counted,
    euros,
    figure,
    heads,
    need,
    people_of,
    share,
)
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport

MONEY = ("city_share", "funding")

SPEAKER_KEYS = {
    "kansainvälinen": "international",
    "toteuttaja": "practitioner",
    "tutkija": "researcher",
}


def write(report: ProgrammeReport, writer: Writer) -> None:
    """Plan and outcome, the timeline, workshops, events, roles, decisions."""
    _plan(report, writer)
    _timeline(report, writer)
    _workshops(report, writer)
    _events(report, writer)
    _platform(report, writer)
    _roles(report, writer)
    _decisions(report, writer)


def _plan(report: ProgrammeReport, writer: Writer) -> None:
    if need(report, writer, "plan") is None:
        return
    rows = m.planned_actual(report.data.register, report.year)
    body = []
    for row in rows.to_dict("records"):
        item = row["item"]
        cells: list[Cell] = [writer.text(f"programme.plan.{item}")]
        for column in ("planned", "adjusted", "actual"):
            record, value = f"programme.plan.{item}.{column}", row[column]
            blank = column != "actual" and not math.isfinite(value)
            made = euros(record, value) if item in MONEY else counted(record, value)
            cells.append(Missing("not_applicable") if blank else made)
        body.append(tuple(cells))
    columns = heads(writer, "item", "planned", "adjusted", "actual")
    writer.table("programme.plan", columns, body, year=str(report.year))
    writer.say("programme.plan.reading")


def _timeline(report: ProgrammeReport, writer: Writer) -> None:
    moments = list(_moments(report, writer))
    if moments:
        writer.figure("programme.timeline", timeline, moments, year=str(report.year))


def _moments(report: ProgrammeReport, writer: Writer):
    last = f"{report.year}-12-31"
    kinds = {
        "workshops": lambda row: writer.text("programme.workshop", number=row["order"]),
        "events": lambda row: localised(row, "theme", report.language),
        "decisions": lambda row: writer.text(
            "programme.decision_of", city=report.city(row["city_code"])
        ),
        "context_events": lambda row: localised(row, "event", report.language),
    }
    for name, label in kinds.items():
        table = report.table(name)
        for _, row in table.iterrows() if table is not None else ():
            if row["date"] and row["date"] <= last:
                yield Moment(row["date"], label(row), writer.text(f"programme.lane.{name}"))
    for _, row in report.analysis.experiments.iterrows():
        if row["started"] and row["started"] <= last:
            lane = writer.text("programme.lane.experiments")
            yield Moment(row["started"], report.experiments[row["id"]], lane)


def _workshops(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.planned.workshops")
    workshops, attendance = need(report, writer, "workshops"), report.table("attendance")
    if workshops is None:
        return
    if attendance is None:
        writer.say("programme.missing.attendance")
        return
    codes = [city.code for city in report.data.cities]
    found = m.workshop_attendance(attendance, workshops, codes)
    columns = [
        f"{row['order']}. {date(row['date'], report.language)}" for _, row in workshops.iterrows()
    ]
    cells = {}
    for code in codes:
        for column, name in zip(columns, workshops["id"], strict=True):
            people = found.grid.loc[code, name]
            if math.isfinite(people):
                kind = "came" if people else "absent"
                number = people_of(report, f"programme.attendance.{code}.{name}", people)
                shown = number.shown(report.language)
                cells[report.city(code), column] = GridCell(shown, kind, number)
    keys = {
        "came": Key(writer.text("programme.came"), "✓", "#d3e3f0"),
        "absent": Key(writer.text("programme.absent"), "–", "#f6dccd"),
    }
    rows = [report.city(code) for code in codes]
    heading = writer.text("table.programme.city")
    figure(
        writer, "programme.attendance", cell_grid, rows, columns, cells, keys=keys, heading=heading
    )
    if math.isfinite(found.rate):
        rate = share("programme.attendance.rate", found.rate)
        writer.say("programme.attendance.rate", rate=rate)


def _events(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.planned.events")
    events = need(report, writer, "events")
    if events is None:
        return
    last = str(report.year)
    when = events["date"].where(events["date"] != "", events["id"].str.extract(r"(\d{4})")[0])
    mine = events[when.fillna("").str[:4] <= last].reset_index(drop=True)
    body = []
    for _, row in mine.iterrows():
        number = float(row["participants"]) if row["participants"] else math.nan
        mean: Cell = Missing("not_received")
        if row["feedback_mean"]:
            given = int(row["feedback_n"] or 0)
            record = f"programme.event.{row['id']}.feedback"
            few = 0 < given < report.data.policy.minimum_persons
            given_mean = Quantity(record, float(row["feedback_mean"]), "score", 1, n=given)
            mean = Missing("protected") if few else given_mean
        body.append(
            (
                localised(row, "theme", report.language),
                date(row["date"], report.language) if row["date"] else "–",
                writer.text(f"programme.season.{row['season']}"),
                people_of(report, f"programme.event.{row['id']}.participants", number),
                mean,
                people_of(
                    report, f"programme.event.{row['id']}.answers", _number(row["feedback_n"])
                ),
            )
        )
    columns = heads(writer, "event", "date", "season", "participants", "feedback", "answers")
    writer.table("programme.events", columns, body, wide=True)
    years = [int(y) for y in report.data.register["years"]["year"] if int(y) <= report.year]
    seasons = m.event_seasons(events, years)
    lacking = [
        f"{writer.text(f'programme.season.{row.season}')} {row.year}"
        for row in seasons.itertuples()
        if not row.held
    ]
    if lacking:
        writer.say("programme.events.lacking", seasons="; ".join(lacking))
    else:
        writer.say("programme.events.all")
    feedback = m.feedback_of(mine)
    if feedback.answers:
        mean = Quantity("programme.feedback", feedback.mean, "score", 1, n=feedback.answers)
        answers = people_of(report, "programme.feedback.answers", feedback.answers)
        people = people_of(report, "programme.feedback.participants", feedback.participants)
        enough = feedback.answers >= report.data.policy.minimum_persons
        if enough and isinstance(answers, Quantity) and isinstance(people, Quantity):
            writer.say("programme.events.feedback", mean=mean, answers=answers, participants=people)
    _speakers(report, writer, list(mine["id"]))


def _people(record: str, value: float) -> Quantity | Missing:
    """A number of people; one that is not known is no zero."""
    if not math.isfinite(value):
        return Missing("not_received")
    return Quantity(record, value, "persons")


def _number(cell: str) -> float:
    return float(cell) if cell else math.nan


def _speakers(report: ProgrammeReport, writer: Writer, events: list[str]) -> None:
    speakers = need(report, writer, "speakers")
    if speakers is None:
        return
    types = m.speaker_types(speakers[speakers["event"].isin(events)])
    body = [
        (
            writer.text(f"programme.speaker.{SPEAKER_KEYS[row['type']]}")
            if row["type"] in SPEAKER_KEYS
            else row["type"],
            count(f"programme.speakers.{place}", row["speakers"]),
            share(f"programme.speakers.{place}.share", row["share"]),
            count(f"programme.speakers.{place}.events", row["events"]),
        )
        for place, row in enumerate(types.to_dict("records"), start=1)
    ]
    columns = heads(writer, "speaker", "speakers", "share", "in_events")
    writer.table("programme.speakers", columns, body)


def _platform(report: ProgrammeReport, writer: Writer) -> None:
    """How much the electronic platform was used, in counts only."""
    platform = need(report, writer, "platform_activity")
    if platform is None:
        return
    known = m.until(platform, report.year, "month")
    totals = {
        name: count(f"programme.platform.{name}", known[name].astype(float).sum())
        for name in ("posts", "comments")
    }
    writer.say(
        "programme.platform", months=count("programme.platform.months", len(known)), **totals
    )


def _roles(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.planned.roles")
    roles = need(report, writer, "roles")
    if roles is None:
        return
    body = [
        (
            localised(row, "body", report.language),
            localised(row, "role", report.language),
            localised(row, "tie", report.language) or "–",
        )
        for _, row in roles.iterrows()
    ]
    writer.table("programme.roles", heads(writer, "body", "role", "tie"), body, wide=True)
    writer.say("programme.roles.reading")


def _decisions(report: ProgrammeReport, writer: Writer) -> None:
    kind = "decision" if report.data.decision else "followed"
    writer.subheading(f"section.programme.planned.{kind}")
    decisions = need(report, writer, "decisions")
    if decisions is None:
        return
    codes = [city.code for city in report.data.cities]
    rows = m.decisions_on(decisions, codes, report.year)
    fields = ["decision", "reasons", "evidence"] + ([] if report.data.decision else ["followed"])
    body = []
    for _, row in rows.iterrows():
        if not row["decided"]:
            blank = ["–"] * len(fields)
            body.append((report.city(row["city_code"]), writer.text("programme.undecided"), *blank))
            continue
        told = [
            "–"
            if field == "followed" and not row["follow_up"]
            else localised(row, field, report.language) or "–"
            for field in fields
        ]
        day = date(row["date"], report.language)
        body.append((report.city(row["city_code"]), day, *told))
    columns = heads(writer, "city", "date", *fields)
    writer.table("programme.decisions", columns, body, wide=True)
    undecided = int((~rows["decided"].astype(bool)).sum())
    if undecided:
        number = count("programme.undecided", undecided)
        writer.say("programme.decisions.undecided", count=number)
