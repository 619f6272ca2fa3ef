"""What all payloads share: messages as they are frozen into the database before they are sent."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict

from papers.writable import writable

Text = Annotated[str, AfterValidator(writable)]
"""A text that can be stored and shown."""


class Payload(BaseModel):
    """What all payloads share: frozen, and stored as JSON that a newer version may add to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def to_json(self) -> str:
        """Return the payload as JSON."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the payload that `to_json` wrote."""
        return cls.model_validate_json(text)
