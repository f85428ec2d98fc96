"""SharingCommands, subscriptions, and asking a person: from the first press to what stands in a channel."""

from __future__ import annotations

import json
import re

import pytest

from adapters.slack.posts import message_of
from bot.domain.effects import Post
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import buttons, texts
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.workspace import Channel

pytestmark = SHARED


async def shared(slack: Slack, *, note: str = "", by_command: bool = False) -> Screen:
    """Shares an answer with the person's channel. Returns what they see after confirming."""
    screen = Screen(slack, public=by_command)
    await (screen.command("what is SAST?") if by_command else screen.say("what is SAST?"))
    await screen.press("Share")
    await screen.fill({"place": [slack.channel], "note": [note] if note else []})
    await screen.press("Post it")
    return screen


def posted(slack: Slack) -> list[str]:
    """What stands in the person's channel, as JSON."""
    return [json.dumps(said) for said in slack.said() if said["channel"] == slack.channel]


async def test_s7_an_answer_is_posted_after_a_preview_under_the_persons_name(either_way: Slack) -> None:
    screen = await shared(either_way, note="Worth a read", by_command=True)
    assert "On its way" in screen.text
    await either_way.workspace.until(lambda: bool(posted(either_way)))
    [post] = posted(either_way)
    assert f'"type": "user", "user_id": "{either_way.person}"' in post
    assert "Worth a read" in post and "shared this" in post


async def test_s7_where_it_goes_is_picked_and_seen_before_anything_is_posted(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.press("Share")
    [picker] = [block["element"] for block in screen.blocks if block["type"] == "input"][:1]
    assert picker["type"] == "conversations_select"
    assert picker["filter"]["include"] == ["public", "private"]
    assert "initial_conversation" not in picker  # nothing is picked beforehand, least of all #general
    await screen.fill({"place": [slack.channel]})
    assert "Post this?" in screen.text and "Drop it" in screen.labels
    assert posted(slack) == []


@pytest.mark.parametrize("way", ["mention", "command"])
async def test_s7_sharing_in_a_channel_begins_with_that_channel(slack: Slack, way: str) -> None:
    screen = Screen(slack, public=True)
    await (screen.say("what is SAST?") if way == "mention" else screen.command("what is SAST?"))
    await screen.press("Share")
    [picker] = [block["element"] for block in screen.blocks if block["type"] == "input"][:1]
    assert picker["initial_conversation"] == slack.channel
    await screen.fill({})
    assert named_channel(screen) == slack.channel


def named_channel(screen: Screen) -> str:
    """The channel whose name Slack draws in what is shown."""
    [id] = re.findall(r'"type": "channel", "channel_id": "(\w+)"', json.dumps(screen.blocks))
    return str(id)


async def test_s7_the_preview_and_the_confirmation_of_a_post_name_the_channel(slack: Slack) -> None:
    channel = slack.workspace.add_channel(slack.person, private=True)
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.press("Share")
    await screen.fill({"place": [channel]})
    assert named_channel(screen) == channel
    await screen.press("Post it")
    assert "On its way" in screen.text and named_channel(screen) == channel


async def test_s7_the_preview_the_confirmation_and_the_end_of_a_subscription_name_the_channel(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("subscribe")
    await screen.fill({"place": [slack.channel]})
    assert named_channel(screen) == slack.channel
    for label in ("Set it up", "Stop it"):
        await screen.press(label)
        assert named_channel(screen) == slack.channel


async def test_the_person_alone_hears_that_it_is_there_with_its_address_and_takes_it_back(slack: Slack) -> None:
    await shared(slack, by_command=True)
    told = slack.workspace.called
    await slack.workspace.until(lambda: bool(told("chat.postEphemeral")))
    [notice] = told("chat.postEphemeral")
    assert notice.arguments["user"] == slack.person
    assert f"/archives/{slack.channel}/p" in json.dumps(notice.arguments["blocks"])
    command = buttons(notice.arguments["blocks"])["Take it back"]
    await slack.press(command, ephemeral=True)
    await slack.workspace.until(lambda: not posted(slack))


async def test_who_wants_to_be_forgotten_is_not_named_by_what_they_shared_any_more(slack: Slack) -> None:
    screen = await shared(slack, note="my own words")
    await slack.workspace.until(lambda: bool(posted(slack)))
    assert slack.person in posted(slack)[0] and "my own words" in posted(slack)[0]
    await screen.say("forget me")
    assert "1 post that no longer names you" in screen.text
    await slack.workspace.until(lambda: slack.person not in posted(slack)[0])
    assert "my own words" not in posted(slack)[0] and "SAST" in posted(slack)[0]


async def test_a_note_stays_dead_text(slack: Slack) -> None:
    await shared(slack, note="<!channel> <https://evil.example|x> *b*")
    await slack.workspace.until(lambda: bool(posted(slack)))
    [post] = posted(slack)
    assert '"text": "<!channel> <https://evil.example|x> *b*"' in post  # a text element shows it as it is
    assert "<" not in json.loads(post)["text"]


@pytest.mark.parametrize(
    ("member", "bot", "private", "says"),
    [
        (True, False, False, "/invite @advisor"),
        (True, False, True, "/invite @advisor"),
        (False, True, False, "You are not in that channel"),
        (False, True, True, "You are not in that channel"),
    ],
    ids=[
        "the bot is not in it",
        "nor in a private one",
        "the person is not in it",
        "nor in a private one with the bot",
    ],
)
async def test_s6_s15_a_channel_in_which_nothing_can_be_posted_is_refused_at_the_field_with_the_remedy(
    slack: Slack, member: bool, bot: bool, private: bool, says: str
) -> None:
    name = "secret-merger"
    channel = slack.workspace.add_channel(*([slack.person] if member else ()), bot=bot, private=private, name=name)
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.press("Share")
    _, answer = await screen.fill({"place": [channel]})
    assert answer["response_action"] == "errors"
    assert says in screen.errors["field-place"]
    assert name not in screen.text
    await screen.fill({"place": [slack.channel]})
    assert "Post this?" in screen.text


@pytest.mark.parametrize("typed", [False, True], ids=["by the button", "typed"])
@pytest.mark.parametrize("who", ["the person", "the bot"])
async def test_who_left_the_channel_after_the_preview_posts_nothing(slack: Slack, who: str, typed: bool) -> None:
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.press("Share")
    await screen.fill({"place": [slack.channel]})
    members = slack.workspace.channels[slack.channel].members
    left = slack.person if who == "the person" else slack.workspace.bot
    members.discard(left)
    await (screen.say("confirm") if typed else screen.press("Post it"))
    assert "Nothing was done" in screen.text
    assert ("You are not in that channel" if who == "the person" else "/invite @advisor") in screen.text
    members.add(left)
    assert posted(slack) == []
    await screen.say("confirm")  # it still waits
    await slack.workspace.until(lambda: len(posted(slack)) == 1)


async def test_who_left_the_channel_sets_no_subscription_up(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("subscribe")
    await screen.fill({"place": [slack.channel]})
    slack.workspace.channels[slack.channel].members.discard(slack.person)
    await screen.press("Set it up")
    assert "You are not in that channel" in screen.text
    await screen.say("unsubscribe")
    assert "Stopped" not in screen.text


async def test_an_archived_channel_is_refused(slack: Slack) -> None:
    channel = slack.workspace.add_channel(slack.person)
    slack.workspace.channels[channel].archived = True
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.press("Share")
    await screen.fill({"place": [channel]})
    assert "archived" in screen.errors["field-place"]


async def test_a_typed_share_gives_a_button_that_opens_the_form(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.say("share")
    await screen.fill({"place": [slack.channel]})
    await screen.press("Post it")
    await slack.workspace.until(lambda: bool(posted(slack)))


async def test_a_subscription_is_set_up_in_a_modal_and_stopped(slack: Slack) -> None:
    screen = Screen(slack, public=True)
    await screen.command("subscribe")
    await screen.fill({"place": [slack.channel]})
    assert "Every week" in screen.text
    await screen.press("Set it up")
    await screen.press("Stop it")
    assert "Stopped" in screen.text


async def test_s10_a_recurring_post_says_who_set_it_up_how_often_and_how_to_stop_it() -> None:
    say = shipped()
    post = Post("SAST", shared_by="U1", cadence="weekly", how_to_ask=f"{say('post-how-to-ask')} {say('post-stop')}")
    shown = json.dumps(message_of(say, post)["blocks"])
    assert '"user_id": "U1"' in shown and "every week" in shown and "unsubscribe" in shown


async def asked(slack: Slack, experts: str) -> str:
    """Waits until the person's question stands in the experts' channel. Returns its ts."""
    standing = slack.workspace.standing

    def found() -> list[str]:
        return [ts for ts, said in standing.items() if said["channel"] == experts and slack.person in json.dumps(said)]

    await slack.workspace.until(lambda: bool(found()))
    return found()[0]


def experts_of(slack: Slack) -> Channel:
    [experts] = [one for one in slack.workspace.channels.values() if one.name == "security-experts"]
    return experts


def expert(slack: Slack) -> Slack:
    """Somebody in the experts' channel."""
    dana = Slack.join(slack.wire, slack.service, slack.workspace)
    experts_of(slack).members.add(dana.person)
    return dana


async def ask(slack: Slack, screen: Screen) -> str:
    """Asks a person. Returns the ts of the question in the experts' channel."""
    await (screen.command if screen.public and not screen.thread else screen.say)(
        "does the article say anything about zero trust?"
    )
    await screen.press("Ask a person")
    await screen.press("Send it")
    return await asked(slack, experts_of(slack).id)


async def answer(slack: Slack, question: str, text: str, dana: Slack | None = None) -> None:
    """An expert's, by mentioning the advisor in the thread of the question."""
    said = f"<@{slack.workspace.bot}> {text}"
    await (dana or expert(slack)).mention(said, channel=experts_of(slack).id, thread_ts=question)


def where(slack: Slack, text: str) -> list[tuple[str, str]]:
    """Channel and thread of whatever stands anywhere but with the experts and says `text`."""
    return [
        (said["channel"], said.get("thread_ts", ""))
        for said in slack.workspace.standing.values()
        if said["channel"] != experts_of(slack).id and text in json.dumps(said)
    ]


async def test_a_question_goes_to_the_experts_and_their_answer_comes_back(slack: Slack) -> None:
    workspace, experts = slack.workspace, experts_of(slack)
    question = await ask(slack, Screen(slack))
    dana = expert(slack)
    command = buttons(workspace.standing[question]["blocks"])["Answer"]
    await dana.press(command, channel=experts.id)
    opened = workspace.called("views.open")[-1]
    await dana.submit(opened.made, {"answer": ["Ask the platform team."]})
    await workspace.until(lambda: any("Ask the platform team." in json.dumps(said) for said in slack.said()))
    assert "not from the source" in json.dumps(slack.said()[-1])


async def test_a_question_to_a_person_can_be_put_in_other_words_first(slack: Slack) -> None:
    workspace = slack.workspace
    [experts] = [one for one in workspace.channels.values() if one.name == "security-experts"]
    screen = Screen(slack)
    await screen.say("does the article say anything about zero trust?")
    await screen.press("Ask a person")
    await screen.fill({"question": ["who of us knows zero trust?"]})
    assert "who of us knows zero trust?" in screen.text
    await screen.press("Send it")
    question = await asked(slack, experts.id)
    assert "who of us knows zero trust?" in json.dumps(workspace.standing[question])


async def test_an_expert_answers_by_mentioning_the_advisor_in_the_thread(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("ask a person")
    await screen.fill({"question": ["who signs off our threat model?"]})
    await screen.press("Send it")
    await answer(slack, await asked(slack, experts_of(slack).id), "Ask Dana.")
    await slack.workspace.until(lambda: any("Ask Dana." in json.dumps(said) for said in slack.said()))


@pytest.mark.parametrize("bot", [True, False], ids=["where the bot is", "where it is not"])
async def test_the_answer_to_what_nobody_else_saw_comes_to_the_asker_alone(slack: Slack, bot: bool) -> None:
    if not bot:
        slack.workspace.channels[slack.channel].members.discard(slack.workspace.bot)
    screen = Screen(slack, public=True)
    screen.thread = ""  # asked by the command
    text = f"Ask {slack.person}'s manager."
    await answer(slack, await ask(slack, screen), text)
    await slack.workspace.until(lambda: bool(where(slack, text)))
    assert where(slack, text) == [(slack.dm, "")]


async def test_the_answer_to_what_was_asked_in_a_thread_stands_in_that_thread(slack: Slack) -> None:
    screen, text = Screen(slack, public=True), f"Ask {slack.person}'s manager."
    await answer(slack, await ask(slack, screen), text)
    await slack.workspace.until(lambda: bool(where(slack, text)))
    assert where(slack, text) == [(slack.channel, screen.thread)]


async def test_an_experts_mention_is_passed_on_as_they_read_it(slack: Slack) -> None:
    await answer(slack, await ask(slack, Screen(slack)), "See <https://wiki.example/rd|the wiki> by R&amp;D, <@U777>.")
    await slack.workspace.until(lambda: bool(where(slack, "by R&D")))
    assert "See the wiki (https://wiki.example/rd) by R&D, @somebody." in texts(slack.said()[-1]["blocks"])


SECRET_KEY = "AKIA" + "IOSFODNN7EXAMPLQ"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "Nothing was passed on"),
        ("so " * 500, "1000 characters fit"),
        (f"log in with {SECRET_KEY}", "secret"),
    ],
    ids=["nothing", "too much", "a secret"],
)
async def test_what_cannot_be_an_answer_is_not_passed_on_and_the_question_stays_open(
    slack: Slack, said: str, told: str
) -> None:
    question, dana = await ask(slack, Screen(slack)), expert(slack)
    await answer(slack, question, said, dana)
    assert told in slack.workspace.calls[-1].shown
    assert slack.workspace.calls[-1].arguments["thread_ts"] == question
    text = f"Ask {slack.person}'s manager."
    await answer(slack, question, text, dana)
    await slack.workspace.until(lambda: bool(where(slack, text)))
    assert SECRET_KEY not in json.dumps(slack.said()) and "so so" not in json.dumps(slack.said())


async def test_an_expert_who_mentioned_the_advisor_and_said_nothing_can_use_the_form(slack: Slack) -> None:
    question, dana = await ask(slack, Screen(slack)), expert(slack)
    await answer(slack, question, "", dana)
    hint = slack.workspace.calls[-1].arguments["blocks"]
    await dana.press_label(hint, "Answer", channel=experts_of(slack).id, thread=question)
    await dana.submit(slack.workspace.called("views.open")[-1].made, {"answer": [f"Ask {slack.person}'s manager."]})
    await slack.workspace.until(lambda: bool(where(slack, "manager")))


async def test_an_expert_whose_answer_reaches_nobody_is_told_in_the_thread(slack: Slack) -> None:
    question, dana = await ask(slack, Screen(slack)), expert(slack)
    slack.workspace.channels[slack.dm].members.discard(slack.workspace.bot)
    await answer(slack, question, "Ask Dana.", dana)
    told = slack.workspace.called
    await slack.workspace.until(lambda: bool(told("chat.postEphemeral")))
    [notice] = told("chat.postEphemeral")
    said = notice.arguments
    assert (said["channel"], said["thread_ts"], said["user"]) == (experts_of(slack).id, question, dana.person)
    assert "Your answer did not get there" in notice.shown


async def test_what_an_expert_adds_to_an_answer_is_passed_on_too_and_starts_nothing(slack: Slack) -> None:
    question, dana = await ask(slack, Screen(slack)), expert(slack)
    for text in (f"Ask {slack.person}'s manager.", f"Or recommend something to {slack.person} yourself."):
        await answer(slack, question, text, dana)
        await slack.workspace.until(lambda text=text: bool(where(slack, text)))  # type: ignore[misc]
        told = [said for said in slack.workspace.standing.values() if said.get("thread_ts") == question][-1]
        assert texts(told["blocks"])[0] == "Passed on"
    assert "had an answer already" in json.dumps(told)


async def test_what_cannot_be_told_where_the_command_was_used_is_told_directly(slack: Slack) -> None:
    elsewhere = slack.workspace.add_channel(slack.person, bot=False)
    _, shown = await slack.command("what is SAST?", elsewhere)
    await slack.press(buttons(shown["blocks"])["Share"], channel=elsewhere, ephemeral=True)
    form = slack.workspace.called("views.open")[-1].made
    await slack.submit(form, {"place": [slack.channel]})
    await slack.submit(list(slack.workspace.views)[-1])
    await slack.workspace.until(lambda: any("Your post is there" in json.dumps(said) for said in slack.said()))
    [notice] = [said for said in slack.said() if said["channel"] == slack.dm]
    assert f"/archives/{slack.channel}/p" in json.dumps(notice)
    await slack.press(buttons(notice["blocks"])["Take it back"], channel=slack.dm)
    await slack.workspace.until(lambda: not posted(slack))


async def test_who_wants_to_be_forgotten_is_not_named_in_the_experts_channel_any_more(slack: Slack) -> None:
    workspace, experts, screen = slack.workspace, experts_of(slack), Screen(slack)
    text = f"Ask {slack.person}'s manager."
    question, dana = await ask(slack, screen), expert(slack)
    command = buttons(workspace.standing[question]["blocks"])["Answer"]
    await dana.press(command, channel=experts.id)
    opened = workspace.called("views.open")[-1]
    await screen.say("forget me")
    assert "1 question" in screen.text
    await workspace.until(lambda: question not in workspace.standing)
    _, told = await dana.submit(opened.made, {"answer": [text]})
    assert "not there any more" in json.dumps(told) and not where(slack, text)


async def test_nobody_outside_the_experts_channel_answers_in_their_name(slack: Slack) -> None:
    await slack.press("answering:some-question")
    assert "views.open" not in [call.method for call in slack.workspace.calls]
    assert texts(slack.workspace.calls[-1].arguments["blocks"])


async def test_s5_somebody_of_another_workspace_is_answered_and_posts_nothing(slack: Slack) -> None:
    await slack.mention(f"<@{slack.workspace.bot}> what is SAST?", user_team="T-partner", ts="1700000000.5")
    [answer] = slack.said()
    assert "SAST" in json.dumps(answer)
    await slack.mention(f"<@{slack.workspace.bot}> share", user_team="T-partner", thread_ts="1700000000.5")
    assert "no channels here to post in" in json.dumps(slack.said()[-1])
