"""Fields that serializers share."""

import math
from typing import Any

from rest_framework import serializers


class FiniteField(serializers.FloatField):
    """A number; "nan" and "inf", which pass every comparison with an end, and true are none."""

    def to_internal_value(self, data: Any) -> float:
        """Raises ValidationError."""
        if isinstance(data, bool):  # Python takes true for 1
            self.fail("invalid")
        value: float = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value
