"""`paperboy demo` as a program that serves: places, signals, ports."""

import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.demo.running import STOP_TIMEOUT, next_address, serving, started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_without_a_terminal_until_a_signal_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path, TMPDIR=str(tmp_path)) as (process, url):
        with urllib.request.urlopen(url, timeout=10) as page:  # noqa: S310 - our own address
            assert page.status == 200
        process.send_signal(number)
        assert process.wait(STOP_TIMEOUT) == 0
    assert list(tmp_path.glob("paperboy*")) == []


def test_what_is_typed_opens_another_place_under_the_same_port(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        urls = [next_address(process)]
        for place in ("thread", "grace", "dms", "ada", "channel"):
            process.stdin.write(f"{place}\n")
            process.stdin.flush()
            urls.append(next_address(process))
        assert len(set(urls)) == len(urls)
        assert len({url.partition("#")[0] for url in urls}) == 1
        process.stdin.write("somewhere\nwait 6\nquit\n")
        process.stdin.flush()
        rest = process.stdout.read()
        assert "Type channel, thread, forum, ada, grace" in rest
        assert "It is Monday, 13:51 UTC now." in rest
        assert process.wait(STOP_TIMEOUT) == 0


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with started(tmp_path, "--port", port) as process:
            assert process.stdout is not None
            printed = process.stdout.read()
            assert process.wait(STOP_TIMEOUT) == 1
    assert printed.splitlines()[-1] == (
        f"paperboy: port {port} is in use; choose another with --port, or 0 for a free one."
    )
