"""The sources that a running bot asks."""

from bot.settings import Settings
from papers.sources import PaperSource
from papers.sources.arxiv import ArxivSource
from papers.sources.biorxiv import SERVERS, BiorxivSource
from papers.sources.conferences import CONFERENCES, conference_source
from papers.sources.crossref import CHEMRXIV, SSRN, Crossref, CrossrefSource
from papers.sources.datacite import DataCite, DoiSource
from papers.sources.huggingface import HuggingFaceSource


def live_sources(settings: Settings) -> tuple[PaperSource, ...]:
    """Return the real sources as the settings name them; none is asked anything yet."""
    token = settings.huggingface_token
    sources: list[PaperSource] = [
        HuggingFaceSource(settings.huggingface_url, token.get_secret_value() if token else None)
    ]
    if settings.arxiv_categories:
        sources.append(
            ArxivSource(settings.arxiv_api_url, settings.arxiv_rss_url, settings.arxiv_categories)
        )
    sources += [BiorxivSource(server, settings.biorxiv_url) for server in SERVERS]
    crossref = Crossref(settings.crossref_url, settings.crossref_mailto)
    sources += [CrossrefSource(crossref, works) for works in (CHEMRXIV, SSRN)]
    sources += map(conference_source, CONFERENCES)
    sources.append(DoiSource(crossref, DataCite(settings.datacite_url)))
    return tuple(sources)
