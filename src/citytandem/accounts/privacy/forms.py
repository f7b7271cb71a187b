"""Erasing oneself: a word to type, so that nobody does it by mistake."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citytandem.ui.forms import PlainForm


class EraseForm(PlainForm):
    """One has to type the word that the page shows, in the page's language."""

    word = forms.CharField(
        label=_("Type the word to confirm"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = gettext("erase")
        self.fields["word"].help_text = gettext("The word is: %(word)s") % {"word": self.expected}

    def clean_word(self) -> str:
        """The word, whatever its case."""
        word: str = self.cleaned_data["word"]
        if word.strip().casefold() != self.expected.casefold():
            raise forms.ValidationError(_("This is another word. Nothing has been erased."), code="erase.word")
        return word
