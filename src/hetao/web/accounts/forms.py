"""Forms of accounts."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from hetao.web.accounts.models import Body, User
from hetao.web.accounts.policy import ROLES
from hetao.web.site.words import say

SELECTED = mark_safe(" selected")


class LongSelect(forms.Select):
    """A choice among all bodies of a city: Django renders a template for every option."""

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ANN401
    ) -> SafeString:
        """Return the choice with its options written at once."""
        del renderer
        chosen = self.format_value(value)
        own = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        options = format_html_join("", '<option value="{}"{}>{}</option>', (
            (key, SELECTED if str(key) in chosen else "", label) for key, label in self.choices
        ))  # fmt: skip
        return format_html("<select{}>{}</select>", flatatt(own), options)


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an administrator sets of a person."""

    class Meta:
        model = User
        fields = ("username", "shown_name", "role", "body", "email", "is_active")
        widgets: ClassVar = {"body": LongSelect}

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
        """Ask for a body where the role means nothing without one; keep one administrator."""
        given = super().clean() or {}
        needs = ("department_officer", "county_officer", "inspector")
        if given.get("role") in needs and not given.get("body"):
            self.add_error("body", say("accounts.needs_body"))
        stays = given.get("role") == "administrator" and given.get("is_active")
        if self.instance.pk and not stays and is_last_administrator(self.instance.pk):
            self.add_error("role", say("accounts.last_administrator"))
        return given


def is_last_administrator(user: int) -> bool:
    """Say whether nobody else could manage accounts."""
    able = User.objects.filter(role="administrator", is_active=True)
    return able.filter(pk=user).exists() and not able.exclude(pk=user).exists()


class DigestForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whether a person wants their unread notices by mail, and where."""

    class Meta:
        model = User
        fields = ("digest_by_email", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = say(f"accounts.field.{name}")
        self.fields["email"].widget.attrs |= {"class": "input", "autocomplete": "email"}

    def clean(self) -> dict[str, Any]:
        """Ask for the address of those who want mail."""
        given = super().clean() or {}
        if given.get("digest_by_email") and not given.get("email") and "email" not in self.errors:
            self.add_error("email", say("accounts.digest.needs_email"))
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
                for one in error.error_list:
                    self.add_error("new", say(f"accounts.{one.code}", **(one.params or {})))
        return given
