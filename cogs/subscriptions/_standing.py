"""What a topic under consideration would change for the person who looks at it."""

from dataclasses import dataclass

from bot.i18n import gettext as _
from bot.i18n import listing
from bot.services.container import Services
from bot.services.digests import at_least, describe_learned, describe_matching, often
from bot.ui.sources import sources_of
from storage.learned import TopicSignals
from storage.subscriptions import Every, Mode, Subscriber, Subscription, TopicDraft


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's settings and the subscription that a draft means, as far as they have them."""

    person: Subscriber | None
    same: Subscription | None
    """Their subscription to the very topic of the draft, whatever its mode."""
    learned: TopicSignals | None = None
    """What that topic has learned from."""

    def rhythm(self, draft: TopicDraft) -> Every:
        """Return how often their digest comes once the draft counts."""
        return draft.every or (Every.DAY if self.person is None else self.person.every)

    def changes(self, draft: TopicDraft) -> bool:
        """Return whether the draft differs from what they follow."""
        same = self.same
        return (
            same is None
            or same.paused
            or same.min_votes != draft.min_votes
            or (same.topic.mode, same.topic.sources) != (draft.mode, draft.sources)
            or (self.person is not None and self.person.every is not self.rhythm(draft))
        )

    def notes(self, draft: TopicDraft) -> list[str]:
        """Say what they follow already, and what the draft does to the rest of their digest."""
        notes: list[str] = []
        if self.same is not None:
            notes.append(_already(self.same, self.learned))
        if self.person is None or draft.every in (None, self.person.every):
            return notes
        notes.append(
            _(
                "⚠️ This changes when your digest comes, with all your topics: {now} (before:"
                " {before}).",
                now=often(draft.every),
                before=often(self.person.every),
            )
        )
        return notes


async def standing_of(services: Services, user_id: int, draft: TopicDraft) -> Standing:
    """Return how a person stands to a draft."""
    person = await services.subscriptions.subscriber(user_id)
    same = await services.subscriptions.same(user_id, draft)
    if same is None:
        return Standing(person, None)
    learned = await services.learning.signals(user_id)
    return Standing(person, same, learned.get(same.topic.id))


def _already(subscription: Subscription, learned: TopicSignals | None) -> str:
    parts: list[str] = []
    if subscription.topic.mode not in (Mode.STRICT, Mode.TRENDING):
        parts.append(describe_matching(subscription.topic.mode))
    if subscription.topic.sources:
        parts.append(listing(sources_of(subscription.topic)))
    if subscription.min_votes:
        parts.append(at_least(subscription.min_votes))
    if learned is not None:
        parts.append(describe_learned(learned))
    if subscription.paused:
        parts.append(_("paused"))
    if not parts:
        return _("You already follow this topic.")
    return _("You already follow this topic ({settings}).", settings=listing(parts))
