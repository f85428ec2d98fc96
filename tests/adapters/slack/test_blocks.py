"""Block Kit that Slack takes, whatever the reply."""

from __future__ import annotations

from adapters.slack.blocks import COMMAND, MORE, draw, fallback
from adapters.slack.forms import entered
from bot.advisor import Advisor
from bot.conversation import Conversation
from bot.messages import (
    Bullets,
    Choice,
    Citation,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
    Progress,
    Reply,
    Table,
)
from tests.slack_workspace.limits import problems
from tests.slack_workspace.workspace import buttons, texts

LONG = "A sentence that goes on for a while. " * 400


def test_every_answer_of_our_knowledge_is_taken_and_complete(advisor: Advisor) -> None:
    for entry in advisor.knowledge.answers.values():
        reply = advisor.turn(Message(command=f"answer:{entry.id}"), Conversation()).reply
        assert problems(draw(reply)) == [], entry.id
        assert MORE not in texts(draw(reply)), entry.id


def test_the_longest_reply_is_taken_and_says_that_there_is_more() -> None:
    reply = Reply(
        "answer",
        LONG,
        verdict="partly",
        body=(
            Paragraph(LONG),
            Heading(LONG),
            Bullets((LONG,) * 40),
            Table(("", LONG, LONG), (("row", LONG, LONG),) * 60),
        ),
        citations=tuple(Citation(f"c{number}", LONG, LONG, "Source") for number in range(40)),
        disclosure=LONG,
        choices=tuple(Choice(LONG, "answer:x", LONG, "primary") for _ in range(12)),
        progress=Progress(3, 5),
    )
    blocks = draw(reply)
    assert problems(blocks) == []
    assert MORE in texts(blocks)
    assert len(fallback(reply)) <= 3100


def test_an_empty_reply_still_shows_something() -> None:
    assert texts(draw(Reply("notice")))


def test_a_form_can_be_filled_in_and_read_back() -> None:
    few = Field("one", "One of them", (Option("a", "A"), Option("b", "B", "the second")), required=True, chosen=("b",))
    many = Field("several", "Several", tuple(Option(str(n), f"Number {n}") for n in range(30)), multiple=True)
    reply = Reply("triage", form=Form("triage:form", "All at once", "Send", (few, many, Field("free", "Why", ()))))
    assert problems(draw(reply)) == []
    assert buttons(draw(reply)) == {"Send": "triage:form"}
    values = {
        "field-one": {"entered": {"type": "radio_buttons", "selected_option": {"value": "a"}}},
        "field-several": {"entered": {"selected_options": [{"value": "3"}, {"value": "4"}]}},
        "field-free": {"entered": {"type": "plain_text_input", "value": None}},
        "another": {"x": {"value": "no field"}},
    }
    assert entered(values) == (("one", ("a",)), ("several", ("3", "4")), ("free", ()))


def test_each_button_has_an_id_of_its_own() -> None:
    reply = Reply("clarify", choices=tuple(Choice(str(n), f"answer:{n}") for n in range(7)))
    ids = [element["action_id"] for block in draw(reply) for element in block["elements"]]
    assert ids == [f"{COMMAND}-{n}" for n in range(7)]
