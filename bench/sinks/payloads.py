"""300 hostile texts, by family. Each has a key of its own, by which it is known again wherever it comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NUMBER: Final = 300
HOST: Final = "https://example.org"

LINE_ENDS: Final = ("\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
COMMANDS: Final = ("error", "add-mask", "stop-commands", "set-output name=x", "debug", "group")

FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "html": (
        "</script><script>window.hit=1</script>",
        "</SCRIPT ><script>window.hit=1</script>",
        "<script src=//example.org/x.js></script>",
        "<!--<script>window.hit=1",
        "--><script>window.hit=1</script>",
        "--!><script>window.hit=1</script>",
        f'<img src="{HOST}/x" onerror="window.hit=1">',
        "<img src=x onerror=window.hit=1//",
        "<svg onload=window.hit=1>",
        "<svg><script>window.hit=1</script></svg>",
        f"<svg><image href={HOST}/x></svg>",
        '<svg><animate onbegin="window.hit=1" attributeName=x dur=1s>',
        f'<svg><use href="{HOST}/x.svg#a"></svg>',
        "<math><mtext><table><mglyph><style><img src=x onerror=window.hit=1>",
        "<iframe src=javascript:parent.hit=1></iframe>",
        "<iframe srcdoc='<script>parent.hit=1</script>'>",
        f"<object data={HOST}/x></object>",
        f"<embed src={HOST}/x>",
        f"<link rel=stylesheet href={HOST}/x.css>",
        f'<meta http-equiv=refresh content="0;url={HOST}">',
        f"<base href={HOST}/>",
        f"<form action={HOST}><button autofocus onfocus=window.hit=1>",
        "<a href=javascript:window.hit=1>x</a>",
        "<details open ontoggle=window.hit=1>",
        f"<video poster={HOST}/x><source onerror=window.hit=1>",
        "<template><script>window.hit=1</script></template>",
        "</noscript><script>window.hit=1</script>",
        "</textarea><script>window.hit=1</script>",
        "</title><script>window.hit=1</script>",
        "</style><script>window.hit=1</script>",
        "<plaintext>",
        "<xmp>",
        "<?php x ?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
        "</table></td></tr><script>window.hit=1</script>",
        "</div></p></li></span>",
        "<input onfocus=window.hit=1 autofocus>",
        "<body onload=window.hit=1>",
        "<x style=animation-name:x onanimationstart=window.hit=1>",
    ),
    "attribute": (
        '" onmouseover="window.hit=1',
        "' onmouseover='window.hit=1",
        "` onmouseover=`window.hit=1",
        '"><script>window.hit=1</script>',
        "x onmouseover=window.hit=1 y",
        "javascript:window.hit=1//",
        "data:text/html,<script>window.hit=1</script>",
    ),
    "css": (
        f"}}*{{background:url({HOST}/x)}}",
        f"@import url({HOST}/x);",
        "</style><style>*{display:none}</style>",
        f"x;background:url('{HOST}/x')",
        "\\3c/style\\3e",
    ),
    "template": (
        "{{7*7}}", "{% raw %}{{x}}{% endraw %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{0} {x} {x.__class__}",
        "%s %n %(x)s",
        "{toolkit} {number} {shown}",
    ),
    "entity": (
        "&lt;script&gt;window.hit=1&lt;/script&gt;",
        "&#60;img src=x onerror=window.hit=1&#62;",
        "&#x3c;script&#x3e;",
        "&amp;lt;b&amp;gt;",
        "&lt",
        "&NewLine;&Tab;&colon;",
        "&#0;&#x1b;&#133;",
        "&unknown; & &&",
    ),
    "markdown": (
        "# heading",
        "x\n===",
        "x\n---",
        "- list",
        "* list",
        "1. list",
        "1) list",
        "- [ ] task",
        "> quote",
        "```\ncode",
        "`````` `code` ```",
        "~~~\ncode",
        "    code",
        f"[link]({HOST})",
        f"![image]({HOST}/x.png)",
        f"[link][1]\n\n[1]: {HOST}",
        f"<{HOST}>",
        f"{HOST}/x www.example.org",
        "someone@example.org",
        "[^1]\n\n[^1]: note",
        "**strong** __strong__ *em* _em_ ~~gone~~",
        "a | b | c\n|---|---|\n| x | y |",
        "|||",
        "x\\|y\\",
        "\\",
        "\\\\",
        "x  \ny",
        "@octocat #1 octocat/x#2",
        ":boom: :smile:",
        "$x$ $$y$$",
        "***",
        "<b>x</b>\n\n<script>window.hit=1</script>",
        "<!-- toolkit:begin counts -->",
        "<!-- toolkit:end summary -->",
        "x\n<!-- toolkit:end summary -->\n<!-- toolkit:begin summary -->\ny",
        "<!--",
        "-->",
        "&#42;&#42;x&#42;&#42;",
        "[toc]",
        "==mark== ++ins++ H~2~O x^2^",
    ),
    "yaml": (
        "---", "x\n---\nlanguage: en", "...", "x\n...\n", '!!python/object/apply:os.system ["id"]',
        "!!binary aGVsbG8=", "&anchor x", "*anchor", "<<: *anchor", "? x", ": x", "x: y", "x:", "# x", "x # y",
        "%YAML 1.2",
        "%TAG ! x", "{x: y", "[x, y", "'x", '"x', "|", ">-", "@x", "yes", "null", "~", "0x1f", "1e3", "2001-01-01",
        "x\n  - y\n\tz", "=",
    ),
    "command": (
        *(f"::{name}::x" for name in COMMANDS),
        "  ::error::x",
        "\t::error file=a,line=7::x",
        "\u00a0::error::x",
        "\u3000::error::x",
        "::error::",
        "##[error]x",
        "x ##[add-mask]y",
        "#\u200b#[error]x",
        "##\u00ad[error]x",
        "x%0A::error::y",
        "x%0D%0A::error::y%25%3A%2C",
        "a,line=7::owned",
        ",title=x::y",
        *(f"x{end}::error::y" for end in LINE_ENDS),
        *(f"x{end}##[error]y" for end in ("\n", "\r", "\u2028")),
    ),
    "terminal": (
        "\x1b[31mx", "\x1b[2J\x1b[H", "\x1b]0;title\x07", f"\x1b]8;;{HOST}\x1b\\x", "\x1bPx\x1b\\", "\x1b[6n", "\x1bc",
        "\x1b(0x", "\x1b[?1049h", "\x1b", "\x9b31mx", "\x9d0;title\x9c", "\x90x\x9c", "x\b\b\b\by", "x\rowned", "\x07",
        "\x0e\x0f", "\x7f\x7f", "[bold red]x[/]", "[/]", "[link=https://example.org]x[/link]", "\\[bold]x", "x[",
        "[@click=x]",
    ),
    "direction": tuple(
        f"a{mark}txt.exe" for mark in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    ),
    "invisible": tuple(
        f"o{mark}wned"
        for mark in (
            "\u00ad\u034f\u115f\u180e\u200b\u200c\u200d\u2060\u2061\u206a\u3164\ufe0f\ufeff\ufff9\ufffb"
            "\U000e0001\U000e0041"
        )
    ),
    "illegal": (
        "x\ud800y", "x\udbff", "x\udfffy", "caf\udce9", "\udc80\udcff", "x\x00y", "x\x01y", "x\x1fy", "x\ufffey",
        "x\uffffy",
        "x\U0001ffffy", "x\ufdd0y", "\ue000\U0010fffd", "]]>", "<![CDATA[x]]>", "x\x80y", "\ufffd",
    ),
    "data": (
        '"}],"x":"y', '\\"}', "\\u0000\\ud800", "\\x1b[31m\\n", "=cmd|'/C calc'!A0", "@SUM(1)", "+1-1", "{0} [x](1)",
        "'; DROP TABLE x; --", "\\N{BULLET}",
    ),
    "path": (
        "../../../outside", "/outside", "..\\..\\outside", "a/./b//c", "x.tar!../../outside", "x.jsonl!17", "-rf",
        "--help",
        "~root", "$(id)", "`id`", ";id|id&id", "%2e%2e%2f", "*?[x]", "x.", " x ", "CON", "x:y",
    ),
    "large": (
        "\u0651\u064b" * 50_000,
        "x" + "\u0301" * 100_000,
        "x" + "\u20dd" * 1_000 + "\u0489" * 1_000,
        "كلمة" * 5_000,
        "كلمة " * 5_000,
        "<" * 1_000,
        "[" * 1_000,
        "*" * 1_001,
        "\\" * 1_001,
    ),
    "tail": (
        "\\", "\\\\", "[", "[/", "|", '"', "'", "`", "<", "</script", "<!--", "&", "&#", "%", ":", "!", "\x1b",
        "\u202e",
        "\u0301" * 10, "\n::error::x", "\n---\nx: y", "\n\n",
    ),
}  # fmt: skip
"""Line ends, spaces and invisible characters within the texts are meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A hostile `text` of a `family`, with its `key` in it; `number` counts from 0."""

    number: int
    family: str
    key: str
    text: str

    @property
    def name(self) -> str:
        """What a report calls it."""
        return f"{self.number:03} {self.family} {self.text[:40]!a}"


def make_payloads() -> tuple[Payload, ...]:
    """All payloads, in order."""
    texts = [(family, text) for family, texts in FAMILIES.items() for text in texts]
    return tuple(
        Payload(number=number, family=family, key=f"zq{number:03}qz", text=_keyed(family, text, f"zq{number:03}qz"))
        for number, (family, text) in enumerate(texts)
    )


def _keyed(family: str, text: str, key: str) -> str:
    """The key stands behind a text, but for those that are hostile at their end."""
    return f"{key} {text}" if family == "tail" else f"{text} {key}"
