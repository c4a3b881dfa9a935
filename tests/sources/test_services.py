"""Each service's protocol, with its faults, from small invented answers."""

from __future__ import annotations

import json

import pytest
from werkzeug import Response

from skk_analysis.cleaning import READERS
from skk_analysis.sources import check, fetch
from skk_analysis.sources.pxweb import V1
from skk_analysis.sources.store import held

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def run(workspace, client):
    """Fetch some services from the local ones."""

    def fetch_(*services, **options):
        return fetch(workspace, services, client=client, **options)

    return fetch_


@pytest.fixture
def checked(workspace, client):
    """Compare the dictionary with the local services."""

    def check_(*services, **options):
        summary = check(workspace, services, client=client, **options)
        return [(f.kind, f.variable) for f in summary.findings]

    return check_


def content(workspace, key):
    """What is held of a key, as one text."""
    return "".join((workspace.raw / r.path).read_text("utf-8-sig") for r in held(workspace, key))


# ---------------------------------------------------------------- Sotkanet


def test_sotkanet_is_asked_for_the_dictionary_and_described(small, workspace, run):
    summary = run("sotkanet", years=[2019, 2020])
    assert summary.ok and not summary.empty
    (query,) = small.paths("/json?indicator=3126")
    assert query.endswith("indicator=3126&years=2019&years=2020&genders=total")
    _, gini, assistance = held(workspace)
    assert (gini.reader, gini.title) == (
        "sotkanet_json",
        "Gini-kerroin, käytettävissä olevat tulot",
    )
    assert (gini.publisher, gini.licence) == ("Tilastokeskus (Sotkanet)", "CC-BY-4.0")
    assert assistance.publisher == "Terveyden ja hyvinvoinnin laitos"
    assert gini.request.updated == "2024-02-01"
    assert gini.request.years == (2019, 2020)
    assert gini.request.query == "indicator=3126&years=2019&years=2020&genders=total"
    assert gini.source == f"{small.addresses.sotkanet}/json"
    assert gini.request.time[:10] == gini.retrieved
    assert json.loads(content(workspace, "sotkanet.3126")) == small.rows["3126"]


def test_third_party_figures_carry_their_own_terms(small, workspace, run, wants):
    wants("sotkanet.181")
    tem = "Työ- ja elinkeinoministeriö (TEM)"
    small.indicators = {"181": small.indicator(181, "Työttömät, % työvoimasta", tem)}
    small.rows = {"181": small.figures(181, {(20, 2019): 8.0})}
    summary = run("sotkanet")
    assert [f.kind for f in summary.findings] == ["terms"]
    (resource,) = held(workspace, "sotkanet.181")
    assert (resource.publisher, resource.licence) == (f"{tem} (Sotkanet)", f"{tem}: own terms")


@pytest.mark.parametrize(
    ("sexes", "asked"),
    [
        ((), "total"),
        (("male", "female", "total"), "total"),
        (("male", "female"), "male&genders=female"),
    ],
)
def test_the_total_is_asked_for_where_there_is_one(small, run, wants, sexes, asked):
    wants("sotkanet.3126")
    small.indicators["3126"] = small.indicator(3126, "Gini-kerroin", sexes=sexes)
    run("sotkanet", years=[2019])
    assert small.paths("/json?")[0].endswith(f"genders={asked}")


def test_an_empty_answer_is_no_error_and_keeps_what_is_held(small, workspace, run):
    run("sotkanet")
    before = content(workspace, "sotkanet.5")
    small.rows["5"] = []
    summary = run("sotkanet")
    assert summary.ok and summary.empty == ["sotkanet.5"]
    assert content(workspace, "sotkanet.5") == before


def test_an_unknown_number_stops_no_other(small, workspace, run):
    del small.indicators["5"]
    summary = run("sotkanet")
    assert [(f.kind, f.variable) for f in summary.findings] == [("ended", "sotkanet.5")]
    assert len(held(workspace, "sotkanet.3126")) == 1


def test_a_failure_of_one_indicator_is_named_and_stops_no_other(small, workspace, run):
    small.fault("indicator=3126", *[Response("oops", 500)] * 3)
    summary = run("sotkanet")
    assert not summary.ok
    assert [str(e) for e in summary.failed] == [
        f"{small.addresses.sotkanet}/json: the service answered 500: oops. "
        "Try again later; what is held stays as it is."
    ]
    assert len(held(workspace, "sotkanet.5")) == 1


@pytest.mark.parametrize(
    "answer",
    [{"error": "message"}, [{"indicator": 5, "region": 20, "year": 2019}], [[1]]],
    ids=["an object", "another indicator", "a list of lists"],
)
def test_sotkanet_answers_of_another_shape_are_damaged(small, workspace, run, answer):
    small.fault("indicator=3126", small.json(answer))
    (error,) = run("sotkanet").failed
    assert "3126" in str(error) or "no list of rows" in str(error)
    assert held(workspace, "sotkanet.3126") == []


def test_a_longer_period_keeps_the_years_that_are_held(workspace, run):
    run("sotkanet", years=[2019])
    run("sotkanet", years=[2020])
    (resource,) = held(workspace, "sotkanet.3126")
    assert resource.request.years == (2019, 2020)


# ---------------------------------------------------------------- what has changed meanwhile


@pytest.mark.parametrize(
    ("known", "now", "kinds"),
    [
        ("Pienituloiset 25 - 64-vuotiaat, % vastaavanikäisestä väestöstä",
         "Pienituloiset 25–64-vuotiaat, % vastaavan ikäisestä väestöstä", []),
        ("Elatussuhde", "Taloudellinen huoltosuhde", ["renamed"]),
        ("Korkea-asteen koulutuksen saaneet, % 15 vuotta täyttäneistä",
         "Korkea-asteen koulutuksen saaneet, % 20 vuotta täyttäneistä", ["redefined"]),
        ("Toimeentulotukea saaneet 18-24-vuotiaat", "Toimeentulotukea saaneet 18-29-vuotiaat",
         ["redefined"]),
        ("Avioerot / 1 000 asukasta", "Avioerot / 1 000 naimisissa olevaa", ["redefined"]),
        ("Sairastavuusindeksi", "Sairastavuusindeksi (-2019)", ["ended"]),
    ],
)  # fmt: skip
def test_renamed_redefined_and_ended_are_told_apart(
    small, workspace, run, checked, wants, known, now, kinds
):
    wants("sotkanet.9")
    small.indicators = {"9": small.indicator(9, known)}
    small.rows = {"9": small.figures(9, {(20, 2019): 1.0})}
    run("sotkanet", years=[2019])
    small.indicators = {"9": small.indicator(9, now)}
    small.rows = {"9": small.figures(9, {(20, 2019): 2.0})}
    assert checked("sotkanet", years=[2019]) == [(kind, "sotkanet.9") for kind in kinds]
    summary = run("sotkanet", years=[2019])
    mixed = "redefined" in kinds
    assert summary.ok is not mixed
    assert ('"value": 1.0' in content(workspace, "sotkanet.9")) is mixed


def test_the_register_knows_titles_before_anything_was_fetched(small, checked, workspace):
    small.indicators["5"] = small.indicator(5, "Toimeentulotukea saaneet 18 - 64-vuotiaat, % x")
    assert checked("sotkanet") == [("redefined", "sotkanet.5")]
    path = workspace.programme / "published_variables.csv"
    accepted = path.read_text("utf-8").replace(
        "Toimeentulotukea saaneet 25 - 64-vuotiaat, % vastaavan ikäisestä väestöstä",
        "Toimeentulotukea saaneet 18 - 64-vuotiaat, % x",
    )
    path.write_text(accepted, "utf-8")
    assert checked("sotkanet") == []


@pytest.mark.parametrize(
    ("first", "last", "kinds"), [(2009, 2019, ["ended"]), (2019, 2022, ["range"]), (2009, 2020, [])]
)
def test_years_that_the_service_does_not_have(small, checked, wants, first, last, kinds):
    wants("sotkanet.3126")
    title = "Gini-kerroin, käytettävissä olevat tulot"
    small.indicators["3126"] = small.indicator(3126, title, first=first, last=last)
    assert [kind for kind, _ in checked("sotkanet", years=[2018, 2019, 2020])] == kinds


def test_a_changed_description_is_told(small, run, checked):
    run("sotkanet")
    small.indicators["3126"]["limits"] = {"fi": "Myyntivoitot eivät sisälly."}
    assert checked("sotkanet") == [("described", "sotkanet.3126")]


def test_a_check_asks_for_no_figures_and_stores_nothing(small, workspace, checked):
    checked("sotkanet", "statfin", "paavo", "boundaries")
    assert held(workspace) == []
    assert not small.paths("/json?") and not small.paths("POST") and not small.paths("GetFeature&")


def changed(content):
    """Copies of JSON content in each of which one part is null or an empty list."""
    if isinstance(content, dict | list):
        for at in content if isinstance(content, dict) else range(len(content)):
            for other in (None, []):
                copy = json.loads(json.dumps(content))
                copy[at] = other
                yield copy
            for inner in changed(content[at]):
                copy = json.loads(json.dumps(content))
                copy[at] = inner
                yield copy


def test_answers_of_any_shape_stop_no_other_request_and_touch_nothing(small, workspace, run):
    run("sotkanet", "statfin", years=[2019])
    whole = small.indicators["5"]
    small.rows["3126"] = small.rows["5"] = []
    before = held(workspace)
    for small.indicators["5"] in [*changed(whole), None, [], "x"]:
        summary = run("sotkanet", years=[2019])
        assert [s.key for s in summary.stored] == ["sotkanet.regions"]
        assert "sotkanet.3126" in summary.empty
    table = small.tables[PLACE].v1()
    for variable in table["variables"]:
        variable.update(values=variable["values"][:2], valueTexts=variable["valueTexts"][:2])
    for answer in changed(table):
        small.fault(PLACE, small.json(answer), *[Response("no", 400)] * 3)
        assert run("statfin", years=[2019]).stored == []
    assert held(workspace) == before


# ---------------------------------------------------------------- PxWeb

PLACE = "StatFin/rpk/statfin_rpk_pxt_135l.px"
NEW_NAMES = {"Vuosi": "timeperiod_y", "Alue": "alue_23_20260101", "Tiedot": "contentscode"}


def posted(world):
    """The variables and values of each query that was sent."""
    bodies = [json.loads(r.get_data()) for r in world.asked if r.method == "POST"]
    return [{q["code"]: q["selection"]["values"] for q in body["query"]} for body in bodies]


def test_pxweb_is_asked_for_the_codes_of_the_dictionary(small, workspace, run):
    assert run("statfin", years=[2019, 2020]).ok
    (query,) = posted(small)
    assert query == {
        "Vuosi": ["2019", "2020"], "Rikosnimike": ["RLL"], "Alue": ["SSS", "KU049", "KU092"],
        "Tiedot": ["rik_1000"],
    }  # fmt: skip
    (resource,) = held(workspace, "statfin.135l")
    assert resource.request.updated == "2021-05-12T10:15:00Z"
    assert json.loads(resource.request.query)["response"] == {"format": "json-stat2"}


@pytest.mark.parametrize("version", [1, 2])
def test_renamed_tables_and_variables_are_found(small, workspace, run, version):
    old = small.tables.pop(PLACE)
    table = "135l" if version == 1 else "statfin_rpk_pxt_135l"
    small.tables["StatFin/muualla/135l.px"] = old.renamed(NEW_NAMES, table)
    small.version = version
    assert run("statfin", years=[2019]).ok
    answer = json.loads(content(workspace, "statfin.135l"))
    assert answer["id"] == ["timeperiod_y", "Rikosnimike", "alue_23_20260101", "contentscode"]
    assert answer["value"] == old.values[11, 0, :, 0].tolist()


@pytest.mark.parametrize("version", [1, 2])
def test_too_many_cells_are_asked_for_in_parts(small, workspace, run, version):
    small.version, small.cells = version, 8
    assert run("statfin", years=range(2009, 2021)).ok
    resources = held(workspace, "statfin.135l")
    assert [r.name for r in resources] == [
        f"statfin-135l-{i}" for i in range(1, len(resources) + 1)
    ]
    values = [
        v for r in resources for v in json.loads((workspace.raw / r.path).read_text())["value"]
    ]
    cube = small.tables[PLACE]
    assert len(values) == 36 and sum(values) == cube.values[1:, 0, :, 0].sum()
    assert {year for r in resources for year in r.request.years} == set(range(2009, 2021))


def test_a_service_that_allows_more_again_leaves_one_file(small, workspace, run):
    small.cells = 8
    run("statfin")
    assert len(held(workspace, "statfin.135l")) > 1
    small.cells = 10**9
    run("statfin")
    assert len(held(workspace, "statfin.135l")) == 1
    assert len(list((workspace.raw / "municipalities").iterdir())) == 1


def test_the_limit_of_the_service_is_obeyed_before_it_has_to_refuse(small, run):
    small.config = {"maxCells": 8, "maxCalls": 30, "timeWindow": 1, "maxValues": 5}
    small.cells = 8
    assert run("statfin").ok
    assert all(len(q["Vuosi"]) * len(q["Alue"]) <= 8 for q in posted(small))


def test_a_refusal_that_splitting_does_not_mend_ends_soon(small, run):
    small.cells = 0
    (error,) = run("statfin").failed
    assert "403" in str(error)
    assert len(posted(small)) < 10


def test_a_variable_left_out_of_the_dictionary_becomes_its_total(small, workspace, run, wants):
    wants("statfin.135l.rik_lkm")
    (finding,) = run("statfin").findings
    assert (finding.kind, finding.variable) == ("renamed", "statfin.135l.rik_lkm")
    assert "Rikosnimike" in str(finding) and "RLL, 00B" in str(finding)
    small.tables[PLACE].optional = ("Rikosnimike",)
    assert run("statfin", years=[2019]).findings == []
    answer = json.loads(content(workspace, "statfin.135l"))
    assert answer["value"] == small.tables[PLACE].values[11, :, :, 1].sum(axis=0).tolist()


def test_codes_that_are_gone_or_in_another_order_are_told(checked, wants):
    wants("statfin.135l.XXX.rik_1000", "statfin.135l.rik_1000.RLL", "statfin.135l.RLL.rik_1000.Y")
    assert checked("statfin", years=[2019]) == [
        ("renamed", "statfin.135l.XXX.rik_1000"),
        ("renamed", "statfin.135l.rik_1000.RLL"),
        ("renamed", "statfin.135l.RLL.rik_1000.Y"),
    ]


def test_a_text_that_means_something_else_is_a_redefinition(small, checked):
    contents = small.tables[PLACE].variables["Tiedot"]
    contents["rik_1000"] = "Rikokset / 1 000 täysi-ikäistä"
    assert checked("statfin", years=[2019]) == [("redefined", "statfin.135l.RLL.rik_1000")]


def test_a_table_that_is_gone_is_told(small, checked):
    small.tables = {"StatFin/rpk/statfin_rpk_pxt_13ex.px": small.tables[PLACE]}
    assert checked("statfin") == [("ended", "statfin.135l")]


def test_an_answer_with_fewer_cells_than_asked_for_is_damaged(small, workspace, run):
    run("statfin")
    before = held(workspace)
    whole = json.loads(content(workspace, "statfin.135l"))
    small.fault(PLACE, small.json(small.tables[PLACE].v1()), small.json({**whole, "value": [1.0]}))
    (error,) = run("statfin").failed
    assert "1 values for 36 cells" in str(error)
    assert held(workspace) == before


@pytest.mark.parametrize(
    ("file", "area", "time", "others"),
    [
        ("px-table-aikasarja-response.json", "Alue 2017", "Vuosi", ["Tiedot"]),
        ("px-table-viimeisin-response.json", "Alue 2017", None, ["Tiedot"]),
        ("px-table-hki.json", "Alue", None, None),  # its years are coded 0, 1, 2 …
    ],
)
def test_real_metadata_tell_which_variable_is_which(
    small, client, real_data, file, area, time, others
):
    small.fault("a_table", (real_data / "statfin/api_fixtures" / file).read_bytes())
    table = V1(client).describe("StatFin/a_table.px")
    assert table.area.code == area
    assert (table.time.code if table.time else None) == time
    if others:
        rest = {table.area.code, time}
        assert [v.code for v in table.variables if v.code not in rest] == others


def test_a_real_folder_is_searched(small, client, real_data):
    folder = real_data / "statfin/api_fixtures/px-folder-response.json"
    small.fault("/StatFin", folder.read_bytes())
    api = V1(client)
    assert api.find("aikasarja") == "StatFin/kuntien_avainluvut_2017_aikasarja.px"


# ---------------------------------------------------------------- map service


def test_paavo_comes_without_borders_and_with_its_fields(workspace, run):
    summary = run("paavo", years=[2019])
    (resource,) = held(workspace, "paavo.2021")
    text = content(workspace, "paavo.2021").splitlines()
    assert text[0] == "FID,posti_alue,nimi,kunta,vuosi,he_vakiy,hr_tuy,hr_mtu"
    assert [row.split(",")[1] for row in text[1:]] == ["01490", "02100", "02600"]
    assert resource.reader == "paavo_wfs"
    # publications that are not there are findings, not failures
    assert summary.ok
    assert {(f.kind, f.variable) for f in summary.findings} == {("ended", "paavo.2022")}


@pytest.mark.parametrize("service", ["paavo", "boundaries"])
def test_pages_make_one_whole_layer(small, workspace, run, service):
    run(service, years=[2020] if service == "boundaries" else [2019])
    key = {"paavo": "paavo.2021", "boundaries": "boundaries.postal_areas"}[service]
    whole = content(workspace, key)
    (resource,) = held(workspace, key)
    (workspace.raw / "datapackage.json").unlink()
    for layer in small.layers.values():
        layer.cap = 1
    run(service, years=[2020] if service == "boundaries" else [2019])
    (paged,) = held(workspace, key)
    assert paged.request.query == resource.request.query
    if service == "paavo":
        bare = [line.split(",", 1)[1] for line in whole.splitlines()]
        assert [x.split(",", 1)[1] for x in content(workspace, key).splitlines()] == bare
    else:
        found = json.loads(content(workspace, key))["features"]
        expected = json.loads(whole)["features"]
        assert [f["properties"] for f in found] == [f["properties"] for f in expected]


def test_a_layer_that_breaks_off_between_pages_is_not_stored(small, workspace, run):
    layer = small.layers["postialue:pno_tilasto_2021"]
    layer.cap = 2
    header = b"FID,posti_alue,nimi,kunta,vuosi,he_vakiy,hr_tuy,hr_mtu\r\n"
    small.fault("startIndex=2", header)
    (error,) = run("paavo", years=[2019]).failed
    assert "2 areas of postialue:pno_tilasto_2021 came, it has 3" in str(error)
    assert held(workspace, "paavo.2021") == []


def test_a_layer_under_the_new_field_names_is_read(small, workspace, run):
    layer = small.layers["postialue:pno_tilasto_2021"]
    for row in layer.rows:
        row["postinumeroalue"] = row.pop("posti_alue")
    assert run("paavo", years=[2019]).ok
    assert "postinumeroalue" in content(workspace, "paavo.2021")
    for row in layer.rows:
        row["hr_median"] = row.pop("hr_mtu")
    summary = run("paavo", years=[2019])
    assert ("renamed", "paavo.2021") in {(f.kind, f.variable) for f in summary.findings}


def test_readers_and_folders_are_those_of_cleaning(workspace, run):
    run("sotkanet", "statfin", "paavo", "boundaries", years=[2019, 2020])
    resources = held(workspace)
    assert len({r.reader for r in resources}) == 5
    for resource in resources:
        assert resource.path.startswith(f"{READERS[resource.reader].folder}/")
