"""`paperboy demo --once`: what a person sees who tries it in a terminal."""

import json
import re
import time
from datetime import UTC, datetime
from datetime import time as time_of_day
from pathlib import Path

import pytest

from papers.sources.sample import SampleSource
from storage import feeds
from storage.database import Database
from tests.demo.replaying import replayed
from tests.demo.running import once, started
from tests.shared import needs_shared


def shown(printed: str) -> str:
    """Return what Discord shows: all but the line that tells the day."""
    return printed.partition("\n")[2]


def test_the_newest_batch_is_printed_as_the_simulated_discord_shows_it(tmp_path: Path) -> None:
    result = once(tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    source = SampleSource()
    day = source.newest_day
    heading = f"Papers of {day:%A} {day.day} {day:%B} {day.year}"
    assert f"it is {day:%A} {day.day} {day:%B %Y}" in result.stdout.partition("\n")[0]
    assert f"## 📰 {heading}" in result.stdout
    assert f"Thread: {heading}" in result.stdout
    header, _, thread = result.stdout.partition("Thread: ")
    votes = [int(count) for count in re.findall(r"(\d+) upvote", header)]
    assert len(votes) >= 5
    assert votes == sorted(votes, reverse=True)
    assert thread.count("PDF: https://arxiv.org/pdf/") == thread.count("### ") == 10


def test_nothing_is_left_behind_without_a_database(tmp_path: Path) -> None:
    assert once(tmp_path, TMPDIR=str(tmp_path)).returncode == 0
    assert list(tmp_path.glob("paperboy*")) == []


def test_a_second_demo_on_the_same_file_shows_the_same_thread_and_posts_nothing(
    tmp_path: Path,
) -> None:
    first = once(tmp_path, "--database", "demo.db")
    second = once(tmp_path, "--database", "demo.db")
    assert first.returncode == second.returncode == 0, second.stderr
    assert "Thread: " in first.stdout
    assert shown(second.stdout) == shown(first.stdout)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a demo prints that nothing disturbs."""
    return once(tmp_path_factory.mktemp("whole")).stdout


@pytest.mark.parametrize("arrived", [0, 1, 2, 6])
def test_a_demo_killed_while_it_posts_goes_on_where_it_was(
    tmp_path: Path, whole: str, arrived: int
) -> None:
    with started(tmp_path, "--once", "--database", "demo.db", REQUESTS_PER_SECOND="4") as process:
        while messages_in(tmp_path / "demo.db.discord.json") < arrived:
            assert process.poll() is None, "it was over before it could be killed"
            time.sleep(0.01)
        process.kill()
    rest = once(tmp_path, "--database", "demo.db")
    assert rest.returncode == 0, rest.stderr
    # The reactions that invite to save are a courtesy, which a killed bot may leave out.
    assert without_reactions(rest.stdout) == without_reactions(whole)


def without_reactions(printed: str) -> str:
    """Return what Discord shows, but for reactions."""
    return re.sub(r"^ +🔖 \d+\n", "", shown(printed), flags=re.MULTILINE)


def messages_in(kept: Path) -> int:
    """Return how many messages a kept Discord holds."""
    if not kept.exists():
        return 0
    return sum(map(len, json.loads(kept.read_text("utf-8"))["messages"].values()))


async def test_the_database_of_a_bot_in_other_servers_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "paperboy.db"
    url = f"sqlite+aiosqlite:///{path}"
    database = await Database.open(url)
    async with database.write() as conn:
        await feeds.add(
            conn,
            guild_id=1,
            channel_id=2,
            at=time_of_day(9),
            timezone="UTC",
            size=10,
            now=datetime(2026, 7, 1, tzinfo=UTC),
        )
    await database.close()
    result = once(tmp_path, "--database", str(path))
    assert result.returncode == 1
    assert "feeds in other servers" in result.stderr
    database = await Database.open(url)
    async with database.read() as conn:
        assert len(await feeds.active(conn)) == 1
    await database.close()


def test_a_damaged_discord_is_named_and_what_to_do_about_it(tmp_path: Path) -> None:
    once(tmp_path, "--database", "demo.db")
    (tmp_path / "demo.db.discord.json").write_text("{", "utf-8")
    result = once(tmp_path, "--database", "demo.db")
    assert result.returncode == 1
    assert "demo.db.discord.json does not hold" in result.stderr
    assert "Traceback" not in result.stderr


@needs_shared
@pytest.mark.parametrize("faults", [(), ("429", "500", "html", "cut")], ids=["well", "faulty"])
def test_live_posts_the_newest_recorded_batch_best_first(
    tmp_path: Path, faults: tuple[str, ...]
) -> None:
    with replayed(*faults) as addresses:
        result = once(tmp_path, "--live", **addresses)
    assert result.returncode == 0, result.stderr
    header, _, thread = result.stdout.partition("Thread: ")
    assert "Papers of Friday 10 July 2026" in header
    votes = [int(count) for count in re.findall(r"(\d+) upvote", header)]
    assert votes == sorted(votes, reverse=True)
    assert votes[0] == 95
    assert thread.count("### ") == 10


def test_live_without_a_source_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    result = once(tmp_path, "--live", HUGGINGFACE_URL="http://127.0.0.1:9", ARXIV_CATEGORIES="none")
    assert result.returncode == 1
    assert "Hugging Face is unreachable" in result.stderr
    assert "without --live" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("language", "heading"),
    [("de", "Paper vom Montag, 8. Dezember 2025"), ("ja", "2025年12月8日月曜日の論文")],
)
def test_the_demo_speaks_a_language(tmp_path: Path, language: str, heading: str) -> None:
    printed = once(tmp_path, "--language", language).stdout
    assert f"## 📰 {heading}" in printed
    assert f"Thread: {heading}" in printed
