"""discord.py against an emulated Discord: does what it is asked to in messages, and tells what it saw.

Arguments: address of the REST API without `/api`, bot token, guild id. The gateway's address is the one that the API
answers. Nothing else of discord.py is changed: it asks for a compressed gateway, waits for its buckets and resumes by
itself.
"""

import asyncio
import io

import discord
from discord import app_commands
from discord.gateway import DiscordWebSocket

from said import arguments, listen_to_logs, say

API, TOKEN, GUILD = arguments(3)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738"
    "550000000049454e44ae426082"
)


class Alert(discord.ui.View):
    """An alert's buttons: one changes its message at once, one asks for time."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Stop the boost", style=discord.ButtonStyle.danger, custom_id="v1:stop")
    async def stop(self, press: discord.Interaction, button: discord.ui.Button) -> None:
        say("pressed", button=button.custom_id, user=press.user.name, message=str(press.message.id))
        await press.response.edit_message(content="Stopped.", view=None)
        say("answered", to="v1:stop")

    @discord.ui.button(label="Why", custom_id="v1:why")
    async def why(self, press: discord.Interaction, button: discord.ui.Button) -> None:
        say("pressed", button=button.custom_id, user=press.user.name, message=str(press.message.id))
        await press.response.defer(ephemeral=True, thinking=True)
        told = await press.followup.send("Because of the numbers.", ephemeral=True, wait=True)
        say("answered", to="v1:why", content=told.content, ephemeral=told.flags.ephemeral)


class Form(discord.ui.Modal, title="Adjust"):
    """A form with one field."""

    budget = discord.ui.TextInput(label="Budget", custom_id="budget")

    async def on_submit(self, form: discord.Interaction) -> None:
        say("form", budget=self.budget.value, user=form.user.name)
        await form.response.send_message("Adjusted.", ephemeral=True)
        say("answered", to="form")


class Bot(discord.Client):
    """Hears its guild, and does what messages that name it say."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        super().__init__(intents=intents, heartbeat_timeout=60)
        self.tree = app_commands.CommandTree(self)
        self.begun = False

    async def on_ready(self) -> None:
        guild = self.get_guild(int(GUILD))
        channels = sorted(channel.name for channel in guild.text_channels)
        say("ready", user=self.user.name, guild=guild.name, channels=channels, session=self.ws.session_id)

    async def on_resumed(self) -> None:
        say("resumed", session=self.ws.session_id)

    async def on_error(self, event: str, *_: object) -> None:
        raise

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            say("own", content=message.content, embeds=len(message.embeds), files=len(message.attachments))
            return
        where = message.guild.name if message.guild else None
        say("message", content=message.clean_content, author=message.author.name, guild=where)
        if self.user not in message.mentions and message.guild:
            return
        what, *rest = message.clean_content.removeprefix(f"@{self.user.name} ").split(" ")
        await getattr(self, f"do_{what}")(message.channel, *rest)

    async def on_message_edit(self, before: discord.Message, after: discord.Message) -> None:
        say("changed", before=before.content, after=after.content)

    async def on_message_delete(self, message: discord.Message) -> None:
        say("deleted", content=message.content)

    async def do_alert(self, channel: discord.abc.Messageable) -> None:
        embed = discord.Embed(title="Spring", description="over its limit").set_image(url="attachment://chart.png")
        embed.add_field(name="Spent", value="270.00 EUR", inline=True)
        chart = discord.File(io.BytesIO(PNG), "chart.png", description="spend by day")
        nothing = discord.AllowedMentions.none()
        sent = await channel.send(
            "over its limit @everyone", embed=embed, file=chart, view=Alert(), allowed_mentions=nothing, nonce="outbox-17"
        )
        picture = await sent.attachments[0].read()
        say("sent", id=str(sent.id), image=sent.embeds[0].image.width, whole=picture == PNG)

    async def do_edit(self, channel: discord.abc.Messageable, which: str) -> None:
        found = await channel.fetch_message(int(which))
        changed = await found.edit(content="resolved", embed=None, attachments=[])
        say("edited", content=changed.content, embeds=len(changed.embeds), stamped=changed.edited_at is not None)

    async def do_history(self, channel: discord.abc.Messageable) -> None:
        say("history", count=len([one async for one in channel.history(limit=50)]))

    async def do_delete(self, channel: discord.abc.Messageable, which: str) -> None:
        found = await channel.fetch_message(int(which))
        await found.delete()
        try:
            await channel.fetch_message(int(which))
        except discord.NotFound as refused:
            say("refused", status=refused.status, code=refused.code)

    async def do_burst(self, channel: discord.abc.Messageable, count: str) -> None:
        for n in range(int(count)):
            await channel.send(f"burst {n}")
        say("burst", count=int(count))

    async def do_direct(self, channel: discord.TextChannel, user: str) -> None:
        member = await channel.guild.fetch_member(int(user))
        try:
            sent = await member.send("only for you")
            say("sent", id=str(sent.id), direct=isinstance(sent.channel, discord.DMChannel))
        except discord.Forbidden as refused:
            say("refused", status=refused.status, code=refused.code)

    async def do_bye(self, channel: discord.abc.Messageable) -> None:
        await self.close()


bot = Bot()


@bot.tree.command(description="Pause something")
@app_commands.describe(what="What to pause")
async def pause(asked: discord.Interaction, what: str) -> None:
    say("slash", command="pause", what=what, user=asked.user.name, locale=asked.locale.value)
    await asked.response.defer(ephemeral=True)
    await asked.edit_original_response(content=f"paused {what}")
    told = await asked.original_response()
    say("answered", to="pause", content=told.content)


@pause.autocomplete("what")
async def suggest(asked: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    say("typed", typed=typed, user=asked.user.name)
    return [app_commands.Choice(name="Spring Launch", value="spring")]


@bot.tree.command(description="Adjust something")
async def form(asked: discord.Interaction) -> None:
    await asked.response.send_modal(Form())
    say("answered", to="form opened")


async def main() -> None:
    listen_to_logs("discord")
    discord.http.Route.BASE = f"{API}/api/v10"
    async with bot:
        await bot.login(TOKEN)
        shards, url, _ = await bot.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = discord.gateway.yarl.URL(url)
        guild = discord.Object(int(GUILD))
        bot.tree.copy_global_to(guild=guild)
        made = await bot.tree.sync(guild=guild)
        bot.add_view(Alert())
        say("in", name=bot.user.name, shards=shards, commands=sorted(command.name for command in made))
        await bot.connect()
    say("out")


asyncio.run(main())
