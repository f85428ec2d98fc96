from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.teams.cards import draw, size
from adapters.teams.forms import fields_in
from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.messages import (
    Brief,
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
from bot.domain.turn import Turn
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.teams.card_schema import check_card, check_limits, elements, texts

SAY = shipped()


def citation(number: int, promotion: bool = False) -> Citation:
    return Citation(f"c{number}", f"Claim {number} holds.", f"section {number}", "The Source", promotion)


def choices(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(f"Choice {number}", f"answer:{number}") for number in range(count))


FORM = Form(
    command="triage-form",
    title="All questions at once",
    submit="Recommend",
    fields=(
        Field("size", "How many are you?", (Option("s", "A few"), Option("l", "Many")), required=True, chosen=("s",)),
        Field("risks", "What worries you?", tuple(Option(f"r{n}", f"Risk {n}") for n in range(9)), multiple=True),
        Field("country", "Where?", tuple(Option(f"c{n}", f"Country {n}") for n in range(30))),
        Field("note", "Anything else?", hint="In a few words"),
    ),
)
FULL = Reply(
    "answer",
    "Both do, in part",
    verdict="partly",
    verdict_label="Partly",
    body=(
        Paragraph("One paragraph."),
        Heading("A heading"),
        Bullets(("one", "two\nlines")),
        Table(("Aspect", "This", "That"), (("Cost", "low", "high"), ("Time", "short"))),
    ),
    citations=tuple(citation(number, promotion=number == 2) for number in range(9)),
    disclosure="Written by a vendor.",
    places_line="All of it — The Source",
    choices=choices(4),
)


def test_a_card_follows_microsofts_schema() -> None:
    check_card(draw(SAY, FULL))
    check_card(draw(SAY, replace(FULL, kind="triage", form=FORM, progress=Progress(2, 5))))
    check_card(draw(SAY, Reply("notice")))


def test_the_verdict_comes_first_and_is_a_word_not_only_a_colour() -> None:
    [label] = draw(SAY, FULL)["body"][0]["columns"]
    [word] = label["items"]
    assert (label["style"], word["text"], word["style"]) == ("warning", "Partly", "heading")
    assert "color" not in word, "Teams' own green and yellow can't be read on white"


def test_every_claim_stands_with_its_place() -> None:
    card = draw(SAY, FULL)
    shown = texts(card)
    for number in range(9):
        assert f"Claim {number} holds." in shown
    assert shown.count("All of it — The Source") == 1, "the places of all stand in one line"
    assert "section 1" in shown
    assert "section 2, of the publisher's own product" in shown
    assert "Written by a vendor." in shown


def test_what_the_reply_rests_on_is_folded_away_with_places_links_and_interests() -> None:
    own = replace(
        citation(1), number=1, below=False, by="Press", url="https://press.example/a", interest="It sells seeds."
    )
    card = draw(SAY, replace(FULL, citations=(replace(citation(2), number=2), own)))
    check_card(card)
    [hidden] = [element for element in elements(card["body"]) if element.get("isVisible") is False]
    assert texts({"body": hidden["items"]}) == [
        "Claim 1 holds.",
        r"\[1\] section 1",
        "Claim 2 holds.",
        r"\[2\] section 2",
        "All of it — The Source",
        "It sells seeds.",
        "Press",
    ]
    [unfold, link] = [element["selectAction"] for element in elements(card["body"]) if "selectAction" in element]
    assert (unfold["type"], unfold["targetElements"]) == ("Action.ToggleVisibility", [hidden["id"]])
    assert unfold["title"] == "Where this comes from"
    assert link == {"type": "Action.OpenUrl", "title": "Press", "url": "https://press.example/a"}
    assert "Written by a vendor." not in str(hidden), "what has to be said unasked is not folded away"


def test_claims_that_are_all_there_is_are_not_folded_away() -> None:
    for reply in (replace(FULL, body=()), replace(FULL, kind="help")):
        card = draw(SAY, reply)
        assert "Claim 1 holds." in texts(card)
        assert not [element for element in elements(card["body"]) if element.get("isVisible") is False]


SHORT = Reply(
    "recommendation",
    "Begin with one",
    body=(Paragraph("It fits."), Heading("Why"), Bullets(("a reason",)), Heading("First"), Bullets(("a step",))),
    choices=(Choice("More on it", "answer:x"), Choice("Again", "triage")),
    brief=Brief(
        (Paragraph("It fits."), Heading("First"), Bullets(("a step",))),
        (Choice("Show all", "recommendation:1", style="primary"), Choice("Again", "triage")),
    ),
)


def test_a_reply_in_short_shows_the_rest_on_the_card_itself() -> None:
    card = draw(SAY, SHORT)
    check_card(card)
    [hidden] = [element for element in elements(card["body"]) if element.get("isVisible") is False]
    assert texts({"body": hidden["items"]}) == ["Why", "- a reason"]
    unfold, again = card["actions"]
    assert (unfold["type"], unfold["title"]) == ("Action.ToggleVisibility", "Show all")
    assert unfold["targetElements"] == [hidden["id"]]
    assert again["data"]["command"] == "triage"
    [alone] = draw(SAY, SHORT, where="elsewhere")["actions"]
    assert alone == unfold, "it needs nobody to answer"


def test_the_welcome_is_one_line_with_first_questions_and_folds_its_commands_T5(advisor: Advisor) -> None:
    reply = advisor.turn(Message(command="help", can_post=True), Conversation()).reply
    card = draw(SAY, reply)
    check_card(card)
    assert [element["type"] for element in card["body"]] == ["TextBlock", "TextBlock", "Container"]
    assert card["body"][2]["isVisible"] is False
    *questions, commands = card["actions"]
    assert [one["data"]["command"].partition(":")[0] for one in questions] == ["question"] * 4
    assert questions[-1]["title"] == "Help us choose"
    assert (commands["type"], commands["title"]) == ("Action.ToggleVisibility", "Commands")


def test_a_tag_that_mentions_somebody_is_shown_as_it_was_typed() -> None:
    card = draw(SAY, Reply("notice", body=(Paragraph("ask <at>Dana</at>, <AT id='1'>Eve</AT>: a < b"),)))
    assert texts(card) == ["ask <\u200bat>Dana<\u200b/at>, <\u200bAT id='1'>Eve<\u200b/AT>: a < b"]


def test_the_button_for_the_sources_is_left_out_as_they_are_in_the_card() -> None:
    card = draw(SAY, replace(FULL, tools=(Choice("Sources", "sources:c1"), Choice("Helpful", "vote:yes/1/"))))
    assert "vote:yes/1/" in str(card)
    assert "sources:c1" not in str(card)


def test_every_button_carries_the_inputs_that_stand_on_the_card_T22() -> None:
    reply = Reply("notice", "Post this?", form=FORM, choices=choices(2), tools=(Choice("Back", "back"),))
    card = draw(SAY, reply)
    check_card(card)
    inline = [element["selectAction"] for element in elements(card["body"]) if "selectAction" in element]
    for button in (*card["actions"], *inline):
        for sent in (button, button["fallback"]):
            assert "associatedInputs" not in sent
            assert sent["data"]["fields"] == ["field.size", "fields.risks", "field.country", "field.note"]


def test_an_input_that_was_emptied_is_told_from_one_that_was_not_there() -> None:
    assert fields_in({"command": "x", "fields": ["field.note", "fields.risks", 3]}) == (("note", ()), ("risks", ()))
    assert fields_in({"command": "x", "fields": ["field.note"], "field.note": " a "}) == (("note", ("a",)),)
    assert fields_in({"command": "x", "fields": "field.note"}) == ()


def test_a_button_carries_its_command() -> None:
    [button] = draw(SAY, Reply("answer", "A", choices=(Choice("Why?", "answer:why", "Reasons", "primary"),)))["actions"]
    assert button == {
        "type": "Action.Submit",
        "title": "Why?",
        "data": {"command": "answer:why"},
        "style": "positive",
    }


def test_what_a_choice_means_stands_above_the_buttons_and_behind_an_option() -> None:
    card = draw(
        SAY, Reply("triage", "Which?", choices=(Choice("One", "pick:1", "a single one"), Choice("Two", "pick:2")))
    )
    check_card(card)
    [facts] = [element["facts"] for element in elements(card["body"]) if element["type"] == "FactSet"]
    assert facts == [{"title": "One", "value": "a single one"}]
    asked = Field("which", "Which?", (Option("1", "One", "a single one"), Option("2", "Two")), multiple=True)
    card = draw(SAY, Reply("triage", "Which?", form=Form("pick", "", "Continue", (asked,))))
    check_card(card)
    [listed] = [element for element in elements(card["body"]) if element["type"] == "Input.ChoiceSet"]
    assert [choice["title"] for choice in listed["choices"]] == ["One: a single one", "Two"]
    assert listed["label"] == "Your answer", "the question stands above it already"


@pytest.mark.parametrize("count", range(0, 12))
def test_every_choice_can_be_made_however_many_there_are_T2_T11(count: int) -> None:
    card = draw(SAY, Reply("clarify", "Which?", choices=choices(count), citations=FULL.citations))
    check_card(card)
    offered = [action["data"]["command"] for action in card.get("actions", []) if "data" in action]
    for listed in (element for element in elements(card["body"]) if element["type"] == "Input.ChoiceSet"):
        assert listed["id"] == "more"
        assert offered.pop() == "more"
        offered += [choice["value"] for choice in listed["choices"]]
    assert offered == ([f"answer:{number}" for number in range(count)] or ["help"])


def test_a_button_of_a_triage_replaces_its_card_where_the_client_can_do_that() -> None:
    reply = Reply("triage", "How many are you?", choices=choices(2), progress=Progress(1, 5))
    card = draw(SAY, reply)
    assert texts(card)[0] == "Question 1 of 5"
    for action in card["actions"]:
        assert action["type"] == "Action.Execute"
        assert action["fallback"]["type"] == "Action.Submit"


def test_a_form_asks_for_what_is_required_and_starts_with_what_was_chosen_T10() -> None:
    card = draw(SAY, Reply("triage", "All at once", form=FORM, choices=choices(2)))
    check_card(card)
    fields = {element["id"]: element for element in elements(card["body"]) if element["type"].startswith("Input.")}
    assert list(fields) == ["field.size", "fields.risks", "field.country", "field.note"]
    assert (fields["field.size"]["isRequired"], fields["field.size"]["value"]) == (False, "s")
    alone = draw(SAY, Reply("triage", "All at once", form=FORM))
    assert next(one for one in elements(alone) if one.get("id") == "field.size")["isRequired"] is True
    assert fields["field.size"]["errorMessage"]
    assert fields["fields.risks"]["isMultiSelect"] is True
    assert fields["field.country"]["style"] == "compact"
    assert fields["field.note"]["placeholder"] == "In a few words"
    assert all(field["label"] for field in fields.values()), "a screen reader reads the label"
    submit, *_ = card["actions"]
    assert (submit["title"], submit["data"]["command"]) == ("Recommend", "triage-form")


def test_nothing_in_a_text_formats_links_or_turns_into_a_date_S9() -> None:
    text = "**bold** _it_ [link](https://x.example) `code` {{DATE(2020-01-01T00:00:00Z)}} ~s~"
    [shown] = texts(draw(SAY, Reply("notice", body=(Paragraph(text),))))
    for live in ("**", "[link](", "{{", "k](", " _it_"):
        assert live not in shown
    [listed] = texts(draw(SAY, Reply("notice", body=(Paragraph("1. one\n- two\n# three"),))))
    assert listed == "1\\. one\n\\- two\n\\# three"


def test_a_card_for_another_conversation_has_no_buttons_that_need_the_bot() -> None:
    card = draw(SAY, replace(FULL, form=FORM), where="elsewhere")
    check_card(card)
    assert "actions" not in card
    assert not [element for element in elements(card["body"]) if element["type"].startswith("Input.")]


def test_each_cell_of_a_table_says_whose_it_is() -> None:
    card = draw(SAY, FULL)
    cost, time = [element for element in elements(card["body"]) if element.get("separator")]
    assert texts({"body": cost}) == ["Cost", "This", "low", "That", "high"]
    assert texts({"body": time}) == ["Time", "This", "short"]


def test_what_does_not_fit_is_said_to_be_left_out() -> None:
    long = replace(FULL, citations=tuple(replace(citation(n), says="word " * 300) for n in range(30)))
    card = draw(SAY, long)
    check_card(card)
    assert any(text.startswith("And ") and "do not fit" in text for text in texts(card))
    longer = replace(FULL, body=(Paragraph("word " * 20_000),))
    card = draw(SAY, longer)
    check_card(card)
    assert any("more to this answer" in text for text in texts(card))
    assert [action["title"] for action in card["actions"]][:1] != [], "there is always a way on"


anything = st.text(max_size=40_000)
short = st.text(min_size=1, max_size=3_000)
blocks = st.one_of(
    st.builds(Paragraph, anything),
    st.builds(Heading, anything),
    st.builds(Bullets, st.lists(anything, max_size=20).map(tuple)),
    st.builds(
        Table,
        st.lists(short, min_size=1, max_size=4).map(tuple),
        st.lists(st.lists(short, min_size=1, max_size=4).map(tuple), max_size=15).map(tuple),
    ),
)
replies = st.builds(
    Reply,
    st.sampled_from(("answer", "triage", "clarify", "notice")),
    anything,
    st.sampled_from((None, "yes", "no", "partly")),
    st.lists(blocks, max_size=4).map(tuple),
    st.lists(st.builds(Citation, short, short, short, short), max_size=20).map(tuple),
    short,
    st.lists(st.builds(Choice, short, short), max_size=9).map(tuple),
)


@settings(max_examples=40, deadline=None)
@given(replies)
def test_whatever_is_said_the_card_can_be_sent(reply: Reply) -> None:
    card = draw(SAY, reply)
    assert len(card.get("actions", [])) <= 6
    assert len(__import__("json").dumps(card)) < 28_000
    assert card["fallbackText"].strip()


def test_every_answer_of_the_knowledge_fits_and_the_largest_follow_the_schema_T11(advisor: Advisor) -> None:
    replies = [advisor.turn(Message(command=f"answer:{id}"), Conversation()).reply for id in advisor.knowledge.answers]
    cards = sorted((draw(SAY, reply) for reply in replies), key=size, reverse=True)
    for card in cards:
        check_limits(card)
        assert not any("do not fit" in text or "more to this answer" in text for text in texts(card))
    for card in cards[:4]:
        check_card(card)


ASKED = (
    "help",
    "topics",
    "compare",
    "form",
    "share",
    "subscribe",
    "ask",
    "does the article mention zero trust?",
    "lunch?",
)


def test_every_kind_of_reply_that_the_advisor_gives_follows_the_schema(advisor: Advisor) -> None:
    """A triage from its first question to the recommendation, then what else can be asked for."""
    kinds, turn = set(), Turn(Reply("notice"), Conversation())
    said = ["triage", "a whole product", "third-party components", "an AppSec program", "ISO 27001", "yes to both"]
    for number, text in enumerate([*said, *ASKED, "who won the world cup"], 1):
        message = Message(text, place=Place("teams", "t", "c"), person="dana", delivery=str(number), can_post=True)
        turn = advisor.turn(message, turn.conversation)
        check_card(draw(SAY, turn.reply))
        kinds.add(turn.reply.kind)
    assert kinds >= {"answer", "unstated", "offtopic", "triage", "recommendation", "help", "notice"}


def test_what_can_be_done_with_a_reply_is_words_to_press_and_takes_no_buttons_place() -> None:
    tools = (Choice("Share", "share:answer/x"), Choice("Helpful", "vote:yes/r/x"), Choice("Not helpful", "vote:no/r/x"))
    card = draw(SAY, replace(FULL, tools=tools))
    check_card(card)
    assert len(card["actions"]) == 4
    _, *pressed = [element["selectAction"] for element in elements(card["body"]) if "selectAction" in element]
    assert [action["title"] for action in pressed] == ["Share", "Helpful", "Not helpful"], "a screen reader reads it"
    pressable = [element for element in elements(card["body"]) if "selectAction" in element]
    assert {element["minHeight"] for element in pressable} == {"44px"}
    assert all(action["data"]["keep"] and action["type"] == "Action.Execute" for action in pressed)
    dialog = draw(SAY, replace(FULL, tools=tools), where="dialog")
    types = [one["selectAction"]["type"] for one in elements(dialog["body"]) if "selectAction" in one]
    assert types == ["Action.ToggleVisibility", *["Action.Submit"] * 3]
    assert "Share" not in str(draw(SAY, replace(FULL, tools=tools), where="elsewhere"))


def test_where_something_stands_is_opened_by_a_button_that_says_so_T14() -> None:
    card = draw(
        SAY, Reply("notice", "Your post is there", link="https://teams.microsoft.com/l/message/x/1", choices=choices(1))
    )
    check_card(card)
    first, second = card["actions"]
    assert (first["type"], first["title"], second["title"]) == ("Action.OpenUrl", "Open it in Teams", "Choice 0")


def test_a_channel_is_picked_from_a_list_and_one_that_is_gone_is_not_chosen() -> None:
    options = (Option("19:a", "Payments > General"), Option("19:b", "Payments > Alerts"))
    picked = Field("place", "Channel", options, required=True, place=True, chosen=("19:gone",))
    card = draw(SAY, Reply("notice", "Share it", form=Form("preview:answer/x", "", "Preview", (picked,))))
    check_card(card)
    [listed] = [element for element in elements(card["body"]) if element["type"] == "Input.ChoiceSet"]
    assert (listed["style"], listed["value"]) == ("compact", "")
    assert card["actions"][0]["type"] == "Action.Execute", "the preview takes the form's place"
