"""A piece of work during which the worker is asked to leave."""


def leave(wanted, tell):
    raise SystemExit(0)
