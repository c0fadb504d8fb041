"""Moments as people read them, in the centre's zone and the reader's language."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django.conf import settings
from django.utils.translation import get_language, pgettext

from ansim.centre import clock


def zone() -> ZoneInfo:
    """The centre's zone."""
    return ZoneInfo(settings.ANSIM_ZONE)


def here(value: datetime) -> datetime:
    """``value`` (aware) in the centre's zone."""
    return value.astimezone(zone())


def moment(value: datetime) -> str:
    """``11월 20일(금) 09:10`` / ``Fri 20 Nov, 09:10``; with the year when it is another one."""
    local = here(value)
    if local.year == here(clock.now()).year:
        return _written(local, pgettext("date pattern, day and time", "EEE d MMM, HH:mm"))
    return _written(local, pgettext("date pattern, day, year and time", "EEE d MMM y, HH:mm"))


def day(value: datetime | date) -> str:
    """``11월 20일(금)`` / ``Fri 20 Nov``; with the year when it is another one."""
    local = here(value) if isinstance(value, datetime) else datetime.combine(value, time())
    if local.year == here(clock.now()).year:
        return _written(local, pgettext("date pattern, day", "EEE d MMM"))
    return _written(local, pgettext("date pattern, day and year", "EEE d MMM y"))


def hour(value: datetime) -> str:
    """``09:10``."""
    return here(value).strftime("%H:%M")


def lately(value: datetime) -> str:
    """``오늘 09:10``, ``어제 17:02``, or the whole moment when it is neither."""
    today = here(clock.now()).date()
    local = here(value)
    if local.date() == today:
        return pgettext("moment", "Today %(time)s") % {"time": hour(value)}
    if local.date() == today - timedelta(days=1):
        return pgettext("moment", "Yesterday %(time)s") % {"time": hour(value)}
    if local.date() == today + timedelta(days=1):
        return pgettext("moment", "Tomorrow %(time)s") % {"time": hour(value)}
    return moment(value)


def _written(local: datetime, pattern: str) -> str:
    # CLDR patterns (Unicode TR 35): Django's own Korean weekdays are 금요일 where we want 금.
    return format_datetime(local, pattern, locale=(get_language() or settings.LANGUAGE_CODE)[:2])
