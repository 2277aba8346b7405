"""The words layouts print: each language has them all."""

import pytest

from bookforge import layouts, yamlfile
from bookforge.edition import Format
from bookforge.manifest.relators import COMMON
from bookforge.semantics import SEMANTICS, Role

FILE = layouts.installed() / "base" / "terms.yaml"
TABLES = yamlfile.plain(yamlfile.load(FILE.read_bytes(), "terms.yaml"))
UNTITLED = {Role.HALFTITLEPAGE}


@pytest.mark.parametrize("language", TABLES)
def test_a_language_has_every_word(language: str) -> None:
    assert list(TABLES[language]) == list(TABLES["en"])
    needed = {f"role-{code}" for code in COMMON} | {f"format-{each}" for each in Format} | {*SEMANTICS} - UNTITLED
    assert needed <= TABLES[language].keys()


@pytest.mark.parametrize("language", TABLES)
def test_patterns_have_the_same_places_to_fill(language: str) -> None:
    for key, pattern in TABLES["en"].items():
        for place in ("{fonts}", "{n}", "{total}", "{day}", "{month}", "{year}"):
            assert (place in TABLES[language][key]) is (place in pattern), key
    assert len(TABLES[language]["months"].split()) == 12
