"""Which backend makes a picture, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bgstudio.domain.brief import AUTO
from bgstudio.domain.ports import Backend
from bgstudio.errors import UnknownBackend


@dataclass(frozen=True)
class Choice:
    """A backend, and a sentence on why it was chosen; empty where there was nothing to choose."""

    backend: Backend
    why: str = ""


class Backends:
    """The backends of one studio.

    Whoever names one gets that one. Without a name the first is taken; where the words ask for what it cannot build, a
    trained model on this machine. One that sends pictures elsewhere or costs money is never chosen by itself.

    Args:
        all_of_them: the first is the default; it runs on this machine.
    """

    def __init__(self, all_of_them: Sequence[Backend]) -> None:
        if not all_of_them or all_of_them[0].capabilities.leaves_machine:
            raise ValueError("the first backend runs on this machine")
        self._all = tuple(all_of_them)

    @property
    def default(self) -> Backend:
        """The first."""
        return self._all[0]

    def __iter__(self) -> Iterator[Backend]:
        return iter(self._all)

    def named(self, name: str) -> Backend:
        """The one of that name; raises ``UnknownBackend``."""
        for backend in self._all:
            if backend.name == name:
                return backend
        raise UnknownBackend(
            f"There is no backend named '{name}' here.",
            "No picture was made, and nothing was sent anywhere.",
            f"Choose one of: {', '.join([AUTO, *(backend.name for backend in self._all)])}.",
        )

    def choose(self, name: str = AUTO, beyond: Sequence[str] = ()) -> Choice:
        """The backend for a wish.

        Args:
            name: of the one asked for, or ``auto``.
            beyond: words of the prompt for what the default cannot build.

        Raises:
            UnknownBackend: there is none of that name.
        """
        if name != AUTO:
            return Choice(self.named(name))
        others = [backend for backend in self._all[1:] if backend.capabilities.any_prompt]
        if not others:
            return Choice(self.default)
        if not beyond:
            return Choice(
                self.default, f"Made by the {_low(self.default)}, on this machine: it can build all that was asked for."
            )
        said = ", ".join(f"'{word}'" for word in beyond)
        for backend in others:
            if not backend.capabilities.leaves_machine:
                return Choice(
                    backend, f"Made by {backend.title}, on this machine: the {_low(self.default)} cannot make {said}."
                )
        titles = " or ".join(backend.title for backend in others)
        return Choice(
            self.default,
            f"Made by the {_low(self.default)}, on this machine, without {said}. {titles} could show that, but your "
            "picture would be sent there, so it is only used if you choose it.",
        )


def _low(backend: Backend) -> str:
    return backend.title[:1].lower() + backend.title[1:]
