"""Thousands of channels due in the same minute, posted to by a cluster one of whose processes dies:
`python -m benchmarks.cluster_load [--guilds N]`.

A keeper, two gateways with half of the servers each and a spare, processes of their own on a
private PostgreSQL server, post to a local Discord that holds them to its limits, as in
`benchmarks.fanout`. Beside it people use commands. After a third of the posts one gateway is killed
with SIGKILL, and the spare takes over.

Prints JSON lines, one for each figure. `--write` puts the figures into docs/reliability.md.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks._cluster_load_run import (
    DIES,
    DISCORD,
    KEEPER,
    KILLED,
    LIVES,
    SERVER,
    SHARDS,
    SPARE,
    Found,
    Plan,
    Run,
    posts,
)
from benchmarks._ending import end_on_sigterm
from benchmarks._fanout_discord import Seen
from benchmarks._fanout_people import ASKED_EVERY, Asked
from benchmarks._measures import percentile
from benchmarks._usage import Usage
from bot import limits
from tests.postgresql import Server, program
from tests.reliability import write_block

__all__ = [
    "DISCORD",
    "KEEPER",
    "KILLED",
    "LIVES",
    "SERVER",
    "SPARE",
    "Asked",
    "Found",
    "Plan",
    "Run",
    "Seen",
    "Usage",
    "figures",
    "report",
]

GUILDS = 2_500

Figures = dict[str, float]


async def measure(plan: Plan, *, keep: bool) -> Found:
    """Run once; the logs stay where something was wrong."""
    postgres = await asyncio.to_thread(program, durable=True)
    if isinstance(postgres, str):
        raise SystemExit(f"benchmarks.cluster_load: {postgres}")
    databases = await asyncio.to_thread(Server, postgres.url)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="paperboy-cluster-load-"))
    found = await Run(plan, postgres, databases, folder).measure()
    if not any(posts(each) for each in found.seen):
        raise SystemExit(f"benchmarks.cluster_load: nothing was posted, see the logs in {folder}")
    if found.wrong or keep:
        sys.stderr.writelines(f"{line}\n" for line in (f"logs: {folder}", *found.wrong[:10]))
    else:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return found


def figures(found: Found, plan: Plan) -> Figures:
    """Return what a run came to."""
    wanted = (1, 1, plan.papers)
    differences = [
        there - want for post in found.posts for there, want in zip(post, wanted, strict=True)
    ]
    counted = _until_posted(found.seen)
    again = found.posted_again or counted[-1].at
    outside = [each for each in counted if not found.killed <= each.at < again]
    return {
        "channels": len(found.posts),
        "posts_whole": found.posts.count(wanted),
        "lost": -sum(min(0, each) for each in differences),
        "doubled": sum(max(0, each) for each in differences),
        "requests": len(counted),
        "refused_429": sum(each.status == 429 for each in found.seen if each.counts),
        "seconds": counted[-1].at - counted[0].at,
        **_rate("", counted, 0.0),
        **_rate("_without_the_gap", outside, again - found.killed),
        **_takeover(found),
        **_commands(found, again),
        **_usages(found, plan),
        "failures": len(found.wrong),
    }


def _until_posted(seen: Sequence[Seen]) -> list[Seen]:
    """Return what Discord counts of all requests until the last that posted something.

    Then a process that took over still reads which reactions came while none listened, which waits
    for everything else and goes on for long.
    """
    last = max(place for place, each in enumerate(seen) if posts(each))
    return [each for each in seen[: last + 1] if each.counts]


def _rate(when: str, counted: Sequence[Seen], gap: float) -> Figures:
    seconds = counted[-1].at - counted[0].at - gap
    rate = sum(each.status != 429 for each in counted) / seconds if seconds > 0 else 0.0
    share = rate / limits.REQUESTS_PER_SECOND
    return {f"requests_per_s{when}": rate, f"share_of_limit{when}": share}


def _takeover(found: Found) -> Figures:
    moments = {
        "lease_taken": found.taken,
        "heard_again": found.heard,
        "posted_again": found.posted_again,
    }
    return {f"{what}_after_s": at - found.killed for what, at in moments.items() if at is not None}


def _commands(found: Found, again: float) -> Figures:
    """Return how long commands took in servers whose process lived, and in those of the other."""
    lives = [each for each in found.asked if (each.guild_id >> 22) % SHARDS != DIES]
    killed = [each for each in found.asked if (each.guild_id >> 22) % SHARDS == DIES]
    unanswered = [each.at for each in killed if each.seconds is None]
    after = max(unanswered, default=found.killed)
    return {
        **_waits("command", [each.seconds for each in lives]),
        **_waits(
            "command_meanwhile",
            [each.seconds for each in lives if found.killed <= each.at < again],
        ),
        **_waits("killed_before", [each.seconds for each in killed if each.at < found.killed]),
        "killed_unanswered": len(unanswered),
        "killed_unanswered_for_s": max(0.0, after - found.killed),
        **_waits("killed_after", [each.seconds for each in killed if each.at > after]),
    }


def _waits(what: str, waits: Sequence[float | None]) -> Figures:
    answered = [each for each in waits if each is not None]
    return {
        f"{what}s": len(waits),
        f"{what}_unanswered": len(waits) - len(answered),
        f"{what}_p50_s": percentile(answered, 0.5),
        f"{what}_p99_s": percentile(answered, 0.99),
        f"{what}_max_s": max(answered, default=0.0),
    }


def _usages(found: Found, plan: Plan) -> Figures:
    usages = found.usages
    own = usages[LIVES].memory_mb - usages[KEEPER].memory_mb
    return {
        **{f"memory_mb: {name}": each.memory_mb for name, each in usages.items()},
        "memory_mb_per_1000_servers": own / (plan.guilds / SHARDS) * 1_000,
        **{f"cpu_share: {name}": each.cpu_s / found.seconds for name, each in usages.items()},
    }


def report(found: Figures, options: argparse.Namespace) -> str:
    """Return the figures as a table, with what they were measured on."""
    rows = [f"| {label} | {text} |" for label, text in _rows(found).items()]
    seen = (
        "As on several machines, only time shows the others that it has ended"
        if options.apart
        else "The others see at once that it has ended, as on one machine"
    )
    channels = options.guilds * options.feeds
    return (
        f"{channels:,} channels of {options.guilds:,} servers are due in the same minute, each for"
        f" a header, a thread and {options.papers} cards. Two gateways have half of the servers"
        " each; beside them are a keeper, a spare, PostgreSQL and the local Discord of the table"
        " above, all on one machine. When a third was posted, a gateway is killed with SIGKILL."
        f" {seen}; the spare takes over. Every {ASKED_EVERY:g} s somebody uses a command, in one"
        " server after the other; one that has no answer after 3 s counts as unanswered. Requests"
        " and seconds count until the last that posted something; then the spare still reads which"
        " reactions came while none listened.\n\n"
        f"`{_command()}` on {platform.machine()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}.\n\n"
        + "\n".join(["| what | figure |", "| --- | ---: |", *rows])
    )


def _rows(found: Figures) -> dict[str, str]:
    def waits(what: str) -> str:
        p50, p99, most = (found[f"{what}_{each}_s"] for each in ("p50", "p99", "max"))
        return f"{p50:.2f} s, {p99:.2f} s, {most:.2f} s (of {found[f'{what}s']:,.0f})"

    def usages(what: str, form: str) -> dict[str, str]:
        names = (KEEPER, LIVES, KILLED, SPARE, SERVER, DISCORD)
        return {name: format(found[f"{what}: {name}"], form) for name in names}

    memory, cpu = usages("memory_mb", ".0f"), usages("cpu_share", ".0%")
    gap = found.get("posted_again_after_s", 0.0)
    return {
        "posts that are whole": f"{found['posts_whole']:,.0f}",
        "lost, doubled": f"{found['lost']:,.0f}, {found['doubled']:,.0f}",
        "requests": f"{found['requests']:,.0f}",
        "of them refused (429)": f"{found['refused_429']:,.0f}",
        "seconds": f"{found['seconds']:,.1f}",
        "requests a second": f"{found['requests_per_s']:.1f}",
        "of the 50 that Discord allows": f"{found['share_of_limit']:.1%}",
        f"the same without the {gap:.1f} s until the spare posted": (
            f"{found['share_of_limit_without_the_gap']:.1%}"
        ),
        "from SIGKILL until the spare had the lease, and heard its servers": ", ".join(
            f"{found[f'{what}_after_s']:.1f} s"
            for what in ("lease_taken", "heard_again")
            if f"{what}_after_s" in found
        ),
        "until a command is answered where the process lived: median, 99 %, longest": (
            waits("command")
        ),
        "the same until the spare posted": waits("command_meanwhile"),
        "where it was killed, before": waits("killed_before"),
        "where it was killed, unanswered": (
            f"{found['killed_unanswered']:,.0f}, in {found['killed_unanswered_for_s']:.1f} s"
        ),
        "where it was killed, after the takeover": waits("killed_after"),
        **{f"memory, most: {name}": f"{memory[name]} MB" for name in memory},
        "memory of a gateway beyond the keeper's, of 1,000 servers": (
            f"{found['memory_mb_per_1000_servers']:.0f} MB"
        ),
        **{f"processor time: {name}": f"{cpu[name]} of a core" for name in cpu},
    }


def _command() -> str:
    return " ".join(["python -m benchmarks.cluster_load", *sys.argv[1:]])


def main() -> None:
    """Measure, print, and write down where asked to."""
    end_on_sigterm()
    parser = argparse.ArgumentParser(prog="benchmarks.cluster_load", description=__doc__)
    parser.add_argument("--guilds", type=int, default=GUILDS)
    parser.add_argument("--feeds", type=int, default=2, help="of each server")
    parser.add_argument("--papers", type=int, default=3, help="in each thread")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds until an answer")
    parser.add_argument("--life", type=float, default=20, help="seconds that a lease lasts")
    parser.add_argument("--every", type=int, default=60, help="seconds between looks at the clock")
    parser.add_argument("--apart", action="store_true", help="as on several machines")
    parser.add_argument("--identify", type=float, default=1.0, help="of Discord's pace; 0: none")
    parser.add_argument("--patience", type=float, default=3_600, help="seconds for what is late")
    parser.add_argument("--settle", type=float, default=10, help="seconds for what is doubled")
    parser.add_argument("--keep", action="store_true", help="keep the run's logs")
    parser.add_argument("--write", action="store_true", help="into docs/reliability.md")
    options = parser.parse_args()
    plan = Plan.model_validate(vars(options))
    found = figures(asyncio.run(measure(plan, keep=options.keep)), plan)
    for figure, value in found.items():
        line = {"bench": "cluster load", "figure": figure, "value": round(value, 4)}
        sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    if options.write:
        write_block("cluster load", report(found, options))
    if found["lost"] or found["doubled"] or found["refused_429"] or found["failures"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
