"""The one rounding rule of every published share."""

NOT_COMPUTABLE = "–"


def share(count: int, n: int) -> str:
    """``count`` out of ``n`` in percent, one decimal, half rounded up: ``share(42, 270)`` is 15.6%.

    Computed in whole numbers, so that no binary fraction decides a half. Out of nothing there is
    no share: the answer is then a dash. Figures printed elsewhere were cut instead of rounded
    (15.5 for 42 of 270) and could not be computed again; one rule, used everywhere, can.
    """
    if n == 0:
        return NOT_COMPUTABLE
    tenths = (2000 * count + n) // (2 * n)
    return f"{tenths // 10}.{tenths % 10}%"
