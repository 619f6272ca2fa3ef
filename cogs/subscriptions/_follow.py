"""The buttons that follow what a page shows: a search, an author, the papers like one."""

import re
from datetime import datetime
from typing import Final, Self

from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PAPER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction, UserError
from bot.interactions.short_keys import with_full_keys
from bot.interactions.shown_papers import listed_in
from bot.services.container import Services, services_of
from bot.services.digests import render_ended
from bot.services.topics import Preview, read_topic
from bot.ui.lists import paper_gone
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape
from cogs.subscriptions._form import EditTopic
from cogs.subscriptions._preview import followed_lines
from cogs.subscriptions._preview_texts import found_line, how_line, warning_of
from cogs.subscriptions._sources import sources_for
from papers.text import readable
from papers.topics import Topic, TopicError, by_author, parse_plain, within
from storage.search_sessions import Session
from storage.subscriptions import Mode, TopicDraft

NAME: Final = r"(?s:.{1,60})"
"""The form of an author's name in a custom id."""
_MODES: Final = (Mode.STRICT, Mode.NORMAL, Mode.BROAD)


class FollowSearch(PaperboyButton, template=template("find-follow", session=NUMBER)):
    """Follows a search's query, with its categories."""

    rate_limit = SEARCHES

    def __init__(self, session_id: int) -> None:
        super().__init__(
            ui.Button(label=_("Follow"), custom_id=custom_id("find-follow", session_id))
        )
        self.session_id = session_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Subscribe the person who pressed."""
        services = services_of(interaction)
        session = await services.search.session(self.session_id)
        if session is None:
            raise UserError(
                _(
                    "These results are too old. Search again with {command}.",
                    command=services.mention("paper search"),
                )
            )
        await follow(interaction, _topic_of(session))


class FollowAuthor(PaperboyButton, template=template("author-follow", author=NAME)):
    """Follows an author."""

    rate_limit = SEARCHES

    def __init__(self, name: str) -> None:
        super().__init__(ui.Button(label=_("Follow"), custom_id=custom_id("author-follow", name)))
        self.name = name

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["author"])

    async def pressed(self, interaction: Interaction) -> None:
        """Subscribe the person who pressed."""
        await follow(interaction, by_author(self.name))


class FollowSimilar(PaperboyButton, template=template("like-follow", paper_id=PAPER)):
    """Follows what a paper's title is about."""

    rate_limit = SEARCHES

    def __init__(self, paper_id: str) -> None:
        super().__init__(ui.Button(label=_("Follow"), custom_id=custom_id("like-follow", paper_id)))
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Subscribe the person who pressed, as strictly as still finds papers."""
        services = services_of(interaction)
        known = await services.lookup.known([self.paper_id])
        if self.paper_id not in known:
            raise UserError(paper_gone(services.mention("paper search")))
        try:
            topic = parse_plain(readable(known[self.paper_id].paper.title))
        except TopicError:
            raise UserError(_("This paper's title has no words to follow.")) from None
        await follow(interaction, topic, widest=Mode.BROAD)


class UndoFollow(PaperboyButton, template=template("undo-follow", topic_id=NUMBER)):
    """Ends the subscription that pressing Follow began."""

    def __init__(self, topic_id: int) -> None:
        super().__init__(ui.Button(label=_("Undo"), custom_id=custom_id("undo-follow", topic_id)))
        self.topic_id = topic_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["topic_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """End it, and say how many topics are left."""
        service, user_id = services_of(interaction).subscriptions, interaction.user.id
        ended = await service.end(user_id, [self.topic_id])
        if not ended:
            raise UserError(_("This is undone already."))
        left = await service.followed(user_id)
        await interaction.response.edit_message(view=render_ended(ended, len(left)))


async def follow(interaction: Interaction, topic: Topic, *, widest: Mode = Mode.STRICT) -> None:
    """Subscribe a person to a topic, matched as strictly as still finds papers.

    The papers of the message that was pressed count as seen. What they follow already is said, and
    stays as it is but for a pause, which ends.

    Raises:
        UserError: the topic is too long, or they follow as many as one can.
    """
    services, user_id = services_of(interaction), interaction.user.id
    now = services.clock.now()
    query = str(read_topic(str(topic)))
    seen = await with_full_keys(interaction, listed_in(interaction.message))
    await interaction.response.defer(ephemeral=True, thinking=True)
    draft = await services.subscriptions.add_draft(
        query, Mode.STRICT, None, 0, now, sources=sources_for(topic, None)
    )
    lines = [f"**{escape(query, 200)}**"]
    same = await services.subscriptions.same(user_id, draft)
    if same is not None:
        title = _("You already follow this topic")
        if same.paused:
            await services.subscriptions.set_paused(user_id, same.topic.id, paused=False)
            lines.append(_("It was paused. It's active again."))
    else:
        title = _("Subscribed")
        draft, preview = await _previewed(services, draft, widest, now)
        draft = await services.subscriptions.note_shown(draft, seen, now, newest=preview.newest)
        followed = await services.following.follow(user_id, draft, now)
        found = found_line(len(preview.found), preview.total)
        warning = warning_of(preview)
        lines += [
            escape(f"{found} · {how_line(draft, preview)}"),
            *([f"**{escape(warning)}**"] if warning else []),
            *followed_lines(services, followed),
        ]
        same = await services.subscriptions.same(user_id, draft)
    actions: list[AnyItem] = [] if same is None else [UndoFollow(same.topic.id)]
    if same is not None:
        actions.append(EditTopic(same.topic.id))
    view = render_notice(title, "\n".join(lines), actions=actions)
    await interaction.edit_original_response(view=view)


async def _previewed(
    services: Services, draft: TopicDraft, widest: Mode, now: datetime
) -> tuple[TopicDraft, Preview]:
    """Return a draft in the strictest mode that finds something, and what it finds."""
    preview = await services.topics.preview(draft, now)
    for mode in _MODES[1 : _MODES.index(widest) + 1]:
        if preview.found:
            break
        draft = await services.subscriptions.add_draft(
            draft.query, mode, None, 0, now, sources=draft.sources
        )
        preview = await services.topics.preview(draft, now)
    return draft, preview


def _topic_of(session: Session) -> Topic:
    """Return a search's query as it was read, for its categories; newer papers meet any `since`."""
    query = session.question.query
    topic = parse_plain(query) if session.remarks.syntax else read_topic(query)
    return within(topic, session.question.categories)
