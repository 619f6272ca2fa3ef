"""Components and emoji as Discord gives them back."""

from tests.discord_server.rules import Json


def emoji_json(emoji: str) -> Json:
    """Write an emoji: `name:id` for a server's own, the character itself otherwise."""
    name, _, number = emoji.partition(":")
    return {"id": number or None, "name": name, "animated": False}


def answered(components: list[Json]) -> list[Json]:
    """Return components as Discord gives them back: numbered, with what was left out filled in."""
    number = 0

    def fill(component: Json) -> Json:
        nonlocal number
        number += 1
        filled = {**component, "id": component.get("id") or number}
        match component["type"]:
            case 17:
                filled = {"accent_color": None, "spoiler": False} | filled
            case 11:
                filled = {"description": None, "spoiler": False} | filled
                filled["media"] = _media(component["media"]["url"])
            case 12:
                filled["items"] = [
                    {"description": None, "spoiler": False}
                    | item
                    | {"media": _media(item["media"]["url"])}
                    for item in component["items"]
                ]
            case 14:
                filled = {"spacing": 1, "divider": True} | filled
            case 2 if emoji := component.get("emoji"):
                filled["emoji"] = _emoji(emoji)
            case 3:
                filled["options"] = [
                    option | ({"emoji": _emoji(emoji)} if (emoji := option.get("emoji")) else {})
                    for option in component["options"]
                ]
            case _:
                pass
        if "components" in component:
            filled["components"] = [fill(child) for child in component["components"]]
        if component.get("accessory") is not None:
            filled["accessory"] = fill(component["accessory"])
        return filled

    return [fill(component) for component in components]


def _emoji(emoji: Json) -> Json:
    return {key: emoji[key] for key in ("id", "name") if emoji.get(key)}


def _media(url: str) -> Json:
    return {
        "id": "1",
        "url": url,
        "proxy_url": url,
        "width": None,
        "height": None,
        "content_type": None,
    }
