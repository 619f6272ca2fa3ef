"""The picture of a roundup: drawn from what is frozen, whenever the header is sent."""

from bot.runtime.charts import Charts
from bot.ui.payloads import HeaderPayload
from bot.ui.roundups import label


async def picture_of(charts: Charts, header: HeaderPayload) -> bytes | None:
    """Return a PNG of a roundup's topics; `None` where there is nothing to draw, or it fails."""
    if header.roundup is None or not header.roundup.topics:
        return None
    names = [label(name) for name, _ in header.roundup.topics]
    return await charts.ranked(names, [papers for _, papers in header.roundup.topics])
