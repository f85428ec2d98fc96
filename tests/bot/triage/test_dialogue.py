"""The guided dialogue as a person goes through it."""

from __future__ import annotations

import pytest

from adapters.in_memory import InMemoryStore
from bot.advisor import Advisor
from bot.domain.conversation import DAY, Conversation, Retention, without_expired
from bot.domain.messages import Message, Reply
from bot.service.session import Session
from bot.triage.dialogue import PAUSE
from tests.bot.triage.talk import Talk, buttons, says

FIRST, SECOND, THIRD = "What has to be protected?", "What worries you most?", "What is in place already?"
SHORT = "Product security, if you can support it"
TO_THE_END = ("1", "1", "1", "1")  # one application, flaws in code, nothing in place, nothing due


def finished(talk: Talk) -> Talk:
    talk.say("help us choose", *TO_THE_END)
    assert talk.reply.kind == "recommendation"
    return talk


def test_a_wish_for_guidance_begins_with_the_first_question(talk: Talk) -> None:
    reply = talk.say("help us choose")
    assert (reply.kind, reply.title) == ("triage", FIRST)
    assert [choice.label for choice in reply.choices][:2] == ["One application", "Several apps and APIs"]
    assert reply.progress is not None
    assert (reply.progress.step, reply.progress.steps) == (1, 5)


def test_a_question_that_takes_several_answers_is_a_form_with_one_field_named_as_the_question(begun: Talk) -> None:
    reply = begun.press("One application")
    assert reply.form is not None
    [field] = reply.form.fields
    assert (field.id, field.multiple) == ("worry", True)
    assert reply.form.command == f"pick:{begun.run.id}/worry"
    begun.fill(worry=("code", "insiders"))
    assert begun.answers["worry"] == ("code", "insiders")


def test_the_answers_so_far_are_shown(begun: Talk) -> None:
    begun.press("One application")
    reply = begun.fill(worry=("code", "components"))
    assert says(reply, "What worries you most? Flaws in our code, Third-party components")


def test_only_what_matters_is_asked(begun: Talk) -> None:
    """Means are no matter where AppSec alone is in question."""
    begun.say("one app", "code", "nothing")
    assert begun.reply.title == "Which compliance is due?"
    assert begun.say("none").kind == "recommendation"


def test_a_recommendation_cites_a_claim_for_every_reason_and_is_kept(talk: Talk) -> None:
    reply = finished(talk).reply
    assert reply.title == "AppSec first"
    assert {"choose.appsec", "table.objective.appsec"} <= {citation.claim for citation in reply.citations}
    [kept] = talk.kept
    assert kept.id == reply.record == talk.run.record
    for heading in ("Why", "What to do first", "What to watch", "Tools", "What would change it", "Your answers"):
        assert says(reply, heading)


def test_what_would_change_it_names_the_other_outcomes(talk: Talk) -> None:
    assert says(finished(talk).reply, "What has to be protected? “A whole product”: Product security")


def test_every_recommendation_names_its_source_and_in_whose_interest_it_speaks(begun: Talk) -> None:
    reply = begun.say("one app", "code", "infrastructure and supply chain", "none")
    assert "vendor.gap" in {citation.claim for citation in reply.citations}
    assert "a vendor that sells an AppSec platform" in reply.disclosure
    begun.say("restart")
    other = begun.say(*TO_THE_END)
    assert "vendor.gap" not in {citation.claim for citation in other.citations}
    assert other.disclosure == begun.say("why?").disclosure == reply.disclosure


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (("one app", "code", "nothing", "none"), "AppSec first"),
        (("a whole product", "suppliers", "nothing", "iso 27001", "yes to both"), "Product security"),
        (("a whole product", "suppliers", "nothing", "iso 27001", "no budget"), SHORT),
        (("several apps", "cloud", "nothing", "none", "no budget"), "Both, AppSec first"),
        (("several apps", "cloud", "appsec program", "none", "yes to both"), "Product security"),
        (("several apps", "cloud", "appsec program", "none", "no budget"), SHORT),
        (("several apps", "suppliers", "appsec program", "none", "neither"), SHORT),
        (("a whole product", "suppliers and insiders", "nothing", "none", "neither"), SHORT),
        (("a whole product", "suppliers and insiders", "nothing", "pci", "no budget"), SHORT),
        (("one app", "suppliers, insiders and cloud", "nothing", "none", "yes to both"), "Product security"),
        (("one app", "code", "appsec program", "pci"), "AppSec first"),
        (("a whole product", "code", "nothing", "pci", "yes to both"), "Both, AppSec first"),
        (("several apps", "suppliers", "infrastructure", "none", "no budget"), "AppSec first"),
        (("several apps", "insiders", "infrastructure", "none", "no budget"), "Both, AppSec first"),
        (("one app", "phishing"), "The source cannot decide this"),
        (("something else",), "The source cannot decide this"),
    ],
)
def test_answers_lead_to_their_outcome(begun: Talk, answers: tuple[str, ...], outcome: str) -> None:
    reply = begun.say(*answers)
    assert (reply.kind, reply.title) == ("recommendation", outcome)


def test_a_button_pressed_twice_moves_once(begun: Talk) -> None:
    press = next(choice.command for choice in begun.reply.choices)
    begun.command(press)
    before = begun.conversation.triage
    reply = begun.command(press)
    assert begun.conversation.triage == before
    assert reply.title == SECOND
    assert says(reply, "I have that answer already")


def test_the_last_button_pressed_twice_shows_the_recommendation_again_and_keeps_it_once(begun: Talk) -> None:
    begun.say("one app", "code", "nothing")
    last = begun.reply.choices[0].command
    first = begun.command(last)
    second = begun.command(last)
    assert (second.kind, second.record) == ("recommendation", first.record)
    assert len(begun.kept) == 1


def test_a_button_of_an_earlier_dialogue_moves_nothing(begun: Talk) -> None:
    old = begun.reply.choices[2].command
    begun.say("restart", "one app")
    before = begun.run
    reply = begun.command(old)
    assert begun.run == before
    assert reply.title == SECOND


def test_a_button_of_a_stopped_dialogue_says_that_it_is_over(begun: Talk) -> None:
    old = begun.reply.choices[0].command
    begun.say("stop")
    reply = begun.command(old)
    assert (reply.kind, reply.title) == ("notice", "That is over")
    assert begun.conversation.triage is None


def test_back_takes_the_last_answer_back(begun: Talk) -> None:
    begun.say("one app", "code")
    assert begun.say("back").title == SECOND
    assert begun.say("back").title == FIRST
    assert not begun.answers


def test_back_from_the_first_question_stays_there(begun: Talk) -> None:
    reply = begun.say("back")
    assert reply.title == FIRST
    assert says(reply, "This is the first question")


def test_what_everything_depends_on_cannot_be_skipped(begun: Talk) -> None:
    assert begun.say("skip").title == FIRST
    assert "Skip" not in {choice.label for choice in buttons(begun.reply)}
    begun.say("one app")
    assert begun.press("Skip").title == THIRD
    assert begun.answers["worry"] == ()


def test_why_says_why_what_the_options_mean_and_asks_again(begun: Talk) -> None:
    reply = begun.say("why?")
    assert says(reply, "The source makes the choice depend on this")
    assert says(reply, "A whole product: software")
    assert reply.citations
    assert reply.title == FIRST
    assert next(choice.command for choice in reply.choices).startswith("pick:")


@pytest.mark.parametrize("question", ["what is SAST?", "does appsec cover supply chain", "help", "drawbacks of appsec"])
def test_any_question_in_between_is_answered_and_leads_back(begun: Talk, question: str) -> None:
    begun.say("one app")
    before = begun.run
    reply = begun.say(question)
    assert reply.kind in ("answer", "help")
    assert begun.run == before
    assert "Back to question 2" in {choice.label for choice in reply.choices}
    assert begun.press("Back to question 2").title == SECOND
    assert begun.run == before


def test_back_after_a_digression_leads_back_to_the_question(begun: Talk) -> None:
    begun.say("one app", "what is SAST?")
    assert begun.say("back").title == SECOND
    assert begun.answers == {"protect": ("one",)}


def test_why_after_a_digression_is_about_the_answer_just_given(begun: Talk) -> None:
    begun.say("one app", "does appsec cover supply chain?")
    assert begun.say("why?").kind == "answer"


def test_a_follow_up_to_a_digression_is_no_answer_to_the_question(begun: Talk) -> None:
    begun.say("one app", "code", "what is SAST?")
    reply = begun.say("and DAST")
    assert (reply.entry or "").startswith("dast")
    assert "existing" not in begun.answers


def test_an_incident_goes_before_the_question(begun: Talk) -> None:
    reply = begun.say("we have been hacked, it is our web app")
    assert says(reply, "incident")
    assert not begun.answers


def test_a_changed_answer_changes_what_follows(begun: Talk) -> None:
    begun.say("a whole product", "suppliers", "nothing", "none", "no budget")
    assert begun.reply.title == SHORT
    reply = begun.say("change the second answer to code")
    assert says(reply, "Changed. What worries you most? Flaws in our code")
    reply = begun.say("actually just one app")
    assert reply.title == "AppSec first"
    assert "means" not in begun.answers
    assert says(reply, "No longer asked: Can your teams work together")
    assert len(begun.kept) == 3


def test_what_an_answer_makes_necessary_is_asked_then(talk: Talk) -> None:
    reply = finished(talk).say("actually it's a whole product")
    assert reply.title == "Can your teams work together, and is there time and money?"


def test_an_addition_keeps_the_other_options_and_only_replaces_them(begun: Talk) -> None:
    begun.say("one app", "code", "actually we worry about insiders too")
    assert begun.answers["worry"] == ("code", "insiders")
    begun.say("actually only people being tricked worry us")
    assert begun.answers["worry"] == ("tricked",)


def test_what_is_denied_is_taken_out(begun: Talk) -> None:
    begun.say("one app", "code and insiders", "actually not insiders")
    assert begun.answers["worry"] == ("code",)


def test_a_change_that_fits_two_answers_is_asked_about(begun: Talk) -> None:
    before = begun.say("one app", "code", "nothing")
    answers = begun.answers
    reply = begun.say("actually we do have suppliers")
    assert begun.answers == answers
    assert {"What has to be protected: A whole product", "What worries you most: Third-party components"} <= {
        choice.label for choice in reply.choices
    }
    assert begun.press("Leave it as it is").title == before.title
    begun.say("actually we do have suppliers")
    begun.press("What worries you most: Third-party components")
    assert begun.answers["worry"] == ("code", "components")


def test_a_question_can_be_opened_again_by_name_number_or_button(begun: Talk) -> None:
    begun.say("one app", "code")
    for text in ("change the first answer", "change what has to be protected", "edit question 1", "fix answer 1"):
        assert begun.say(text).title == FIRST, text
        assert says(begun.reply, "Your answer so far: One application")
        assert begun.say("back").title == THIRD
    begun.say("change my answer")
    assert begun.press(FIRST).title == FIRST
    begun.say("several apps")
    assert begun.reply.title == THIRD
    assert begun.answers == {"protect": ("several",), "worry": ("code",)}


def test_restart_forgets_the_answers(begun: Talk) -> None:
    old = begun.run.id
    reply = begun.say("one app", "start over")
    assert reply.title == FIRST
    assert not begun.answers
    assert begun.run.id != old


def test_after_a_pause_it_asks_whether_to_go_on(begun: Talk) -> None:
    begun.say("one app")
    begun.now += PAUSE
    reply = begun.say("code")
    assert reply.title == "Resume or start again?"
    assert "worry" not in begun.answers
    assert begun.press("Go on with question 2").title == SECOND
    begun.say("code")
    begun.now += 2 * DAY
    begun.conversation = without_expired(begun.conversation, begun.now, Retention())
    assert begun.say("triage").title == "Resume or start again?"
    assert begun.say("start again").title == FIRST


def test_after_a_pause_a_number_is_not_taken_for_an_option(begun: Talk) -> None:
    begun.now += PAUSE
    assert begun.say("2").title == "Resume or start again?"
    assert not begun.answers


def test_a_button_counts_after_a_pause_too(begun: Talk) -> None:
    begun.now += PAUSE
    assert begun.press("One application").title == SECOND


def test_an_open_dialogue_is_gone_after_its_time(begun: Talk) -> None:
    gone = without_expired(begun.conversation, begun.now + Retention().triage, Retention())
    assert gone.triage is None


def test_triage_again_shows_the_open_question(begun: Talk) -> None:
    begun.say("one app")
    assert begun.say("triage").title == SECOND
    assert begun.say("help us choose").title == SECOND


def test_triage_after_the_end_begins_anew(talk: Talk) -> None:
    old = finished(talk).run.id
    assert talk.say("triage").title == FIRST
    assert talk.run.id != old


def test_why_after_the_end_says_what_each_answer_speaks_for(talk: Talk) -> None:
    reply = finished(talk).say("why?")
    assert reply.title == "Why: AppSec first"
    assert says(reply, "What worries you most? Flaws in our code")
    assert reply.record == talk.run.record
    assert talk.say("back").title == "Which compliance is due?"


def test_a_question_after_the_end_is_a_question(talk: Talk) -> None:
    reply = finished(talk).say("what is SAST?")
    assert reply.entry == "sast"
    assert not any(choice.command.startswith("resume") for choice in reply.choices)
    assert talk.say("why?").entry == "sast"


def test_the_whole_can_be_filled_in_as_one_form(talk: Talk) -> None:
    reply = talk.say("form")
    assert reply.form is not None
    assert [field.id for field in reply.form.fields] == ["protect", "worry", "existing", "due", "due/words", "means"]
    assert [field.required for field in reply.form.fields] == [True, *[False] * 5]
    reply = talk.fill(protect=("product",), worry=("components", "insiders"), means=("ready",))
    assert (reply.kind, reply.title) == ("recommendation", "Product security")
    assert talk.answers["existing"] == ()


def test_the_form_says_what_is_missing_and_keeps_the_rest(talk: Talk) -> None:
    talk.say("form")
    reply = talk.fill(worry=("code",))
    assert says(reply, "One answer is missing: What has to be protected?")
    assert reply.form is not None
    assert reply.form.fields[1].chosen == ("code",)
    assert talk.fill(protect=("one",)).kind == "recommendation"


def test_the_form_shows_what_is_answered_and_drops_what_does_not_apply(begun: Talk) -> None:
    begun.say("one app", "code")
    reply = begun.say("form")
    assert reply.form is not None
    assert [field.chosen for field in reply.form.fields][:2] == [("one",), ("code",)]
    begun.fill(protect=("one",), worry=("code",), existing=("nothing",), due=("nothing",), means=("little",))
    assert "means" not in begun.answers


def test_a_form_with_an_unknown_option_is_asked_again(begun: Talk) -> None:
    begun.say("form")
    reply = begun.fill(protect=("castle",))
    assert says(reply, "is missing")


def test_two_threads_do_not_share_a_dialogue(advisor: Advisor) -> None:
    one, other = Talk(advisor), Talk(advisor)
    one.say("help us choose", "one app")
    other.say("help us choose")
    assert one.reply.title == SECOND
    assert other.reply.title == FIRST


def test_a_folder_without_a_dialogue_says_so(gardener: Advisor) -> None:
    for message in (Message(text="triage"), Message(command="pick:a/b/c"), Message(text="form")):
        reply: Reply = gardener.turn(message, Conversation()).reply
        assert reply.kind == "triage"
        assert says(reply, "no questions to lead you")


async def test_a_kept_recommendation_is_shown_again_to_the_person_whose_it_is_and_to_nobody_else(
    advisor: Advisor,
) -> None:
    session = Session(advisor, InMemoryStore())
    for number, text in enumerate(("help us choose", *TO_THE_END)):
        given = await session.respond(Message(text, person="anna", delivery=str(number), at=1e6 + number))
    again = f"recommendation:{given.record}"
    shown = await session.respond(Message(command=again, person="anna", delivery="a", at=2e6))
    assert (shown.kind, shown.title, shown.record) == ("recommendation", "AppSec first", given.record)
    refused = await session.respond(Message(command=again, person="ben", delivery="b", at=2e6))
    assert (refused.kind, refused.title) == ("notice", "That recommendation is not there")


def test_the_form_says_which_answers_leave_a_question_out_or_which_it_is_asked_after(talk: Talk) -> None:
    form = talk.say("form").form
    assert form is not None
    hints = {field.id: field.hint for field in form.fields}
    assert hints["protect"] == ""
    assert hints["worry"] == "Leave this out if you picked “Something else” above."
    assert hints["due"] == "Leave this out if you picked “Something else” or “People being tricked” above."
    assert hints["means"] == "Only if you picked “A whole product” above."


def test_a_recommendation_in_short_is_its_conclusion_and_first_steps_with_a_button_that_shows_it_whole(
    talk: Talk,
) -> None:
    reply = finished(talk).reply
    assert reply.brief is not None
    assert [block for block in reply.body if block in reply.brief.body] == list(reply.brief.body)
    assert "What to do first" in str(reply.brief.body) and "What to watch" not in str(reply.brief.body)
    whole, *own = reply.brief.choices
    assert (whole.label, whole.command, whole.style) == (
        "Full recommendation", f"recommendation:{reply.record}", "primary",
    )  # fmt: skip
    assert set(own) < set(reply.choices)
    message = Message(text="full recommendation", record=talk.kept[-1].record)
    shown = talk.advisor.turn(message, talk.conversation).reply  # its label, typed
    assert shown.aside and shown.brief is None and reply.title == shown.title


def test_what_there_is_to_do_next_is_the_primary_button(talk: Talk) -> None:
    talk.say("help us choose", "1")
    back = talk.say("what is SAST?").choices[0]
    assert (back.label, back.style) == ("Back to question 2", "primary")
    help = talk.say("help")
    assert help.brief is not None and help.choices[0] == help.brief.choices[0] == back
    assert [choice.style for choice in talk.say("stop").choices] == ["primary"]
