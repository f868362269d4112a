"""Rows of hand-written SQL as models, for statements that run too often to be put together anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A model of which ``only`` the key and some attributes are read, or all but ``besides``."""

    model: type[Model]
    only: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The attribute that no row is without."""
        return self.model._meta.pk.attname  # noqa: SLF001  # documented, for all its name

    def require_plain(self) -> None:
        """Raises TypeError for a column that Django would convert: here it comes as it is."""
        columns = self.columns()
        for field in self.model._meta.concrete_fields:  # noqa: SLF001  # documented
            if field.attname in columns and hasattr(field, "from_db_value"):
                raise TypeError(f"{self.model.__name__}.{field.attname} has to be converted.")

    def columns(self) -> dict[str, str]:
        """By attribute (`owner_id`), in the order of the model."""
        fields = self.model._meta.concrete_fields  # noqa: SLF001  # documented, for all its name
        return {
            each.attname: str(each.column)
            for each in fields
            if (each.primary_key or not self.only or each.attname in self.only)
            and each.attname not in self.besides
        }


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a model's attributes lie in a row."""

    model: type[Model]
    names: tuple[str, ...]
    cut: slice
    key: int

    def of(self, row: Sequence[Any]) -> Model | None:
        if row[self.key] is None:
            return None
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.cut])


class Statement:
    """``sql`` whose SELECT begins with `{alias}` for each table, in the order of the arguments.

    A row comes as an instance for each of them, None where an outer join found nothing, and then
    whatever else is selected. Attributes that were left out are fetched when they are asked for.
    """

    def __init__(self, sql: str, **tables: type[Model] | Table) -> None:
        self._sql = sql
        self._tables = {
            alias: each if isinstance(each, Table) else Table(each)
            for alias, each in tables.items()
        }
        for table in self._tables.values():
            table.require_plain()

    def rows(self, values: Mapping[str, Any]) -> list[Row]:
        """All that is found."""
        with connection.cursor() as cursor:
            cursor.execute(self._text, values)
            return [self._read(row) for row in cursor.fetchall()]

    def first(self, values: Mapping[str, Any]) -> Row | None:
        """The first that is found; None when there is none."""
        found = self.rows(values)
        return found[0] if found else None

    @cached_property
    def _text(self) -> str:
        columns = {
            alias: ", ".join(f"{alias}.{column}" for column in table.columns().values())
            for alias, table in self._tables.items()
        }
        return self._sql.format(**columns)

    @cached_property
    def _shapes(self) -> list[_Shape]:
        shapes: list[_Shape] = []
        begin = 0
        for table in self._tables.values():
            names = tuple(table.columns())
            key = begin + names.index(table.key)
            shapes.append(_Shape(table.model, names, slice(begin, begin + len(names)), key))
            begin += len(names)
        return shapes

    def _read(self, row: Sequence[Any]) -> Row:
        rest = self._shapes[-1].cut.stop if self._shapes else 0
        return (*(each.of(row) for each in self._shapes), *row[rest:])
