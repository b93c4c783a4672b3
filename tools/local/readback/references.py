"""A template's intrinsic functions resolved against a deployed stack: pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


class UnresolvedError(ValueError):
    """An intrinsic function, or its target, that this module does not know."""


class _NoValue:
    """What `AWS::NoValue` leaves: nothing."""


_NO_VALUE: Final = _NoValue()


@dataclass(frozen=True)
class Deployed:
    """What the references of one template point at."""

    account_id: str
    region: str
    stack: str
    stack_id: str
    parameters: Mapping[str, str]
    types: Mapping[str, str]
    """Resource types by logical id."""
    physical_ids: Mapping[str, str]
    exports: Mapping[str, str]
    arns: Mapping[str, str]
    """ARNs by logical id where the physical id does not give it away."""

    def pseudo(self) -> dict[str, object]:
        """Return the pseudo parameters."""
        return {
            "AWS::AccountId": self.account_id,
            "AWS::Region": self.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": self.stack,
            "AWS::StackId": self.stack_id,
            "AWS::NoValue": _NO_VALUE,
        }

    def reference(self, name: str) -> object:
        """Return what `Ref` gives."""
        for values in (self.pseudo(), self.parameters, self.physical_ids):
            if name in values:
                return values[name]
        msg = f"Ref to {name}"
        raise UnresolvedError(msg)

    def attribute(self, logical_id: str, name: str) -> str:
        """Return what `Fn::GetAtt` gives."""
        if logical_id not in self.physical_ids:
            msg = f"Fn::GetAtt of {logical_id}"
            raise UnresolvedError(msg)
        physical_id, kind = self.physical_ids[logical_id], self.types.get(logical_id, "")
        if name == "Arn":
            return self.arns.get(logical_id) or self._arn(kind, physical_id)
        if (kind, name) == ("AWS::SQS::Queue", "QueueName"):
            return physical_id.rpartition("/")[2]
        if (kind, name) == ("AWS::SQS::Queue", "QueueUrl"):
            return physical_id
        msg = f"Fn::GetAtt {logical_id}.{name} ({kind})"
        raise UnresolvedError(msg)

    def _arn(self, kind: str, physical_id: str) -> str:
        scope = f"{self.region}:{self.account_id}"
        arns = {
            "AWS::S3::Bucket": f"arn:aws:s3:::{physical_id}",
            "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{scope}:table/{physical_id}",
            "AWS::Lambda::Function": f"arn:aws:lambda:{scope}:function:{physical_id}",
            "AWS::SQS::Queue": f"arn:aws:sqs:{scope}:{physical_id.rpartition('/')[2]}",
            "AWS::Logs::LogGroup": f"arn:aws:logs:{scope}:log-group:{physical_id}:*",
            "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:{scope}:alarm:{physical_id}",
            "AWS::IAM::Role": f"arn:aws:iam::{self.account_id}:role/{physical_id}",
        }
        if kind not in arns:
            msg = f"the ARN of a {kind}"
            raise UnresolvedError(msg)
        return arns[kind]


def resolve(value: object, deployed: Deployed) -> object:
    """Return the value with every intrinsic function replaced; raise `UnresolvedError` on one it cannot resolve."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return deployed.reference(str(argument))
            if str(name).startswith("Fn::"):
                return _call(str(name), argument, deployed)
        resolved = {str(key): resolve(item, deployed) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NO_VALUE}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [item for item in (resolve(item, deployed) for item in value) if item is not _NO_VALUE]
    return value


def _arguments(argument: object, count: int, what: str) -> list[object]:
    if not isinstance(argument, list) or len(argument) != count:
        msg = f"{what} of {argument!r}"
        raise UnresolvedError(msg)
    return argument


def _texts(value: object, what: str) -> list[str]:
    if not isinstance(value, list):
        msg = f"{what} of {value!r}"
        raise UnresolvedError(msg)
    return [str(item) for item in value]


def _join(argument: object, deployed: Deployed) -> object:
    separator, parts = _arguments(argument, 2, "Fn::Join")
    return str(separator).join(_texts(resolve(parts, deployed), "Fn::Join"))


def _get_att(argument: object, deployed: Deployed) -> object:
    logical_id, name = argument.split(".", 1) if isinstance(argument, str) else _arguments(argument, 2, "Fn::GetAtt")
    return deployed.attribute(str(logical_id), str(name))


def _sub(argument: object, deployed: Deployed) -> object:
    template, given = (argument, {}) if isinstance(argument, str) else _arguments(argument, 2, "Fn::Sub")
    values = resolve(given, deployed)

    def substitute(match: re.Match[str]) -> str:
        literal, name = match.groups()
        if literal:
            return "${" + name + "}"
        if isinstance(values, dict) and name in values:
            return str(values[name])
        return str(_get_att(name, deployed) if "." in name else deployed.reference(name))

    return _PLACEHOLDER.sub(substitute, str(template))


def _select(argument: object, deployed: Deployed) -> object:
    index, items = _arguments(argument, 2, "Fn::Select")
    return _texts(resolve(items, deployed), "Fn::Select")[int(str(index))]


def _split(argument: object, deployed: Deployed) -> object:
    separator, text = _arguments(argument, 2, "Fn::Split")
    return str(resolve(text, deployed)).split(str(separator))


def _import_value(argument: object, deployed: Deployed) -> object:
    name = str(resolve(argument, deployed))
    if name not in deployed.exports:
        msg = f"Fn::ImportValue of {name}"
        raise UnresolvedError(msg)
    return deployed.exports[name]


_FUNCTIONS: Final[Mapping[str, Callable[[object, Deployed], object]]] = {
    "Fn::Join": _join,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::ImportValue": _import_value,
}


def _call(name: str, argument: object, deployed: Deployed) -> object:
    if name not in _FUNCTIONS:
        raise UnresolvedError(name)
    return _FUNCTIONS[name](argument, deployed)
