"""Read a request's body without waiting forever for a sender who vanished without a word.

A phone that loses its network sends no goodbye, and a synchronous server would keep a thread
reading for it for good. So the reading is done by a thread of its own, which costs nobody anything
when it hangs, and which ends with the connection once the request is answered.
"""

from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

from webapp.catalogue.chunks import Readable

STALL_SECONDS = 20.0


class Patient:
    """A body whose `read` raises TimeoutError, an OSError, after STALL_SECONDS of silence.

    Use it in a `with` block; not reused after a timeout.
    """

    def __init__(self, body: Readable) -> None:
        self._asked: SimpleQueue[int | None] = SimpleQueue()
        self._answered: SimpleQueue[bytes | Exception] = SimpleQueue()
        Thread(target=self._serve, args=[body], daemon=True).start()

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; nothing at the end."""
        self._asked.put(size)
        try:
            answer = self._answered.get(timeout=STALL_SECONDS)
        except Empty:
            raise TimeoutError(f"no byte came for {STALL_SECONDS} s") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._asked.put(None)

    def _serve(self, body: Readable) -> None:
        while (size := self._asked.get()) is not None:
            try:
                self._answered.put(body.read(size))
            except Exception as error:  # raised again in the thread that asked
                self._answered.put(error)
