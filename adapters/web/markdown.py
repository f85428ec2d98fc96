"""Replies as Markdown, for documents, tickets and wikis."""

from __future__ import annotations

import re

from bot.domain.messages import Block, Bullets, Heading, Paragraph, Reply, Table, footnotes

_SIGNS = re.compile(r"([\\`*_\[\]<>|#~])")


def markdown(reply: Reply) -> str:
    """The reply without its buttons, with Markdown's special characters escaped."""
    headline = ". ".join(part for part in (reply.verdict_label, reply.title) if part)
    parts = [f"## {_plain(headline)}"] if headline else []
    parts += [_block(block) for block in reply.body]
    if reply.citations:
        notes = footnotes(reply.citations)
        listed = [
            f"- {_plain(f'[{note.number}]')} *{_plain(note.place)}* – {_plain(' '.join(note.says))}" for note in notes
        ]
        listed += [f"- {_plain(one.says)} *({_plain(one.at)})*" for one in reply.citations if not one.number]
        parts.append("### Where this comes from")
        if not notes:  # where places are numbered, the disclosure names the source
            parts.append(_plain("; ".join(dict.fromkeys(citation.source for citation in reply.citations))))
        parts.append("\n".join(listed))
    if reply.disclosure:
        parts.append(f"*{_plain(reply.disclosure)}*")
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return _plain(text)
        case Heading(text):
            return f"### {_plain(text)}"
        case Bullets(items):
            return "\n".join(f"- {_plain(item)}" for item in items)
        case Table(header, rows):
            lines = [header, tuple("---" for _ in header), *rows]
            return "\n".join(
                f"| {' | '.join(cell if cell == '---' else _plain(cell) for cell in row)} |" for row in lines
            )


def _plain(text: str) -> str:
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
