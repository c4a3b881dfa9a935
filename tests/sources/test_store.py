"""What is stored, and that nothing good is ever lost."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug import Response

from skk_analysis.cleaning import check_raw, clean
from skk_analysis.sources import fetch
from skk_analysis.sources.store import held
from skk_analysis.workspace import SkkError, Workspace, sha256


@pytest.fixture
def run(workspace, client):
    def fetch_(*services, **options):
        services = services or ("sotkanet", "statfin", "paavo", "boundaries")
        options = {"years": [2019, 2020], **options}
        return fetch(workspace, services, client=client, **options)

    return fetch_


def state(workspace):
    """Every raw file with its hash."""
    return {p: sha256(p) for p in sorted(workspace.raw.rglob("*")) if p.is_file()}


@pytest.mark.usefixtures("small")
def test_unchanged_answers_are_not_stored_again(workspace, run):
    assert run().changed
    before = state(workspace)
    again = run()
    assert not again.changed and len(again.stored) == 7
    assert state(workspace) == before


def test_a_new_answer_takes_the_place_of_the_old_one(small, workspace, run):
    run()
    order = [r.name for r in held(workspace)]
    (old,) = held(workspace, "sotkanet.3126")
    small.rows["3126"][0]["value"] = 33.0
    summary = run()
    (new,) = held(workspace, "sotkanet.3126")
    assert [s.key for s in summary.stored if s.written] == ["sotkanet.3126"]
    assert new.name == old.name and new.path != old.path
    assert not (workspace.raw / old.path).exists()
    assert [r.name for r in held(workspace)] == order
    assert check_raw(workspace) == []


@pytest.mark.usefixtures("small")
def test_files_taken_in_by_hand_stay(workspace, run, tmp_path):
    from skk_analysis.cleaning import add_raw

    own = tmp_path / "own.csv"
    own.write_text("kunta,municipality_name_fi\n49,Espoo\n92,Vantaa\n", "utf-8")
    add_raw(workspace, [own])
    run()
    run()
    assert [r.name for r in held(workspace) if r.request is None] == ["own"]


@pytest.mark.usefixtures("small")
def test_a_damaged_file_is_mended(workspace, run):
    run()
    (resource,) = held(workspace, "sotkanet.5")
    (workspace.raw / resource.path).write_text("[]")
    run("sotkanet")
    assert check_raw(workspace) == []


def test_a_shorter_series_does_not_replace_a_longer_one(small, workspace, run):
    run()
    before = state(workspace)
    small.rows["3126"] = [r for r in small.rows["3126"] if r["year"] == 2020]
    (error,) = run("sotkanet").failed
    assert "no longer gives the years 2019" in str(error)
    assert state(workspace) == before


@pytest.mark.parametrize("fault", ["truncated", "web page", "empty", "half"])
def test_a_fault_never_touches_what_is_held(small, workspace, run, fault):
    run()
    before = state(workspace)
    good = json.dumps(small.rows["3126"]).encode()
    answers = {
        "truncated": lambda: small.truncated(good),
        "web page": lambda: Response("<html>Virhe</html>"),
        "empty": lambda: Response(""),
        "half": lambda: Response(good[:40]),
    }
    small.rows["3126"][0]["value"] = 99.0
    small.fault("indicator=3126", *[answers[fault]() for _ in range(3)])
    assert len(run("sotkanet").failed) == 1
    assert state(workspace) == before


def test_a_full_disk_leaves_everything_as_it_was(small, workspace, run, monkeypatch):
    run()
    before = state(workspace)
    small.rows["3126"][0]["value"] = 33.0

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        run("sotkanet")
    assert state(workspace) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from skk_analysis import workspace as ground
from skk_analysis.sources import fetch, Addresses, Client, Limits, Patience, store

urls, places = sys.argv[1:4], sys.argv[4:]
steps = 0

def deadly(function):
    def call(*args, **named):
        step()
        result = function(*args, **named)
        step()
        return result
    return call

def step():
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)

store.write_bytes = deadly(store.write_bytes)
ground.write_json = deadly(ground.write_json)
Path.unlink = deadly(Path.unlink)
os.replace = deadly(os.replace)
client = Client(Patience(pace=Limits(999, 1.0)), Addresses(*urls))
for last, place in enumerate(places, start=1):
    child = os.fork()
    if not child:
        fetch(ground.Workspace(Path(place)), ["sotkanet"], [2019, 2020], client=client)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_killed_at_any_step_the_raw_files_are_good_and_the_next_fetch_ends_it(
    small, workspace, run, client, tmp_path
):
    run("sotkanet")
    small.rows["3126"][0]["value"] = 33.0
    small.rows["5"][0]["value"] = 8.0
    copies = [Workspace(tmp_path / f"copy {i}") for i in range(11)]
    for copy in copies:
        shutil.copytree(workspace.root, copy.root)
    urls = [small.addresses.sotkanet, small.addresses.pxweb, small.addresses.maps]
    command = [sys.executable, "-c", KILLED, *urls, *(str(copy.root) for copy in copies)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert ended == ["-9"] * len(copies)  # two answers are to be written, in ten steps each
    for copy in copies:
        assert check_raw(copy) == []
        fetch(copy, ["sotkanet"], [2019, 2020], client=client)
        assert check_raw(copy) == []
        (gini,) = held(copy, "sotkanet.3126")
        assert '"value": 33.0' in (copy.raw / gini.path).read_text()
        files = {p.name for p in (copy.raw / "municipalities").iterdir()}
        assert files == {Path(r.path).name for r in held(copy)}
        assert list(copy.raw.rglob(".*")) == []


def test_invented_data_are_not_mixed_with_real_ones(small, workspace, run, tmp_path):
    from skk_analysis.cleaning import add_raw

    own = tmp_path / "own.csv"
    own.write_text("kunta,municipality_name_fi\n49,Espoo\n", "utf-8")
    add_raw(workspace, [own], invented=True)
    with pytest.raises(SkkError, match="invented"):
        run()
    assert small.asked == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.usefixtures("small")
def test_a_place_that_cannot_be_written_is_an_error(workspace, run):
    workspace.raw.chmod(0o500)
    try:
        with pytest.raises(OSError, match="Permission"):
            run("sotkanet")
    finally:
        workspace.raw.chmod(0o700)


# ---------------------------------------------------------------- on to the processed tables


def test_small_answers_become_processed_tables(small, workspace, run):
    assert run().ok
    assert check_raw(workspace) == []
    clean(workspace)
    observed = workspace.table("observations").set_index(
        ["indicator", "unit_code", "reference_year"]
    )["value"]
    assert observed["sotkanet.3126", "049", 2019] == 32.5
    assert (
        observed["statfin.135l.RLL.rik_1000", "049", 2019]
        == small.tables["StatFin/rpk/statfin_rpk_pxt_135l.px"].values[11, 0, 1, 0]
    )
    assert observed["paavo.hr_mtu", "02100", 2019] == 20000
    areas = workspace.table("areas").set_index("unit_code")
    assert areas.loc["02100", "boundary"] and areas.loc["049", "boundary"]


def test_stored_as_received_and_read_whatever_the_encoding(small, workspace, run):
    figures = json.dumps(small.rows["3126"], indent=0).replace("\n", "\r\n")
    small.fault("indicator=3126", b"\xef\xbb\xbf" + figures.encode())
    areas = "FID,posti_alue,nimi,kunta,vuosi,he_vakiy,hr_tuy,hr_mtu\r\n" + "".join(
        f"a.{i},{code},Äänekoski {i},049,2021,100,90,20000\r\n"
        for i, code in enumerate(["01490", "02100", "02600"])
    )
    small.fault("outputFormat=csv", areas.encode("latin-1"))
    assert run("sotkanet", "paavo").failed == []
    contents = {(workspace.raw / r.path).read_bytes() for r in held(workspace)}
    assert {b"\xef\xbb\xbf" + figures.encode(), areas.encode("latin-1")} <= contents
    clean(workspace)
    areas_ = workspace.table("areas").set_index("unit_code")
    assert areas_.loc["02100", "name_fi"] == "Äänekoski 1"
    assert (workspace.table("observations")["indicator"] == "sotkanet.3126").sum() == 3


@pytest.fixture
def real(world, real_data: Path):
    """The services, with the real answers that are held."""
    fixtures = real_data / "sotkanet/api_fixtures"
    world.regions = json.loads((fixtures / "SotkaRegions.json").read_text("utf-8"))
    described = json.loads((fixtures / "SotkaIndicators.json").read_text("utf-8"))
    whole = {"range": {"start": 1990, "end": 2022}, "data-updated": "2024-01-31"}
    world.indicators = {str(item["id"]): {**item, **whole} for item in described}
    path = real_data / "sotkanet/sotkanet_2019_kunta_thl_tilastokeskus.csv"
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        known = world.indicators.setdefault(row["indicator"], {**whole, "title": {}})
        known["title"] = {"fi": row["indicator.title.fi"]}
        world.rows.setdefault(row["indicator"], []).append(
            {
                "indicator": int(row["indicator"]), "region": int(row["region"]), "year": 2019,
                "gender": row["gender"], "value": float(row["primary.value"]),
            }
        )  # fmt: skip
    crimes = [
        json.loads(
            (real_data / f"statfin/rpk_135l_crime_{name}_1987_2020.jsonstat2.json").read_text()
        )
        for name in ("total", "categories")
    ]
    world.tables = {"StatFin/rpk/statfin_rpk_pxt_135l.px": world.cube.of(*crimes)}
    paavo = real_data / "paavo/paavo_pub2021_28vars.csv"
    rows = list(csv.DictReader(paavo.read_text("utf-8").splitlines()))
    for row in rows:
        row["vuosi"] = "2021"
        row.update({k: "-1" for k, v in row.items() if v == ""})  # as the map service does
    world.layers = {"postialue:pno_tilasto_2021": world.layer(rows)}
    for layer, file, name in (
        ("postialue:pno_2020", "postal_areas_six_cities_2019.geojson", "posti_alue"),
        ("tilastointialueet:kunta1000k_2020", "kuntarajat.2021.json", "NATCODE"),
    ):
        features = json.loads((real_data / "boundaries" / file).read_text("utf-8"))["features"]
        fields = [dict(f["properties"]) for f in features]
        if name == "NATCODE":
            fields = [{"kunta": f["NATCODE"], "nimi": f["NAMEFIN"]} for f in fields]
        world.layers[layer] = world.layer(fields, [f["geometry"] for f in features])
    return world


def test_real_answers_become_the_published_figures(real, workspace, run):
    real.cells = 3000  # the crime table comes in parts
    for layer in real.layers.values():
        layer.cap = 1000  # Paavo comes in pages
    summary = run()
    assert summary.failed == []
    assert {f.kind for f in summary.findings} <= {"ended", "renamed"}
    clean(workspace)
    values = workspace.table("indicator_values")
    values = values[values["group"] == "total"].set_index(
        ["indicator", "unit_code", "reference_year"]
    )["value"]
    assert values["municipal_gini", "049", 2019] == 32.5
    assert values["low_income_rate", "853", 2019] == 18.6
    assert values["offences", "837", 2020] == pytest.approx(155.2, abs=0.05)
    assert values["median_income", "20100", 2019] == 21219
    assert values["unemployed_share", "20100", 2018] == pytest.approx(0.0933, abs=5e-5)
    areas = workspace.table("areas")
    turku = areas[(areas["city_code"] == "853") & (areas["unit_level"] == "postal_area")]
    assert len(turku) == 27 and turku["boundary"].notna().all()


def test_real_titles_show_the_indicator_that_was_redefined(real):
    """3195 was about those of 15 in 2014 and is about those of 20 in the figures of 2019."""
    from skk_analysis.sources.findings import base_population, compare_titles

    now = real.indicators["3195"]["title"]["fi"]
    then = "Korkea-asteen koulutuksen saaneet, % 15 vuotta täyttäneistä"
    assert [f.kind for f in compare_titles("sotkanet.3195", then, now)] == ["redefined"]
    assert base_population(now) == (("20+",), "%20vuottatayttaneista")
    titles = [item["title"]["fi"] for item in real.indicators.values()]
    about_ages = [title for title in titles if "vuotia" in title or "vuotta" in title]
    assert len(about_ages) > 500
    assert [title for title in about_ages if not base_population(title)[0]] == []
