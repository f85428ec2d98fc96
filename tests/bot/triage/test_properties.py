"""Whatever someone does, in whatever order: where the dialogue stands could have been reached by answering in order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advisor import Advisor
from bot.domain.dialogue_state import Run
from bot.domain.messages import Message, Reply
from bot.triage.transitions import reopened, start_run, with_answer
from tests.bot.triage.talk import Talk, buttons

SAID = (
    "help us choose", "triage", "form", "back", "skip", "why?", "restart", "resume", "cancel", "share", "help",
    "1", "2", "3, 1", "9", "the second one", "all of them", "none", "both", "one app", "several aplications",
    "a whole product", "code and suppliers", "phishing", "insiders, but not the cloud", "gdpr", "no budget", "not sure",
    "what is SAST?", "does appsec cover the cloud", "and the other one?", "thanks", "what is the weather", "xyzzy",
    "change the first answer", "change my answer", "fedramp",
    "another one", "change answer 2 to insiders", "actually we do have suppliers",
    "actually several apps", "actually not the code", "actually, what is RASP?", "change it", "",
)  # fmt: skip
AHEAD = st.lists(st.sampled_from(["1", "2", "3", "4"]), max_size=5)  # answers in order, to begin with
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(SAID)),
        st.tuples(st.just("press"), st.integers(0, 11)),
        st.tuples(st.just("press"), st.integers(0, 11)),
        st.tuples(st.just("press again"), st.integers(0, 40)),
        st.tuples(st.just("fill"), st.integers(0, 63)),
        st.tuples(st.just("wait"), st.integers(1, 30)),
    ),
    max_size=12,
)


def do(talk: Talk, deed: str, what: object, pressed: list[str]) -> Reply:
    offered = buttons(talk.reply)
    match deed, what:
        case "say", str(text):
            return talk.say(text)
        case "press", int(number) if offered:
            pressed.append(offered[number % len(offered)].command)
            return talk.command(pressed[-1])
        case "press again", int(number) if pressed:
            return talk.command(pressed[number % len(pressed)])
        case "fill", int(number) if talk.reply.form:
            return talk.fill(
                **{
                    field.id: ("FedRAMP",) * (number % 2)
                    if not field.options
                    else tuple(
                        option.value
                        for bit, option in enumerate(field.options)
                        if (number >> bit & 1 if field.multiple else bit == number % len(field.options))
                    )
                    for field in talk.reply.form.fields
                }
            )
        case "wait", int(hours):
            talk.now += hours * 3600
    return talk.say("why")


def in_order(run: Run, talk: Talk) -> Run:
    """The run after the same answers given one after another, and the open question opened if it has an answer."""
    triage = talk.advisor.knowledge.triage
    assert triage is not None
    straight = start_run(run.id, triage)
    for answer in run.answers:
        assert straight.at == answer.question
        straight = with_answer(straight, answer.question, answer.options, triage, answer.words)
    return reopened(straight, run.at) if run.at in straight.picks else straight


@settings(max_examples=120)
@given(ahead=AHEAD, deeds=DEEDS)
def test_the_dialogue_stands_where_a_straight_run_could_stand(
    advisor: Advisor, ahead: list[str], deeds: list[tuple[str, object]]
) -> None:
    talk, pressed = Talk(advisor), list[str]()
    talk.say("help us choose", *ahead)
    for deed, what in deeds:
        before = talk.conversation.triage
        reply = do(talk, deed, what, pressed)
        assert reply.text.strip() or reply.form
        run = talk.conversation.triage
        if run is not None:
            assert replace(run, record="", ended=0.0) == in_order(run, talk)
            assert bool(run.record) == (not run.is_open)
        if reply.kind not in ("triage", "recommendation") and reply.title != "Stopped":
            assert run == before


@settings(max_examples=40)
@given(ahead=AHEAD, deeds=DEEDS)
def test_every_button_that_is_shown_is_understood(
    advisor: Advisor, ahead: list[str], deeds: list[tuple[str, object]]
) -> None:
    talk, pressed = Talk(advisor), list[str]()
    talk.say("help us choose", *ahead)
    for deed, what in deeds:
        do(talk, deed, what, pressed)
        for choice in buttons(talk.reply):
            reply = talk.taken(Message(command=choice.command)).reply
            assert not reply.title.startswith("There is no command"), choice
            assert "earlier step" not in reply.text, choice


@settings(max_examples=60)
@given(ahead=AHEAD, deeds=DEEDS)
def test_every_record_replays_to_the_recommendation_that_was_given(
    advisor: Advisor, ahead: list[str], deeds: list[tuple[str, object]]
) -> None:
    talk, pressed = Talk(advisor), list[str]()
    talk.say("help us choose", *ahead)
    for deed, what in deeds:
        kept = len(talk.kept)
        reply = do(talk, deed, what, pressed)
        for effect in talk.kept[kept:]:
            replayed = advisor.recommendation(effect.record)
            assert replayed == advisor.recommendation(effect.record)
            assert (replayed.title, replayed.citations) == (reply.title, reply.citations)
            assert set(replayed.body) <= set(reply.body)  # beside what was said of a change
