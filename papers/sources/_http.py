"""One polite way to fetch: timeouts, retries with jitter, the server's own limits, a short cache.

What a source asks for goes through `Fetcher.get`; whatever goes wrong comes out as a `SourceError`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, cast

import aiohttp
from cachetools import TTLCache
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential,
    wait_random,
)

from papers import program
from papers.keyed_locks import KeyedLocks
from papers.sources import SourceError, SourceErrorKind
from papers.sources._connections import cause, moved_to, once_only, one_connection_only
from papers.sources.public_addresses import PRIVATE
from papers.sources.rate_limits import backoff_seconds, is_spent, retry_after_seconds
from papers.sources.responses import MalformedError, Response, RetryPolicy, ThrottledError

T = TypeVar("T")
_Key = tuple[str, tuple[tuple[str, str], ...]]

_log = logging.getLogger(__name__)

_OK = frozenset({200})
_LARGEST_BODY = 32 * 1024 * 1024
_REDIRECTS = 10
# Above this size, parsing would hold up the event loop for longer than a heartbeat likes.
_PARSE_APART = 256 * 1024
_CACHE_ENTRIES = 128
_MISSING = object()  # `None` is an answer: the source has no such paper
_PASSING = {
    SourceErrorKind.UNREACHABLE,
    SourceErrorKind.UNAVAILABLE,
    SourceErrorKind.RATE_LIMITED,
    SourceErrorKind.MALFORMED,
}


class Fetcher:
    """Fetch for one source. Makes no connection before the first `get`.

    `gate` is entered around every single request: a semaphore, or a pacer. `sleep` and `clock` can
    be replaced in tests; `clock` is in seconds and only ever compared with itself. A `session` that
    is passed in stays the caller's; otherwise one is made, with `one_connection` for all requests
    or with a `connector`. More than `largest` bytes of an answer, or `redirects`, are refused.
    """

    def __init__(
        self,
        source: str,
        *,
        gate: AbstractAsyncContextManager[Any],
        manners: RetryPolicy,
        headers: Mapping[str, str] | None = None,
        session: aiohttp.ClientSession | None = None,
        one_connection: bool = False,
        connector: Callable[[], aiohttp.BaseConnector] | None = None,
        largest: int = _LARGEST_BODY,
        redirects: int = _REDIRECTS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._gate = gate
        self._manners = manners
        self._headers = {"User-Agent": user_agent(), **(headers or {})}
        self._session = session
        self._owns_session = session is None
        self._connector = connector or (
            one_connection_only if one_connection else aiohttp.TCPConnector
        )
        self._largest = largest
        self._redirects = redirects
        self._sleep = sleep
        self._clock = clock
        self._closed = False
        self._not_before = 0.0
        self._cache: TTLCache[_Key, object] = TTLCache(_CACHE_ENTRIES, manners.cache_for, clock)
        self._asking = KeyedLocks()

    async def get(
        self,
        url: str,
        params: Mapping[str, str],
        read: Callable[[Response], T],
        *,
        accept: Collection[int] = _OK,
        fresh: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Return what `read` makes of the answer; of a recent one, unless it must be `fresh`.

        `read` gets answers with a status in `accept` and raises `MalformedError` or a `SourceError`
        for what it cannot use. Equal questions asked at the same time are asked once. `headers` are
        sent along, and make no other question of it.

        Raises:
            SourceError: after the last attempt, or at once for what another attempt will not mend.
        """
        key = (url, tuple(sorted(params.items())))
        async with self._asking.of(key):
            known = _MISSING if fresh else self._cache.get(key, _MISSING)
            if known is not _MISSING:
                return cast("T", known)
            found = await self._persist(url, params, read, accept, headers or {})
            self._cache[key] = found
            return found

    async def close(self) -> None:
        """Close the connections that are ours; every later `get` fails."""
        self._closed = True
        self._cache.clear()
        if self._session is not None and self._owns_session:
            await self._session.close()

    async def _persist(
        self,
        url: str,
        params: Mapping[str, str],
        read: Callable[[Response], T],
        accept: Collection[int],
        headers: Mapping[str, str],
    ) -> T:
        retrying = AsyncRetrying(
            retry=retry_if_exception(self._worth_another_try),
            stop=stop_after_attempt(self._manners.attempts)
            | stop_before_delay(self._manners.patience),
            wait=self._pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return await retrying(self._once, url, params, read, accept, headers)
        except SourceError as error:
            if (
                error.kind is not SourceErrorKind.RATE_LIMITED
                or error.retry_after is not None
                or not self._manners.cool_down
            ):
                raise
            self._hold_back(self._manners.cool_down)
            raise SourceError(
                self._source, error.kind, error.detail, self._manners.cool_down
            ) from error

    async def _once(
        self,
        url: str,
        params: Mapping[str, str],
        read: Callable[[Response], T],
        accept: Collection[int],
        headers: Mapping[str, str],
    ) -> T:
        async with self._gate:
            await self._obey_limits()
            answer = await self._request(url, params, headers)
        retry_after = retry_after_seconds(answer.headers)
        self._hold_back(backoff_seconds(answer.headers))
        if answer.status in accept:
            if retry_after is not None and is_spent(answer.headers):
                self._hold_back(retry_after)
            try:
                if len(answer.body) > _PARSE_APART:
                    return await asyncio.to_thread(read, answer)
                return read(answer)
            except MalformedError as error:
                raise self._error(SourceErrorKind.MALFORMED, str(error)) from error
            except ThrottledError as error:
                raise self._error(SourceErrorKind.RATE_LIMITED, str(error), retry_after) from error
        if answer.status == 429:
            if retry_after is not None:
                self._hold_back(retry_after)
            raise self._error(SourceErrorKind.RATE_LIMITED, "it asks us to slow down", retry_after)
        if answer.status >= 500 or answer.status == 408:
            # arXiv slows clients down with a 503, too.
            if retry_after is not None:
                self._hold_back(retry_after)
            raise self._error(SourceErrorKind.UNAVAILABLE, f"HTTP {answer.status}", retry_after)
        hint = "; is the token right?" if answer.status in (401, 403) else ""
        raise self._error(SourceErrorKind.REFUSED, f"HTTP {answer.status}{hint}")

    async def _request(
        self, url: str, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> Response:
        try:
            async with self._client().get(
                url,
                params=params,
                headers={**self._headers, **headers},
                max_redirects=self._redirects + 1,  # the one that aiohttp refuses
                timeout=aiohttp.ClientTimeout(total=self._manners.timeout),
                middlewares=(once_only,),
            ) as response:
                body = bytearray()
                async for piece in response.content.iter_chunked(64 * 1024):
                    body += piece
                    if len(body) > self._largest:
                        raise self._error(SourceErrorKind.REFUSED, "its answer is too large")
                return Response(
                    response.status,
                    response.headers,
                    bytes(body),
                    "next" in response.links,
                    moved_to(response),
                )
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise self._error(
                SourceErrorKind.REFUSED, "its address is not a web address"
            ) from error
        except aiohttp.TooManyRedirects as error:
            raise self._error(SourceErrorKind.REFUSED, "it redirects too often") from error
        except TimeoutError as error:
            seconds = f"{self._manners.timeout:g}"
            raise self._error(
                SourceErrorKind.UNREACHABLE, f"no whole answer within {seconds} s"
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            if cause(error) == PRIVATE:
                raise self._error(SourceErrorKind.REFUSED, f"it {PRIVATE}") from error
            raise self._error(
                SourceErrorKind.UNREACHABLE, f"the connection failed ({cause(error)})"
            ) from error

    def _client(self) -> aiohttp.ClientSession:
        if self._closed:
            raise self._error(SourceErrorKind.REFUSED, "the source is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._connector(), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    async def _obey_limits(self) -> None:
        wait = self._not_before - self._clock()
        if wait > self._manners.longest_wait:
            raise self._error(SourceErrorKind.RATE_LIMITED, "it asked us to wait", wait)
        if wait > 0:
            await self._sleep(wait)

    def _hold_back(self, seconds: float) -> None:
        self._not_before = max(self._not_before, self._clock() + seconds)

    def _worth_another_try(self, error: BaseException) -> bool:
        return (
            isinstance(error, SourceError)
            and error.kind in _PASSING
            and (error.retry_after is None or error.retry_after <= self._manners.longest_wait)
        )

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        _log.info("retrying attempt=%d: %s", state.attempt_number, error)
        manners = self._manners
        pause = wait_exponential(multiplier=manners.first_pause, max=manners.longest_pause)(state)
        if isinstance(error, SourceError) and error.retry_after is not None:
            pause = error.retry_after
        return pause + wait_random(0, manners.first_pause)(state)

    def _error(
        self, kind: SourceErrorKind, detail: str, retry_after: float | None = None
    ) -> SourceError:
        return SourceError(self._source, kind, detail, retry_after)


def user_agent() -> str:
    """Return the name that the sources see us under."""
    return f"paperboy/{program.version()}"
