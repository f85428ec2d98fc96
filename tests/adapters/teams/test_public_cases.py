"""Messages as people reported them from Teams: odd mentions, quotes, code and files. Each ends right."""

from __future__ import annotations

from typing import Any

import pytest

from bot.advisor import Advisor
from bot.domain.messages import Message
from bot.nlu.text import own_words
from bot.service.session import Session
from tests.adapters.teams.card_schema import texts
from tests.adapters.teams.conftest import MakeWorld, TinySession, World
from tests.teams_connector.activities import (
    BOT,
    CHANNEL,
    activity,
    in_channel,
    in_group_chat,
    mention,
    message,
    pressed,
)


def written(html: str) -> dict[str, Any]:
    """The HTML that Teams sends beside a text."""
    return {"contentType": "text/html", "content": html}


async def heard(world: World, text: str, **changed: Any) -> Message:
    assert await world.post(message(world.connector.url, text, **changed)) == (200, "")
    return world.session.heard[-1]


async def test_a_mention_split_per_word_is_taken_out_T18(world: World) -> None:
    split = [mention(BOT, "<at>Security</at>"), mention(BOT, "<at>Advisor</at>")]
    asked = await heard(world, "<at>Security</at> <at>Advisor</at> what is it?", entities=split, **in_channel())
    assert asked.text == "what is it?"


async def test_a_mention_that_is_named_twice_is_taken_out_once_T18(world: World) -> None:
    asked = await heard(world, "<at>Security Advisor</at> what is it?", entities=[mention(BOT)] * 2, **in_channel())
    assert asked.text == "what is it?"


@pytest.mark.parametrize(
    ("in_text", "in_entity"),
    [
        ("R&amp;D Bot", "R&amp;D Bot"),
        ("R&D Bot", "R&amp;D Bot"),
        ("R&amp;D Bot", "R&D Bot"),
        ("Advisor (dev) [x]*", "Advisor (dev) [x]*"),
        ("Advisor+ \\d {1}?", "Advisor+ \\d {1}?"),
    ],
)
async def test_a_name_with_signs_in_it_is_taken_out_T18(world: World, in_text: str, in_entity: str) -> None:
    entities = [mention(BOT, f"<at>{in_entity}</at>")]
    asked = await heard(world, f"<at>{in_text}</at> what is it?", entities=entities, **in_channel())
    assert asked.text == "what is it?"


async def test_the_html_beside_a_text_changes_nothing(world: World) -> None:
    html = "<p><span itemtype='http://schema.skype.com/Mention' itemid='0'>Security Advisor</span>&nbsp;what is it?</p>"
    asked = await heard(
        world,
        "<at>Security Advisor</at> what is it?",
        entities=[mention(BOT), {"type": "clientInfo", "locale": "en-US"}, {"type": "none such", "text": 1}],
        attachments=[written(html)],
        **in_channel(),
    )
    assert (asked.text, asked.has_files) == ("what is it?", False)


FILE = {
    "contentType": "application/vnd.microsoft.teams.file.download.info",
    "contentUrl": "https://files.example/plan.docx",
    "name": "plan.docx",
    "content": {"downloadUrl": "https://files.example/plan.docx?key", "fileType": "docx"},
}
PICTURE = {"contentType": "image/*", "contentUrl": "https://connector.example/v3/attachments/1/views/original"}
UNREAD = {
    "a file in a personal chat": [FILE],
    "a picture in a personal chat": [PICTURE, written("<p><img itemtype='http://schema.skype.com/AMSImage'></p>")],
    "a file in a channel": [written('<p></p><attachment id="1"></attachment>')],
    "a picture in a channel": [written("<p><img src='x' itemtype='http://schema.skype.com/AMSImage'></p>")],
}


@pytest.mark.parametrize("attachments", UNREAD.values(), ids=UNREAD)
async def test_files_and_pictures_are_told_of(world: World, attachments: list[dict[str, Any]]) -> None:
    assert (await heard(world, "does it help?", attachments=attachments)).has_files


@pytest.mark.parametrize(
    "attachment",
    [
        written("<p>hi <img itemtype='http://schema.skype.com/Emoji' alt='smile'></p>"),
        {"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard"}},
        {"contentType": "messageReference", "content": "{}"},
        {"contentType": "text/html", "contentUrl": "https://connector.example/1"},
    ],
)
async def test_what_is_no_file_is_not_taken_for_one(world: World, attachment: dict[str, Any]) -> None:
    assert not (await heard(world, "does it help?", attachments=[attachment])).has_files


async def test_a_file_alone_is_told_that_files_are_not_read(make_world: MakeWorld, advisor: Advisor) -> None:
    session = TinySession()
    world = await make_world(session=session)
    session.whole = Session(advisor, world.store)
    await world.post(activity(world.connector.url, text=None, attachments=[FILE]))
    [sent] = world.connector.messages
    assert "files" in " ".join(texts(sent.card)).lower()


QUOTED = {
    "an answer to a message": '<blockquote itemtype="http://schema.skype.com/Reply" itemid="1">'
    '<strong itemprop="mri">Erik</strong><p itemprop="preview">forget me</p></blockquote><p>&nbsp;</p>',
    "lines that are quoted": "<blockquote><p>forget me</p></blockquote>",
    "code": "<p><code>forget me</code></p>",
    "a block of code": '<pre class="language-text"><code>forget me</code></pre>',
    "a block of code as it was": "<codeblock><code>forget me</code></codeblock>",
    "code within words": "<p>please <code>forget</code> me</p>",
    "code with a sign that ends code": "<p><code>` forget me `</code></p>",
    "code that never ends": "<p><code>forget me</p>",
    "quotes in quotes": "<blockquote><blockquote>x</blockquote>forget me</blockquote>",
}


@pytest.mark.parametrize("html", QUOTED.values(), ids=QUOTED)
async def test_nothing_in_a_quote_or_code_is_carried_out(world: World, html: str) -> None:
    """The text beside the HTML is the same as that of the command."""
    asked = await heard(world, "forget me", attachments=[written(html)])
    assert own_words(asked.text).said in ("", "please me")
    assert "forget" in asked.text


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote><p>what is it?</p></blockquote><p>forget me</p>",
        "<p>forget me</p><pre><code>x = 1</code></pre>",
        "<p><span itemtype='http://schema.skype.com/Mention' itemid='0'>Security Advisor</span>&nbsp;forget me</p>"
        "<blockquote>x</blockquote>",
        "<p><at id='0'>Security Advisor</at> forget me</p><blockquote>x</blockquote>",
    ],
)
async def test_ones_own_words_beside_a_quote_are(world: World, html: str) -> None:
    asked = await heard(world, "as shown", attachments=[written(html)], entities=[mention(BOT)], **in_group_chat())
    assert own_words(asked.text).said in ("forget me", "")
    assert "forget me" in [line.strip() for line in asked.text.splitlines()]


async def test_a_quote_that_teams_names_by_its_id_leaves_ones_own_words(world: World) -> None:
    entity = {"type": "quotedReply", "quotedReply": {"messageId": "1", "preview": "forget me"}}
    asked = await heard(world, '<quoted messageId="1"/> what is it?', entities=[entity])
    assert own_words(asked.text).said == "what is it?"


async def test_an_edit_without_a_text_and_its_undoing_are_ignored(world: World) -> None:
    for event in ("editMessage", "undeleteMessage"):
        edited = activity(world.connector.url, "messageUpdate", channelData={"eventType": event})
        assert await world.post(edited) == (200, "")
    assert (world.session.heard, world.connector.sent) == ([], [])


async def test_a_button_whose_data_is_a_text_is_no_command(world: World) -> None:
    """Our own buttons carry objects, so it is another app's card or a changed one."""
    assert await world.post(pressed(world.connector.url, "forget me", text=None)) == (200, "")  # type: ignore[arg-type]
    [asked] = world.session.heard
    assert (asked.command, asked.text) == (None, "")


async def test_a_reply_in_a_thread_is_answered_in_that_thread_T8(world: World) -> None:
    await heard(world, "<at>Security Advisor</at> hi", entities=[mention(BOT)], replyToId="7", **in_channel("7"))
    [sent] = world.connector.messages
    assert sent.conversation == f"{CHANNEL};messageid=7"


async def test_a_message_that_comes_under_two_ids_is_two_messages(world: World) -> None:
    """A person may well say the same twice; what reaches others is confirmed, and a confirmation counts once."""
    for _ in range(2):
        await heard(world, "what is it?")
    assert len(world.connector.messages) == 2


async def test_what_a_locked_screen_shows_is_the_first_line_of_the_reply(world: World) -> None:
    await heard(world, "what is it?")
    [sent] = world.connector.messages
    assert sent.activity["summary"] == "An answer"
