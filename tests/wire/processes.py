"""Modules that run as processes of their own, forked from a process that has imported the bot.

An interpreter of its own imports for three seconds, as long as most of these tests then take. What
a forked process does from its first statement on is the same: it has its own id, environment,
arguments, threads and log, and it is killed, frozen and waited for like any other.
`tests/wire/test_run.py` and `tests/demo` start interpreters of their own, as people do.
"""

import asyncio
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.wire.imported"])


class Running:
    """A process that was started; all that it says goes to its log."""

    def __init__(self, process: BaseProcess, log: Path) -> None:
        assert process.pid is not None
        self._process = process
        self.pid = process.pid
        self.log = log

    @property
    def returncode(self) -> int | None:
        """How it ended, as `subprocess` counts: below zero for a signal, None while it runs."""
        return self._process.exitcode

    @property
    def said(self) -> str:
        """What it has said until now."""
        return self.log.read_text()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        if self.returncode is None:
            self._process.kill()

    async def wait(self) -> int:
        """Wait until it has ended, and return how."""
        while (code := self.returncode) is None:  # noqa: ASYNC110 - it may be waited for twice
            await asyncio.sleep(0.02)
        return code

    async def end(self, patience: float = 60.0) -> str:
        """Wait until it has ended by itself, and return all that it said; raises TimeoutError."""
        await asyncio.wait_for(self.wait(), patience)
        return self.said


async def start(
    module: str,
    *arguments: object,
    folder: Path,
    cwd: Path = ROOT,
    settings: Mapping[str, str] | None = None,
) -> Running:
    """Run a module as `python -m` does, in a process that ends with this one at the latest.

    Its log stands in the folder; the settings come on top of this process's environment.
    """
    log = _new_log(folder)
    env = {**os.environ, **(settings or {})}
    given = (module, tuple(map(str, arguments)), str(log), str(cwd), env)
    process = _FORKING.Process(target=_run, args=given, daemon=True)
    # The first one takes as long as the imports.
    await asyncio.to_thread(process.start)
    return Running(process, log)


def _new_log(folder: Path) -> Path:
    log = folder / f"{len(list(folder.glob('*.log')))}.log"
    log.touch()
    return log


def _run(module: str, arguments: tuple[str, ...], log: str, cwd: str, env: dict[str, str]) -> None:
    said = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(said, stream.fileno())
    os.close(said)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [module, *arguments]
    sys.modules.pop(module, None)  # imported before the fork; runpy warns where a module is
    runpy.run_module(module, run_name="__main__", alter_sys=True)
