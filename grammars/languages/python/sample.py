#!/usr/bin/env python3
"""Orders and their lines."""

# TODO: split this module (DM-12)
from __future__ import annotations

import os
import os.path
import numpy as np
from collections import OrderedDict, defaultdict as dd
from typing import TYPE_CHECKING, Protocol, TypeVar
from . import sibling
from ..parent.module import helper as parent_helper
from .models import *

if TYPE_CHECKING:
    from decimal import Decimal

try:
    import simplejson as json
except ImportError:
    import json

MAX_ITEMS = 1_000
_cache: dict[str, int] = {}
first, second = 1, 2
T = TypeVar("T")
type Alias = list[int]

if os.name == "nt":
    LINE_END = "\r\n"


def outer(value: int, *args: str, flag=False, **options) -> int:
    """Return the value.

    More text.
    """
    count = 0

    def inner(step):
        nonlocal count
        global first
        count += step
        first = step
        return count + value

    inner(1)
    if value > 1 and flag or not args:
        return inner(value)
    elif value == 1:
        for index, item in enumerate(args):
            if item:
                print(index, item)
        else:
            count = 2
    else:
        value = value if flag else 0
    return count


class Order(OrderedDict):
    """An order."""

    kind: str = "order"
    limit = MAX_ITEMS

    def __init__(self, lines=None):
        super().__init__()
        self.lines = lines or []
        self._total = None

    @property
    def total(self) -> int:
        """What it costs."""
        return sum(line.price for line in self.lines)

    @total.setter
    def total(self, value):
        self._total = value

    @staticmethod
    def parse(text, /, *, strict=True):
        # FIXME: quotes
        return Order(text.split(kind))

    @classmethod
    async def load(cls, path):
        with open(path) as file, lock() as (a, b):
            data = await file.read()
        try:
            return cls.parse(data)
        except (ValueError, KeyError) as error:
            raise RuntimeError("bad") from error
        finally:
            print(a, b)

    def _private(self):
        return self.recurse(1)

    def recurse(self, depth):
        return self.recurse(depth - 1) if depth else limit

    class Nested:
        def method(self):
            return Order


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 0


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Priced(Protocol):
    def price(self) -> int: ...


def comprehensions(rows):
    squares = [row * row for row in rows if row]
    table = {key: value for key, value in zip(rows, squares)}
    if (n := len(rows)) > 10:
        print(n)
    last = [m := row for row in rows]
    function = lambda a, b=1, *rest: a + b + n
    row = function(1)
    os.path.join("a", np.zeros(1), parent_helper(), sibling.f(), json.dumps(table))
    return m, row, last


def matching(command):
    match command:
        case "go":
            return 1
        case ["move", direction, *others] if direction:
            return others
        case Point(x=0, y=top):
            return top
        case {"key": found, **more}:
            return found, more
        case Color.RED as red:
            return red
        case _:
            return None


def shadowed(outer):
    outer(1)
    dd = 1
    dd()


def test_outer():
    assert outer(1) == 0


class TestOrder(unittest.TestCase):
    def setUp(self):
        self.order = Order()

    def test_total(self):
        self.assertEqual(self.order.total, 0)

    @pytest.mark.parametrize("a", [1])
    async def test_marked(self, a):
        pass


def broken(text:
    x = 1


async def also_broken():
    return = 1


def after_the_error():
    """Still found."""
    return outer(1)
