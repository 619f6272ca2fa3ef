import pytest

from papers.licences import may_pass_on
from papers.model import Paper

PREPRINT = "doi:10.64898/2026.01.05.700001"


@pytest.mark.parametrize(
    ("paper_id", "licence", "allowed"),
    [
        ("2406.07496", None, True),
        (PREPRINT, "cc_by", True),
        (PREPRINT, "cc_by_nc_nd", True),
        (PREPRINT, "cc0_ng", True),
        (PREPRINT, "http://creativecommons.org/licenses/by/4.0/", True),
        (PREPRINT, "cc_no", False),
        (PREPRINT, None, False),
        (PREPRINT, "https://www.springernature.com/gp/researchers/text-and-data-mining", False),
    ],
)
def test_an_abstract_is_passed_on_where_its_licence_allows_it(
    paper_id: str, licence: str | None, allowed: bool
) -> None:
    assert may_pass_on(Paper(paper_id, "A title", licence=licence)) is allowed
