"""What people say about things, two levels deep; whom it reaches, and why."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.models import Department, Organisation
from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES
from citytandem.core.subjects import FINE, HELD, REMOVED


class Role(models.TextChoices):
    """What a comment is. Answers and questions are the city's; a question waits for the sender of the thing."""

    COMMENT = "comment", _("Comment")
    ANSWER = "answer", _("Official answer")
    QUESTION = "question", _("Question to the sender")


class Reason(models.TextChoices):
    """Why somebody follows a thing."""

    WROTE = "wrote", _("I wrote it")
    COMMENTED = "commented", _("I commented on it")
    ANSWERED = "answered", _("I answered for the city")
    CHOSEN = "chosen", _("I chose to follow it")
    DEPARTMENT = "department", _("My department answers for it")
    MENTIONED = "mentioned", _("My department was mentioned")
    MERGED = "merged", _("An entry of mine went into it")


SENDER = "sender"


class Comment(models.Model):
    """Something said about a thing (`kind`, `object_id`), or a reply to it. It keeps its place whatever becomes of it.

    Ids rise with time, so that the order of ids is the order of writing; who imports old comments makes the ids from
    their times (`core.ids.uuid7`). `published_at`: since when others may read it; `told_at`: its followers know.
    `is_pinned`: answers, and questions that still wait, stand on top.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    parent = models.ForeignKey("self", null=True, db_index=False, on_delete=models.PROTECT, related_name="replies")
    depth = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=8, choices=Role, default=Role.COMMENT)
    is_pinned = models.BooleanField(default=False)
    language = models.CharField(max_length=2)
    text = models.TextField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+"
    )
    department = models.ForeignKey(Department, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    visitor_name = models.CharField(max_length=80, blank=True)
    question_to = models.CharField(max_length=8, blank=True)
    answered_by = models.ForeignKey(
        "self", null=True, db_index=False, on_delete=models.SET_NULL, related_name="answered_questions"
    )
    moderation = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(depth=0, parent=None) | Q(depth=1, parent__isnull=False, is_pinned=False),
                name="comment_two_deep",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="comment_role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.ANSWER) | Q(department__isnull=False), name="comment_answer_of_department"
            ),
            models.CheckConstraint(
                condition=Q(role=Role.QUESTION, question_to=SENDER, depth=0)
                | ~Q(role=Role.QUESTION) & Q(question_to="", answered_by=None),
                name="comment_question_to_sender",
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(withdrawn_at__isnull=False), name="comment_says_something"
            ),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="comment_language_known"),
            models.CheckConstraint(condition=Q(moderation__in=[FINE, HELD, REMOVED]), name="comment_state_known"),
            models.CheckConstraint(condition=Q(author=None) | Q(visitor_name=""), name="comment_one_author"),
        ]
        indexes = [
            models.Index(
                fields=["kind", "object_id", "-is_pinned", "-id"], condition=Q(depth=0), name="comment_threads"
            ),
            models.Index(fields=["kind", "object_id", "id"], name="comment_thing"),
            models.Index(fields=["parent", "id"], condition=Q(depth=1), name="comment_replies"),
            models.Index(
                fields=["kind", "object_id"], condition=Q(moderation=FINE, withdrawn_at=None), name="comment_count"
            ),
            models.Index(fields=["author", "-id"], condition=Q(author__isnull=False), name="comment_author"),
            models.Index(fields=["id"], condition=Q(told_at=None, published_at__isnull=False), name="comment_untold"),
            models.Index(fields=["withdrawn_at"], condition=Q(withdrawn_at__isnull=False), name="comment_withdrawn"),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.kind} {self.object_id}"

    @property
    def thread_id(self) -> object:
        """The comment that begins its thread."""
        return self.parent_id or self.id


class CommentVersion(models.Model):
    """What a comment said before it was edited; for moderators."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions")
    language = models.CharField(max_length=2)
    text = models.TextField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_version_says_something")]

    def __str__(self) -> str:
        return f"{self.comment_id} until {self.until:%Y-%m-%d %H:%M}"


class Mention(models.Model):
    """A comment names a department."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "department"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.department_id}"


class Following(models.Model):
    """Somebody wants to know what happens to a thing, and why. `is_muted`: it stays in their list, but in silence.

    `came_with`: ids of what went into the thing and which they wrote or followed, where that is the only reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    reason = models.CharField(max_length=12, choices=Reason, default=Reason.CHOSEN)
    is_muted = models.BooleanField(default=False)
    came_with = ArrayField(models.UUIDField(), default=list, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "object_id"], name="following_once"),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="following_reason_known"),
            models.CheckConstraint(
                condition=Q(reason=Reason.MERGED) ^ Q(came_with=[]), name="following_merged_came_with_something"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="following_thing"),
            models.Index(fields=["person", "-since", "-id"], name="following_list"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.kind} {self.object_id}"
