"""An iterator -> the same items, made a little ahead in a thread: decompression beside judging."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
DEPTH = 2
_END = object()


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items in order, at most ``DEPTH`` of them waiting; errors are raised here.

    The thread ends with the iterator, also when the consumer stops early.
    """
    waiting: queue.Queue = queue.Queue(DEPTH)
    stop = threading.Event()
    failures: list[BaseException] = []

    def produce() -> None:
        try:
            for item in items:
                if not _put(waiting, item, stop):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again in the consumer
            failures.append(error)
        _put(waiting, _END, stop)

    thread = threading.Thread(target=produce, daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not _END:
            yield item
        if failures:
            raise failures[0]
    finally:
        stop.set()
        thread.join()


def _put(waiting: queue.Queue, item: object, stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            waiting.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False
