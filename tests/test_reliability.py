"""The page of what was shown to hold says what the tests see, and changes only when asked to."""

from pathlib import Path

import pytest

from tests import reliability

ROOT = Path(__file__).resolve().parents[1]
PAGE = """before
<!-- table: kills -->
| killed at | end |
| --- | --- |
| step 2 | whole |
<!-- end -->
<!-- table: load -->
<!-- end -->
after
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page of its own, with a table of one row."""
    path = tmp_path / "reliability.md"
    path.write_text(PAGE)
    return path


@pytest.fixture
def writing(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under `--write-reliability`."""
    monkeypatch.setattr(pytestconfig.option, "write_reliability", True)
    reliability.configure(pytestconfig)


@pytest.fixture(autouse=True)
def restored(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> object:
    """Compare by default, and leave the real choice behind."""
    chosen = pytestconfig.option.write_reliability
    pytestconfig.option.write_reliability = False
    reliability.configure(pytestconfig)
    yield
    pytestconfig.option.write_reliability = chosen
    reliability.configure(pytestconfig)


def test_a_row_that_stands_on_the_page_passes_and_changes_nothing(page: Path) -> None:
    reliability.record("kills", "step 2", "whole", page=page)
    assert page.read_text() == PAGE


def test_another_result_or_another_row_fails_and_says_how_to_write_it(page: Path) -> None:
    with pytest.raises(AssertionError, match=r"--write-reliability.*test_another_result"):
        reliability.record("kills", "step 2", "broken", page=page)
    with pytest.raises(AssertionError, match="nothing"):
        reliability.record("kills", "step 3", "whole", page=page)
    assert page.read_text() == PAGE


@pytest.mark.usefixtures("writing")
def test_rows_are_written_in_their_natural_order_and_replaced_by_name(page: Path) -> None:
    reliability.record("kills", "step 10", "a | b\nc", page=page)
    reliability.record("kills", "step 2", "broken", page=page)
    reliability.record("kills", "step 2", "mended", page=page)
    assert page.read_text() == PAGE.replace(
        "| step 2 | whole |\n", "| step 2 | mended |\n| step 10 | a \\| b c |\n"
    )
    assert reliability.rows("kills", page) == ["step 2", "step 10"]


@pytest.mark.usefixtures("writing")
def test_a_row_of_another_shape_and_an_unknown_table_are_mistakes(page: Path) -> None:
    with pytest.raises(LookupError, match="columns"):
        reliability.record("kills", "step 3", "too", "many", page=page)
    with pytest.raises(LookupError, match="no table"):
        reliability.record("kils", "step 3", "whole", page=page)
    assert page.read_text() == PAGE


def test_a_block_of_figures_is_replaced_whole(page: Path) -> None:
    reliability.write_block("load", "| posts |\n| --- |\n| 5 |\n", page=page)
    reliability.write_block("load", "49 requests a second\n", page=page)
    assert page.read_text() == PAGE.replace(
        "<!-- table: load -->\n", "<!-- table: load -->\n49 requests a second\n"
    )


def test_no_fault_stands_on_the_page_that_is_not_made_to_happen() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests/wire").glob("test_faults*.py"))
    faults = [
        row.partition(": ")[2]
        for row in reliability.rows("faults")
        if not row.startswith("journal club")  # test_faults_club.py has the same check of its own
    ]
    assert len(faults) >= 20
    assert [fault for fault in faults if fault not in tests] == []
