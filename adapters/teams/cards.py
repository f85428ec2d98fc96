"""A reply as an Adaptive Card: verdict first, the answer, where it stands in the source, what to do next."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Literal

from adapters.teams.card_body import (
    REST,
    Element,
    block_elements,
    citation_elements,
    folded,
    headline,
    hint_elements,
    text_block,
    tool_elements,
    unfolding,
)
from adapters.teams.forms import FIELDS, form_elements, is_field
from adapters.teams.translate import KEEP, MORE, OWNER
from bot.commands.reply_tools import shows_sources
from bot.domain.messages import Block, Bullets, Choice, Heading, Paragraph, Reply, Table
from bot.domain.phrases import Phrases

Where = Literal["chat", "dialog", "elsewhere"]
"""Where a card is shown: a chat that the bot is in, a dialog, or a conversation that the bot is not in."""

MAX_ACTIONS = 6
MAX_BYTES = 27_000  # Teams takes 28 KB; the message around the card needs some
MAX_FALLBACK = 2_000  # characters
TITLE = 60  # characters that fit on a button


def draw(say: Phrases, reply: Reply, where: Where = "chat", *, owner: str = "") -> dict[str, Any]:
    """The card that shows `reply`. Where it would be too large for Teams, claims are left out first, then the end of
    the text, and the card says so. `owner`: the person whose buttons these are, where others can press them too."""
    for shown in (len(reply.citations), 12, 6, 3):
        card = _with_data(_draw(say, reply, shown, where), owner)
        if size(card) <= MAX_BYTES:
            return card
    for characters in (6_000, 3_000, 1_500, 500):
        card = _with_data(_draw(say, _shortened(say, reply, characters), 3, where), owner)
        if size(card) <= MAX_BYTES:
            return card
    return _draw(say, Reply(reply.kind, _cut(reply.title, 200)), 0, where)


def _with_data(card: dict[str, Any], owner: str) -> dict[str, Any]:
    """The card, each of whose buttons also carries the names of the inputs that stand on it, as clients leave out those
    that are empty, and whose buttons they are."""
    fields = [element["id"] for element in card["body"] if is_field(element.get("id", ""))]
    more = {**({FIELDS: fields} if fields else {}), **({OWNER: owner} if owner else {})}
    if not more:
        return card
    columns = [column for element in card["body"] for column in element.get("columns", ())]
    actions = [*card.get("actions", ()), *(column["selectAction"] for column in columns if "selectAction" in column)]
    for action in actions:
        for button in (action, action.get("fallback", {})):
            if "data" in button:
                button["data"] = {**button["data"], **more}
    return card


def size(card: dict[str, Any]) -> int:
    """The size of the card as it is sent, in bytes."""
    return len(json.dumps(card))


def _draw(say: Phrases, reply: Reply, shown: int, where: Where) -> dict[str, Any]:
    citations = reply.citations[:shown]
    drawn = in_short(reply)
    rest = [element for block in _rest(reply) for element in block_elements(block)]
    body: list[Element] = headline(say, reply)
    for block in drawn.body:
        body += block_elements(block)
    body += folded(REST, rest) if rest else []
    body += citation_elements(say, reply, citations, left_out=len(reply.citations) - len(citations))
    actions: list[Element] = []
    # A step of a dialogue takes the place of the one before.
    replaces = where == "chat" and (reply.kind == "triage" or reply.form is not None)
    if reply.link:
        actions.append({"type": "Action.OpenUrl", "title": say("teams-open"), "url": reply.link})
    # The choice that shows the rest of a reply in short does so on the card itself: nobody has to answer it.
    unfolds = {choice.command for choice in drawn.choices if choice not in reply.choices} if rest else set()
    if where == "elsewhere":
        actions += [_unfolding(choice) for choice in drawn.choices if choice.command in unfolds]
    else:
        choices = drawn.choices
        if reply.form:
            body += form_elements(say, reply.form, reply.title, alone=not choices and not reply.tools)
        body += hint_elements(choices)
        submit = [_button(reply.form.submit, reply.form.command, replaces)] if reply.form else []
        if not _has_next_step(reply):
            choices = (Choice(say("teams-help"), "help"),)
        room = MAX_ACTIONS - len(actions) - len(submit)
        listed, buttons = _choices(say, choices, room, replaces, unfolds)
        # The button of a form comes first, unless a choice is the main action: then the form is there for changes.
        has_main_action = any(choice.style == "primary" for choice in choices)
        actions += [*buttons, *submit] if has_main_action else [*submit, *buttons]
        body += listed
        tools = [tool for tool in reply.tools if not shows_sources(tool)]  # they are folded away in the card
        body += tool_elements([_tool(tool, where, replaces) for tool in tools])
    if not body:
        body = [text_block(say("teams-empty"))]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": body,
        "fallbackText": _cut(reply.text or say("teams-empty"), MAX_FALLBACK),
    }
    if actions:
        card["actions"] = actions
    return card


def in_short(reply: Reply) -> Reply:
    """The reply with what is shown of it at first."""
    return replace(reply, body=reply.brief.body, choices=reply.brief.choices) if reply.brief else reply


def _rest(reply: Reply) -> list[Block]:
    """The blocks that a reply in short does not show."""
    return [block for block in reply.body if block not in reply.brief.body] if reply.brief else []


def _has_next_step(reply: Reply) -> bool:
    """True if there is something to press; else the card offers help."""
    return bool(reply.choices or reply.tools or reply.form or reply.link)


def _choices(
    say: Phrases, choices: Sequence[Choice], room: int, replaces: bool, unfolds: Collection[str]
) -> tuple[list[Element], list[Element]]:
    """Inputs and buttons for the choices: at most `room` buttons. Where there are more choices, the last ones are in a
    list with a button of its own. `unfolds`: the commands that show the rest of the card."""

    def drawn(choice: Choice) -> Element:
        return _unfolding(choice) if choice.command in unfolds else _choice(choice, replaces)

    if len(choices) <= room:
        return [], [drawn(choice) for choice in choices]
    first, rest = choices[: room - 1], choices[room - 1 :]
    listed = {
        "type": "Input.ChoiceSet",
        "id": MORE,
        "label": say("teams-more"),
        "style": "compact",
        "choices": [{"title": choice.label, "value": choice.command} for choice in rest],
        "value": rest[0].command,
    }
    go = _button(say("teams-more-go"), MORE, replaces)
    return [listed], [*map(drawn, first), go]


def _choice(choice: Choice, replaces: bool) -> Element:
    return {**_button(choice.label, choice.command, replaces), **_style(choice)}


def _unfolding(choice: Choice) -> Element:
    return {**unfolding(_cut(choice.label, TITLE), REST), **_style(choice)}


def _style(choice: Choice) -> Element:
    styles = {"primary": "positive", "danger": "destructive"}
    return {"style": styles[choice.style]} if choice.style else {}


def _button(title: str, command: str, replaces: bool) -> Element:
    """A button that sends `command`, and with it the values of the card's inputs. `replaces`: its reply takes the
    place of the card, if the client can do that."""
    submit: Element = {"type": "Action.Submit", "title": _cut(title, TITLE), "data": {"command": command}}
    if not replaces:
        return submit
    return {**submit, "type": "Action.Execute", "verb": "command", "fallback": submit}


def _tool(tool: Choice, where: Where, replaces: bool) -> Element:
    """A tool of a reply. Its reply replaces a card of a dialogue, and leaves any other card as it is."""
    button = _choice(replace(tool, style=""), replaces=where == "chat")
    if where != "chat" or replaces:
        return button
    data = {**button["data"], KEEP: True}
    return {**button, "data": data, "fallback": {**button["fallback"], "data": data}}


def _shortened(say: Phrases, reply: Reply, characters: int) -> Reply:
    """The reply with at most so many characters of body, and a line that says so."""
    body: list[Block] = []
    left = characters
    reply = in_short(reply)
    for block in reply.body:
        if left <= 0:
            break
        shorter = _block_within(block, left)
        left -= _length(shorter)
        body.append(shorter)
    body.append(Paragraph(say("teams-cut")))
    citations = tuple(replace(each, says=_cut(each.says, 300), at=_cut(each.at, 150)) for each in reply.citations)
    places_line = _cut(reply.places_line, 1_000)
    choices = tuple(reply.choices[:MAX_ACTIONS])
    return replace(
        reply,
        brief=None,
        title=_cut(reply.title, 300),
        body=tuple(body),
        citations=citations,
        choices=choices,
        disclosure=_cut(reply.disclosure, 500),
        places_line=places_line,
    )


def _block_within(block: Block, characters: int) -> Block:
    match block:
        case Paragraph(text):
            return Paragraph(_cut(text, characters))
        case Heading(text):
            return Heading(_cut(text, min(characters, 200)))
        case Bullets(items):
            return Bullets(tuple(_within(items, characters)))
        case Table(header, rows):
            lengths = [" ".join(row) for row in rows]
            return Table(header, rows[: max(len(_within(lengths, characters)), 1)])


def _within(items: Sequence[str], characters: int) -> list[str]:
    """The first items that fit, at least the beginning of the first."""
    fitting: list[str] = []
    for item in items:
        characters -= len(item)
        if characters < 0:
            return fitting or [_cut(item, max(characters + len(item), 1))]
        fitting.append(item)
    return fitting


def _length(block: Block) -> int:
    match block:
        case Paragraph(text) | Heading(text):
            return len(text)
        case Bullets(items):
            return sum(map(len, items))
        case Table(_, rows):
            return sum(len(cell) for row in rows for cell in row)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
