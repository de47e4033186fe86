"""How a person is known again on every request."""

from django.contrib.auth.backends import ModelBackend

from hetao.web.accounts.models import User


class PasswordBackend(ModelBackend):
    """Names and passwords; a person comes with their body, which every page shows and asks for."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session, if they are still active."""
        person = User.objects.select_related("body").filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None
