"""The form of a draft."""

from typing import Any

from django import forms
from django.utils import timezone

from hetao.web.accounts.models import Body
from hetao.web.site.words import say
from hetao.web.tasks.models import Task


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the plan office writes into a task before it is issued."""

    evidence = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)

    class Meta:
        model = Task
        fields = ("title", "what", "lead", "joint", "due")
        widgets = {
            "due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "what": forms.Textarea(attrs={"rows": 4}),
            "joint": forms.SelectMultiple(attrs={"size": 6}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        able = Body.objects.filter(kind__in=("department", "county", "government", "institute"))
        for name in ("lead", "joint"):
            self.fields[name].queryset = able  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.label = say(f"tasks.field.{name}")
            kind = {"lead": "select", "joint": "select", "what": "textarea", "evidence": "textarea"}
            field.widget.attrs["class"] = kind.get(name, "input")
        self.fields["evidence"].help_text = say("tasks.field.evidence_hint")
        if self.instance.pk and not self.is_bound:
            self.initial["evidence"] = "\n".join(self.instance.evidence_needed)

    def clean_due(self) -> Any:  # noqa: ANN401
        """
        Refuse a day that is past.

        Raises
        ------
        ValidationError
            If it is.
        """
        due = self.cleaned_data["due"]
        if due and due <= timezone.localdate():
            raise forms.ValidationError(say("tasks.refused.past", until=due.isoformat()))
        return due

    @property
    def evidence_needed(self) -> list[str]:
        """Return what must be shown, a line each."""
        lines = self.cleaned_data["evidence"].splitlines()
        return [line.strip()[:120] for line in lines if line.strip()][:20]
