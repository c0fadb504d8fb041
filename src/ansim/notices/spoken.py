"""Days and moments as words of a letter or a screen, always in a given zone."""

from datetime import datetime, timedelta, tzinfo

_KO_DAYS = "월화수목금토일"
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_HOUR = 60
_DAY = 24 * _HOUR


def spoken_day(moment: datetime, language: str, zone: tzinfo) -> str:
    """``2026년 11월 20일`` or ``20 November 2026``: for letters, where a year belongs."""
    day = moment.astimezone(zone)
    if language == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    return f"{day.day} {_EN_MONTHS[day.month - 1]} {day.year}"


def spoken_moment(moment: datetime, language: str, zone: tzinfo) -> str:
    """The day, the time and the distance from UTC, so that a reader abroad can tell."""
    local = moment.astimezone(zone)
    offset = local.strftime("%z")
    return (
        f"{spoken_day(moment, language, zone)}{'' if language == 'ko' else ','} "
        f"{local:%H:%M} (UTC{offset[:3]}:{offset[3:5]})"
    )


def short_moment(moment: datetime, now: datetime, language: str, zone: tzinfo) -> str:
    """For screens: ``오늘 14:00``, ``11월 20일(금) 09:10``; the year only when it differs."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    clock = f"{local:%H:%M}"
    korean = language == "ko"
    if local.date() == today.date():
        return f"오늘 {clock}" if korean else f"{clock} today"
    year = "" if local.year == today.year else f"{local.year}년 " if korean else f" {local.year}"
    if korean:
        return f"{year}{local.month}월 {local.day}일({_KO_DAYS[local.weekday()]}) {clock}"
    month = _EN_MONTHS[local.month - 1][:3]
    return f"{_EN_DAYS[local.weekday()]} {local.day} {month}{year}, {clock}"


def spoken_length(length: timedelta, language: str) -> str:
    """The two largest units: ``1일 22시간`` / ``1 d 22 h``, ``3시간 12분`` / ``3 h 12 min``.

    Rounded down to whole minutes; below one minute it is ``1분 미만`` / ``under 1 min``.
    """
    minutes = int(length.total_seconds() // 60)
    korean = language == "ko"
    days, rest = divmod(max(minutes, 0), _DAY)
    hours, left = divmod(rest, _HOUR)
    parts = [
        (days, "일" if korean else " d"),
        (hours, "시간" if korean else " h"),
        (0 if days else left, "분" if korean else " min"),
    ]
    said = [f"{number}{unit}" for number, unit in parts if number]
    return " ".join(said) or ("1분 미만" if korean else "under 1 min")
