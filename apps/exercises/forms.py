from django import forms

MAX_CODE = 20_000  # characters


class CodeForm(forms.Form):
    """Code as a learner typed it."""

    code = forms.CharField(
        strip=False,
        max_length=MAX_CODE,
        error_messages={
            "required": "There is no code. Write some, then run it.",
            "max_length": f"The code has more than {MAX_CODE:,} characters. Shorten it.",
            "null_characters_not_allowed": "The code holds a NUL character. Take it out.",
        },
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].replace("\r\n", "\n").replace("\r", "\n")
        if not code.strip():
            raise forms.ValidationError("There is no code. Write some, then run it.")
        return code

    @property
    def problem(self) -> str:
        """What is wrong, in one sentence; empty when nothing is."""
        return next((str(one) for errors in self.errors.values() for one in errors), "")
