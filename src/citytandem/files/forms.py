"""Choosing files in a form. Works without JavaScript; a form that has to be mended keeps what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.accounts.contract import Actor
from citytandem.core.errors import DomainError
from citytandem.core.languages import NATIVE_NAMES
from citytandem.files import wording
from citytandem.files.contract import AttachmentView, basket_add, basket_of
from citytandem.files.limits import LIMITS
from citytandem.files.models import LONGEST_ALT, LONGEST_CAPTION
from citytandem.files.services.attaching import looked_at, too_many
from citytandem.ui.forms import PlainForm


def _hint() -> str:
    told = {
        "number": LIMITS.files_per_thing,
        "picture": wording.megabytes(LIMITS.picture_size),
        "document": wording.megabytes(LIMITS.document_size),
    }
    return (
        _("Up to %(number)s files. Pictures up to %(picture)s MB, PDF and office documents up to %(document)s MB.")
        % told
    )


HINT = lazy(_hint, str)()


class SeveralFiles(forms.FileInput):
    """A file chooser for several files at once."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:  # noqa: ARG002 - Django's signature
        """See Widget."""
        return files.getlist(name) if hasattr(files, "getlist") else [files[name]] if files.get(name) else []

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002 - Django's signature
        """See Widget."""
        return name not in files


class FilesField(forms.Field):
    """Photos and documents. Cleaned: those that can be taken; each of the others is an error with its name."""

    widget = SeveralFiles

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Photos and documents"))
        options.setdefault("help_text", HINT)
        options.setdefault("required", False)
        super().__init__(**options)
        self.good: Sequence[Any] = ()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        """See Field."""
        return {"accept": wording.ACCEPT}

    def clean(self, value: Any) -> list[Any]:
        """See Field. What is good is kept in `good`, also if something else is not."""
        sent = [file for file in value or [] if file]
        good, errors = [], []
        if len(sent) > LIMITS.files_per_thing:
            raise forms.ValidationError(str(too_many()), code="files.too_many")
        for file in sent:
            try:
                looked_at(file)
            except DomainError as error:
                errors.append(forms.ValidationError(str(error), code=error.code))
            else:
                good.append(file)
        self.good = good
        if errors:
            raise forms.ValidationError(errors)
        if self.required and not good:
            raise forms.ValidationError(_("Choose at least one file."), code="required")
        return good


class AttachmentsForm(PlainForm):
    """Mix into a form that takes files along: `class ProblemForm(AttachmentsForm, RecordForm)`.

    In the view: if the form is not complete, `form.keep(by=…)` before it is shown again; if it is, give
    `form.cleaned_data["files"]` and `form.basket` to `files.contract.attach`.
    """

    files = FilesField()  # type: ignore[assignment] # Django's forms keep what was sent under this name, ours is a field
    basket_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: Sequence[AttachmentView] = ()

    @property
    def basket(self) -> UUID | None:
        """The files that came with an earlier try."""
        return getattr(self, "cleaned_data", {}).get("basket_id")

    def keep(self, *, by: Actor, key: str = "") -> None:
        """Put what is good into the basket; the browser forgets which files were chosen."""
        field = self.fields["files"]
        assert isinstance(field, FilesField)  # noqa: S101 - for the type checker
        basket = self.basket
        try:
            if field.good:
                basket = basket_add(basket=basket, files=field.good, by=by, key=key)
        except DomainError as error:
            self.refuse(error)
        if basket is None:
            return
        self.kept = basket_of(basket, by=by, key=key)
        sent: Any = self.data
        changed = sent.copy()
        changed[self.add_prefix("basket_id")] = str(basket)
        self.data = changed


class AddForm(PlainForm):
    """Add files to a thing, on their own page."""

    files = FilesField(required=True, label=gettext_lazy("Choose files"))  # type: ignore[assignment] # as above


class AskedField(forms.CharField):
    """Asked for, but not insisted on: a picture can wait for its description while others are saved."""

    def validate(self, value: str) -> None:
        """See Field; empty is fine here, and the service says where it is not."""


class DescriptionForm(PlainForm):
    """What is said about one file; for documents only the line below it. Lengths are checked by the service."""

    alt = AskedField(
        label=gettext_lazy("Description of the picture"),
        help_text=gettext_lazy("What can be seen, and what matters about it?"),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_ALT}),
    )
    caption = forms.CharField(
        label=gettext_lazy("Line below it"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": LONGEST_CAPTION}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of these texts"), choices=list(NATIVE_NAMES.items()), required=False
    )

    def __init__(self, *args: Any, is_picture: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_picture:
            del self.fields["alt"]

    @property
    def has_more(self) -> bool:
        """Whether the folded part holds something to see."""
        return bool(self["caption"].value() or self["caption"].errors or self["language"].errors)
