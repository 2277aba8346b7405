"""``docs/benchmarks.md``, of which every benchmark writes its own part and leaves the others alone."""

from pathlib import Path

TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def write(title: str, text: str, target: Path = TARGET) -> None:
    """Write the part under the heading ``title``, where it stood or at the end."""
    head, *parts = target.read_text(encoding="utf-8").split("\n## ")
    written = f"{title}\n\n{text.strip()}\n"
    titles = [part.partition("\n")[0] for part in parts]
    if title in titles:
        parts[titles.index(title)] = written
    else:
        parts.append(written)
    target.write_text("\n\n## ".join(each.strip("\n") for each in (head, *parts)) + "\n", encoding="utf-8")
