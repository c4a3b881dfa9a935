"""`skk programme`: what the README promises, exit statuses, questions to a person."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skk_analysis import cli_programme
from skk_analysis.cli import app, main
from skk_analysis.register_change import register_files

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A workspace with a copy of the sample's register."""
    shutil.copytree(ROOT / "data/raw/programme", tmp_path / "data/raw/programme")
    return tmp_path


@pytest.fixture
def skk(place: Path, monkeypatch: pytest.MonkeyPatch):
    """Run `skk programme …` in the workspace; errors count as `main` makes them count."""
    monkeypatch.chdir(place)
    monkeypatch.delenv("SKK_WORKSPACE", raising=False)

    def run(*arguments: str, answers: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(app, ["programme", *arguments], input=answers)
        if result.exception and not isinstance(result.exception, SystemExit):
            return 1, f"{result.output}skk: {result.exception}"
        return result.exit_code, result.output

    return run


def files(place: Path) -> dict[str, bytes]:
    return register_files(place / "data/raw/programme")


def test_the_commands_of_the_readme_run(skk, place):
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.split("## Adding an experiment")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    commands = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    assert len(commands) == 5
    for command in commands:
        words = shlex.split(command, comments=True)
        assert words[:2] == ["skk", "programme"]
        status, told = skk(*words[2:])
        assert status == 0, (command, told)
    assert "espoo-3,049,Kylätupa" in files(place)["experiments"].decode()


def test_check_tells_every_fault_and_ends_with_status_1(skk, place):
    assert skk("check") == (0, f"{len(files(place))} tables in {place / 'data/raw/programme'}.\n"
                            "0 errors, 0 warnings and notes.\n")  # fmt: skip
    path = place / "data/raw/programme/costs.csv"
    path.write_bytes(path.read_bytes().replace(b"9800", b'"9800,5"').replace(b"2019,", b"19,", 1))
    status, told = skk("check")
    assert status == 1 and told.endswith("2 errors, 0 warnings and notes.\n")
    assert "costs.csv, row 2, column 'eur': '9800,5'" in told and "Write '9800.5'." in told
    assert "costs.csv, row 2, column 'year': '19'" in told


def test_what_is_not_given_is_asked_of_a_person(skk, place, monkeypatch):
    monkeypatch.setattr(cli_programme, "_person_there", lambda: True)
    answers = "\n".join([
        "Oulu", "Kylätupa", "Moni on yksin.", "Ikääntyneet", "yhteisollisyys", "loneliness",
        "varhainen", "survey", "participants_comparison_before_after",
    ])  # fmt: skip
    status, told = skk("new-experiment", answers=answers)
    assert status == 0 and "Experiment oulu-3 was added" in told
    assert "Espoo, Turku, Vantaa" in told and "ehkäisevä, varhainen, korjaava" in told
    assert "unemployed_share" in told  # the indicators there are
    assert "phase_log.csv has no phase of oulu-3" in told
    assert b"oulu-3,564,Kyl" in files(place)["experiments"]


def test_without_a_person_what_is_missing_is_wrong_usage(skk, place):
    before = files(place)
    status, told = skk("new-experiment", "--city", "Oulu", "--stage", "varhainen")
    assert status == 2
    for option in ("--name", "--problem", "--target-group", "--indicator", "--design"):
        assert option in told
    assert skk("new-experiment", "--partner", "Kylä ry")[0] == 2
    assert files(place) == before


def test_a_refused_experiment_names_the_mend(skk, place):
    before = files(place)
    status, told = skk(
        "new-experiment", "--city", "Oulu", "--name", "X", "--problem", "Y", "--target-group", "Z",
        "--dimension", "osalisuus", "--indicator", "participation", "--stage", "varhainen",
        "--level", "survey", "--design", "areas_difference_in_differences",
    )  # fmt: skip
    assert status == 1 and "Did you mean 'osallisuus'" in told
    assert files(place) == before


def test_export_does_not_write_over_a_file_and_import_names_a_missing_one(skk, place):
    (place / "mine.xlsx").write_bytes(b"mine")
    assert skk("export", "mine.xlsx")[0] == 1 and (place / "mine.xlsx").read_bytes() == b"mine"
    assert skk("export", "mine.xlsx", "--force")[0] == 0
    assert skk("export", "mine.csv")[0] == 2
    assert skk("import", "mine.xlsx") == (
        0, "The workbook says what the register says.\n0 errors, 0 warnings and notes.\n",
    )  # fmt: skip
    status, told = skk("import", "other.xlsx")
    assert status == 1 and "other.xlsx" in told


def test_an_import_with_errors_ends_with_status_1_and_changes_nothing(skk, place):
    import openpyxl

    skk("export", "book.xlsx")
    book = openpyxl.load_workbook(place / "book.xlsx")
    book["costs"]["C3"].value = "=1+1"
    book.save(place / "book.xlsx")
    before = files(place)
    status, told = skk("import", "book.xlsx")
    assert status == 1 and "Nothing was written." in told and "sheet costs, row 3" in told
    assert files(place) == before


def test_clean_stops_at_faults_that_decide_what_is_reported(place, monkeypatch, capsys):
    path = place / "data/raw/programme/cities.csv"
    path.write_bytes(path.read_bytes().replace(b"yes,yes", "yes,kyllä".encode(), 1))
    monkeypatch.setattr("sys.argv", ["skk", "--workspace", str(place), "clean"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 1 and "cities.csv, row 2, column 'actual': 'kyllä'" in told
    assert "Write 'yes'." in told
