"""The first tasks of a made city, so that its pages have something to show."""


def first_tasks() -> None:
    """Make none yet."""
