"""What is wrong with a topic."""


class TopicError(ValueError):
    """A topic cannot be read. `str(error)` is a sentence for its writer.

    `position` is the index of the character in their text at which reading stopped.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
