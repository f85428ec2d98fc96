"""Replies as Markdown, for documents, tickets and wikis."""

from __future__ import annotations

import re

from bot.domain.messages import VERDICTS, Block, Bullets, Heading, Paragraph, Reply, Table
from bot.domain.phrases import Phrases

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def markdown(reply: Reply, say: Phrases) -> str:
    """The reply without its buttons, with Markdown's special characters escaped."""
    verdict = VERDICTS[reply.verdict] if reply.verdict else ""
    headline = ". ".join(part for part in (verdict, reply.title) if part)
    parts = [f"## {_escaped(headline)}"] if headline else []
    parts += [_block(block) for block in reply.body]
    if reply.citations:
        listed = [f"- {_escaped(citation.says)} *({_escaped(citation.at)})*" for citation in reply.citations]
        sources = "; ".join(dict.fromkeys(citation.source for citation in reply.citations))
        parts += [f"### {_escaped(say('web-sources'))}\n\n{_escaped(sources)}", "\n".join(listed)]
    if reply.disclosure:
        parts.append(f"*{_escaped(reply.disclosure)}*")
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return _escaped(text)
        case Heading(text):
            return f"### {_escaped(text)}"
        case Bullets(items):
            return "\n".join(f"- {_escaped(item)}" for item in items)
        case Table(header, rows):
            lines = [header, tuple("---" for _ in header), *rows]
            return "\n".join(
                f"| {' | '.join(cell if cell == '---' else _escaped(cell) for cell in row)} |" for row in lines
            )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
