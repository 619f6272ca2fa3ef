"""What the bot's tests share."""

from hypothesis import settings

# A busy machine must not fail a test for its time: no deadline.
settings.register_profile("paperboy", deadline=None)
settings.load_profile("paperboy")
