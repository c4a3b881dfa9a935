"""What the founding documents ask for, requirement by requirement, and where it is shown.

The ids are those of the programme's requirement list (R-01 … R-73).  Each has places in reports:
kind, section and the words that a reader must meet there.  The notebooks are run as they are, on
the embedded sample in Finnish; a page that lacks its section or words fails by the
requirement's name.  What no page can show, such as that the same inputs give the same bytes, has
the test that checks it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import Figure
from skk_analysis.reporting.kinds import kind_named
from skk_analysis.reporting.section import Section

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT.parent / "shared" / "programme.md"


@dataclass(frozen=True)
class Shown:
    """A section of a report's notebook, and patterns that its text must hold."""

    kind: str
    section: str
    words: tuple[str, ...]
    parameters: tuple[tuple[str, str | int], ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}.{self.section}"


@dataclass(frozen=True)
class CheckedBy:
    """A test of this project that checks the requirement."""

    name: str

    def __str__(self) -> str:
        return self.name


def city(section: str, *words: str, year: int = 2019) -> Shown:
    return Shown("city_year", section, words, (("city", "Turku"), ("year", year)))


def card(section: str, *words: str, experiment: str = "turku-1") -> Shown:
    return Shown("experiment", section, words, (("experiment", experiment),))


def comparison(section: str, *words: str, year: int = 2020) -> Shown:
    return Shown("city_comparison", section, words, (("year", year),))


def programme(section: str, *words: str, year: int = 2020) -> Shown:
    return Shown("programme", section, words, (("year", year),))


REQUIREMENTS: dict[str, tuple[Shown | CheckedBy, ...]] = {
    # 2.1 purpose, values, concept
    "R-01": (city("scope", "sosiaalista kestävyyttä", "ekologisesta"),),
    "R-02": (
        city("scope", "Ihmisarvo", "Myötätunto"),
        programme("concept", "Arvo", "Myötätunto"),
    ),
    "R-03": (city("scope", "Rekisteri Kysely Kokemus Toiminta", "Vain yhdenlaista tietoa"),),
    "R-04": (
        card("costs", "Kustannukset yhteensä", "Yhtä prosenttiyksikköä kohden"),
        card("costs", "ei (lasketa|voida)", experiment="oulu-2"),
        programme("summary", "Kustannus"),
    ),
    "R-05": (
        city("methods", "Käsitteet", "Määritelmä", "Lähde"),
        programme("concept", "Käsitteet", "Versio"),
    ),
    "R-06": (programme("knowledge", "Esimerkit", "Maa", "Teoreettinen lähtökohta"),),
    "R-07": (programme("together", "Toimijat ryhmittäin", "molemmat ryhmät ovat mukana"),),
    "R-08": (programme("together", "Tavoitteet ja niiden kokeilut", "ilman tavoitetta"),),
    "R-09": (programme("uses", "Havainto", "Mallin muutos"), card("learning", "opittiin")),
    "R-10": (city("monitor", "Poikkeusolot koronaepidemian vuoksi", year=2020),),
    "R-11": (city("composition", "Väestön rakenteen muutos", "nettomuutto"),),
    "R-12": (
        city("origin", "Ajon tunniste", "Koodin tiiviste"),
        CheckedBy(
            "reporting/test_verify.py::test_a_report_is_identical_until_an_ingredient_changes"
        ),
    ),
    # 2.2 the problem to be measured
    "R-13": (
        city("polarisation", "Erilaisuusindeksi", "Eristyneisyysindeksi", "informaatioindeksi"),
        city("limitations", "suuremmat alueet"),
        comparison("segregation", "aluetaso", "sattuman"),
    ),
    "R-14": (city("groups", "Koulutus", "Kieli", "Ero 2019", "Suhde 2019"),),
    "R-15": (
        city("between_within", "Alueiden välisen eron osuus", "90. ja 10."),
        city("matrix", "alue"),
    ),
    "R-16": (
        city("between_within", "Alueiden sisäinen osa"),
        comparison("between_within", "sisäinen osa"),
    ),
    "R-17": (city("polarisation", "Wolfson", "Duclos", "Hyvinvoinnin polarisaatio", "P50"),),
    "R-18": (
        city("summary", "kasvoi|pieneni|ei selvää muutosta"),
        city("polarisation", "Absoluuttinen muutos", "Suhteellinen muutos", "Sääntö"),
    ),
    "R-19": (city("areas", "Kaupungin oma kuvaus pulmastaan"),),
    "R-20": (programme("together", "Ehkäisevä", "Varhainen", "ei voida testata"),),
    "R-21": (programme("together", "Toimialoja"), card("action", "toimialoja tai tahoja")),
    # 2.3 dimensions
    "R-22": (city("scope", "Riittävä toimeentulo"), comparison("summary", "Riittävä toimeentulo")),
    "R-23": (city("scope", "Hyvinvointipalvelut"), city("groups", "Palvelujen saatavuus")),
    "R-24": (city("scope", "Turvallisuus"), city("monitor", "rikokset")),
    "R-25": (city("scope", "Oikeudenmukainen jakautuminen"), city("polarisation", "Gini")),
    "R-26": (city("scope", "Vaikuttaminen omaan elämään", "Äänestysaktiivisuus"),),
    "R-27": (city("scope", "Osallisuus"), city("groups", "Osallisuuden kokemus")),
    "R-28": (city("scope", "Yhteisöllisyys", "yksinäiseksi"), city("groups", "Yhteisöllisyys")),
    "R-29": (city("scope", "Kiinnittyminen"), city("monitor", "Koulutuksen ulkopuolelle")),
    "R-30": (city("scope", "Hyvinvointi ja terveys"), city("groups", "Koettu hyvinvointi")),
    "R-31": (city("scope", "Kaupungin toimi", "Työllisyys"),),
    "R-32": (programme("concept", "Muutosteoria ja sen luvut", "oletuksia, eivät tuloksia"),),
    # 2.4 background paper and meta-analysis
    "R-33": (
        programme("knowledge", "Metsäkuvio", "Näyttökartta", "Yhdistetty arvio", "τ²"),
        programme("synthesis", "Yhdistämistä ei voida perustella|Yhdistetty arvio"),
    ),
    "R-34": (programme("knowledge", "Näkökulma", "Teoreettinen lähtökohta", "Kysymys"),),
    "R-35": (programme("knowledge", "Mitä tutkimusten perusteella tiedetään", "epävarmaa"),),
    "R-36": (
        programme("concept", "Luokitteluperuste", "luottamusväli"),
        city("methods", "Luokitteluperuste"),
    ),
    "R-37": (programme("concept", "Yhteyksiä on"), card("theory", "Lenkki", "Oletus", "Näyttöä")),
    "R-38": (programme("concept", "Muut kaupunkiohjelmat", "MAL", "Lähiöohjelma"),),
    "R-39": (programme("knowledge", "Siirrettävyys"),),
    "R-40": (programme("knowledge", "Toimintamallit"),),
    "R-41": (programme("recommendations", "Kenelle", "enintään niin vahva"),),
    "R-42": (
        CheckedBy(
            "monitoring/test_register_spreadsheet.py::test_export_and_import_leave_every_file_byte_for_byte"
        ),
    ),
    # 2.5 national events
    "R-43": (programme("planned", "joka kevät ja syksy"),),
    "R-44": (programme("planned", "Kansainväliset esimerkit", "Tutkijat", "Palautteen keskiarvo"),),
    # 2.6 experiment refinery
    "R-45": (card("action", "Kumppanit ryhmittäin", "Korkeakoulut"),),
    "R-46": (programme("planned", "palvelumuotoilija"),),
    "R-47": (
        programme("planned", r"13\.3\.", "läsnäolo työpajoissa"),
        card("phases", r"13\.3\.2019", r"15\.5\.2019"),
    ),
    "R-48": (card("front", "Kaupunkitiimi"),),
    "R-49": (card("model", "Visuaalinen malli", "Versio"),),
    "R-50": (card("tests", "kohdeyleisön kanssa", "käytännössä", "Mitä muutettiin"),),
    "R-51": (
        card("reviews", "Vertaisarvioinnin pisteet", "vastattu"),
        city("experiments", "Krippendorff", "ICC", "kappa"),
    ),
    "R-52": (
        card("phases", "Tutki", "Tarkenna", "Kehitä", "Toteuta", "Päiviä", "Paluita"),
        city("experiments", "Tuplatimantin vaiheet"),
    ),
    "R-53": (programme("planned", "Sähköisellä alustalla"),),
    # 2.7 monitoring and impact
    "R-54": (
        city("experiments", "Ajallaan", "Myöhästyneet"),
        card("phases", "ajoissa", "myöhässä"),
    ),
    "R-55": (
        card("effect", "luottamusväli", "arkistu", "Näytön aste"),
        city("effects", "Näytön aste", "Sallittu sanamuoto", year=2020),
        comparison("effects", "plasebo", "synteettinen"),
    ),
    "R-56": (
        card("indicators", "Sovittu etukäteen"),
        city("methods", "sovittu etukäteen", "lisätty jälkikäteen"),
    ),
    "R-57": (programme("criteria", "Paino", "Kynnys", "Versio", "Paras sija", "Heikoin sija"),),
    "R-58": (city("front", "koronavuosi", year=2020), city("front", "2019")),
    "R-59": (programme("uses", "Havainnoista muutoksiin", "käyttämättä jääneitä"),),
    "R-60": (
        programme("scaling", "RE-AIM", "Omistaja", "Ehdot"),
        card("scaling", "Ehdot", "Kustannus vuodessa", "Päätös"),
    ),
    "R-61": (
        city("experiments", "Ilmiökanvas", "Tyhjät kentät", "Tiekartta"),
        card("problem", "ilmiökanvaksesta"),
    ),
    # 2.8 cities, money, time, decisions, actors
    "R-62": (programme("planned", "Kaupunkeja 10", " 6 "),),
    "R-63": (
        comparison("levels", "Espoo Turku Vantaa Tampere Oulu Jyväskylä"),
        CheckedBy("ground/test_programme.py::test_a_seventh_city_and_a_third_year_are_rows"),
    ),
    "R-64": (programme("planned", "5 000 €", "50 000 €", "30 000 €", "Kuntaliiton oma osuus"),),
    "R-65": (programme("planned", r"Ohjelmavuosia|1 \+ 2"),),
    "R-66": (
        city("conclusions", "Päätös jatkosta", "Jatketaan verkostotyössä"),
        city("conclusions", "seurasi", year=2020),
    ),
    "R-67": (programme("planned", "Tarjoaa kehittämiselle puitteet ja tukea"),),
    "R-68": (programme("planned", "Kuntoutussäätiö", "ei saa olla sen ainoa arvioija"),),
    "R-69": (programme("uses", "osaaminen", "keino", "toimi"),),
    # 2.9 principles
    "R-70": (programme("principles", "Ilmiölähtöisyys ja horisontaalisuus", "ilmiökanvas"),),
    "R-71": (programme("principles", "Läpinäkyvyys ja vastuullisuus", "avoim"),),
    "R-72": (programme("principles", "Tietoperusteisuus ja osallisuus"),),
    "R-73": (programme("principles", "ratkai|pulma|muutti"), programme("uses", "malli muuttui")),
}


@pytest.fixture(scope="session")
def page(sample_workspace) -> Callable[..., dict[str, str]]:
    """The text of each section of a report, as its notebook shows it."""

    @cache
    def made(kind: str, parameters: tuple[tuple[str, str | int], ...]) -> dict[str, str]:
        values = {**dict(parameters), "language": "fi", "workspace": str(sample_workspace.root)}
        return {
            s.anchor.replace("-", "_"): text_of(s) for s in run(kind_named(kind).notebook, values)
        }

    return made


def run(notebook: Path, parameters: dict[str, str | int]) -> list[Section]:
    """The sections that the notebook's cells show."""
    cells = [
        c for c in json.loads(notebook.read_text("utf-8"))["cells"] if c["cell_type"] == "code"
    ]
    sections: list[Section] = []
    names: dict = {"display": lambda *shown: sections.extend(shown)}
    for cell in cells:
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, notebook.name, "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(parameters)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), notebook.name, "eval"), names)
            if isinstance(value, Section):
                sections.append(value)
    return sections


def text_of(section: Section) -> str:
    """All that a reader meets in a section: text, tables, figures with their texts."""
    html = []
    for part in section.parts:
        if isinstance(part, Figure):
            html += [part.caption, part.alt, part.description, part.table.html()]
        else:
            html.append(part.html())
    return " ".join(BeautifulSoup(" ".join(html), "html.parser").get_text(" ").split())


PLACES = [(name, place) for name, places in REQUIREMENTS.items() for place in places]


@pytest.mark.parametrize(
    ("name", "place"), PLACES, ids=[f"{name}-{place}" for name, place in PLACES]
)
def test_a_requirement_is_met_where_it_is_said_to_be(name, place, page):
    if isinstance(place, CheckedBy):
        file, _, function = place.name.partition("::")
        tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
        assert function in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        return
    sections = page(place.kind, place.parameters)
    assert place.section in sections, f"{name}: {place.kind} has {', '.join(sections)}"
    missing = [w for w in place.words if not re.search(w, sections[place.section], re.IGNORECASE)]
    assert missing == [], f"{name} in {place}: {sections[place.section][:2000]}"


def test_no_requirement_is_left_out():
    if not LIST.is_file():
        pytest.skip("the requirement list (../shared/programme.md) is not on this machine")
    rows = re.findall(r"^\| (R-\d\d) \|", LIST.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == 73
    assert set(rows) == REQUIREMENTS.keys()
