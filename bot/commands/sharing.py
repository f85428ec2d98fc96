"""SharingCommands: an answer or a recommendation is previewed, and posted in a channel when the person says so."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.post_drafts import ANSWER, RECORD, PostDrafts
from bot.commands.confirmation import Handler, choices_for
from bot.domain.conversation import Conversation, Pending
from bot.domain.effects import ListPosts, Post, PostAgain, Publish, Retract, identity
from bot.domain.messages import Block, Field, Form, Heading, Message, Paragraph, Place, Reply
from bot.domain.turn import Turn

PLACE, NOTE = "place", "note"
MOST_NOTE = 1000  # characters of a note


class SharingCommands:
    """The commands share, preview, again, retract and posts."""

    def __init__(self, drafts: PostDrafts) -> None:
        self._drafts = drafts

    def handlers(self) -> dict[str, Handler]:
        return {
            "share": self.share,
            "preview": self.preview,
            "again": self.again,
            "retract": self.retract,
            "posts": self.posts,
        }

    def share(self, subject: str, message: Message, conversation: Conversation) -> Turn:
        """Ask where to, and for a note; where nothing can be posted, show the text to copy."""
        subject = subject or last_subject(conversation)
        post = self._post(subject, message)
        if post is None:
            why = "It is not there any more." if subject else "Ask something first, then share the answer."
            return Turn(Reply("notice", "There is nothing to share", body=(Paragraph(why),)), conversation)
        if not message.can_post:
            first = Paragraph("There are no channels here to post in. This is the text to copy.")
            return Turn(_shown("Copy this", replace(post, how_to_ask=""), first), conversation)
        return Turn(_asked(subject, post), conversation)

    def preview(self, subject: str, message: Message, conversation: Conversation) -> Turn:
        """Show the post as it will stand there; it waits to be confirmed."""
        post = self._post(subject, message)
        if post is None or not message.can_post:
            return self.share(subject, message, conversation)
        channel = "".join(message.entered.get(PLACE, ())[:1])
        note = " ".join(message.entered.get(NOTE, ())).strip()
        if not channel:
            return Turn(_asked(subject, post, note=note, wanted="Pick a channel first."), conversation)
        if len(note) > MOST_NOTE:
            wanted = f"The note is too long: {MOST_NOTE} characters fit."
            return Turn(_asked(subject, post, channel, note[:MOST_NOTE], wanted), conversation)
        id = identity(message)
        post = replace(post, shared_by=message.person, note=note)
        publish = Publish(id, Place(message.place.surface, message.place.tenant, channel), post)
        first = Paragraph("This is how it will look, under your name. Nothing is posted until you say so.")
        shown = replace(
            _shown("Post this?", post, first), choices=choices_for(id, "Post it"), form=_form(subject, channel, note)
        )
        return Turn(shown, replace(conversation, pending=Pending(id, publish)))

    def retract(self, id: str, message: Message, conversation: Conversation) -> Turn:
        """Take a post back. Whether it is this person's is for the memory to say."""
        if not id:
            return self.posts("", message, conversation)
        taken = Reply("notice", "Taken back", body=(Paragraph("The post is taken away."),))
        return Turn(taken, conversation, (Retract(id),))

    def again(self, id: str, message: Message, conversation: Conversation) -> Turn:
        """Send a post that may have got there once more: the person has looked, and says that it did not."""
        body = (Paragraph("I post it once more, and tell you when it is there."),)
        return Turn(Reply("notice", "On its way again", body=body), conversation, (PostAgain(id, identity(message)),))

    def posts(self, _: str, message: Message, conversation: Conversation) -> Turn:
        return Turn(Reply("notice", "Your posts"), conversation, (ListPosts(),))

    def _post(self, subject: str, message: Message) -> Post | None:
        kind, _, id = subject.partition("/")
        if kind == ANSWER:
            return self._drafts.answer(id)
        return self._drafts.recommendation(id, message.record) if kind == RECORD and message.record else None


def last_subject(conversation: Conversation) -> str:
    """What `share` alone is about: the recommendation or the answer shown last; empty where there is none."""
    last = conversation.last
    if last is None:
        return ""
    if last.record:
        return f"{RECORD}/{last.record}"
    return f"{ANSWER}/{last.entry}" if last.entry else ""


def record_wanted(name: str, argument: str, conversation: Conversation) -> str:
    """The id of the kept recommendation that a command is about; empty where it is about none."""
    if name == "recommendation":
        return argument
    if name not in ("share", "preview"):
        return ""
    kind, _, id = (argument or last_subject(conversation)).partition("/")
    return id if kind == RECORD else ""


def _asked(subject: str, post: Post, channel: str = "", note: str = "", wanted: str = "") -> Reply:
    """Where to, and with what note; `wanted` says what is missing."""
    body = (Paragraph(wanted or "Pick a channel. You see the post before it is posted."),)
    return Reply("notice", f"Share “{post.title}”", body=body, form=_form(subject, channel, note))


def _shown(title: str, post: Post, first: Paragraph) -> Reply:
    """The post within a reply to the person alone."""
    note: tuple[Block, ...] = (Paragraph(f"Your note: {post.note}"),) if post.note else ()
    after: tuple[Block, ...] = (Paragraph(post.how_to_ask),) if post.how_to_ask else ()
    body = (first, *note, Heading(post.title), *post.body, *after)
    return Reply("notice", title, body=body, citations=post.citations, disclosure=post.disclosure)


def _form(subject: str, channel: str, note: str) -> Form:
    fields = (
        Field(PLACE, "Channel", required=True, place=True, chosen=(channel,) if channel else ()),
        Field(NOTE, "A note of yours, if you like", hint="Plain text", chosen=(note,) if note else ()),
    )
    return Form(f"preview:{subject}", "Where to?", "Preview", fields)
