"""What a workflow posts in a channel, without a person who could look at it first."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.post_drafts import PostDrafts
from bot.domain.conversation import Conversation
from bot.domain.effects import PublishNext, identity
from bot.domain.messages import Message, Paragraph, Reply
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn


class WorkflowPosts:
    """Posts a curated answer in the channel of the message, under nobody's name."""

    def __init__(self, drafts: PostDrafts, say: Phrases) -> None:
        self._drafts = drafts
        self._say = say

    def turn(self, entries: tuple[str | None, ...], message: Message, conversation: Conversation) -> Turn:
        """Post the next in turn of `entries`. The reply has its title and its entry; without an entry nothing was
        posted, and it says why."""
        say = self._say
        drafts = [post for entry in entries if entry and (post := self._drafts.answer(entry))]
        if not drafts:
            body = (Paragraph(say("workflow-nothing")),)
            return Turn(Reply("notice", say("workflow-nothing-title"), body=body), conversation)
        posts = tuple(replace(post, note=say("workflow-note")) for post in drafts)
        reply = Reply("notice", say("share-confirmed-title"), about=message.place.channel)
        place = replace(message.place, thread="")
        return Turn(reply, conversation, (PublishNext(identity(message), place, posts),))
