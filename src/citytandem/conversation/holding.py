"""What conversations keep about people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.holdings import Exported, Holding, register
from citytandem.conversation.models import Comment, CommentVersion, Following

DAYS = 30


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Holding(
            name="conversation",
            label=_("Comments, and what you follow"),
            purpose=_("So that people and the city can talk about problems and solutions, and hear of answers."),
            legal_basis=_("You asked for it by writing or following (GDPR, article 6, paragraph 1 b)."),
            kept=_(
                "What you follow, until you stop or erase your sign-in. Your comments stay after that, without your name. "
                "The words of a comment that you withdraw are deleted after 30 days, unless the city chose another time."
            ),
            export=_export,
            erase=_erase,
            days=DAYS,
            sweep=_sweep,
            counted=lambda person: [
                Comment.objects.filter(author_id=person),
                Following.objects.filter(person_id=person),
            ],
        )
    )


def _export(person: UUID) -> Exported:
    comments = Comment.objects.filter(author_id=person).order_by("id").prefetch_related("versions")
    return Exported(
        rows={
            "comments": [
                {
                    "id": str(one.id),
                    "about": f"{one.kind}:{one.object_id}",
                    "reply_to": str(one.parent_id) if one.parent_id else None,
                    "role": one.role,
                    "language": one.language,
                    "text": one.text,
                    "written": one.created_at.isoformat(),
                    "edited": one.edited_at.isoformat() if one.edited_at else None,
                    "withdrawn": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
                    "moderation": one.moderation,
                    "earlier_versions": [
                        {"text": version.text, "until": version.until.isoformat()} for version in one.versions.all()
                    ],
                }
                for one in comments
            ],
            "following": [
                {
                    "about": f"{one.kind}:{one.object_id}",
                    "reason": one.reason,
                    "muted": one.is_muted,
                    "since": one.since.isoformat(),
                }
                for one in Following.objects.filter(person_id=person).order_by("since", "id")
            ],
        }
    )


def _erase(person: UUID) -> None:
    """The comments stay, nobody's; what they said before they were mended, and what was withdrawn, goes."""
    CommentVersion.objects.filter(comment__author_id=person).delete()
    Comment.objects.filter(author_id=person, withdrawn_at__isnull=False).update(text="")
    Comment.objects.filter(author_id=person).update(author=None, visitor_name="")
    Following.objects.filter(person_id=person).delete()


def _sweep(before: datetime) -> int:
    """The words of comments that were withdrawn before; their places stay."""
    gone = Comment.objects.filter(withdrawn_at__lt=before).exclude(text="")
    CommentVersion.objects.filter(comment__in=gone).delete()
    return gone.update(text="")
