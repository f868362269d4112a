"""The form of the first visit."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from webapp.accounts.models import EMAIL_LENGTH, User


class OwnerForm(forms.Form):
    """E-mail and password of the owner."""

    email = forms.EmailField(
        label="E-mail",
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )
    password = forms.CharField(
        label="Password",
        help_text="At least 8 characters, not a common password, not only digits, "
        "and unlike your e-mail address.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Judges the password with the e-mail in view."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password"):
            try:
                validate_password(cleaned["password"], User(email=cleaned.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
