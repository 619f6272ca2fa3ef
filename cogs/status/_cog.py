"""`/paper status` and `/paper help`."""

from discord import app_commands
from discord.ext import commands

from bot.interactions.errors import Interaction
from bot.services.container import CogHost, Services
from bot.ui.notices import render_notice
from cogs.status._report import status_lines

SOURCE_URL = "https://huggingface.co/papers"


class Status(commands.Cog):
    """How things are, and how to use them."""

    def __init__(self, host: CogHost) -> None:
        self.host, self.services = host, host.services

    @app_commands.command(
        description="The newest batch, the sources, the next thread here, and why nothing came"
    )
    async def status(self, interaction: Interaction) -> None:
        """Report how things are, in this place."""
        manages = interaction.permissions.manage_guild and interaction.guild_id is not None
        report = await self.services.status.report(interaction.guild_id, manages=manages)
        await interaction.response.send_message(
            view=render_notice("Status", "\n\n".join(status_lines(report))), ephemeral=True
        )

    @app_commands.command(description="What I can do, and the commands for it")
    async def help(self, interaction: Interaction) -> None:
        """List the commands, as they can be tapped."""
        manages = interaction.guild is not None and interaction.permissions.manage_guild
        paragraphs = [
            _section("Papers", self.services, [self.host.paper_group]),
            *(
                _section(command.name.title(), self.services, [command])
                for command in sorted(self.host.tree.get_commands(), key=lambda root: root.name)
                if isinstance(command, app_commands.Group)
                and command is not self.host.paper_group
                and (manages or command.default_permissions is None)
            ),
        ]
        await interaction.response.send_message(
            view=render_notice(
                "Paperboy",
                "\n\n".join(paragraphs),
                footer=f"Batches: [Hugging Face Daily Papers]({SOURCE_URL}). Thank you to arXiv for"
                " use of its open access interoperability.",
            ),
            ephemeral=True,
        )


def _section(title: str, services: Services, groups: list[app_commands.Group]) -> str:
    lines = [
        f"{services.mention(command.qualified_name)} {command.description}"
        for group in groups
        for command in sorted(group.walk_commands(), key=lambda command: command.qualified_name)
        if isinstance(command, app_commands.Command)
    ]
    return f"**{title}**\n" + "\n".join(lines)
