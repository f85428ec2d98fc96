"""Sharing: an answer or a recommendation is previewed, and posted in a channel after confirmation."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.post_drafts import ANSWER, RECORD, PostDrafts
from bot.commands.confirmation import Handler, choices_for
from bot.domain.conversation import Conversation, Pending
from bot.domain.effects import ListPosts, Post, PostAgain, Publish, Retract, identity
from bot.domain.messages import Block, Field, Form, Heading, Message, Paragraph, Place, Reply
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn

PLACE, NOTE = "place", "note"
MOST_NOTE = 1000  # characters of a note


class SharingCommands:
    """The commands share, preview, again, retract and posts."""

    def __init__(self, drafts: PostDrafts, say: Phrases) -> None:
        self._drafts = drafts
        self._say = say

    def handlers(self) -> dict[str, Handler]:
        return {
            "share": self.share,
            "preview": self.preview,
            "again": self.again,
            "retract": self.retract,
            "posts": self.posts,
        }

    def share(self, subject: str, message: Message, conversation: Conversation) -> Turn:
        """The form for channel and note; on a surface without channels, the text to copy."""
        say = self._say
        subject = subject or last_shareable(conversation) or ""
        post = self._post(subject, message, conversation)
        if post is None:
            why = say("share-nothing-gone") if subject else say("share-nothing-yet")
            return Turn(Reply("notice", say("share-nothing-title"), body=(Paragraph(why),)), conversation)
        if not message.can_post:
            copied = self._shown(say("share-copy-title"), replace(post, how_to_ask=""), say("share-copy"))
            return Turn(copied, conversation)
        return Turn(self._asked(subject, post, message.present_channel), conversation)

    def preview(self, subject: str, message: Message, conversation: Conversation) -> Turn:
        """Preview of the post; posting it becomes the pending effect."""
        say = self._say
        post = self._post(subject, message, conversation)
        if post is None or not message.can_post:
            return self.share(subject, message, conversation)
        channel, note = _entered(message)
        if wanted := self._wanted(channel, note):
            return Turn(self._asked(subject, post, channel, note[:MOST_NOTE], wanted), conversation)
        id = identity(message)
        post = replace(post, shared_by=message.person, note=note)
        publish = Publish(id, Place(message.place.surface, message.place.tenant, channel), post)
        shown = replace(
            self._shown(say("share-preview-title"), post, say("share-preview")),
            choices=choices_for(say, id, say("share-confirm")),
            form=self._form(subject, channel, note),
            about=channel,
        )
        return Turn(shown, replace(conversation, pending=Pending(id, publish)))

    def amended(self, effect: Publish, message: Message) -> Publish | Reply:
        """`effect` with the channel and the note that stand in the form beside the preview when it is confirmed; or the
        form again, with what is missing in it."""
        if PLACE not in message.entered:
            return effect
        channel, note = _entered(message)
        if wanted := self._wanted(channel, note):
            subject = f"{RECORD}/{effect.post.record}" if effect.post.record else f"{ANSWER}/{effect.post.entry}"
            return self._asked(subject, effect.post, channel, note[:MOST_NOTE], wanted)
        return replace(effect, place=replace(effect.place, channel=channel), post=replace(effect.post, note=note))

    def retract(self, id: str, message: Message, conversation: Conversation) -> Turn:
        """Take a post back. The effect is refused unless it is the person's own; without `id`, list their posts."""
        if not id:
            return self.posts("", message, conversation)
        taken = Reply("notice", self._say("post-taken-back-title"), body=(Paragraph(self._say("post-taken-back")),))
        return Turn(taken, conversation, (Retract(id),))

    def again(self, id: str, message: Message, conversation: Conversation) -> Turn:
        """Send a post of unknown outcome once more, after the person has looked for it in the channel."""
        body = (Paragraph(self._say("post-again-confirmed")),)
        return Turn(
            Reply("notice", self._say("post-again-confirmed-title"), body=body),
            conversation,
            (PostAgain(id, identity(message)),),
        )

    def posts(self, _: str, message: Message, conversation: Conversation) -> Turn:
        return Turn(Reply("notice", self._say("posts-title")), conversation, (ListPosts(),))

    def _post(self, subject: str, message: Message, conversation: Conversation) -> Post | None:
        kind, _, id = subject.partition("/")
        if kind == ANSWER:
            post, last = self._drafts.answer(id), conversation.last
            if post is None or last is None or last.entry != id:
                return post
            return replace(post, verdict=last.verdict, verdict_label=last.verdict_label)
        return self._drafts.recommendation(id, message.record) if kind == RECORD and message.record else None

    def _wanted(self, channel: str, note: str) -> str:
        """What is missing in the form; "" where nothing is."""
        if not channel:
            return self._say("share-no-channel")
        return self._say("share-long-note", most=MOST_NOTE) if len(note) > MOST_NOTE else ""

    def _asked(self, subject: str, post: Post, channel: str = "", note: str = "", wanted: str = "") -> Reply:
        """The form for channel and note; `wanted`: what is missing in the one that was submitted."""
        body = (Paragraph(wanted or self._say("share-where")),)
        title = self._say("share-title", title=post.title)
        return Reply("notice", title, body=body, form=self._form(subject, channel, note))

    def _shown(self, title: str, post: Post, first: str) -> Reply:
        """A reply that shows `post` below the paragraph `first`."""
        note: tuple[Block, ...] = (Paragraph(self._say("share-preview-note", note=post.note)),) if post.note else ()
        after: tuple[Block, ...] = (Paragraph(post.how_to_ask),) if post.how_to_ask else ()
        headline = ". ".join(part for part in (post.verdict_label, post.title) if part)
        body = (Paragraph(first), *note, Heading(headline), *post.body, *after)
        return Reply("notice", title, body=body, citations=post.citations, disclosure=post.disclosure)

    def _form(self, subject: str, channel: str, note: str) -> Form:
        say = self._say
        chosen = (channel,) if channel else ()
        fields = (
            Field(PLACE, say("field-channel"), required=True, place=True, chosen=chosen),
            Field(NOTE, say("share-form-note"), hint=say("field-plain-text"), chosen=(note,) if note else ()),
        )
        return Form(f"preview:{subject}", say("share-form-title"), say("share-form-submit"), fields)


def _entered(message: Message) -> tuple[str, str]:
    """The channel and the note in the submitted form."""
    return "".join(message.entered.get(PLACE, ())[:1]), " ".join(message.entered.get(NOTE, ())).strip()


def last_shareable(conversation: Conversation) -> str | None:
    """`record/ID` or `answer/ID` of the recommendation or answer shown last; None if there is none."""
    last = conversation.last
    if last is None:
        return None
    if last.record:
        return f"{RECORD}/{last.record}"
    return f"{ANSWER}/{last.entry}" if last.entry else None


def record_needed(name: str, argument: str, conversation: Conversation) -> str | None:
    """The id of the stored recommendation that a command needs; None if it needs none."""
    if name == "recommendation":
        return argument or None
    if name not in ("share", "preview"):
        return None
    kind, _, id = (argument or last_shareable(conversation) or "").partition("/")
    return id if kind == RECORD and id else None
