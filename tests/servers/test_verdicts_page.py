"""What the bundled stories say about every bundled target, as ``docs/verdicts.md`` has it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from registry_servers import install_quickbooks_js

from qbharness.cli import cli

PAGE = Path(__file__).parents[2] / "docs" / "verdicts.md"


@pytest.mark.servers
def test_the_page_of_verdicts_is_the_generated_one(tmp_path: Path) -> None:
    install_quickbooks_js()
    fresh = tmp_path / "verdicts.md"
    result = CliRunner().invoke(cli, ["target", "verdicts", "--write", str(fresh)])
    assert result.exception is None, result.output
    assert fresh.read_text("utf-8") == PAGE.read_text("utf-8"), (
        "run qbharness target verdicts --write docs/verdicts.md"
    )
