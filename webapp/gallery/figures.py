"""How the pages write a correlation or a share: two places, no nought before the point."""


def two_places(value: float) -> str:
    """0.484 is .48 and 1 is 1.00; a true minus, also before what rounds to nought."""
    figure = f"{abs(value):.2f}"
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return sign + figure.removeprefix("0")


def between(low: float, high: float) -> str:
    """An interval."""
    return f"{two_places(low)} to {two_places(high)}"
