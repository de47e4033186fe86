"""Commands of the platform: serve it, look whether it is well, keep and bring back its data."""

from pathlib import Path

import click

from hetao.console import say

_DEMO = Path("demo-city")
_ROOT = click.argument("root", metavar="[DIR]", default=_DEMO, type=click.Path(path_type=Path))


@click.command(help=say("serve"))
@_ROOT
@click.option("--port", default=8000, show_default=True, help=say("option.port"))
def serve(root: Path, port: int) -> None:
    """Serve the workspace on loopback."""
    from hetao.web.serving import prepare, serve

    made = prepare(root, lambda key: click.echo(say(f"served.{key}")))
    if made:
        click.echo(say("served.accounts"))
        for role, name, password in made:
            click.echo(f"  {say(f'account.{role}'):<24} {name:<20} {password}")
        click.echo(say("served.once"))
    serve(root, port=port, opened=lambda url: click.echo(say("served.open", url=url)))
