"""What the advisor says to one message: verdicts, follow-ups, several questions, declines, guards, raw text."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.effects import Vote
from bot.domain.messages import Message, Reply

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ROOT / "knowledge"


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("does appsec cover infrastructure", "no"),
        ("Is infrastructure left out by AppSec?", "yes"),
        ("Doesn't AppSec cover infrastructure?", "no"),
        ("is it true that product security covers infrastructure?", "yes"),
        ("our servers are not patched. does product security cover infrastructure?", "yes"),
        ("is product security reactive", "no"),
        ("is appsec proactive", "partly"),
        ("does appsec check dependencies", "partly"),
        ("is SAST a tool of product security", "no"),
        ("is threat modeling a product security tool", "yes"),
        ("does IAST produce fewer false alarms", "yes"),
        ("does SAST produce fewer false alarms", "no"),
        ("does ASPM deal with security testing only", "no"),
        ("does appsec concentrate on individual applications only", "yes"),
        ("I wonder whether product security is expensive", "yes"),
        ("product security slows development, doesn't it?", "yes"),
        ("is incident response the purpose of product security", "no"),
        ("what is product security", None),
        ("RASP?", None),
    ],
)
def test_a_verdict_comes_from_what_the_claims_say(advisor: Advisor, question: str, verdict: str | None) -> None:
    reply = advisor.ask(question)
    assert reply.kind == "answer"
    assert reply.verdict in (verdict, None), reply.text  # where it is not sure, none is said


def test_both_sides_of_a_tension_are_shown(advisor: Advisor) -> None:
    assert {"table.approach.appsec", "appsec.con.incident.proactive"} <= cited(advisor.ask("is appsec reactive"))


@pytest.mark.parametrize(
    ("before", "question", "claim"),
    [
        ("what tools does appsec use", "and product security?", "table.tools.prodsec"),
        ("what is product security", "what about the downsides?", "prodsec.con.cycles"),
        ("what is product security", "does it cover the cloud too?", "prodsec.pro.comprehensive"),
        ("does product security cover infrastructure", "and appsec?", "appsec.con.scope.infrastructure"),
        ("does rasp slow the app", "why?", "appsec.con.performance"),
        ("what is sast", "how does that differ from dast?", "appsec.type.dast"),
        ("what is the scope of appsec", "how does that compare with product security?", "table.scope.prodsec"),
        ("what are the pros of appsec", "and the other one, what are its cons?", "prodsec.con.cycles"),
        ("does rasp slow the app", "can we do something about it?", "appsec.con.performance.mitigation"),
        ("what tools does appsec use", "and those of the other camp?", "table.tools.prodsec"),
        ("does product security help in incidents", "is that its purpose?", "prodsec.pro.incident.caveat"),
    ],
)
def test_a_follow_up_is_read_with_what_was_talked_about(
    advisor: Advisor, before: str, question: str, claim: str
) -> None:
    assert claim in cited(advisor.ask(question, [before]))


def test_a_name_alone_is_asked_about_as_the_question_before(advisor: Advisor) -> None:
    reply = advisor.ask("ok and social engineering?", ["does appsec cover supply chain risks?"])
    assert reply.entry == "appsec-social-engineering"
    assert reply.verdict in ("no", None)


@pytest.mark.parametrize(
    ("before", "question", "entry", "verdict"),
    [
        ("what is SAST?", "and DAST?", "dast", None),
        ("what is SAST?", "dynamic?", "dast", None),
        ("explain static testing", "and the interactive one?", "iast", None),
        ("what is application security?", "and product?", "prodsec-definition", None),
        ("does SAST read the source code?", "and DAST?", "dast-source-code", "no"),
        ("does appsec cover phishing?", "and what about weak cryptography", "appsec-crypto", "yes"),
        ("what is product security?", "no sorry, I meant AppSec", "appsec-definition", None),
        ("what is ASPM?", "does it belong to product security?", "aspm-within-appsec", "no"),
        ("which discipline looks after hardware?", "and does AppSec do that as well?", "appsec-software-only", "no"),
        ("what is product security?", "ok thanks. could you book me a table tonight?", None, None),
        ("what does appsec cover?", "and what about weak cryptography", "appsec-crypto", None),
        ("what is SAST?", "which vendors?", None, None),
    ],
)
def test_another_name_is_asked_about_in_the_same_way(
    advisor: Advisor, before: str, question: str, entry: str | None, verdict: str | None
) -> None:
    reply = advisor.ask(question, [before])
    assert reply.entry == entry, reply.text
    assert reply.verdict in (verdict, None), reply.text


def test_a_complete_question_is_not_bent_by_what_came_before(advisor: Advisor) -> None:
    for question in ("does appsec cover phishing?", "is product security expensive?", "what is IAST"):
        alone, after = advisor.ask(question), advisor.ask(question, ["what are the cons of product security"])
        assert after.entry == alone.entry
        assert alone.verdict in (after.verdict, None) or after.verdict is None


def test_each_of_several_questions_is_answered(advisor: Advisor) -> None:
    reply = advisor.ask("does appsec cover phishing? and is product security expensive?")
    assert {"appsec.con.scope.social-engineering", "prodsec.con.resources"} <= cited(reply)
    assert "Yes. AppSec and social" not in reply.text and "No. Investment" not in reply.text


def test_a_question_that_could_mean_anything_is_asked_back(advisor: Advisor) -> None:
    reply = advisor.ask("is it included?")
    assert reply.kind == "clarify"
    assert 0 < len(reply.choices) <= 5
    for choice in reply.choices:
        name, _, entry = choice.command.partition(":")
        assert name == "answer" and entry in advisor.knowledge.answers


@pytest.mark.parametrize(
    "question",
    ["does appsec include penetration testing", "what does an appsec engineer earn", "what does a DAST scan cost"],
)
def test_what_the_source_is_silent_on_is_said_to_be_so(advisor: Advisor, question: str) -> None:
    reply = advisor.ask(question)
    assert reply.kind == "unstated"
    assert reply.choices
    assert not reply.citations


@pytest.mark.parametrize(
    "question",
    [
        "how do I bake bread",
        "when does my train leave",
        "sing a song",
        "349 plus 19% vat is how much",  # a word that means advantages here, and something else there
    ],
)
def test_what_is_not_the_subject_is_declined_with_what_can_be_asked(advisor: Advisor, question: str) -> None:
    reply = advisor.ask(question)
    assert reply.kind == "offtopic"
    assert reply.choices


def test_a_secret_is_answered_with_advice_and_not_repeated(advisor: Advisor) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    reply = advisor.ask(f"is this one safe: {token} ?")
    assert reply.kind == "notice"
    assert "rotate" in reply.text.lower()
    assert token not in reply.text


def test_an_incident_is_met_with_the_contact_first(learnt: Path) -> None:
    told = Advisor.load(KNOWLEDGE, "call 4711", learnt).ask(
        "we've been breached. what is incident response in product security?"
    )
    assert told.text.index("4711") < told.text.index("incident response")


@pytest.mark.parametrize(
    "raw",
    [
        "<@U012AB3CD> does *AppSec* cover _phishing_ &amp; scams? :fish:",
        "<at>Advisor</at> does AppSec cover <b>phishing</b>?&nbsp;",
        "&gt; see <https://example.com/x?a=1|this page>\ndoes appsec cover phishing",
        "DOES APPSEC COVER PHISHING???",
        "duz appsec covr phising",
    ],
)
def test_raw_text_is_read_as_it_is_typed(advisor: Advisor, raw: str) -> None:
    reply = advisor.ask(raw)
    assert reply.entry == "appsec-social-engineering"
    assert reply.verdict in ("no", None)


def test_a_reply_explains_itself(advisor: Advisor) -> None:
    found = advisor.ask("duz appsec cover suply chain").explanation
    assert found["subjects"] == ["appsec"]
    assert found["topics"] == ["supply-chain"]
    assert ["suply", "supply"] in found["mended"]  # type: ignore[operator]
    assert {"candidates", "rule", "context"} <= set(found)


def test_the_same_question_gets_the_same_reply_in_any_process(advisor: Advisor, learnt: Path) -> None:
    """What is learnt is the same in any process too: `test_retrieval`."""
    questions = ["is appsec proactive", "what can dast find", "and the costs?", "which camp plans ahead", "hats"]
    lines = "\n".join(json.dumps({"q": question}) for question in questions)
    replies = [
        subprocess.run(
            [sys.executable, "-m", "adapters.cli", "ask", "--batch"], input=lines, capture_output=True, text=True,
            check=True, cwd=ROOT, env={"PATH": "", "PYTHONHASHSEED": seed, "CACHE_DIR": str(learnt)},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert len(replies[0].splitlines()) == len(questions)
    assert replies[0] == replies[1]


def test_a_question_that_recurs_is_read_once_and_a_long_message_is_not_remembered(advisor: Advisor) -> None:
    recurring, long = "what is RASP?", "what is RASP? " + "I ask for a friend. " * 20
    assert advisor.reader.read(recurring) is advisor.reader.read(recurring)
    assert advisor.reader.read(long) is not advisor.reader.read(long)


def test_a_question_that_recurs_is_answered_as_each_conversation_stands(advisor: Advisor) -> None:
    asked = "and what are its drawbacks?"
    first = advisor.ask(asked, ["what is AppSec?"])
    other = advisor.ask(asked, ["what is product security?"])
    assert advisor.ask(asked, ["what is AppSec?"]) == first
    assert (first.kind, first.entry, other.entry) == ("answer", "appsec-cons", "prodsec-cons")


def test_a_question_that_recurs_has_a_reference_of_its_own_and_is_a_gap_each_time(advisor: Advisor) -> None:
    asked = [Message(text="what is the price of gold in zurich?", person=person) for person in ("anna", "ben")]
    first, second = (advisor.turn(message, Conversation()) for message in asked)
    assert first.reply.reference != second.reply.reference
    assert first.effects == second.effects != ()


def test_a_folder_with_nothing_but_answers_works_by_wording_alone(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "garden.yaml").write_text(
        "- id: roses\n  questions: [when do I cut roses, pruning of roses, cutting back a rose bush]\n"
        "  answer: In spring.\n"
        "- id: lawn\n  questions: [how often do I mow the lawn, mowing grass, cutting the lawn]\n  answer: Weekly.\n"
    )
    advisor = Advisor.load(tmp_path)
    assert advisor.ask("when should the roses be pruned?").entry == "roses"
    assert advisor.ask("is it time to mow the grass").entry == "lawn"
    assert advisor.ask("price of gold in zurich").kind in ("unstated", "offtopic", "clarify")


def cited(reply: Reply) -> set[str]:
    return {citation.claim for citation in reply.citations}


@pytest.mark.parametrize(
    "typed", ["vote:no/ef01/\x1b[31mno such entry", "vote:no/ef01/no-such/wrong", "vote:yes/ef01/nope"]
)
def test_a_vote_that_is_typed_names_no_entry_that_there_is_not(advisor: Advisor, typed: str) -> None:
    effects = advisor.turn(Message(text=typed), Conversation()).effects
    assert [effect.entry for effect in effects if isinstance(effect, Vote)] == [None]


def test_a_vote_on_a_reference_that_is_none_of_ours_is_none(advisor: Advisor) -> None:
    effects = advisor.turn(Message(text=f"vote:yes/{'r' * 101}/"), Conversation()).effects
    assert not any(isinstance(effect, Vote) for effect in effects)


@pytest.mark.parametrize(
    ("message", "replaces"),
    [
        (Message(command="triage"), True),
        (Message(command="confirm:x"), True),
        (Message(command="pick:gone/question/option"), True),
        (Message(command="help"), False),
        (Message(command="answer:compare-all"), False),
        (Message(text="triage"), False),
    ],
    ids=["a step", "what settles", "a stale step", "help", "an answer", "typed"],
)
def test_what_takes_the_place_of_what_was_pressed(advisor: Advisor, message: Message, replaces: bool) -> None:
    assert advisor.turn(message, Conversation()).reply.replaces is replaces


def test_help_in_short_is_one_line_with_first_questions_as_buttons_and_the_commands_behind_one(
    advisor: Advisor,
) -> None:
    reply = advisor.ask("help")
    assert reply.brief is not None
    assert len(reply.brief.body) == 1
    *questions, commands = reply.brief.choices
    assert tuple(questions) == reply.choices
    assert [choice.label for choice in questions] == list(advisor.phrases.all("help-examples"))
    listed = advisor.turn(Message(command=commands.command), Conversation()).reply
    assert listed.aside and listed.body[0] in reply.body


def test_a_question_on_a_button_is_answered_as_if_it_had_been_typed(advisor: Advisor) -> None:
    for choice in advisor.ask("help").choices:
        pressed = advisor.turn(Message(command=choice.command), Conversation()).reply
        typed = advisor.ask(choice.label)
        assert (pressed.kind, pressed.title, pressed.verdict) == (typed.kind, typed.title, typed.verdict)
        assert pressed.kind in ("answer", "triage")
    assert advisor.turn(Message(command="question:"), Conversation()).reply.kind == "notice"


def test_a_phrasing_that_is_newer_than_the_reader_is_answered_at_once_also_when_it_was_just_asked(
    advisor: Advisor,
) -> None:
    asked = "how tall is the eiffel tower at dusk"
    assert advisor.ask(asked).entry != "sast"
    sast = advisor.knowledge.answers["sast"]
    answers = {**advisor.knowledge.answers, "sast": replace(sast, questions=(*sast.questions, asked))}
    newer = advisor.with_knowledge(replace(advisor.knowledge, answers=answers))
    assert newer.ask(asked).entry == newer.ask(asked, [asked]).entry == "sast"
