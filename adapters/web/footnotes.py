"""The numbers of citations within a text, "[1]", as links to their notes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from bot.domain.messages import Citation

_MARK = re.compile(r"(\[\d{1,3}\])")
_LINK = Markup('<a class="mark" href="#{}-{}">{}</a>')


def linked(text: str, citations: Sequence[Citation], anchor: str) -> Markup:
    """`text`, escaped, in which each mark of one of the citations leads to `ANCHOR-NUMBER`."""
    marks = {f"[{citation.number}]": citation.number for citation in citations if citation.number}
    parts = _MARK.split(text)
    return Markup("").join(_LINK.format(anchor, marks[part], part) if part in marks else escape(part) for part in parts)
