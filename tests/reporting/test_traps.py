"""papermill's traps T1–T21 (reports_craft.md §1.3), each with the guard that must catch it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

from skk_analysis.reporting import publish
from skk_analysis.reporting.kernel_place import KernelPlace
from skk_analysis.reporting.kinds import CITY_YEAR
from skk_analysis.reporting.parameters import check_notebook, check_parameters
from skk_analysis.reporting.report import State
from skk_analysis.workspace import SkkError


def test_t01_a_dead_kernel_publishes_nothing(bench, cells):
    message = bench.failure([cells.start, cells.title, "import os; os._exit(7)", cells.end])
    assert "Espoo 2019 fi: cell 5 «import os; os._exit(7)»: the kernel died" in message
    assert "exit status 7" in message
    assert not bench.folder.exists()


def test_t01_a_timed_out_cell_publishes_nothing(bench, cells):
    message = bench.failure([cells.start, "import time\ntime.sleep(60)", cells.end], timeout=1)
    assert "cell 4 «import time»: not ready in 1 s" in message
    assert not bench.folder.exists()


def test_t02_t03_a_failure_leaves_the_old_report_and_keeps_the_failed_notebook(bench, cells):
    bench.one()
    before = bench.files()
    message = bench.failure([cells.start, "count = 1\nratio = count / 0", cells.end])
    assert "cell 4, line 2 «ratio = count / 0»: ZeroDivisionError: division by zero" in message
    after = bench.files()
    old = {name: content for name, content in before.items() if name.startswith("espoo/2019/fi/")}
    assert old and old.items() <= after.items()
    failed = json.loads((bench.folder.parent / "fi.failed.ipynb").read_text("utf-8"))
    errors = [o for c in failed["cells"] for o in c.get("outputs", []) if "ename" in o]
    assert [e["ename"] for e in errors] == ["ZeroDivisionError"]


def test_t03_a_success_removes_what_the_failure_left(bench, cells):
    bench.failure([cells.start, "1 / 0"])
    bench.write()
    assert bench.one().ok
    assert not [p.name for p in bench.workspace.reports.rglob("*failed*")]


def test_t04_papermill_writes_no_file_while_it_runs(bench, cells):
    listing = (
        "from pathlib import Path\nassert not [f for f in Path('..').rglob('*') if f.is_file()]"
    )
    bench.write([cells.start, listing, *cells.good[1:]])
    assert bench.one().ok


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ('citty: str = "Espoo"', "parameter 'city' is missing"),
        ('city: int = 5', "'city' must be declared as 'city: str = …', found type 'int'"),
        ('city: str = "Espoo"\nlevel: int = 1', "unknown parameter 'level'"),
    ],
)  # fmt: skip
def test_t05_wrong_parameters_stop_before_a_kernel_starts(bench, cells, parameters, expected):
    rest = "\n".join(cells.parameters.splitlines()[1:])
    bench.write(cells.good, f"{parameters}\n{rest}")
    with pytest.raises(SkkError, match=expected) as caught:
        bench.one()
    assert "\n" not in str(caught.value)
    assert not bench.folder.parent.exists()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"citty": "Espoo", "year": 2019, "language": "fi"}, "Unknown parameter 'citty'"),
        ({"city": "Espoo", "year": "2019", "language": "fi"}, "'year' must be int, not '2019'"),
        ({"city": "Espoo", "year": True, "language": "fi"}, "'year' must be int, not True"),
        ({"city": "Espoo", "language": "fi"}, "Parameter 'year' is missing"),
    ],
)
def test_t05_wrong_values_are_refused(values, expected):
    with pytest.raises(SkkError, match=expected):
        check_parameters(values, CITY_YEAR.declared)


@pytest.mark.parametrize(
    "parameters",
    [
        'city: str | None = "Espoo"\nyear: int = 2019\nlanguage: str = "fi"\nworkspace: str = ""',
        'city: str = "Espoo"\nyear: int = (\n    2019)\nlanguage: str = "fi"\nworkspace: str = ""',
        'from pathlib import Path\ncity: str = "Espoo"\nyear: int = 2019',
        'city = "Espoo"',
        'city: str = "Espoo',
    ],
)
def test_t06_lines_that_papermill_would_glue_or_miss_are_refused(bench, parameters):
    bench.write(parameters=parameters)
    with pytest.raises(SkkError, match="parameters cell, line"):
        check_notebook(bench.notebook, bench.kind.declared)


def test_t06_papermill_sees_what_we_see_in_a_good_cell(bench):
    check_notebook(bench.notebook, bench.kind.declared)
    notebook = nbformat.read(bench.notebook, as_version=4)
    notebook.metadata["kernelspec"]["language"] = "python"
    seen = papermill.inspect_notebook(notebook)
    declared = {name: type_.__name__ for name, type_ in bench.kind.declared.items()}
    assert {name: told["inferred_type_name"] for name, told in seen.items()} == declared


def test_t07_a_lost_tag_stops(bench):
    bench.write(parameters=None)
    with pytest.raises(SkkError, match="0 cells are tagged 'parameters'"):
        bench.one()


def test_t08_sys_exit_is_not_success(bench, cells):
    message = bench.failure([*cells.good[:3], "import sys; sys.exit(0)", *cells.good[3:]])
    assert "cell 6" in message
    assert not bench.folder.exists()


def test_t08_a_notebook_without_its_end_mark_is_not_a_report(bench, cells):
    assert "did not reach its end" in bench.failure(cells.good[:-1])


def test_t08_an_end_mark_with_another_run_id_is_refused(bench, cells):
    end = "show({'text/html': ''}, **{'text/html': {'skk': 'end', 'run_id': '0123456789ab'}})"
    assert "computed run id 0123456789ab" in bench.failure([*cells.good[:-1], end])


def test_t09_the_kernel_has_a_folder_of_its_own_and_we_stay_where_we_are(bench, cells):
    here = Path.cwd()
    write = "from pathlib import Path\nPath('stray.txt').write_text('x')"
    bench.write([cells.start, write, *cells.good[1:]])
    assert bench.one().ok
    assert Path.cwd() == here
    assert not list(bench.workspace.root.rglob("stray.txt"))
    assert not Path("stray.txt").exists()


def test_t10_t11_kernels_talk_over_short_unix_sockets_and_say_nothing(bench, cells):
    ask = (
        "import json\nfrom ipykernel.connect import get_connection_info\n"
        "told = json.loads(get_connection_info())\n"
        "assert told['transport'] == 'ipc' and told['ip'].startswith('/')\n"
        "assert len(told['ip'].encode()) < 90"
    )
    bench.write([cells.start, ask, *cells.good[1:]])
    assert bench.one().ok
    notebook = json.loads((bench.folder / "notebook.ipynb").read_text("utf-8"))
    kinds = {o["output_type"] for c in notebook["cells"] for o in c.get("outputs", [])}
    assert kinds == {"display_data"}


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_t12_a_killed_kernel_is_told_with_signal_and_memory(bench, cells):
    kill = "import os, time\ntime.sleep(1.5)\nos.kill(os.getpid(), 9)"
    message = bench.failure([cells.start, kill])
    assert "exit status -9 (SIGKILL, often a lack of memory), peak memory" in message
    assert "Espoo 2019 fi: cell 4" in message


def test_t15_the_users_settings_do_not_reach_a_kernel(tmp_path, monkeypatch):
    for name in ("PYTHONWARNINGS", "PYTHONSTARTUP", "MPLBACKEND", "JUPYTER_PATH", "IPYTHONDIR"):
        monkeypatch.setenv(name, "x")
    place = KernelPlace(tmp_path, tmp_path, tmp_path / "settings", tmp_path, tmp_path)
    environment = place.environment()
    assert "x" not in environment.values()
    assert environment["PYTHONHASHSEED"] == "0"
    assert environment["PATH"] == os.environ["PATH"]


def test_t16_this_python_runs_whatever_kernel_specs_there_are(bench, cells, tmp_path, monkeypatch):
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    wrong = {"argv": ["/bin/false", "{connection_file}"], "display_name": "x", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(wrong))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    bench.write(
        [cells.start, f"import sys\nassert sys.executable == {sys.executable!r}", *cells.good]
    )
    content = json.loads(bench.notebook.read_text("utf-8"))
    content["metadata"]["kernelspec"] = {"name": "conda-env-gone", "display_name": "gone"}
    bench.notebook.write_text(json.dumps(content), "utf-8")
    assert bench.one().ok


def test_t16_a_notebook_whose_kernel_spec_was_stripped_still_runs(bench):
    content = json.loads(bench.notebook.read_text("utf-8"))
    content["metadata"] = {}
    bench.notebook.write_text(json.dumps(content), "utf-8")
    assert bench.one().ok


def test_t17_same_inputs_same_bytes_whatever_the_number_of_jobs(bench):
    bench.run(jobs=1, cities=["Espoo"])
    first = bench.files()
    bench.run(jobs=2, cities=["Espoo"], force=True)
    assert bench.files() == first
    assert {"espoo/2019/fi/index.html", "espoo/2020/fi/review.html", "index.sv.html"} <= set(first)
    here = str(bench.workspace.root).encode()
    assert [name for name, content in first.items() if here in content] == []


def test_t18_a_chatty_cell_does_no_harm(bench, cells):
    chat = "for i in range(4000):\n    print('chat', i, flush=True)"
    bench.write([cells.start, chat, *cells.good[1:]])
    assert bench.one().ok
    assert "chat 3999" in (bench.folder / "notebook.ipynb").read_text("utf-8")
    assert "chat 3999" not in (bench.folder / "index.html").read_text("utf-8")


def test_t19_folders_are_made_before_anything_runs(bench):
    assert not bench.workspace.reports.exists()
    assert bench.one().ok
    assert bench.folder.is_dir()


@pytest.mark.parametrize(
    ("magic", "told"),
    [
        ("%no_such_magic", "UsageError: Line magic function `%no_such_magic` not found."),
        ("%%bash\nexit 3", "returned non-zero exit status 3"),
    ],
)
def test_t20_an_error_in_a_magic_is_an_error(bench, cells, magic, told):
    message = bench.failure([cells.start, magic, *cells.good[1:]])
    assert "Espoo 2019 fi: cell 4, line 1" in message
    assert told in message


def test_t21_a_place_that_cannot_be_replaced_is_told_and_stays(tmp_path, monkeypatch):
    new, place = tmp_path / "new", tmp_path / "place"
    for folder in (new, place):
        folder.mkdir()
        (folder / "file").write_text(folder.name)
    monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    rename = Path.rename

    def locked(self: Path, target: Path) -> Path:
        if target == place and self == new:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", locked)
    with pytest.raises(SkkError, match=r"place could not be replaced: Permission denied\. Close"):
        publish.publish_folder(new, place)
    assert (place / "file").read_text() == "place"


def test_a_folder_is_replaced_also_where_names_cannot_be_exchanged(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    for number in range(3):
        new = tmp_path / "new"
        new.mkdir()
        (new / "file").write_text(str(number))
        publish.publish_folder(new, tmp_path / "place")
        assert (tmp_path / "place" / "file").read_text() == str(number)
    assert [p.name for p in tmp_path.iterdir()] == ["place"]


def test_a_failed_report_is_never_called_current(bench, cells):
    bench.failure([cells.start, "1 / 0"])
    index = (bench.workspace.reports / "index.html").read_text("utf-8")
    assert f"state-{State.FAILED}" in index
    assert "ZeroDivisionError" in index
