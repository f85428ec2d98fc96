"""What a message in Teams says: in its text, and in the HTML beside it, which alone tells quotes and code."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from adapters.teams.activity import Activity
from bot.domain.bounds import LONGEST
from bot.nlu.text import as_quoted

LONGEST_HTML = 64_000  # characters; Teams takes no message of more than 28 KB
LINE_BREAKS = ("p", "div", "br", "li", "blockquote", "h1", "h2", "h3", "tr", "pre", "codeblock")
CODE = ("pre", "code", "codeblock")
FILE = "application/vnd.microsoft.teams.file.download.info"
_MAX_TEXT = 2 * LONGEST  # characters in which mentions of the bot are looked for: the text that is read, and they

# Not the library's parser, which takes quadratic time for tags that never end.
_TAG = re.compile(r"<(?:(/?)([a-zA-Z][a-zA-Z0-9]*+)|!)[^<>]*>")
_MARKED = re.compile("<(?:blockquote|pre|code)", re.IGNORECASE)
_MENTION = re.compile(r"<(?:at\b|span\b)([^<>]*)>([^<>]*)</(at|span)>", re.IGNORECASE)
_MENTION_TYPE = "schema.skype.com/Mention"
_UNREAD = re.compile(r"<attachment\b|schema\.skype\.com/AMSImage")  # a file, and a picture, in channels and group chats


def said(activity: Activity) -> str:
    """What its writer typed, without the mentions of this bot. Where there are quotes or code, they are marked as in
    Slack, so that nothing in them is carried out; the plain text shows no difference."""
    marked = next((content for content in _html(activity) if _MARKED.search(content)), None)
    if marked is None:
        return without_own_mention(activity)
    own = {name_in(mention.text) for mention in activity.entities if mention.mentioned.id == activity.recipient.id}
    return text_of(_MENTION.sub(lambda found: _without_own(found, own), marked))


def has_files(activity: Activity) -> bool:
    """True if there are files or pictures: attachments in a personal chat, elsewhere named in the HTML alone."""
    return any(_UNREAD.search(content) for content in _html(activity)) or any(
        one.content_type == FILE or (one.content_url and not one.content_type.startswith("text/"))
        for one in activity.attachments
    )


def without_own_mention(activity: Activity) -> str:
    """The text without the mentions of this bot.

    A person may have the bot's name, and then the texts of their mentions are equal: so the mentions are matched in the
    order in which they stand in the text.
    """
    text, start = activity.text[:_MAX_TEXT], 0
    for mention in activity.entities:
        at, written = _place(text, mention.text, start)
        if at < 0:
            continue
        if mention.mentioned.id == activity.recipient.id:
            text, start = text[:at] + text[at + len(written) :], at
        else:
            start = at + len(written)
    return text.strip()


def _place(text: str, written: str, start: int) -> tuple[int, str]:
    """Where a mention stands, and how: a name with "&" is written with its entity in one of the two, or in both."""
    for form in dict.fromkeys((written, html.unescape(written), written.replace("&", "&amp;"))):
        at = text.find(form, start)
        if at >= 0:
            return at, form
    return -1, written


def name_in(mention: str) -> str:
    """The name in the text of a mention."""
    return html.unescape(_TAG.sub("", mention)).strip()


def _without_own(found: re.Match[str], own: set[str]) -> str:
    is_mention = found[3].lower() == "at" or _MENTION_TYPE in found[1]
    return " " if is_mention and name_in(found[2]) in own else found[0]


def _html(activity: Activity) -> Iterator[str]:
    for one in activity.attachments:
        if one.content_type == "text/html" and isinstance(one.content, str):
            yield one.content[:LONGEST_HTML]


def text_of(content: str) -> str:
    """The text of a message in HTML. Quotes are lines that begin with ">", and code stands between backticks."""
    lines: list[str] = []
    line: list[str] = []
    quotes = code = at = 0

    def end_line() -> None:
        if text := " ".join("".join(line).split()):
            lines.append(as_quoted(text) if quotes else text)
        line.clear()

    content = content[:LONGEST_HTML]
    for tag in _TAG.finditer(content):
        line.append(_shown(content[at : tag.start()], code))
        at = tag.end()
        name, step = (tag[2] or "").lower(), -1 if tag[1] else 1
        if name in LINE_BREAKS:
            end_line()
        if name == "blockquote":
            quotes = max(quotes + step, 0)
        elif name in CODE:
            before, code = code, max(code + step, 0)
            line.append("```" if bool(before) != bool(code) else "")
    line.append(_shown(content[at:], code) + ("```" if code else ""))
    end_line()
    return "\n".join(lines)


def _shown(text: str, code: int) -> str:
    text = html.unescape(text)
    return text.replace("`", "'") if code else text  # code ends where its tag ends
