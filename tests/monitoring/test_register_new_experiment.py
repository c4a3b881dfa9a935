"""A new experiment: rows in every table that shows it, all or none, refused before writing."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from skk_analysis import register_change
from skk_analysis.cleaning.message import CleaningError
from skk_analysis.impact.programme_panel import experiment_row
from skk_analysis.monitoring import check
from skk_analysis.monitoring.new_experiment import NewExperiment, add_experiment
from skk_analysis.programme import Programme, start_register
from skk_analysis.register_change import change_register, register_files
from skk_analysis.workspace import SkkError, Workspace

_spec = importlib.util.spec_from_file_location(
    "register_fixtures", Path(__file__).with_name("register_fixtures.py")
)
register = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(register)

KYLATUPA = NewExperiment(
    city="Jyväskylä", name_fi="Kylätupa, avoinna iltaisin", problem_fi='Moni on "yksin".',
    target_group_fi="Ikääntyneet", dimension="yhteisollisyys", main_indicator="loneliness",
    stage="varhainen", level="survey", design="participants_comparison_before_after",
    starts="2020-02-03", ends="2020-12-11", entered="2020-01-07", areas=("40037", "40047"),
    partners=[("järjestöt", "järjestö", "Kylä ry"), ("kaupunki", "kirjasto", "Kirjasto")],
)  # fmt: skip


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    return register.copy_of_sample(tmp_path)


def rows(programme: Programme, table: str, experiment: str):
    frame = programme.table(table)
    return frame[frame["id" if table == "experiments" else "experiment"] == experiment]


def test_it_gets_the_next_free_id_and_rows_in_every_table_that_shows_it(programme):
    before = register_files(programme.folder)
    added = add_experiment(programme, KYLATUPA)
    assert added.id == "jyvaskyla-3"
    assert added.rows == {
        "experiments": 1, "partners": 2, "exposure": 2, "phase_log": 1, "milestones": 3,
        "roadmap": 3, "tidier": 7, "canvas": 12,
    }  # fmt: skip
    for table, count in added.rows.items():
        assert len(rows(programme, table, added.id)) == count
        content = (programme.folder / f"{table}.csv").read_bytes()
        assert content.startswith(before[table])  # the present lines are not touched
    assert check(programme) == []
    row = experiment_row(programme, added.id)
    assert row["name_fi"] == KYLATUPA.name_fi and row["problem_fi"] == KYLATUPA.problem_fi
    assert (row["city_code"], row["sectors"], row["started"]) == ("179", "2", "")
    canvas = rows(programme, "canvas", added.id).set_index("field")
    assert canvas.loc["kenelle", "text_fi"] == "Ikääntyneet"
    assert canvas.loc["riskit", "filled"] == "no"
    assert add_experiment(programme, KYLATUPA).id == "jyvaskyla-4"


@pytest.mark.parametrize("status", ["planned", "running", "continued", "ended", "stopped"])
def test_every_status_gives_valid_rows(programme, status):
    new = replace(KYLATUPA, status=status, stop_reason_fi="Korona" if status == "stopped" else "")
    added = add_experiment(programme, new)
    assert check(programme) == []
    milestone = rows(programme, "milestones", added.id).set_index("milestone").loc["loppu"]
    happened = status in ("continued", "ended", "stopped")
    assert (milestone["actual"] == "2020-12-11") == happened


def test_an_experiment_of_the_whole_city_is_exposed_as_a_municipality(programme):
    added = add_experiment(programme, replace(KYLATUPA, areas=(), level="municipality"))
    (unit,) = rows(programme, "exposure", added.id).to_dict("records")
    assert (unit["unit_level"], unit["unit_code"], unit["reached"]) == (
        "municipality",
        "179",
        "all",
    )


def test_a_text_without_a_column_gets_one_and_is_not_dropped(programme):
    path = programme.folder / "experiments.csv"
    frame = programme.table("experiments").drop(columns=["name_sv"])
    frame.to_csv(path, index=False)
    added = add_experiment(programme, replace(KYLATUPA, name_sv="Bystugan"))
    table = programme.table("experiments")
    assert [*table.columns][:5] == ["id", "city_code", "name_fi", "name_sv", "name_en"]
    assert rows(programme, "experiments", added.id)["name_sv"].tolist() == ["Bystugan"]
    assert rows(programme, "experiments", "espoo-1")["name_sv"].tolist() == [""]


@pytest.mark.parametrize(
    ("change", "column", "mend"),
    [
        ({"dimension": "yhteisolisyys"}, "dimension", "'yhteisollisyys'"),
        ({"main_indicator": "lonely"}, "main_indicator", "'loneliness'"),
        ({"stage": "Varhainen"}, "stage", "'varhainen'"),
        ({"starts": "3.2.2020"}, "planned", "'2020-02-03'"),
        ({"starts": "2023-01-01"}, "planned", "years.csv"),
        ({"status": "running", "starts": ""}, "started", "status"),
        ({"goal": "tavoite-jyvaskylä"}, "goal_id", "'tavoite-jyvaskyla'"),
        ({"areas": ("4003",)}, "target_areas", "'04003'"),
        ({"name_fi": ""}, "name_fi", "Name"),
        ({"phase": "Tutki"}, "phase", "'tutki'"),
    ],
)
def test_what_the_check_would_refuse_is_refused_and_nothing_is_written(
    programme, change, column, mend
):
    before = register_files(programme.folder)
    with pytest.raises(CleaningError) as refused:
        add_experiment(programme, replace(KYLATUPA, **change))
    assert any(m.column == column and mend in m.mend for m in refused.value.messages)
    assert register_files(programme.folder) == before


def test_a_fault_elsewhere_does_not_stand_in_the_way_but_one_of_its_tables_does(programme):
    path = programme.folder / "costs.csv"
    path.write_bytes(path.read_bytes().replace(b"9800", b"9800 e"))
    assert add_experiment(programme, KYLATUPA).id == "jyvaskyla-3"
    path = programme.folder / "canvas.csv"
    path.write_bytes(path.read_bytes() + b'"open')
    with pytest.raises(CleaningError, match=r"canvas\.csv"):
        add_experiment(programme, KYLATUPA)


def test_an_unknown_city_is_named(programme):
    with pytest.raises(SkkError, match="no city 'Helsinki'"):
        add_experiment(programme, replace(KYLATUPA, city="Helsinki"))


def test_a_register_that_has_no_experiment_yet_gets_its_tables(tmp_path):
    start_register(Workspace(tmp_path))
    programme = Programme.of(Workspace(tmp_path))
    added = add_experiment(programme, replace(KYLATUPA, name_sv="Bystugan"))
    assert added.id == "jyvaskyla-1"
    assert check(programme) == []
    assert any("indicator_choices" in hint for hint in added.hints)


def test_line_ends_and_byte_order_mark_of_a_file_are_kept(programme):
    path = programme.folder / "partners.csv"
    crlf = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n").rstrip(b"\r\n")
    path.write_bytes(crlf)
    add_experiment(programme, KYLATUPA)
    content = path.read_bytes()
    assert content.startswith(crlf + b"\r\njyvaskyla-3,") and content.count(b"\xef\xbb\xbf") == 1
    assert content.count(b"\n") == content.count(b"\r\n")


def test_an_interrupted_change_is_finished_by_the_next_command(programme, monkeypatch):
    workspace = Workspace(programme.folder.parents[2])
    whole = Path.replace
    moved: list[Path] = []

    def stop_after_one(self, target):
        if moved:
            raise KeyboardInterrupt
        moved.append(self)
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", stop_after_one)
    with pytest.raises(KeyboardInterrupt):
        add_experiment(programme, KYLATUPA)
    monkeypatch.undo()
    assert check(programme) != []  # one table of eight has the experiment
    assert check(Programme.of(workspace)) == []
    assert len(rows(programme, "tidier", "jyvaskyla-3")) == 7
    assert not (programme.folder.parent / register_change.CHANGE).exists()


def test_a_change_that_fails_before_it_is_made_leaves_nothing(programme, monkeypatch):
    before = register_files(programme.folder)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(register_change.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        add_experiment(programme, KYLATUPA)
    assert register_files(programme.folder) == before
    assert [path.name for path in programme.folder.parent.iterdir() if path.name[0] == "."] == []


def test_what_another_person_wrote_meanwhile_is_not_lost(programme):
    basis = register_files(programme.folder)
    path = programme.folder / "costs.csv"
    path.write_bytes(path.read_bytes() + b"espoo-1,049,2020,uusi,ostot,kaupunki,5,0,yes\n")
    with pytest.raises(SkkError, match="changed in the meantime"):
        change_register(programme.folder, {"costs": b"experiment\n"}, basis)
    assert path.read_bytes().endswith(b"uusi,ostot,kaupunki,5,0,yes\n")
