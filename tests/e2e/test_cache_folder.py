"""Cache folders that cannot be used: said once, and nothing is written there."""

from pathlib import Path

import pytest

from tests.e2e import command


@pytest.mark.parametrize("shared", [True, False])
def test_a_cache_folder_that_is_not_used_is_not_written_to(tmp_path: Path, shared: bool) -> None:
    command.write(tmp_path)
    folder = Path("/proc/nope")
    if shared:
        folder = tmp_path / "shared"
        folder.mkdir()
        folder.chmod(0o777)
    done = command.bookforge(tmp_path, "build", "--json", "--cache-dir", str(folder))
    assert (done.status, done.rules()) == (0, ["cache-usable"]), done.err
    assert not shared or list(folder.iterdir()) == []
