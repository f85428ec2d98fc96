"""Replies as Markdown, for documents, tickets and wikis."""

from __future__ import annotations

import re

from bot.domain.messages import Block, Bullets, Citation, Heading, Paragraph, Reply, Table, in_words

_SIGNS = re.compile(r"([\\`*_\[\]<|#~]|^>)")  # ">" is a sign at the beginning only


def markdown(reply: Reply, question: str) -> str:
    """The question, and the reply without its buttons, with Markdown's special characters escaped. Each source is named
    with its publisher, its date and its interest."""
    headline = ". ".join(part for part in (reply.verdict_label, reply.title) if part)
    parts = [f"> {_plain(question)}"] if question.strip() else []
    parts += [f"## {_plain(headline)}"] if headline else []
    parts += [_block(block) for block in reply.body]
    if below := [citation for citation in reply.citations if citation.below]:
        parts.append(f"### {_plain(reply.citations_label)}")
        parts.append("\n".join(f"- {_plain(in_words(citation))}" for citation in below))
    if reply.places_line:
        parts.append(_plain(reply.places_line))
    parts += [f"<{url}>" for url in dict.fromkeys(citation.url for citation in reply.citations) if url]
    if reply.disclosure:  # which names the source, too
        parts.append(f"*{_plain(reply.disclosure)}*")
    else:
        parts += dict.fromkeys(f"*{_plain(_source(citation))}*" for citation in reply.citations)
    return "\n\n".join(parts) + "\n"


def _source(citation: Citation) -> str:
    named = ", ".join(part for part in (f"“{citation.source}”", citation.by, citation.published) if part)
    return f"{named}. {citation.interest}".strip()


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
