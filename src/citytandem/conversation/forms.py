"""Writing and mending a comment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.conversation.models import Role
from citytandem.ui.forms import PlainForm

MYSELF = "self"
Choices = Sequence[tuple[str, Any]]
# A body has room for far more; what is too long is refused with the number of characters, not cut.
_LONGEST_READ = 100_000


class CommentForm(PlainForm):
    """What somebody says, and in whose name where they have a choice. With a `parent` it is a reply."""

    text = forms.CharField(
        label=_("Your comment"),
        max_length=_LONGEST_READ,
        help_text=_("At most 5,000 characters. Address a department with @ and its short name."),
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "true", "dir": "auto"}),
    )
    voice = forms.ChoiceField(label=_("You write"), initial=MYSELF)
    visitor_name = forms.CharField(
        label=_("Your name"),
        help_text=_("It is shown beside your comment. You can leave it empty."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    parent = forms.UUIDField(required=False, widget=forms.HiddenInput)
    back = forms.ChoiceField(
        choices=[("", ""), ("page", "page"), ("thing", "thing")], required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, voices: Choices = (), is_visitor: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and "voice" not in self.data:
            self.data = {**{name: self.data.get(name) for name in self.data}, "voice": MYSELF}
        if not is_visitor:
            del self.fields["visitor_name"]
        if voices:
            self.fields["voice"].choices = list(voices)  # type: ignore[attr-defined]
        else:
            del self.fields["voice"]
        if self.initial.get("parent"):
            self.fields["text"].label = _("Your reply")
        self.fields["text"].widget.attrs.pop("maxlength", None)


class EditForm(PlainForm):
    """The words of a comment."""

    text = forms.CharField(
        label=_("Your comment"),
        max_length=_LONGEST_READ,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "true", "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs.pop("maxlength", None)


def voice_of(value: str) -> dict[str, Any]:
    """What a choice of `voice` says: `answer:<department>`, `question:<department or nothing>`, `organisation:<id>`."""
    what, _colon, key = value.partition(":")
    place = UUID(key) if key else None
    if what == "organisation":
        return {"organisation": place}
    if what in {Role.ANSWER.value, Role.QUESTION.value}:
        return {"role": what, "department": place}
    return {}
