"""Forms of accounts."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from hetao.web.accounts.models import Body, User
from hetao.web.accounts.policy import ROLES
from hetao.web.site.words import say


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an administrator sets of a person."""

    class Meta:
        model = User
        fields = ("username", "shown_name", "role", "body", "email", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        roles = [(role, say(f"accounts.role.{role}")) for role in ROLES]
        self.fields["role"] = forms.ChoiceField(choices=roles)
        self.fields["body"].queryset = Body.objects.all()  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.label = say(f"accounts.field.{name}")
            field.help_text = ""
            wanted = "select" if name in ("role", "body") else "input"
            if name != "is_active":
                field.widget.attrs["class"] = wanted

    def clean(self) -> dict[str, Any]:
        """Ask for a body where the role means nothing without one."""
        given = super().clean() or {}
        needs = ("department_officer", "county_officer", "inspector")
        if given.get("role") in needs and not given.get("body"):
            self.add_error("body", say("accounts.needs_body"))
        return given


class PasswordForm(forms.Form):
    """A person's new password."""

    old = forms.CharField(widget=forms.PasswordInput(attrs={"class": "input"}), strip=False)
    new = forms.CharField(widget=forms.PasswordInput(attrs={"class": "input"}), strip=False)
    again = forms.CharField(widget=forms.PasswordInput(attrs={"class": "input"}), strip=False)

    def __init__(self, user: User, *args: Any) -> None:  # noqa: ANN401
        super().__init__(*args)
        self.user = user
        for name, field in self.fields.items():
            field.label = say(f"accounts.password.{name}")
            field.widget.attrs["autocomplete"] = (
                "current-password" if name == "old" else "new-password"
            )

    def clean(self) -> dict[str, Any]:
        """Check the old one, and the rules for the new one."""
        given = super().clean() or {}
        if "old" in given and not self.user.check_password(given["old"]):
            self.add_error("old", say("accounts.password.wrong"))
        if given.get("new") != given.get("again"):
            self.add_error("again", say("accounts.password.differ"))
        elif given.get("new"):
            try:
                validate_password(given["new"], self.user)
            except forms.ValidationError as error:
                self.add_error("new", error)
        return given
