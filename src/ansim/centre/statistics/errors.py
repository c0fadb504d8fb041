"""What can go wrong in the statistics room."""

from ansim.errors import AnsimError


class NoSuchMonth(AnsimError):
    """Text that is not a month of the calendar, or a month that has not begun."""

    code = "no_such_month"
    sentences = {
        "en": "“{value}” is not a month that has figures; write it like 2026-11.",
        "ko": "‘{value}’은(는) 수치가 있는 달이 아닙니다. 2026-11처럼 적어 주세요.",
    }
