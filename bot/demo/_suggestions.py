"""What the terminal suggests to try in the demo's page."""

from typing import Final

import click

from bot.demo._stage import Stage

SUGGESTIONS: Final = (
    ("paper trending", "/paper trending", "the day's, week's or month's most upvoted papers"),
    ("paper search", "/paper search query: video generation", "by words and by meaning"),
    ("paper subscribe", "/paper subscribe topic: diffusion", "preview a topic, then subscribe"),
    ("paper digest now", "/paper digest now", "new papers on your topics"),
    ("library show", "/library show", "papers you saved"),
    ("library export", "/library export format: bibtex", "your library as a file"),
    ("paper status", "/paper status", "the newest batch and the next thread"),
    ("feed list", "/feed list", "as Ada: this server's daily threads"),
    ("feed add", "/feed add channel: reading", "as Ada: set up a thread in another channel"),
    ("feed post-now", "/feed post-now channel: reading", "then post its first thread now"),
    ("feed add", "/feed add channel: forum", "posts with tags; news: an announcement channel"),
    ("feed add", "/feed add every: week", "a weekly roundup; /feed post-now shows it"),
    ("shelf show", "/shelf show", "the server's shelf: 📌 under a paper adds it"),
    ("club create", "/club create", "as Ada: nominate, vote, meet and discuss"),
)
"""Commands worth trying: shown as far as this bot has them."""


def say_what_to_try(stage: Stage) -> None:
    """Print commands and what to look at."""
    if not stage.threads:
        click.echo(
            f"Paperboy has just joined this server. Its welcome is in #{stage.channel.name}."
        )
        return
    shown = len(stage.threads[-1].history())
    click.echo(f"Posted in #{stage.channel.name}: “{stage.threads[-1].name}”, {shown} papers.")
    click.echo("\nThe page shows a simulated Discord in which the real bot answers. Try:")
    known = {command.qualified_name for command in stage.bot.tree.walk_commands()}
    for name, typed, what in SUGGESTIONS:
        if name in known:
            click.echo(f"  {typed:<38} {what}")
    if any(message.reactions for message in stage.threads[-1].history()):
        click.echo(f"  {'🔖 under a paper':<38} save it to your library")
    click.echo(
        "You are Ada, an admin. To be Grace, a member, use “Viewing as”. Answers that only you see"
        " are below the messages: scroll down. Channels, events and the time are on the left (on a"
        " phone: ☰ Channels); Nominate, Save papers, Cite and Similar are under Apps at a message."
    )


def say_what_to_type() -> None:
    """Print what the terminal takes while the page is open."""
    click.echo("\nThe page has all channels. From here you can also type:")
    for words, what in (
        ("thread", "the day's thread, with one card per paper"),
        ("forum", "the newest post in the forum, once /feed post-now made one"),
        ("ada or grace", "that person's direct messages with the bot"),
        ("channel", "back to the channel"),
        ("wait 6", "let six hours pass: digests arrive, numbers change"),
        ("quit", "end the demo"),
    ):
        click.echo(f"  {words:<30} {what}".rstrip())
