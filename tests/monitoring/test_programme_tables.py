"""The programme's tables: what was planned, who met whom, what was used, scaled and decided."""

import math

import numpy as np
import pandas as pd
import pytest

from skk_analysis.monitoring import (
    DAC_CRITERIA,
    contribution_claims,
    cooperation_of,
    dac_answers,
    decisions_on,
    event_seasons,
    feedback_of,
    literature_cells,
    literature_studies,
    planned_actual,
    principle_evidence,
    scaling_profile,
    speaker_types,
    until,
    use_log,
    value_coverage,
)
from skk_analysis.programme import STARTING_REGISTER, Programme


def table(columns: str, *rows: str) -> pd.DataFrame:
    """A register table: all text, an empty cell is empty."""
    names = columns.split()
    return pd.DataFrame([row.split("|") for row in rows], columns=names, dtype="str")


def test_the_plan_of_the_founding_document():
    """Ten cities at 5 000 euros are 50 000 a year, the six that came 30 000."""
    register = Programme(STARTING_REGISTER)
    names = ("plan", "cities", "funding", "workshops", "years")
    found = planned_actual({name: register.table(name) for name in names}, 2019)
    rows = found.set_index("item")
    assert rows.loc["cities", ["planned", "actual"]].tolist() == [10, 6]
    assert rows.loc["funding", ["planned", "adjusted"]].tolist() == [50_000, 30_000]
    assert math.isnan(rows.loc["funding", "actual"])  # nothing on record is not zero
    assert rows.loc["workshops", ["planned", "actual"]].tolist() == [4, 4]
    assert math.isnan(rows.loc["experiments", "actual"])


def test_money_paid_and_workshops_attended():
    """Only that year's payments, and only workshops that somebody came to."""
    tables = {
        "payments": table(
            "year city_code amount_eur", "2019|049|5000", "2019|853|4000", "2020|049|9"
        ),
        "workshops": table("id date", "a|2019-03-13", "b|2019-04-04", "c|2021-01-01"),
        "attendance": table("workshop attended", "a|yes", "b|no"),
    }
    rows = planned_actual(tables, 2019).set_index("item")["actual"]
    assert (rows["funding"], rows["city_share"], rows["workshops"]) == (9000, 4500, 1)


def test_events_in_spring_and_autumn():
    """An event whose day is not known counts by its id; the season is the register's."""
    events = table(
        "id date season participants feedback_mean feedback_n",
        "k-2019|2019-05-23|spring|80|4.0|30",
        "s-2019||autumn|||",
        "k-2020|2020-05-14|spring|100|3.0|10",
    )
    held = event_seasons(events, [2019, 2020]).set_index(["year", "season"])["held"]
    assert held.tolist() == [1, 1, 1, 0]
    feedback = feedback_of(events)
    assert (feedback.mean, feedback.answers) == (3.75, 40)
    assert (feedback.events, feedback.without, feedback.participants) == (2, 1, 180)
    types = speaker_types(table("event type", "a|tutkija", "a|tutkija", "b|toteuttaja"))
    assert types.set_index("type")["speakers"].to_dict() == {
        "kansainvälinen": 0, "toteuttaja": 1, "tutkija": 2,
    }  # fmt: skip


def test_who_met_whom():
    """Both groups in one experiment count once, whatever the number of actors."""
    partners = table(
        "experiment group sector name",
        "a|kaupunki|terveys|X", "a|kaupunki|kirjasto|Y", "a|järjestöt|järjestö|Z",
        "b|kaupunki|terveys|X", "other|asukkaat|asukas|W",
    )  # fmt: skip
    found = cooperation_of(partners, table("id", "a", "b", "c"))
    assert found.matrix.loc["kaupunki", "kaupunki"] == 2
    assert (
        found.matrix.loc["kaupunki", "järjestöt"] == found.matrix.loc["järjestöt", "kaupunki"] == 1
    )
    assert found.matrix.loc["asukkaat"].sum() == 0
    assert found.sectors.loc["kaupunki", "terveys"] == 2
    assert (found.sole, found.cross_type, found.cross_share) == (("b", "c"), 1, 1 / 3)


def test_a_use_without_a_change_is_a_claim():
    """Used with a change, said to be used, not used; later findings are not there yet."""
    uses = table(
        "experiment date used change_fi change_en",
        "a|2019-05-01|yes|Muutettiin|", "a|2019-04-01|yes||", "b|2019-06-01|no||",
        "c|2020-01-01|yes||Changed",
    )  # fmt: skip
    log = use_log(uses, table("id", "a", "b", "c", "d"), 2019)
    assert log.rows["state"].tolist() == ["claimed", "changed", "not_used"]
    assert log.without == ("c", "d") and log.share_changed == 1 / 3


def test_going_on_without_owner_conditions_or_cost_is_a_slogan():
    """An experiment that ended needs none of them; six months is maintained."""
    scaling = table(
        "experiment reach adoption implementation_fi maintenance_months cost_eur_year "
        "conditions_fi conditions_en owner_fi",
        "a|56|2|Tehtiin|6|100||Agreed|Yhdistys", "b||0||5||Sovittu||", "c|60|0||||||",
    )  # fmt: skip
    experiments = table("id status", "a|continued", "b|continued", "c|ended", "d|continued")
    found = scaling_profile(scaling, experiments, {"a": "favourable"})
    assert found.slogans == ("b", "d")
    assert found.table.loc["b", "missing"] == ("owner", "cost")
    assert found.table["maintained"].tolist() == [True, False, None, None]
    assert all(found.told("a").values()) and not any(found.told("d").values())
    twice = pd.concat([scaling, scaling])
    with pytest.raises(ValueError, match="two rows"):
        scaling_profile(twice, experiments)


def test_what_followed_is_told_a_year_later():
    """The 2019 report shows the decision, the 2020 report what followed; a silent city is there."""
    decisions = table(
        "city_code year date decision_fi reasons_fi evidence_fi followed_fi",
        "853|2019|2019-12-11|Jatketaan|Syy||Laajeni", "049|2020|2020-12-01|Loppuu||Luku|",
    )  # fmt: skip
    first = decisions_on(decisions, ["049", "853"], 2019).set_index("city_code")
    assert first["decided"].to_dict() == {"049": False, "853": True}
    assert not first["follow_up"].any() and first.loc["853", "reasoned"]
    assert not first.loc["853", "evidenced"]
    second = decisions_on(decisions, ["049", "853"], 2020).set_index("city_code")
    assert second["follow_up"].to_dict() == {"049": False, "853": True}


def test_values_without_an_indicator_show():
    """Compassion has none until one is tagged with it."""
    indicators = table("dimension values", "a|tasa-arvo;ihmisarvo", "a|tasa-arvo", "b|")
    found = value_coverage(indicators, ["a", "b"])
    assert found.loc["tasa-arvo"].tolist() == [2, 0]
    assert found.loc["myötätunto"].sum() == 0


def test_evidence_on_the_principles_counts_what_is_written_down():
    """A missing table is not known, which is not none."""
    tables = {
        "experiments": table("id goal_id ended", "a|g|2019-10-01", "b||"),
        "partners": table(
            "experiment group sector name",
            "a|kaupunki|x|X", "a|kaupunki|y|Y", "a|korkeakoulut|t|Z",
        ),
    }  # fmt: skip
    found = {e.name: e for e in principle_evidence(tables, 2019)}
    assert (found["goals"].count, found["goals"].total) == (1, 2)
    assert (found["sectors"].count, found["cross_type"].count) == (1, 1)
    assert (found["resource_groups"].count, found["resource_groups"].total) == (1, 4)
    assert found["problem_status"].count == 1 and not found["canvas"].known


def test_a_claim_stands_only_beside_its_rivals():
    """No rival, an opinion, a rival open, a rival ruled out."""
    claims = table(
        "experiment claim_fi evidence_kind evidence_for_fi evidence_against_fi rival_fi "
        "rival_state",
        "a|c|data|kysely|||", "b|c|opinion|haastattelu||korona|ruled_out",
        "c|c|data|kysely||korona|weakened", "d|c|data|kysely||korona|ruled_out",
        "e|c|data|kysely|vastoin|korona|ruled_out",
    )  # fmt: skip
    assert contribution_claims(claims)["state"].tolist() == [
        "no_rival", "opinion", "open", "supported", "open",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="rival_state is 'kenties'"):
        contribution_claims(claims.assign(rival_state="kenties"))


def test_six_questions_in_order_answered_or_not():
    """An unanswered one is there; a seventh stops."""
    found = dac_answers(table("question answer_fi shown_in", "impact|Ei vielä|synthesis"))
    assert tuple(found["question"]) == DAC_CRITERIA
    assert found.set_index("question")["answered"].sum() == 1
    with pytest.raises(ValueError, match="'luck'"):
        dac_answers(table("question answer_fi shown_in", "luck||"))


def test_literature_as_studies_and_cells():
    """A study without an error keeps its place; one of low quality loses a grade."""
    literature = table(
        "id theme outcome design effect se quality",
        "s1|t|o|rct|0.2|0.1|high", "s2|t|o|before_after|0.4||low", "s3|t|o|rct|||high",
        "s4|t|o|systematic_review|0.3|0.1|medium",
    )  # fmt: skip
    studies = literature_studies(literature)
    assert studies["study"].tolist() == ["s1", "s2"]
    assert studies["grade"].tolist() == [5, 1] and np.isnan(studies["se"][1])
    cells = literature_cells(literature)
    assert cells["kind"].tolist() == ["evaluation"] * 3 + ["synthesis"]
    assert cells["confidence"].iloc[3] == "medium" and pd.isna(cells["confidence"].iloc[0])
    with pytest.raises(ValueError, match="design is 'guess'"):
        literature_studies(literature.assign(design="guess"))


def test_until_keeps_the_undated():
    """A row without a date may have been there."""
    rows = table("date x", "2019-12-31|a", "2020-01-01|b", "|c")
    assert until(rows, 2019)["x"].tolist() == ["a", "c"]
    assert len(until(rows[["x"]], 2019)) == 3
