"""Parts of a bot's shards, as settings and leases name them."""

import pytest

from papers.shards import AnyShards, Shards, parse_shards, shards_of, without_process


def test_parts_are_read_and_written_the_same_way() -> None:
    for text in ("0-3/8", "2/8", "0/1"):
        found = parse_shards(text)
        assert isinstance(found, Shards)
        assert str(found) == text
        assert shards_of(found.name) == found
    assert parse_shards("auto/8") == AnyShards(8)
    assert str(AnyShards(8)) == "auto/8"
    assert shards_of("keeper") is shards_of("run") is None


@pytest.mark.parametrize(
    "text", ["", "8", "3-0/8", "0-8/8", "0/0", "auto/0", "auto", "-1/2", "a/b"]
)
def test_what_names_no_shard_is_refused_as_without_one_all_would_be_connected(text: str) -> None:
    with pytest.raises(ValueError, match="names no shards"):
        parse_shards(text)


def test_there_is_no_empty_part() -> None:
    for first, last, count in ((1, 0, 2), (0, 2, 2), (-1, 0, 2), (0, 0, 0)):
        with pytest.raises(ValueError, match="is no part of"):
            Shards(first, last, count)
    assert Shards(0, 3, 8).ids == [0, 1, 2, 3]


def test_two_parts_collide_if_they_have_a_shard_or_count_differently() -> None:
    assert Shards(0, 3, 8).collides(Shards(3, 4, 8))
    assert not Shards(0, 3, 8).collides(Shards(4, 7, 8))
    assert Shards(0, 3, 8).collides(Shards(8, 15, 16))


def test_shards_are_counted_that_no_process_has() -> None:
    left, right, quarter = Shards(0, 3, 8).name, Shards(4, 7, 8).name, Shards(4, 5, 8).name
    assert without_process([left, right, "keeper"], [left, right, "keeper"]) == 0
    assert without_process([left, quarter], [left, quarter]) == 2, "never started"
    assert without_process(["keeper"], [left, right, "keeper"]) == 8
    assert without_process(["run"], ["run"]) == without_process([], []) == 0


def test_each_server_belongs_to_one_part_and_direct_messages_to_shard_0() -> None:
    first, second = Shards(0, 1, 4), Shards(2, 3, 4)
    for number in range(8):
        assert first.has(number << 22) == (number % 4 < 2)
        assert first.has(number << 22) != second.has(number << 22)
    assert first.has(None)
    assert not second.has(None)
