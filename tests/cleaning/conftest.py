"""Small hand-made raw files and workspaces for the tests of cleaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.workspace import Workspace

PAAVO = (
    '"Postal code area","Aged 18 or over, total, 2016 (HR)","Average income of inhabitants, 2016 '
    '(HR)","Median income of inhabitants, 2016 (HR)","Inhabintants belonging to the lowest income '
    'category, 2016 (HR)","Inhabitants belonging to the middle income category, 2016 (HR)",'
    '"Inhabintants belonging to the highest income category, 2016 (HR)"\n'
    '"Finland",1000,23812,20925,200,600,200\n'
    '"02100 Tapiola   (Espoo )",100,30000,26000,10,60,30\n'
    '"02290 Puolarmetsän sairaala   (Espoo )",12,..,..,..,..,..\n'
    '"02600 Leppävaara   (Espoo )",0,0,0,0,0,0\n'
    '"01490 Nikinmäki   (Sipoo )",0,.,.,.,.,.\n'
    '"90100 Oulu Keskus   (Oulu",50,24000,21000,10,30,10\n'
)
SOTKANET = (
    "indicator;region;year;gender;primary value;absolute value\r\n"
    "3126;20;2019;total;32.5;\r\n3126;413;2019;total;25,1;\r\n"
    "127;20;2019;total;289731;289731\r\n127;20;2019;male;143000;\r\n"
)
REGIONS = (
    '[{"id":20,"code":"049","category":"KUNTA","title":{"fi":"Espoo","sv":"Esbo"}},'
    '{"id":413,"code":"092","category":"KUNTA","title":{"fi":"Vantaa","sv":"Vanda"}},'
    '{"id":658,"code":"358","category":"MAA","title":{"fi":"Koko maa"}},'
    '{"id":7,"code":"1","category":"MAAKUNTA","title":{"fi":"Uusimaa"}}]'
)
KEY = (
    '"kunta","municipality_name_fi","municipality_name_sv","maakunta_code","maakunta_name_fi",'
    '"year"\n49,"Espoo","Esbo",1,"Uusimaa",2020\n92,"Vantaa","Vanda",1,"Uusimaa",2020\n'
    '564,"Oulu","Uleåborg",17,"Pohjois-Pohjanmaa",2020\n753,"Sipoo","Sibbo",1,"Uusimaa",2020\n'
)
POSTAL_KEY = (
    "\ufeffPostal code area,Name of the postal code area,Name of the postal code area (sv),"
    "Municipality,Name of the municipality\n"
    "02100,Tapiola,Hagalund,049,Espoo\n02290,Puolarmetsän sairaala,Bolarskogs sjukhus,049,Espoo\n"
    "02600,Alberga, södra,Alberga, södra,049,Espoo\n01490,Nikinmäki,Nissbacka,092,Vantaa\n"
    "90100,Oulu Keskus,Uleåborg centrum,564,Oulu\n"
)
JSON_STAT = (
    '{"class":"dataset","version":"2.0","label":"Rikokset","updated":"2021-05-12T10:15:00Z",'
    '"id":["Vuosi","Rikos","Alue","Tiedot"],"size":[2,1,3,1],'
    '"role":{"time":["Vuosi"],"metric":["Tiedot"]},"dimension":{'
    '"Vuosi":{"category":{"index":{"2019":0,"2020":1}}},'
    '"Rikos":{"category":{"label":{"RLL":"yhteensä"}}},'
    '"Alue":{"category":{"index":["KU049","MK01","SSS"]}},'
    '"Tiedot":{"category":{"index":["rik_1000"]}}},'
    '"value":[120.5,null,100,127.9,130,null],"status":{"1":"..","5":"."},'
    '"extension":{"px":{"tableid":"statfin_rpk_pxt_135l"}}}'
)
HOUSEHOLDS = (
    "kuntakoodi;postinumero;vuosi;kotitaloustunnus;paino;ositus;ryvas;kaytettavissa_olevat_tulot;"
    "henkiloita;alle_14v;ika;sukupuoli;koulutus;kieli\n"
    "49;2100;2019;a1;120,5;s1;c1;50000;4;2;41;nainen;korkea_aste;fi\n"
    "049;02100;2019;a2;80;s1;c2;20000,5;1;0;70;mies;perusaste;sv\n"
    "049;02600;2019;a3;80;s1;c2;;2;0;29;mies;toinen_aste;muu\n"
)
SURVEY = (
    "kuntakoodi;postinumero;vuosi;vastaajatunnus;ryhma;paino;ika;sukupuoli;koulutus;kieli;"
    "service_access;participation\n"
    "049;02100;2019;r1;asukas;1;30;nainen;perusaste;fi;5;4\n"
    "049;02100;2019;r2;asukas;3;40;mies;perusaste;fi;2;\n"
    "049;02100;2019;r3;osallistuja;1;50;mies;perusaste;fi;9;-1\n"
)
DIAK = (
    '"regio_level","aluekoodi","aluenimi","kuntanro","kuntanimi","aika","variable","value"\n'
    '"Postinumeroalueet","02100","Tapiola",49,"Espoo",2016,"Työttömät",87.5\n'
    '"Postinumeroalueet","90100","Oulu Keskus",564,"Oulu",2016,"Työttömät",\n'
)
GEOJSON = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"posti_alue":"02100",'
    '"nimi":"Tapiola","kunta":"049"},"geometry":{"type":"Polygon","coordinates":'
    "[[[24.8,60.1],[24.9,60.1],[24.9,60.2],[24.8,60.1]]]}}]}"
)
SAMPLES = {
    "municipality_key.csv": KEY,
    "postal_key.csv": POSTAL_KEY,
    "SotkaRegions.json": REGIONS,
    "paavo.csv": PAAVO,
    "sotkanet.csv": SOTKANET,
    "crime.json": JSON_STAT,
    "households.csv": HOUSEHOLDS,
    "survey.csv": SURVEY,
    "diak.csv": DIAK,
    "areas.geojson": GEOJSON,
}
"""One small file of each of the main layouts, with their quirks."""


@pytest.fixture(scope="session")
def samples() -> dict[str, str]:
    """One small file of each of the main layouts."""
    return dict(SAMPLES)


@pytest.fixture
def raw(tmp_path: Path) -> Callable[..., RawFile]:
    """Write a raw file; text is written as UTF-8."""

    def write(content: str | bytes, name: str = "file.csv") -> RawFile:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return RawFile(path, resource="test")

    return write


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    root = tmp_path / "työ tila"
    root.mkdir()
    return Workspace(root)


@pytest.fixture
def filled(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A workspace with one small file of each of the main layouts."""
    from skk_analysis.cleaning import add_raw

    folder = tmp_path / "incoming"
    folder.mkdir()
    for name, text in SAMPLES.items():
        (folder / name).write_text(text, "utf-8")
    add_raw(workspace, [folder / name for name in SAMPLES])
    return workspace
