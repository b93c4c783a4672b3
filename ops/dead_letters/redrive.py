"""Repeats the invocations in a dead-letter queue, and deletes each message once its function has succeeded."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ops.aws import CONNECTIONS
from ops.dead_letters.letters import Letter, LetterError, read_letter
from ops.failures import attempt
from ops.index.index_run import WORKERS
from ops.parallel import in_parallel

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

# For so long a message is hidden from others. An interrupted command gives it back at once, unless it is killed.
_INVISIBLE_SECONDS: Final = 3600
# Waiting at all makes SQS ask every server of the queue, and not a few.
_WAIT_SECONDS: Final = 1
_MOST_AT_A_TIME: Final = 10


class Fate(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    """It was only looked at."""
    REPLAYED = "replayed"
    FAILED = "failed"
    """The function failed with it again."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Redriven:
    """A message and what became of it; `why` says what was wrong with it, or why it is here.

    Nothing else is known of one that is unreadable.
    """

    fate: Fate
    why: str
    function: str | None = None
    about: str | None = None
    since: str | None = None


@dataclass(frozen=True)
class Queue:
    """A dead-letter queue, and the receipts of the messages that were taken from it."""

    client: "SQSClient"
    url: str
    _taken: dict[str, str] = field(default_factory=dict)

    def count(self) -> int:
        """Return how many messages there are, about."""
        answer = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def messages(self) -> "Iterator[MessageTypeDef]":
        """Yield the messages, each once; nobody else gets them until they are given back."""
        while True:
            answer = self.client.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=_MOST_AT_A_TIME,
                VisibilityTimeout=_INVISIBLE_SECONDS,
                WaitTimeSeconds=_WAIT_SECONDS,
                MessageAttributeNames=["All"],
            )
            new = [message for message in answer.get("Messages", []) if message["MessageId"] not in self._taken]
            if not new:
                return
            self._taken.update((message["MessageId"], message["ReceiptHandle"]) for message in new)
            yield from new

    def delete(self, message: "MessageTypeDef") -> None:
        """Remove a message for good."""
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        self._taken.pop(message["MessageId"], None)

    def give_back(self) -> None:
        """Let others see what was taken and not deleted."""
        receipts = [*self._taken.values()]
        self._taken.clear()
        deque(in_parallel(self._give_back, receipts, workers=CONNECTIONS), maxlen=0)

    def _give_back(self, receipt: str) -> None:
        try:
            self.client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=0)
        except (self.client.exceptions.MessageNotInflight, self.client.exceptions.ReceiptHandleIsInvalid):
            # It has come back by itself.
            return


def redrive(queue: Queue, replay: Callable[[Letter], object] | None) -> Iterator[Redriven]:
    """Repeat each message's invocation, side by side, and yield what became of it; without `replay` only look.

    A message is deleted after its function has succeeded. All others are in the queue again at the end. One that
    cannot be read, or fails, keeps no other from being replayed.
    """

    def one(message: "MessageTypeDef") -> Redriven:
        attributes = {name: it.get("StringValue", "") for name, it in message.get("MessageAttributes", {}).items()}
        try:
            letter = read_letter(message["Body"], attributes)
        except LetterError as error:
            return Redriven(fate=Fate.UNREADABLE, why=str(error))
        found = Redriven(
            fate=Fate.WAITING,
            why=letter.reason,
            function=letter.function,
            about=letter.about,
            since=letter.since,
        )
        if replay is None:
            return found

        def replayed() -> Redriven:
            replay(letter)
            queue.delete(message)
            return replace(found, fate=Fate.REPLAYED)

        return attempt(replayed, lambda why: replace(found, fate=Fate.FAILED, why=why))

    try:
        yield from in_parallel(one, queue.messages(), workers=WORKERS)
    finally:
        queue.give_back()
