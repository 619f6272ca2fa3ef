"""Some days of a server with channels for three fields, and what would be seen if it broke."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import soak
from benchmarks.soak import OTHER, Community, soaking
from tests.papers.sources.serving import serving

SOME = (0, 540, 600, 720, 1_020, 1_260)
"""Minutes of a day at which something is due."""


@pytest.mark.filterwarnings("default::ResourceWarning")
async def test_a_server_reads_the_hub_preprints_and_journals_for_some_days(tmp_path: Path) -> None:
    async with soaking(tmp_path, 3) as here, serving() as journals:
        here.minutes = SOME
        community = Community(here, journals, 3)
        report = await soak.live(here, 4, 3, guilds=1, channels=1, readers=4, community=community)
        assert report["broken"] == []
        happened = report["happened"]
        assert (
            min(happened[f"feed {what}"] for what in ("read", "unchanged", "out of reach", "moved"))
            > 0
        )
        world = here.server.world
        for channel in here.people.channels:
            assert len(world.threads_of(channel)) >= 2, channel.name
        await here.stop()
        with closing(sqlite3.connect(tmp_path / "paperboy.db")) as conn, conn:
            conn.execute("DELETE FROM papers WHERE id LIKE 'doi:10.5555/%'")
            conn.execute("UPDATE papers SET withdrawn_at = 1 WHERE source IS NULL")
            conn.execute("UPDATE server_sources SET name = ? WHERE web_feed_id = 1", (OTHER,))
        said = list(community.broken())
        assert any("was never read" in each for each in said)
        assert any("was not withdrawn" in each for each in said)
        assert any("at both addresses" in each for each in said)
