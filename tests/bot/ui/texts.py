"""Texts that a paper, a person or an attacker may write, for hypothesis."""

from hypothesis import strategies as st

MARKUP = (
    *("*", "**", "_", "__", "~~", "||", "`", "```", "\\", "# ", "## ", "-# ", "> ", ">>> ", "- "),
    *("1. ", "+ ", "===", "---", "[x](https://evil.example)", "[", "]", "(", ")", "](", "<", ">"),
    *("@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "<:a:1>", "<a:b:2>", "<t:1:R>"),
    *("</run:1>", "<id:guide>", "<https://a.example>", "https://a.example/x", "http://", "::"),
    *(":smile:", ":", "&lt;", "&", "@", "\u202e", "\u200b", "\u2066", "\ufeff", "\u200d", "\n"),
    *(
        "\r\n",
        "\u2028",
        "\t",
        "\x00",
        "\ud800",
        "\u0301",
        "👩\u200d🔬",
        "🇫🇷",
        "\U0001d4aa(n²)",
        "é",
        "中文",
    ),
    *("$\\mathcal{O}(n)$", "word", "Attention", " ", "  ", "7", "steam://run", "¯\\_(ツ)_/¯"),
)

anything = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(MARKUP), max_size=60).map("".join),
    st.lists(st.one_of(st.sampled_from(MARKUP), st.text(max_size=20)), max_size=40).map("".join),
)


def _repeated(part: str, times: int) -> str:
    return (part or "x") * times


long_anything = st.one_of(anything, st.builds(_repeated, anything, st.integers(1, 400)))
