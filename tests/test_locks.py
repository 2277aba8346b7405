"""The locks hold what pyproject.toml asks for, with hashes, and pyproject.toml asks for what the source imports."""

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.test_architecture import MODULES, imports

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = PROJECT["dependency-groups"]
RUN = [*PROJECT["project"]["dependencies"], *GROUPS["build"]]
ASKED = {"run": RUN, "test": [*RUN, *GROUPS["test"]], "validators": GROUPS["validators"]}
# imported beside the package that depends on them
BROUGHT_ALONG = {"markupsafe": "jinja2", "pydyf": "weasyprint", "fontpkg": "fontpkg-eb-garamond"}


def pins(name: str) -> dict[str, str]:
    """Give version by package of a lock; each must have a hash."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    heads = [entry.split(maxsplit=1)[0].partition("==") for entry in entries]
    return {canonicalize_name(package): version for package, _, version in heads}


def is_met(asked: Requirement, locked: dict[str, str]) -> bool:
    version = locked.get(canonicalize_name(asked.name))
    return version is not None and Version(version) in asked.specifier


@pytest.mark.parametrize("name", ASKED)
def test_a_lock_is_current(name: str) -> None:
    locked = pins(name)
    stale = [str(asked) for asked in map(Requirement, ASKED[name]) if not is_met(asked, locked)]
    assert stale == [], "run `make lock`"


def test_tests_run_with_what_books_are_built_with() -> None:
    assert pins("run").items() <= pins("test").items()


@pytest.mark.parametrize("name", ASKED)
def test_a_lock_names_no_address(name: str) -> None:
    assert "://" not in (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


def test_what_the_source_imports_is_asked_for() -> None:
    asked = {canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["dependencies"]}
    owners = importlib.metadata.packages_distributions()
    foreign = {package for path in MODULES.values() for package in imports(path)[1]} - set(sys.stdlib_module_names)
    foreign -= {"_typeshed"}
    undeclared = {
        package
        for package in foreign
        if not asked & ({canonicalize_name(name) for name in owners.get(package, ())} | {BROUGHT_ALONG.get(package)})
    }
    assert undeclared == set()
