"""What people type who want to see something break."""

from typing import Final

from hypothesis import strategies as st

LONGEST: Final = 6_000
"""Characters that Discord passes on in one option."""

PIECES: Final = (
    # Query languages, of full-text indexes and of ours.
    *('"', "'", "(", ")", "((((", "))))", "[", "]", "{", "}", "[a TO z]", "{* TO *}", "/a(b/"),
    *("*", "?", "^", "^2", "~", "~9", "+", "-", "--", "---", ":", "::", "\\", "|", "||", "&&", "!"),
    *("OR", "AND", "NOT", "NEAR(", "NEAR/3", "TO", "IN [", "OR OR", "-OR", "NOT NOT", "-(", '-"'),
    *("title:", "author:", 'author:"', "cat:", "cat:cs", "cat:cs.*", "cat:q-bio.ZZZ", "org:"),
    *(
        "code:yes",
        "code:perhaps",
        "tilte:x",
        "title:(",
        "title:-",
        "abstract:^",
        "rowid:1",
        "_id:0",
    ),
    # SQL, formats, paths, markup.
    *("'; DROP TABLE papers; --", "' OR '1'='1", '" OR 1=1 --', "%' UNION SELECT * FROM users --"),
    *("%", "_", "%s", "%n", "{0}", "{self}", "${jndi:x}", "../../etc/passwd", "..\\..\\boot.ini"),
    *(
        "/dev/null",
        "C:\\CON",
        "file:///etc/passwd",
        "paperboy.db",
        "~root",
        "\x00",
        "\x1b[2J",
        "\r\n",
    ),
    *("@everyone", "@here", "<@1>", "<@&2>", "<#3>", "<:a:4>", "</x:5>", "<t:99999999999999:R>"),
    *("](https://evil.example)", "[x](", "```", "`", "**", "||", "> ", "# ", "-# ", "https://a.b"),
    # Unicode: direction, joiners, marks, digits, case, width, the highest plane.
    *("\u202e", "\u2066", "\u200b", "\ufeff", "\u0301" * 40, "\u0e47" * 20, "\ufdfd", "\U0001f9ea"),
    *(
        "\u0661\u0662\u0663\u0664.\u0665\u0666\u0667\u0668\u0669",
        "\uff12\uff14\uff10\uff16",
        "²",
        "Ⅷ",
    ),
    *("İ", "ß", "ǰ", "ﬃ", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0010ffff", "\ud83d"),
    # What the bot itself understands, and nearly.
    *("diffusion", "matter", "flow matching", "trending", "2506.00900", "arXiv:2506.00900v7", "-"),
    *("2406.07490v99999", "9999.99999", "math.GT/0309136", "https://arxiv.org/abs/2506.00900", "0"),
    *("https://huggingface.co/papers/2506.00901?x=1#y", "doi:10.48550/arXiv.2506.00900", "none"),
    *(
        "2025-06-09",
        "2025-13-45",
        "0000-00-00",
        "9999-12-31",
        "7d",
        "999999999999999999d",
        "1y",
        "-1",
    ),
    *("25:61", "9am", "13pm", "24:00", "١٢:٣٠", "Europe/Berlin", "../UTC", "Etc/GMT+99", "UTC\x00"),
    *(
        "9" * 5_000,
        "1e999",
        "NaN",
        "0x10",
        "cs.CL",
        "cs.CL,stat.ML;math.*",
        "True",
        "🔖",
        "⭐",
        "1️⃣",
    ),
)

_joined = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).flatmap(
    lambda pieces: st.sampled_from(("", " ", "\n")).map(lambda between: between.join(pieces))
)
_repeated = st.tuples(st.sampled_from(PIECES), st.sampled_from((2, 17, 300, LONGEST))).map(
    lambda pair: pair[0] * pair[1]
)

hostile_texts = st.one_of(
    st.sampled_from(PIECES), _joined, _joined, st.text(max_size=60), _repeated
).map(lambda text: text.encode("utf-8", "replace").decode()[:LONGEST] or "?")
"""Texts as Discord passes them on: no lone halves of characters, not empty, not endless."""

numbers = st.one_of(
    st.integers(-(2**53), 2**53), st.sampled_from((0, 1, -1, 3, 20, 21, 1_000, 2**31, 2**53))
)
"""Whole numbers as Discord passes them on."""
