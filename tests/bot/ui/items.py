"""DynamicItems that stand for the ones that cogs pass in."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.interactions.components import (
    NUMBER,
    PAPER,
    Interaction,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    template,
)


class Keep(PaperboyButton, template=template("keep", paper_id=PAPER)):
    def __init__(self, paper_id: str) -> None:
        super().__init__(ui.Button(label="Keep", custom_id=custom_id("keep", paper_id)))
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"kept {self.paper_id}", ephemeral=True)


class Turn(PaperboyButton, template=template("turn", page=NUMBER)):
    def __init__(self, page: int, label: str = "Turn", disabled: bool = False) -> None:
        button: ui.Button[Any] = ui.Button(
            label=label, disabled=disabled, custom_id=custom_id("turn", page)
        )
        super().__init__(button)


class Pick(PaperboySelect, template=template("pick")):
    def __init__(self, options: list[discord.SelectOption]) -> None:
        super().__init__(ui.Select(custom_id=custom_id("pick"), options=options))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        return cls([discord.SelectOption(label="any")])

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        await interaction.response.send_message(f"picked {', '.join(values)}", ephemeral=True)
