"""Block Kit that Slack takes, whatever the reply."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.block_body import escape, escaped_within, text_element, unescape
from adapters.slack.blocks import COMMAND, fallback, message
from adapters.slack.fitting import MESSAGE
from adapters.slack.forms import channels, fields_in
from adapters.slack.modals import is_preview, metadata_of, modal
from adapters.slack.posts import message_of
from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.effects import Post
from bot.domain.messages import (
    Bullets,
    Choice,
    Citation,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
    Place,
    Progress,
    Reply,
    Table,
)
from bot.knowledge.shipped_phrases import shipped
from tests.bot.triage.talk import Talk
from tests.slack_workspace.limits import BLOCKS_IN_JSON, FALLBACK_IN_UPDATE, problems, size, view_problems
from tests.slack_workspace.reading import buttons, fields, state_of, texts

SAY = shipped()
HERE = Place("slack", "T1", "U1")
LONG = "A sentence that goes on for a while. " * 400


def test_s22_every_answer_of_our_knowledge_is_taken_and_complete(advisor: Advisor) -> None:
    for entry in advisor.knowledge.answers.values():
        reply = advisor.turn(Message(command=f"answer:{entry.id}"), Conversation()).reply
        for blocks, wrong in (
            (message(SAY, reply)["blocks"], problems(message(SAY, reply)["blocks"])),
            (modal(SAY, reply, HERE)["blocks"], view_problems(modal(SAY, reply, HERE))),
        ):
            assert wrong == [], entry.id
            assert SAY("slack-cut") not in texts(blocks), entry.id


def test_s22_the_longest_reply_is_taken_and_says_that_there_is_more() -> None:
    reply = Reply(
        "answer",
        LONG,
        verdict="partly",
        verdict_label="Partly",
        body=(
            Paragraph(LONG),
            Heading(LONG),
            Bullets((LONG,) * 40),
            Table(("", LONG, LONG), (("row", LONG, LONG),) * 60),
        ),
        citations=tuple(Citation(f"c{number}", LONG, LONG, "Source") for number in range(40)),
        disclosure=LONG,
        choices=tuple(Choice(LONG, "answer:x", LONG, "primary") for _ in range(12)),
        tools=(Choice(LONG, LONG), Choice(LONG, LONG)),
        form=Form(LONG[:500], LONG, LONG, (Field("one", LONG, hint=LONG, chosen=(LONG[:900],)),)),
        link="https://t1.example/archives/C1/p1",
        progress=Progress(3, 5),
    )
    blocks = message(SAY, reply, asked=LONG, owner="U1")["blocks"]
    assert problems(blocks) == []
    assert size(blocks) <= MESSAGE < BLOCKS_IN_JSON
    assert SAY("slack-cut") in texts(blocks)
    assert len(fallback(SAY, reply)) <= FALLBACK_IN_UPDATE
    assert view_problems(modal(SAY, reply, HERE)) == []
    assert view_problems(modal(SAY, replace(reply, choices=()), HERE)) == []


@pytest.mark.parametrize("letter", ["a", "&", "ß", "字", "🙂"])
def test_s22_of_a_message_that_is_too_large_the_end_of_its_body_is_left_out_and_its_buttons_stay(letter: str) -> None:
    body = tuple(Paragraph(f"{number}. {letter * 500}") for number in range(30))
    reply = Reply("answer", "Long", body=body, citations=(Citation("a", "Says.", "At", "Source", number=1),))
    reply = replace(reply, choices=(Choice("Go on", "answer:x"),), disclosure="From the source.")
    blocks = message(SAY, reply)["blocks"]
    shown = texts(blocks)
    assert size(blocks) <= MESSAGE
    assert shown[0] == "Long" and shown[1].startswith("0. ")
    assert SAY("slack-cut") in shown and "[1] Says." in " ".join(shown) and "From the source." in shown
    assert list(buttons(blocks)) == ["Go on"]


def test_s22_a_post_below_its_persons_name_fits_too() -> None:
    post = Post("Title", body=tuple(Paragraph("a" * 500) for _ in range(60)), shared_by="U1")
    shown = message_of(SAY, post)
    assert problems(shown["blocks"]) == [] and size(shown["blocks"]) <= MESSAGE


@given(
    st.text(alphabet=st.sampled_from("<>&;amltg aß字🙂"), max_size=5000) | st.text(max_size=400).map(lambda t: t * 12)
)
def test_s22_a_fallback_text_is_escaped_and_then_cut_between_two_letters(text: str) -> None:
    cut = escaped_within(text, 3900)
    assert len(cut.encode()) <= 3900
    whole = unescape(cut)
    assert escape(whole) == cut
    assert text.startswith(whole.removesuffix("…")) or whole == text


def test_an_empty_reply_still_shows_something() -> None:
    assert texts(message(SAY, Reply("notice"))["blocks"])
    assert texts(modal(SAY, Reply("notice"), HERE)["blocks"])


FEW = Field("one", "One of them", (Option("a", "A"), Option("b", "B", "the second")), required=True, chosen=("b",))
MANY = Field("several", "Several", tuple(Option(str(n), f"Number {n}") for n in range(30)), multiple=True)
CHANNEL = Field("place", "Channel", required=True, place=True, chosen=("C1",))
FREE = Field("free", "Why")


def test_a_form_of_one_question_is_filled_in_where_the_message_stands() -> None:
    reply = Reply("triage", form=Form("pick:r/q", "Pick", "Send", (MANY,)))
    blocks = message(SAY, reply)["blocks"]
    assert problems(blocks) == []
    assert buttons(blocks) == {"Send": "pick:r/q"}
    assert list(fields(blocks)) == ["field-several"]


def test_any_other_form_is_opened_by_a_button_that_asks_again() -> None:
    reply = Reply("notice", form=Form("preview:x", "Where to?", "Preview", (CHANNEL, FREE)))
    blocks = message(SAY, reply, asked="text:share")["blocks"]
    assert buttons(blocks) == {"Where to?": "text:share"}
    assert not fields(blocks)


def test_a_form_can_be_filled_in_and_read_back() -> None:
    view = modal(SAY, Reply("triage", form=Form("fill:r", "All at once", "Send", (FEW, MANY, CHANNEL, FREE))), HERE)
    assert view_problems(view) == []
    assert view["submit"]["text"] == "Send"
    values = state_of(view["blocks"], {"several": ["3", "4"]})
    assert fields_in(values) == (("one", ("b",)), ("several", ("3", "4")), ("place", ("C1",)), ("free", ()))
    assert channels(values) == {"field-place": "C1"}
    assert [one["optional"] for one in fields(view["blocks"]).values()] == [False, True, False, True]
    assert fields_in({"another": {"x": {"value": "no field"}}}) == ()


def test_a_preview_is_submitted_by_going_ahead_and_its_form_stays_below_it() -> None:
    ahead, drop = Choice("Post it", "confirm:1", style="primary"), Choice("Drop it", "discard:1")
    form = Form("preview:x", "Where to?", "Preview", (CHANNEL,))
    reply = Reply("notice", "Post this?", choices=(ahead, drop), form=form)
    view = modal(SAY, reply, HERE, on_form=True)
    assert is_preview(reply)
    assert (view["submit"]["text"], metadata_of(view)["command"]) == ("Post it", "confirm:1")
    assert buttons(view["blocks"]) == {"Drop it": "discard:1"}
    assert not fields(view["blocks"])


def test_a_preview_that_lies_on_no_form_has_it_inside() -> None:
    ahead, drop = Choice("Send it", "confirm:1", style="primary"), Choice("Drop it", "discard:1")
    form = Form("ask", "Your question", "Change it", (FREE,))
    view = modal(SAY, Reply("notice", "Send this?", choices=(ahead, drop), form=form), HERE)
    assert (view["submit"]["text"], metadata_of(view)["command"]) == ("Change it", "ask")
    assert buttons(view["blocks"]) == {"Send it": "confirm:1", "Drop it": "discard:1"}
    assert len(fields(view["blocks"])) == 1


def test_tools_stand_below_the_choices_and_each_button_has_an_id_of_its_own() -> None:
    choices = tuple(Choice(str(n), f"answer:{n}") for n in range(7))
    blocks = message(SAY, Reply("clarify", choices=choices, tools=(Choice("Share", "share"),)))["blocks"]
    ids = [element["action_id"] for block in blocks for element in block["elements"]]
    assert ids == [f"{COMMAND}-{n}" for n in range(8)]
    assert list(buttons(blocks))[-1] == "Share"


def test_words_that_the_reply_says_itself_do_not_stand_below_it_and_its_places_stand_in_a_quiet_line() -> None:
    table = Table(("", "A", "B"), (("Scope", "A is small [1].", "B is large [1]."),))
    said = Citation("a", "A is small.", "Key > Scope", "S", number=1, below=False)
    more = Citation("b", "B grows.", "Growth", "S", number=2)
    reply = Reply(
        "answer", "A and B", body=(table,), citations=(said, more), places_line="[1] Key > Scope · [2] Growth"
    )
    blocks = message(SAY, replace(reply, citations_label="The rest"))["blocks"]
    shown = texts(blocks)
    assert "A is small." not in shown
    assert [text for text in shown if text.startswith("[")] == ["[2] B grows.", "[1] Key > Scope · [2] Growth"]
    assert blocks[-1] == {
        "type": "context",
        "elements": [{"type": "plain_text", "text": "[1] Key > Scope · [2] Growth", "emoji": False}],
    }


def test_a_recommendation_cites_by_number_and_names_each_place_once_in_one_quiet_line(advisor: Advisor) -> None:
    talk = Talk(advisor)
    reply = talk.say("help us choose", "one app", "code, suppliers", "nothing", "FedRAMP", "no budget")
    blocks = modal(SAY, reply, HERE)["blocks"]
    lines = [block["elements"][0]["text"] for block in blocks if block["type"] == "context"]
    assert lines == [reply.places_line, reply.disclosure]
    for number, at in {(one.number, one.at) for one in reply.citations}:
        assert lines[0].count(f"[{number}] {at}") == 1
    assert not {one.says for one in reply.citations} & set(texts(blocks))


def test_a_recommendation_is_its_conclusion_and_first_steps_in_a_message_and_all_of_it_in_a_modal(
    advisor: Advisor,
) -> None:
    talk = Talk(advisor)
    reply = talk.say("help us choose", "one app", "code, suppliers", "nothing", "FedRAMP", "no budget")
    short, whole = (drawn["blocks"] for drawn in (message(SAY, reply), modal(SAY, reply, HERE)))
    assert problems(short) == []
    assert "What to do first" in texts(short)
    assert {"Why", "What to watch", reply.places_line} <= set(texts(whole)) - set(texts(short))
    assert {"Full recommendation", "Sources", "Helpful"} <= set(buttons(short))
    assert reply.disclosure in texts(short)


def test_votes_are_a_pair_that_shows_itself_and_in_a_modal_two_buttons(advisor: Advisor) -> None:
    reply = advisor.ask("what is SAST?")
    blocks = message(SAY, reply)["blocks"]
    assert [element["type"] for element in blocks[-1]["elements"]] == ["feedback_buttons"]
    assert list(buttons(blocks))[-2:] == ["Helpful", "Not helpful"]
    assert list(buttons(modal(SAY, reply, HERE)["blocks"]))[-2:] == ["Helpful", "Not helpful"]


TABLE = Table(("", "A", "B"), (("Scope", "A is small.", "<!here>"), ("Cost", "", "B is dear.")))


def test_a_table_is_one_in_a_message_whose_cells_say_what_their_row_is_called() -> None:
    [drawn, *_] = message(SAY, Reply("answer", body=(TABLE,)))["blocks"]
    assert problems([drawn]) == []
    assert [[texts(cell) for cell in row] for row in drawn["rows"]] == [
        [["A"], ["B"]],
        [["Scope", "A is small."], ["Scope", "<!here>"]],
        [["Cost", " "], ["Cost", "B is dear."]],
    ]


def test_another_table_one_that_is_too_large_and_one_in_a_modal_are_lists() -> None:
    large = Table(("", "A", "B"), tuple((str(n), "word " * 30, "word " * 30) for n in range(40)))
    for drawn in (
        message(SAY, Reply("answer", body=(TABLE, TABLE)))["blocks"][1:],
        message(SAY, Reply("answer", body=(large,)))["blocks"],
        modal(SAY, Reply("answer", body=(TABLE,)), HERE)["blocks"],
    ):
        assert {block["type"] for block in drawn} == {"rich_text"}


def test_s9_only_slacks_own_link_is_live() -> None:
    reply = Reply(
        "notice", "<https://a.example|x>", body=(Paragraph("<!here> <@U1> *b*"),), link="https://t.example/p1"
    )
    shown = message(SAY, reply)
    assert "<" not in shown["text"]
    kinds = re.findall(r"'type': '(link|user|usergroup|broadcast|channel|mrkdwn)'", str(shown["blocks"]))
    assert kinds == ["link"]


def test_an_empty_text_in_a_list_is_a_space_as_slack_refuses_none() -> None:
    assert text_element("") == {"type": "text", "text": " "}
