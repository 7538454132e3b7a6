"""A pass over what is due: its own clock, and when it leaves the rest to the next one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar


@dataclass
class Pass:
    """One pass, whose clock goes on from `as_of` while it works."""

    LONGEST: ClassVar[float]

    as_of: datetime
    gives_up: bool = False
    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @property
    def elapsed(self) -> float:
        return asyncio.get_running_loop().time() - self.began

    @property
    def now(self) -> datetime:
        return self.as_of + timedelta(seconds=self.elapsed)

    @property
    def is_over(self) -> bool:
        return self.gives_up or self.elapsed >= self.LONGEST
