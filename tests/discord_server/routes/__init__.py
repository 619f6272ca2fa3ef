"""The REST routes that a bot may call; one that is missing here is reported, never guessed."""

from tests.discord_server.routes import _application, _channels, _events, _reactions
from tests.discord_server.routes._call import ROUTES, Answer, Call, File, Handler, route
from tests.discord_server.routes._messages import apply_edit, make_message

__all__ = ["ROUTES", "Answer", "Call", "File", "Handler", "apply_edit", "make_message", "route"]

REGISTERED = (_application, _channels, _events, _reactions)
"""Modules that are imported for the routes that they register."""
