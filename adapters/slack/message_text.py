"""What a message in Slack says: in its text, or in blocks and attachments, as alerts and forwarded messages do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.bounds import LONGEST, within
from bot.nlu.text import as_quoted

DEPTH = 12  # of nested elements; deeper ones are not read
CONTROLS = frozenset({"actions", "button", "overflow", "static_select", "multi_static_select", "datepicker"})
FORWARDED = ("is_share", "is_msg_unfurl")  # either marks an attachment that is a message of Slack's
FILE = "files"


def said(message: Mapping[str, Any]) -> str:
    """What its writer typed, below what they forwarded, which is quoted. Previews of links are left out, unless there
    is nothing else."""
    own = _string(message, "text").strip() or "\n".join(_in_blocks(message.get("blocks")))
    attached = [one for one in _list(message, "attachments") if not own or any(map(one.get, FORWARDED))]
    quoted = as_quoted(within("\n".join(_in_attachments(attached)), LONGEST // 2))
    return f"{quoted}\n\n{own}" if quoted else own


def shown(message: Mapping[str, Any]) -> str:
    """All that there is to read, whoever wrote it. Where there are blocks, Slack shows them in place of the text."""
    own = "\n".join(_in_blocks(message.get("blocks"))) or _string(message, "text")
    return "\n".join(filter(None, (own, *_in_attachments(_list(message, "attachments")))))


def has_files(message: Mapping[str, Any]) -> bool:
    """True if there are files, also in what was forwarded."""
    return any(_list(one, FILE) for one in (message, *_list(message, "attachments")))


def _in_attachments(attachments: list[Mapping[str, Any]], depth: int = 0) -> Iterator[str]:
    for one in attachments if depth < DEPTH else ():
        heads = [text for name in ("pretext", "title") if (text := _string(one, name))]
        quoted = [part.get("message") for part in _list(one, "message_blocks")]
        body = [
            *([text] if (text := _string(one, "text")) else _in_blocks([one.get("blocks"), quoted])),
            *(text for field in _list(one, "fields") for name in ("title", "value") if (text := _string(field, name))),
            *_in_attachments(_list(one, "attachments"), depth + 1),
        ]
        yield from heads
        yield from body
        if not heads and not body and (text := _string(one, "fallback")):
            yield text


def _in_blocks(part: Any, depth: int = 0) -> Iterator[str]:
    """The texts of blocks in reading order, without the labels of what can be pressed. Quotes and code are marked as in
    a text."""
    if depth > DEPTH:
        return
    match part:
        case list():
            for one in part:
                yield from _in_blocks(one, depth + 1)
        case {"type": str(kind)} if kind in CONTROLS:
            return
        case {"type": "rich_text_section", "elements": list(elements)}:
            yield "".join(map(_inline, elements))
        case {"type": "rich_text_quote", "elements": list(elements)}:
            yield as_quoted("".join(map(_inline, elements)))
        case {"type": "rich_text_preformatted", "elements": list(elements)}:
            yield f"```{''.join(map(_inline, elements))}```"
        case {"text": str(text)}:
            yield text
        case Mapping():
            for one in part.values():
                if isinstance(one, dict | list):
                    yield from _in_blocks(one, depth + 1)


def _inline(element: Any) -> str:
    match element:
        case {"type": "user", "user_id": str(id)}:
            return f"<@{id}>"
        case {"type": "link", "url": str(url)}:
            return _string(element, "text") or url
        case {"text": str(text), "style": {"code": True}}:
            return f"`{text}`"
        case {"text": str(text)}:
            return text
    return " "


def _string(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _list(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = fields.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
