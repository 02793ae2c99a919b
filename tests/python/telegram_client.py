"""python-telegram-bot against an emulated Telegram: does what it is asked to in messages, and tells what it saw.

Arguments: address of the Bot API, bot token.
"""

import asyncio
import signal

from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from said import arguments, listen_to_logs, say

API, TOKEN = arguments(2)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738"
    "550000000049454e44ae426082"
)
BUTTONS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Stop the boost", callback_data="v1:stop"), InlineKeyboardButton("Why", callback_data="v1:why")]]
)
over = asyncio.Event()


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    say("started", payload=context.args, user=update.effective_user.first_name, language=update.effective_user.language_code)
    await update.effective_chat.send_message("Welcome.")
    say("welcomed", user=update.effective_user.first_name)


async def heard(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.effective_message
    say("message", text=message.text, user=update.effective_user.first_name, chat=update.effective_chat.type)


async def edited(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    say("message edited", text=update.edited_message.text)


async def alert(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """An alert in HTML with buttons, in the chat it was asked in."""
    sent = await update.effective_chat.send_message(
        "<b>Spring</b>: over its <i>limit</i> &amp; rising", parse_mode=ParseMode.HTML, reply_markup=BUTTONS
    )
    say("sent", id=sent.message_id, text=sent.text, bold=list(sent.parse_entities(["bold"]).values()))


async def picture(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A picture with a caption, read back as a file, then its caption and the picture itself changed."""
    sent = await update.effective_chat.send_photo(PNG, caption="chart", reply_markup=BUTTONS)
    file = await sent.photo[-1].get_file()
    whole = bytes(await file.download_as_bytearray()) == PNG
    changed = await sent.edit_caption("resolved", reply_markup=None)
    again = await sent.edit_media(InputMediaPhoto(PNG, caption="resolved twice"))
    say("sent", id=sent.message_id, whole=whole, captions=[sent.caption, changed.caption, again.caption])


async def edit(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    where, which = update.effective_chat.id, int(context.args[0])
    changed = await context.bot.edit_message_text("resolved", where, which)
    say("edited", text=changed.text, stamped=changed.edit_date is not None)
    try:
        await context.bot.edit_message_text("resolved", where, which)
    except BadRequest as refused:
        say("refused", why=refused.message)
    await context.bot.delete_message(where, which)
    try:
        await context.bot.edit_message_text("again", where, which)
    except BadRequest as refused:
        say("refused", why=refused.message)


async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    press = update.callback_query
    say("pressed", data=press.data, user=press.from_user.first_name, message=press.message.message_id)
    if press.data == "v1:stop":
        await press.answer("Stopped.")
        await press.edit_message_text("Stopped.")
    else:
        await press.answer("Because of the numbers.", show_alert=True)
    say("answered", data=press.data)


async def burst(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """More than one chat takes at once: waits as long as it is told to, and sends everything."""
    waits = []
    for n in range(int(context.args[0])):
        while True:
            try:
                await update.effective_chat.send_message(f"burst {n}")
                break
            except RetryAfter as wait:
                seconds = wait.retry_after
                seconds = getattr(seconds, "total_seconds", lambda given=seconds: given)()
                waits.append(seconds)
                await asyncio.sleep(seconds)
    say("burst", waits=waits)


async def who(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    chat = update.effective_chat
    member = await chat.get_member(update.effective_user.id)
    whole = await context.bot.get_chat(chat.id)
    say("who", standing=member.status, chat=whole.title, count=await chat.get_member_count())


async def tell(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Writes to another chat, and says what came of it."""
    try:
        await context.bot.send_message(int(context.args[0]), "hello")
        say("told")
    except Forbidden as refused:
        say("forbidden", why=refused.message)
    except ChatMigrated as moved:
        say("migrated", to=moved.new_chat_id)
    except BadRequest as refused:
        say("refused", why=refused.message)
    except NetworkError as lost:
        say("lost", kind=type(lost).__name__)


async def standing(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    change = update.my_chat_member
    say("standing", old=change.old_chat_member.status, new=change.new_chat_member.status, chat=change.chat.title)


async def bye(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    over.set()


async def failed(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    say("error", cause=repr(context.error))


def poll_failed(cause: TelegramError) -> None:
    say("poll failed", kind=type(cause).__name__, conflict=isinstance(cause, Conflict))


async def main() -> None:
    listen_to_logs("telegram")
    address = f"{API}/bot", f"{API}/file/bot"
    builder = Application.builder().token(TOKEN).base_url(address[0]).base_file_url(address[1])
    app = builder.read_timeout(20).get_updates_read_timeout(20).build()
    fresh = filters.UpdateType.MESSAGE
    for name, work in {
        "start": start, "alert": alert, "picture": picture, "edit": edit, "burst": burst, "who": who, "tell": tell, "bye": bye
    }.items():
        app.add_handler(CommandHandler(name, work, filters=fresh))
    app.add_handler(CallbackQueryHandler(pressed))
    app.add_handler(ChatMemberHandler(standing, ChatMemberHandler.MY_CHAT_MEMBER))
    app.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, edited))
    app.add_handler(MessageHandler(filters.TEXT & fresh, heard))
    app.add_error_handler(failed)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    async with app:
        await app.bot.set_my_commands([BotCommand("alert", "An alert"), BotCommand("who", "Who you are")])
        menu = [command.command for command in await app.bot.get_my_commands()]
        await app.start()
        await app.updater.start_polling(timeout=5, allowed_updates=Update.ALL_TYPES, error_callback=poll_failed)
        say("in", name=app.bot.username, menu=menu)
        await over.wait()
        await app.updater.stop()
        await app.stop()
    say("out")


asyncio.run(main())
