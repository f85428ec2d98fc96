"""Whether what is set for the surfaces can be used, before anything is started."""

from __future__ import annotations

from adapters.settings import Settings, SettingsError
from adapters.slack.settings_check import check as check_slack
from adapters.surface import SurfaceMisconfigured, SurfaceOff
from adapters.teams.settings_check import check as check_teams


def check_surfaces(settings: Settings) -> None:
    """Raises SettingsError with all that was set for a surface and can't be used."""
    problems = []
    for check in (check_slack, check_teams):
        try:
            check(settings)
        except SurfaceMisconfigured as error:
            problems.append(str(error))
        except SurfaceOff:
            continue
    if problems:
        raise SettingsError(problems)
