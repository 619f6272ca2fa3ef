"""Moving everything from one database to another, whatever engine each is kept in."""

from storage.moving._move import Moved, Report, Step, begin, move

__all__ = ["Moved", "Report", "Step", "begin", "move"]
