"""Thousands of channels due in the same minute: `python -m benchmarks.fanout [--guilds N]`.

The bot, a process of its own with its database, posts to a local Discord (`tests.discord_server`)
that holds it to Discord's limits: 50 requests a second, five messages in five seconds per channel,
an answer only after a while. Beside it people use commands. Then the same messages are sent by two
loops as bots usually have them, to a sample of the channels.

Prints JSON lines, one for each figure. `--write` puts the figures into docs/reliability.md.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks._ending import end_on_sigterm
from benchmarks._fanout_discord import BigDiscord, Seen
from benchmarks._fanout_people import ASKED_EVERY, People
from benchmarks._measures import percentile
from bot import limits
from tests.discord_server.interactions import PATIENCE
from tests.reliability import write_block

GUILDS = 2_500
"""Servers on one connection, the most that Discord allows."""

Figures = dict[str, float]


class Run:
    """One way of posting, to one Discord."""

    def __init__(self, system: str, guilds: int, options: argparse.Namespace) -> None:
        self.system = system
        self.options = options
        self.discord = BigDiscord(guilds, options.feeds, options.latency)
        self.people = People(self.discord.world, self.discord.places, PATIENCE)

    async def measure(self) -> Figures:
        """Post to every channel and return what it took."""
        server = self.discord.server
        with tempfile.TemporaryDirectory(prefix="paperboy-fanout-") as folder:
            await server.start()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks._fanout_bot", stdin=PIPE, stdout=PIPE
            )
            try:
                await _tell(process, self._plan(folder))
                ready = await _hear(process)
                began = len(self.discord.seen)
                await _tell(process, {})
                done = await self._watch(process)
                seen = self.discord.seen[began:]
                await _tell(process, {})
                await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
                await server.stop()
        server.assert_clean()
        return self._figures(seen, ready, done)

    def _plan(self, folder: str) -> dict[str, Any]:
        server, options = self.discord.server, self.options
        return {
            "system": self.system,
            "token": server.world.token,
            "api_url": server.api_url,
            "gateway_url": server.gateway_url,
            "folder": folder,
            "papers": options.papers,
            "channels": self.discord.feeds,
            "settings": json.loads(options.settings),
        }

    async def _watch(self, process: Process) -> Figures:
        """Let people use commands, none waiting for another, until the bot says it is done."""
        hearing = asyncio.create_task(_hear(process))
        await self.people.ask_until(hearing)
        await asyncio.sleep(2 * self.options.latency)  # the last answers are still on their way
        return hearing.result()

    def _figures(self, seen: Sequence[Seen], ready: Figures, done: Figures) -> Figures:
        counted = [each for each in seen if each.counts]
        seconds = counted[-1].at - counted[0].at
        refused = sum(each.status == 429 for each in counted)
        rate = (len(counted) - refused) / seconds
        posts = self._posts(counted)
        whole = [times for times in posts if len(times) == 2 + self.options.papers]
        spans = [times[-1] - times[0] for times in whole]
        waits = [times[0] - counted[0].at for times in whole]
        answers = self.people.waits
        assert len(answers) == len(self.people.asked), "a command was not answered"
        return {
            "feeds": len(self.discord.feeds),
            "feeds_done": len(whole),
            "requests": len(counted),
            "seconds": seconds,
            "requests_per_s": rate,
            "share_of_limit": rate / limits.REQUESTS_PER_SECOND,
            "refused_429": refused,
            "refused_share": refused / len(counted),
            "post_p50_s": percentile(spans, 0.5),
            "post_p95_s": percentile(spans, 0.95),
            "post_max_s": max(spans, default=0.0),
            "wait_max_s": max(waits, default=0.0),
            "commands": len(answers),
            "command_p50_s": percentile(answers, 0.5),
            "command_p99_s": percentile(answers, 0.99),
            "command_max_s": max(answers, default=0.0),
            "memory_connected_mb": ready["memory_mb"],
            "memory_peak_mb": done["memory_mb"],
            "bot_cpu_share": done["cpu"],
            "bot_loop_lag_p99_s": done["loop_lag_p99_s"],
        }

    def _posts(self, counted: Sequence[Seen]) -> list[list[float]]:
        """Return the times of each channel's requests that were carried out, its thread's too."""
        world = self.discord.world
        posts: dict[str, list[float]] = {str(channel): [] for _, channel in self.discord.feeds}
        for each in counted:
            parts = each.path.split("/")
            if each.status < 300 and parts[1] == "channels" and "reactions" not in parts:
                channel = world.channels[int(parts[2])]
                posts[str(channel.parent_id or channel.id)].append(each.at)
        return list(posts.values())


async def _tell(process: Process, words: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(words).encode() + b"\n")
    await process.stdin.drain()


async def _hear(process: Process) -> Figures:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise SystemExit(f"the bot's process ended: {await process.wait()}")
    return json.loads(line)


def say(system: str, figures: Figures) -> None:
    """Print figures as JSON lines."""
    for figure, value in figures.items():
        line = {"bench": "fanout", "system": system, "figure": figure, "value": round(value, 4)}
        sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def run(options: argparse.Namespace) -> dict[str, Figures]:
    """Measure the bot, and the loops on a sample."""
    found: dict[str, Figures] = {}
    for system in options.systems.split(","):
        guilds = options.guilds if system == "ours" else min(options.guilds, options.sample)
        figures = await Run(system, guilds, options).measure()
        if guilds < options.guilds and figures["feeds_done"] == figures["feeds"]:
            figures["seconds_extrapolated"] = figures["seconds"] * options.guilds / guilds
        found[system] = figures
        say(system, figures)
    return found


def report(found: dict[str, Figures], options: argparse.Namespace) -> str:
    """Return the figures as a table, with what they were measured on."""
    names = {"ours": "Paperboy", "sequential": "one after the other", "at once": "all at once"}
    columns = [names[system] for system in found]
    lines = [f"| | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
    for label, cell in _rows(options).items():
        lines.append(f"| {label} | {' | '.join(cell(figures) for figures in found.values())} |")
    channels = options.guilds * options.feeds
    return (
        f"{channels:,} channels of {options.guilds:,} servers are due in the same minute, each for"
        f" a header, a thread and {options.papers} cards. The bot is one process, the local Discord"
        " another: it lets 50 requests pass in any second and five messages in five seconds per"
        f" channel, and takes {options.latency * 1000:.0f} ms to answer. Every"
        f" {ASKED_EVERY:g} s somebody uses a command. The other two columns are the same messages"
        " sent by plain loops over discord.py, without a database, to a sample of the channels.\n\n"
        f"`{_command(options)}` on {platform.machine()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}.\n\n" + "\n".join(lines)
    )


def _rows(options: argparse.Namespace) -> dict[str, Callable[[Figures], str]]:
    every = options.guilds * options.feeds
    return {
        "channels": lambda f: f"{f['feeds']:,}",
        "posts that are whole": lambda f: f"{f['feeds_done']:,}",
        "requests": lambda f: f"{f['requests']:,}",
        "of them refused (429)": lambda f: f"{f['refused_429']:,} ({f['refused_share']:.2%})",
        "seconds": lambda f: f"{f['seconds']:,.1f}",
        f"seconds for {every:,} channels": lambda f: (
            f"{f['seconds_extrapolated']:,.0f} (extrapolated)"
            if "seconds_extrapolated" in f
            else f"{f['seconds']:,.0f}"
            if f["feeds"] == every
            else "—"
        ),
        "requests a second": lambda f: f"{f['requests_per_s']:.1f}",
        "of the 50 that Discord allows": lambda f: f"{f['share_of_limit']:.1%}",
        "from a post's first request to its last: median, 95 %, longest": lambda f: (
            f"{f['post_p50_s']:.1f} s, {f['post_p95_s']:.1f} s, {f['post_max_s']:.1f} s"
        ),
        "until a command is answered: median, 99 %": lambda f: (
            f"{f['command_p50_s']:.2f} s, {f['command_p99_s']:.2f} s (of {f['commands']:,})"
        ),
        "memory, most: servers known, all posted": lambda f: (
            f"{f['memory_connected_mb']:.0f} MB, {f['memory_peak_mb']:.0f} MB"
        ),
    }


def _command(options: argparse.Namespace) -> str:
    given = [f"--guilds {options.guilds}"] if options.guilds != GUILDS else []
    return " ".join(["python -m benchmarks.fanout", *given, "--write"])


def main() -> None:
    """Measure, print, and write down where asked to."""
    end_on_sigterm()
    parser = argparse.ArgumentParser(prog="benchmarks.fanout", description=__doc__)
    parser.add_argument("--guilds", type=int, default=GUILDS)
    parser.add_argument("--feeds", type=int, default=2, help="of each server")
    parser.add_argument("--papers", type=int, default=3, help="in each thread")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds until an answer")
    parser.add_argument("--sample", type=int, default=40, help="servers that the loops post to")
    parser.add_argument("--systems", default="ours,sequential,at once")
    parser.add_argument("--settings", default="{}", help="the bot's, as JSON")
    parser.add_argument("--write", action="store_true", help="into docs/reliability.md")
    options = parser.parse_args()
    found = asyncio.run(run(options))
    if options.write:
        write_block("load", report(found, options))


if __name__ == "__main__":
    main()
