"""Discord's limits, each with where it is written down.

Pages named are of Discord's developer documentation (discord/discord-api-docs, `developers/…`).
Lengths are counted the careful way, in UTF-16 units (`bot.ui.text.length`): Discord does not say
whether an emoji is one character or two, and a post must not fail on a guess.
"""

from typing import Final

# Messages: resources/message
MESSAGE_CONTENT: Final = 2_000
"""Characters in a plain message (the OpenAPI file says 4,000; the API refuses 2,001)."""
MESSAGE_NONCE: Final = 25

# Components V2: components/reference
COMPONENTS: Final = 40
"""Components in one message, nested ones, buttons and accessories included."""
LAYOUT_CHARACTERS: Final = 4_000
"""Text over all text displays of one message."""
ROW_BUTTONS: Final = 5
CUSTOM_ID: Final = 100
BUTTON_LABEL: Final = 80
COMPONENT_URL: Final = 512
MEDIA_URL: Final = 2_048
MEDIA_DESCRIPTION: Final = 256
"""Alt text, as discord.py documents it; Discord itself names 1,024 characters."""
SELECT_OPTIONS: Final = 25
OPTION_LABEL: Final = 100
OPTION_VALUE: Final = 100
MODAL_TITLE: Final = 45
LABEL_DESCRIPTION: Final = 100

# Threads: topics/threads
THREAD_NAME: Final = 100
THREAD_ARCHIVE_MINUTES: Final = 10_080
"""Seven days, the longest; users cannot react in an archived thread."""

# Polls: resources/poll
POLL_QUESTION: Final = 300
POLL_ANSWERS: Final = 10
POLL_ANSWER: Final = 55

# Events: resources/guild-scheduled-event
EVENT_NAME: Final = 100
EVENT_DESCRIPTION: Final = 1_000
EVENT_LOCATION: Final = 100

# Forums: resources/channel
FORUM_TAGS: Final = 20
"""Tags of one forum."""
POST_TAGS: Final = 5
"""Tags on one post of a forum."""
FORUM_TAG_NAME: Final = 20

# Emoji
EMOJI_VERSION: Final = 17
"""The newest version of Unicode's emoji that Discord's clients draw (September 2025's)."""

# Commands: interactions/application-commands
OPTION_TEXT: Final = 6_000
"""Characters of a string option that sets no length of its own."""
CHOICES: Final = 25
CHOICE_NAME: Final = 100
CHOICE_VALUE: Final = 100

# Rates: topics/rate-limits
REQUESTS_PER_SECOND: Final = 50
"""Over the whole bot; answers to interactions do not count."""
COUNTED_SECONDS: Final = 1.01
"""For which a request counts: Discord's one, and what its clocks may differ by."""

# Ours
HEADER_PAPERS: Final = 20
"""Papers in one daily thread: what fits into a header with readable titles (`bot.ui.cards`)."""
PAGE_HITS: Final = 5
"""Hits on one page: five sections, a select and two rows of buttons stay under `COMPONENTS`."""
READ_BACK_MESSAGES: Final = 1_000
"""Messages read back after a restart to find what had been sent: a thread, or a busy channel's
hour."""
QUIET_DAYS: Final = 366
"""How far ahead digests can be silenced: a year; who wants none for longer ends their topics."""
READ_BACK_AFTER_RESTORE: Final = 5_000
"""Messages of a channel read back once after a restore: 50 requests, some weeks of a busy one."""
