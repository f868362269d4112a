"""The form by which staff add an attribute."""

from django import forms

from ml.contracts.attributes import KEY_PATTERN
from webapp.registry.attributes import Question


class AttributeForm(forms.Form):
    """A question that people can answer about any picture."""

    label = forms.CharField(label="Name", max_length=60)
    key = forms.RegexField(
        f"^{KEY_PATTERN.pattern}$", label="Key", max_length=40,
        help_text="Small letters, digits and _; programs and models know it by this.",
        error_messages={"invalid": "A key is small letters, digits and _, from 2 to 40 of them."},
    )  # fmt: skip
    asks = forms.CharField(label="Question to people", max_length=200)
    low = forms.FloatField(label="Lowest answer", initial=0)
    low_word = forms.CharField(label="What it means", max_length=40, initial="little")
    high = forms.FloatField(label="Highest answer", initial=10)
    high_word = forms.CharField(label="What it means", max_length=40, initial="much")
    choices = forms.CharField(
        label="Choices", required=False, max_length=1000,
        help_text="Instead of a range: the possible answers, separated by commas.",
    )  # fmt: skip

    def question(self) -> Question:
        """What was entered, once it is valid."""
        values = dict(self.cleaned_data)
        choices = [choice for choice in values.pop("choices").split(",") if choice.strip()]
        return Question(**values, choices=choices)
