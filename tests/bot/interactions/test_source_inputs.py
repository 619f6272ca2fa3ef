"""Sources as people type them, those that a server named itself among them."""

import pytest

from bot.interactions.errors import UserError
from bot.interactions.source_inputs import parse_sources, parse_topic_sources

NAMED = {
    "web1": "Nature",
    "web2": "Nature Methods",
    "web3": "Nature Neuroscience",
    "web4": "Methods and Cells",
    "web5": "Cells",
    "web6": "Nature Cells",
}


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("Nature Methods, Nature Neuroscience", ("web2", "web3")),
        ("nature, nature methods and nature neuroscience", ("web1", "web2", "web3")),
        ("Nature Methods, Methods and Cells", ("web2", "web4")),
        ("Nature, nature", ("web1",)),
        ("bioRxiv, biorxiv, Nature", ("biorxiv", "web1")),
        ("web2, web2", ("web2",)),
        ("Nature, Cells", ("web1", "web5")),
        ("Nature Cells", ("web6",)),
        ("methods & cells; nature cells", ("web4", "web6")),
    ],
)
def test_names_that_share_words_are_told_apart_and_count_once(
    typed: str, keys: tuple[str, ...]
) -> None:
    assert parse_sources(typed, NAMED) == keys


def test_a_topic_takes_names_that_share_words() -> None:
    named = {f"{key}@7": name for key, name in NAMED.items()}
    assert parse_topic_sources("Nature, Nature Methods", named) == ("web1@7", "web2@7")


def test_part_of_a_name_is_no_name() -> None:
    with pytest.raises(UserError, match="neuroscience"):
        parse_sources("Nature, Neuroscience", NAMED)
