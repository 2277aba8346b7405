"""PDF files → one line of JSON each: what the veraPDF library finds. ``verapdf.py FLAVOUR FILE...``

The library comes in the jar of another tool whose packager left out veraPDF's own command line and its XML binding.
So the validation profile is read here and handed over rule by rule, through a bridge from Python to Java.
"""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jpype

TOOLS = Path(__file__).resolve().parent
JAR = (TOOLS / "py" / "verapdf.jar").resolve()
PROFILES = {"ua1": "PDFUA-1", "ua2": "PDFUA-2-ISO32005", "2b": "PDFA-2B", "3b": "PDFA-3B", "4": "PDFA-4"}
NAMESPACE = "{http://www.verapdf.org/ValidationProfile}"
PLACES = 3  # places named for each rule that fails


def main() -> int:
    """Validate each file; 0 even when it fails, since the report says so."""
    flavour, files = sys.argv[1], sys.argv[2:]
    start_java()
    profile = read_profile(flavour)
    for file in files:
        try:
            report = {"file": file, "flavour": flavour} | validate(file, flavour, profile)
        except jpype.JException as fault:
            report = {"file": file, "flavour": flavour, "error": str(fault)}
        print(json.dumps(report))
    return 0


def start_java() -> None:
    """Start the Java that was installed with us, with veraPDF in it."""
    libraries = (TOOLS / "py" / "java" / "lib").resolve()
    machine = next(file for file in sorted((libraries / "server").iterdir()) if file.stem == "libjvm")
    options = ("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m")
    jpype.startJVM(*options, jvmpath=str(machine), classpath=[str(JAR)])
    java("java.util.logging.LogManager").getLogManager().reset()
    java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()


def java(name: str) -> Any:
    """Give a Java class."""
    return jpype.JClass(name)


def java_flavour(name: str) -> Any:
    """Give veraPDF's value for a flavour such as ``ua1``."""
    return java("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(name)


def read_profile(flavour: str) -> Any:
    """Make the validation profile from the XML in the jar."""
    with zipfile.ZipFile(JAR) as jar:
        root = ElementTree.fromstring(jar.read(f"org/verapdf/pdfa/validation/{PROFILES[flavour]}.xml"))
    make = java("org.verapdf.pdfa.validation.profiles.Profiles")
    rules = java("java.util.LinkedHashSet")()
    for rule in root.iter(f"{NAMESPACE}rule"):
        rules.add(read_rule(make, rule))
    variables = java("java.util.LinkedHashSet")()
    for entry in root.iter(f"{NAMESPACE}variable"):
        default, value = text(entry, "defaultValue"), text(entry, "value")
        variables.add(make.variableFromValues(entry.get("name"), entry.get("object"), default, value))
    details = make.profileDetailsFromValues(flavour, flavour, "veraPDF", java("java.util.Date")())
    return make.profileFromValues(java_flavour(flavour), details, "", rules, variables)


def read_rule(make: Any, rule: ElementTree.Element) -> Any:
    """Make one rule from its element."""
    name, error = rule.find(f"{NAMESPACE}id"), rule.find(f"{NAMESPACE}error")
    assert name is not None
    assert error is not None
    arguments = java("java.util.ArrayList")()
    argument = java("org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl")
    for entry in error.iter(f"{NAMESPACE}argument"):
        arguments.add(argument.fromValues(entry.text or "", entry.get("name"), None))
    specification = java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification").valueOf(name.get("specification"))
    deferred = rule.get("deferred")
    return make.ruleFromValues(
        make.ruleIdFromValues(specification, name.get("clause"), int(name.get("testNumber") or 0)),
        rule.get("object"),
        None if deferred is None else java("java.lang.Boolean")(deferred == "true"),
        rule.get("tags"),
        text(rule, "description"),
        text(rule, "test"),
        make.errorFromValues(text(error, "message"), arguments),
        java("java.util.ArrayList")(),
    )


def text(element: ElementTree.Element, name: str) -> str:
    """Give the text of a child element."""
    found = element.find(f"{NAMESPACE}{name}")
    return "" if found is None else found.text or ""


def validate(file: str, flavour: str, profile: Any) -> dict[str, Any]:
    """Give the verdict, how many checks were made, and each failed rule with its first places."""
    foundry = java("org.verapdf.pdfa.Foundries").defaultInstance()
    parser = foundry.createParser(java("java.io.File")(file), java_flavour(flavour))
    try:
        result = foundry.createValidator(profile, -1, False, False, False).validate(parser)
        failed = java("org.verapdf.pdfa.results.TestAssertion$Status").FAILED
        failures: dict[str, dict[str, Any]] = {}
        for assertion in result.getTestAssertions():
            rule = f"{assertion.getRuleId().getClause()}-{assertion.getRuleId().getTestNumber()}"
            if assertion.getStatus() == failed:
                found = failures.setdefault(
                    rule, {"rule": rule, "count": 0, "message": str(assertion.getMessage()), "where": []}
                )
                found["count"] += 1
                if len(found["where"]) < PLACES:
                    found["where"].append(str(assertion.getLocation().getContext()))
        return {
            "compliant": bool(result.isCompliant()),
            "checks": int(result.getTotalAssertions()),
            "failures": list(failures.values()),
        }
    finally:
        parser.close()


if __name__ == "__main__":
    sys.exit(main())
