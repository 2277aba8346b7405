"""What doctor finds, says and advises, on machines as they may be."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bookforge import doctor, validate
from bookforge.doctor import Finding


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that just these programs are on PATH, and that the user is root or not."""

    def pretend(*programs: str, root: bool = False) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in programs else None)
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)

    return pretend


def test_this_machine_is_fit(tmp_path: Path) -> None:
    findings = doctor.examine(tmp_path / "dist", tmp_path / "cache")
    assert doctor.is_fit(findings), doctor.table(findings)
    by_name = {finding.name: finding.version for finding in findings}
    assert by_name["weasyprint"] == "70.0"
    assert (by_name["pandoc"] or "").startswith("3.")
    assert (by_name["Pango"] or "").startswith("1.")
    assert "eb-garamond" in (by_name["book fonts"] or "")


def test_findings_are_json(tmp_path: Path) -> None:
    data = doctor.as_data(doctor.examine(tmp_path, tmp_path))
    assert json.loads(json.dumps(data)) == data
    assert set(data[0]) == {"name", "version", "needed_for", "remedy", "required"}


def test_what_is_missing_and_required_makes_unfit() -> None:
    there, absent = Finding("a", "1", "x"), Finding("b", None, "x", "get b")
    optional = Finding("c", None, "x", required=False)
    assert doctor.is_fit((there, optional))
    assert not doctor.is_fit((there, absent))


def test_the_table_puts_the_remedy_below() -> None:
    text = doctor.table(
        (Finding("a", "1", "pages"), Finding("bcd", None, "notes", "get b"), Finding("e", None, "x", required=False))
    )
    assert text.splitlines() == [
        "ok       a    1  pages",
        "MISSING  bcd  -  notes",
        "         to get it: get b",
        "missing  e    -  x",
    ]


def test_each_system_gets_its_own_command(machine: Callable[..., None]) -> None:
    machine("apt-get")
    assert doctor.command_for("pango") == (
        "sudo apt-get update && sudo apt-get install --yes --no-install-recommends "
        "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )
    machine("apt-get", root=True)
    assert doctor.command_for("chromium").startswith("apt-get update && apt-get install")
    machine("dnf")
    assert doctor.command_for("pango") == "sudo dnf install --assumeyes pango harfbuzz fontconfig"
    machine("brew")
    assert doctor.command_for("pango") == "brew install pango"
    machine()
    assert "package manager" in doctor.command_for("pango")


def test_a_need_that_is_met_has_no_remedy(monkeypatch: pytest.MonkeyPatch, machine: Callable[..., None]) -> None:
    machine("dnf")
    monkeypatch.setattr(doctor, "missing_libraries", lambda: ())
    monkeypatch.setattr(validate, "browser", lambda: None)
    assert doctor.remedy("pango") == ""
    assert doctor.remedy("chromium") == "sudo dnf install --assumeyes chromium"


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", {"Pango": ("libno-such-thing.so.9",)})
    assert doctor.missing_libraries() == ("Pango",)
    [found] = [finding for finding in doctor.examine() if finding.name == "Pango"]
    assert found.version is None
    assert found.remedy


def test_another_bookforge_first_on_the_path_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "bookforge"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    [found] = [finding for finding in doctor.examine() if finding.name == "bookforge command"]
    assert found.version is None
    assert str(other) in (found.remedy or "")


def test_another_distribution_with_our_import_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = {"bookforge": ["bookforge-press", "bookforge"]}
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: owners)
    [found] = [finding for finding in doctor.examine() if finding.name == "bookforge package"]
    assert found.version is None
    assert found.required
    assert "uninstall bookforge," in (found.remedy or "")


def test_an_output_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    findings = {finding.name: finding for finding in doctor.examine(tmp_path / "file" / "dist", tmp_path)}
    assert findings["output folder"].version is None
    assert findings["cache folder"].version == str(tmp_path)


def test_a_remedy_for_several_is_said_once() -> None:
    rows = [doctor.Finding(name, None, "tests", "run this", required=False) for name in ("One", "Two")]
    lines = doctor.table([*rows, doctor.Finding("Three", None, "tests", "run that")]).splitlines()
    assert [line.strip() for line in lines if "to get" in line] == ["to get them: run this", "to get it: run that"]
    assert "to get" in lines[2]
