"""Looking texts up, and filling in what they say."""

from datetime import date
from typing import cast

from bot.i18n._formats import day_and_month, decimal, listing, number
from bot.i18n._language import current
from papers.messages import Message


def gettext(message: str, /, **values: object) -> str:
    """Return a text in the current language.

    Args:
        message: the English text, a literal, with named placeholders.
        values: what the placeholders stand for; whole numbers are written as the language does.
            Text that comes from outside must be escaped already.

    Raises:
        KeyError: a placeholder has no value.
    """
    return current().catalogue.gettext(message).format(**_written(values))


def pgettext(context: str, message: str, /, **values: object) -> str:
    """Return a text that English uses for several things, such as "Open"; `context` says which."""
    return current().catalogue.pgettext(context, message).format(**_written(values))


def ngettext(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return a text whose wording depends on a number, in the current language.

    Args:
        singular: the English text for one.
        plural: the English text for any other number.
        count: the number; `{count}` in the text.
        values: what the other placeholders stand for.

    Raises:
        KeyError: a placeholder has no value.
    """
    text = current().catalogue.ngettext(singular, plural, count)
    return text.format(count=number(count), **_written(values))


def marked(message: str) -> str:
    """Return a text as it is, for the catalogues to have: it is translated where it is shown."""
    return message


def translated(message: str) -> str:
    """Return what the domain says (`papers.messages.Message`) in the current language.

    A plain string is returned as it is.
    """
    if not isinstance(message, Message):
        return message
    if message.plural is None:
        return gettext(message.template, **message.values)
    values = dict(message.values)
    count = values.pop("count")
    if not isinstance(count, int):
        raise TypeError(f"the count of {message!r} is no number")
    return ngettext(message.template, message.plural, count, **values)


def _written(values: dict[str, object]) -> dict[str, object]:
    return {name: _in_words(value) for name, value in values.items()}


def quoted(text: str) -> str:
    """Return a text between the quotation marks of the current language."""
    return gettext("“{text}”", text=text)


def _in_words(value: object) -> object:
    match value:
        case bool():
            return value
        case int():
            return number(value)
        case float():
            return decimal(value)
        case date():
            return day_and_month(value)
        case tuple():
            return listing(map(quoted, cast("tuple[str, ...]", value)))
        case Message():
            return translated(value)
        case _:
            return value
