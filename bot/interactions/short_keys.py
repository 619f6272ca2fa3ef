"""Keys of papers in custom ids and values of 100 characters: written short, read in full."""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from bot.interactions.errors import Interaction
from papers import paper_key

_SHORT: Final = re.compile(paper_key.SHORT_FORM)


class KnownKeys(Protocol):
    """Knows the papers; `bot.services.paper_lookup.PaperLookup` is the real one."""

    async def by_short(self, short: Sequence[str]) -> dict[str, str]:
        """Return the keys that short ones stand for, as far as they are known."""
        ...


def short_key(part: str) -> str:
    """Return a part of a custom id, or a value: a paper's key in its short form."""
    return paper_key.short(part) if paper_key.is_foreign(part) else part


async def with_full_keys(interaction: Interaction, texts: Sequence[str]) -> list[str]:
    """Return custom ids or values with each short key in full; one that is not known stays."""
    short = [found for text in texts for found in _SHORT.findall(text)]
    if not short:
        return list(texts)
    lookup: KnownKeys = interaction.client.services.lookup
    keys = await lookup.by_short(short)
    return [_SHORT.sub(lambda match: keys.get(match[0], match[0]), text) for text in texts]
