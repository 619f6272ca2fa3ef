"""When a feed's post is late, given up, and brought up to date."""

from datetime import timedelta

REFRESHES = (timedelta(hours=6), timedelta(hours=24))
"""When a header's numbers are brought up to date, counted from when the post was complete."""

LATE_AFTER = timedelta(hours=1)
"""A post this much after it could have come (`schedule.expected_at`) says that it is late."""

GIVE_UP_AFTER = timedelta(hours=24)
"""A post that could not be finished for so long is left as it is."""
