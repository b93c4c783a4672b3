"""A lake's roles, its policies as IAM gets them, and what `docs/iam.md` says of a request.

References of the templates are resolved to what the resources are called once they are deployed.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property

from schemas.names import Names
from schemas.roles import Role
from tools.contract.engine import Request, Verdict
from tools.templates.grants import Grant, Side, grants, permission_document
from tools.templates.model import Address, Json, Lake, Resource, canonical, items, mapping, plain_id, region
from tools.templates.statements import ANYONE, Atom

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ADMINISTRATOR = "administrator"
"""Somebody whom no policy of his own stops, so that only the resource's does."""

Context = Mapping[str, str]
# A request as the ones of ours are, over TLS.
CALLED: Context = {"aws:SecureTransport": "true"}

_REFERENCE = re.compile(r"\$\{([^}.]+)(\.\w+)?\}")
_ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::IAM::OIDCProvider": "arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:{region}:{account}:stateMachine:{name}",
}
# Those whose `Ref` is their ARN, or a URL that no policy names.
_REFERRED_BY_ARN = ("AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::StepFunctions::StateMachine")
_GUARDED_BY = ("Bucket", "Queues", "Topics", "FunctionName")


@dataclass(frozen=True)
class Holder:
    """A role, or an administrator: what IAM calls it, its policies' names, and what the page says of it."""

    name: str
    arn: str
    policies: tuple[str, ...]
    atoms: tuple[Atom, ...]

    @property
    def context(self) -> Context:
        """What IAM itself adds to each request of the role."""
        return {**CALLED, "aws:PrincipalArn": self.arn}

    @property
    def session(self) -> str:
        """Who calls: a session of the role."""
        return self.arn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/session"


class Access:
    """Who may do what in one lake."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.policies: dict[str, Json] = {}
        self._guards: dict[str, str] = {}
        for resource in lake.resources.values():
            for arn, statements in self._guarding(resource):
                already = items(mapping(self.policies.get(self._guards.get(arn, ""))).get("Statement"))
                self._guards[arn] = self._kept({"Statement": [*already, *statements]})

    @cached_property
    def holders(self) -> Mapping[str, Holder]:
        """The administrator and all roles, by their names on the page."""
        everything: Json = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        atom = Atom(allows=True, principal="", action="*", resource="*", condition="{}", sid="")
        arn = f"arn:aws:iam::{ACCOUNT}:role/Administrator"
        found = {ADMINISTRATOR: Holder(ADMINISTRATOR, arn, (self._kept(everything),), (atom,))}
        for role in self.lake.of("AWS::IAM::Role"):
            if role.properties.get("ManagedPolicyArns"):
                raise ValueError(f"{role.name}: a managed policy, whose content no template says")
            documents = [mapping(policy).get("PolicyDocument") for policy in items(role.properties.get("Policies"))]
            documents += self._attached(role.address)
            kept = tuple(self._kept(self._resolved(document, role.stack)) for document in documents)
            named = isinstance(role.properties.get("RoleName"), str)
            name = str(role.properties["RoleName"]) if named else f"{role.stack}/{plain_id(role.logical_id)}"
            found[name] = Holder(name, self._arn(role), kept, self.page(role.address, Side.OWN))
        return found

    def role(self, role: Role) -> Holder:
        """Return one of those that people and programs assume."""
        return self.holders[Names().role(role)]

    def page(self, address: Address, side: Side) -> tuple[Atom, ...]:
        """Return the page's lines of a role or a guarded resource."""
        grant = self._grants.get((address, side))
        return tuple(self._line(atom, address[0]) for atom in grant.atoms) if grant else ()

    @cached_property
    def guarding(self) -> Sequence[Atom]:
        """The page's lines of what resources say themselves."""
        return [atom for address, side in self._grants if side is Side.RESOURCE for atom in self.page(address, side)]

    def trust(self, holder: str) -> str:
        """Return the name of the policy that says who may assume a role."""
        return self._guards[self.holders[holder].arn]

    def strangers(self) -> Iterator[tuple[Atom, str]]:
        """Yield the page's lines about services, each with the ARN of what it lets them do something to."""
        for address, side in self._grants:
            for atom in self.page(address, side) if side is not Side.OWN else ():
                if atom.principal.startswith("Service:"):
                    yield atom, self._arn(self.lake.resources[address]) if side is Side.TRUST else atom.resource

    def request(self, holder: Holder, action: str, resource: str, context: Context) -> Request:
        """Return what a role's session does, with the policy of what it does it to."""
        return Request(
            principal=holder.session,
            action=action,
            resource=resource,
            identity=holder.policies,
            guard=self.guard(resource),
            context=frozenset({**holder.context, **context}.items()),
        )

    def guard(self, arn: str) -> str | None:
        """Return the name of a resource's own policy; that of its bucket for an object."""
        return self._guards.get(arn.partition("/")[0] if arn.startswith("arn:aws:s3:") else arn)

    def said(self, holder: Holder, action: str, resource: str, context: Context) -> Verdict:
        """Return what the page says: a denial is the last word, and nothing is allowed unless a line does."""
        given = {key.lower(): value for key, value in {**holder.context, **context}.items()}
        others = [atom for atom in self.guarding if atom.principal in (ANYONE, f"AWS:{holder.arn}")]
        said = {
            atom.allows
            for atom in (*holder.atoms, *others)
            if about(atom, action, resource) and holds(condition_of(atom), given)
        }
        return Verdict.DENIED if False in said else Verdict.ALLOWED if said else Verdict.NOT_ALLOWED

    def text(self, text: str, stack: str) -> str:
        """Return a text of a stack's template with its references resolved."""
        return _REFERENCE.sub(lambda match: self._named(stack, match[1], by_arn=match[2] == ".Arn"), text)

    @cached_property
    def _grants(self) -> Mapping[tuple[Address, Side], Grant]:
        return grants(self.lake)

    def _kept(self, document: object) -> str:
        """Keep a policy under the hash of its content, so that one request of two lakes is asked once."""
        policy = {"Version": "2012-10-17", **mapping(document)}
        name = hashlib.sha256(canonical(policy).encode()).hexdigest()[:16]
        self.policies[name] = policy
        return name

    def _attached(self, role: Address) -> Iterator[object]:
        for policy in self.lake.of("AWS::IAM::Policy"):
            if policy.stack == role[0] and f"${{{role[1]}}}" in items(policy.properties.get("Roles")):
                yield policy.properties.get("PolicyDocument")

    def _guarding(self, resource: Resource) -> Iterator[tuple[str, Sequence[object]]]:
        """Yield the ARNs of what a resource's statements guard, with the statements."""
        properties, targets = resource.properties, [it for key in _GUARDED_BY for it in items(resource.at(key))]
        if resource.type == "AWS::IAM::Role":
            targets, document = [self._arn(resource)], properties.get("AssumeRolePolicyDocument")
        elif resource.type == "AWS::Lambda::Permission":
            document = permission_document(properties)
        else:
            document = next((value for value in properties.values() if "Statement" in mapping(value)), None)
        for target in targets if document else []:
            arn = self.text(str(target), resource.stack)
            statements = items(mapping(self._resolved(document, resource.stack))["Statement"])
            yield arn if arn.startswith("arn:") else f"arn:aws:s3:::{arn}", statements

    def _line(self, atom: Atom, stack: str) -> Atom:
        return replace(
            atom,
            principal=self.text(atom.principal, stack),
            resource=self.text(atom.resource, stack),
            condition=self.text(atom.condition, stack),
        )

    def _resolved(self, value: object, stack: str) -> object:
        return json.loads(self.text(json.dumps(value), stack))

    def _named(self, stack: str, name: str, *, by_arn: bool) -> str:
        pseudo = {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::Region": region(stack)}
        if name in pseudo:
            return pseudo[name]
        resource = self.lake.resources[stack, name]
        return self._arn(resource) if by_arn or resource.type in _REFERRED_BY_ARN else self._physical(resource)

    def _physical(self, resource: Resource) -> str:
        """Return a resource's fixed name, or one as CloudFormation generates it."""
        named = resource.name != plain_id(resource.logical_id)
        return self.text(resource.name, resource.stack) if named else f"{resource.stack}-{resource.logical_id}-x1Y2"

    def _arn(self, resource: Resource) -> str:
        form = _ARNS[resource.type]
        return form.format(region=region(resource.stack), account=ACCOUNT, name=self._physical(resource))


def about(atom: Atom, action: str, resource: str) -> bool:
    """Whether a line of the page is about an action on a resource."""
    return _like(action.lower(), atom.action.lower()) and _like(resource, atom.resource)


def condition_of(atom: Atom) -> Json:
    """Return a line's condition, empty where it has none."""
    return mapping(json.loads(atom.condition))


def holds(condition: Json, context: Context) -> bool:
    """Whether a condition holds; the operators are those of the templates, and another one is a `KeyError`."""
    return all(
        _OPERATORS[operator](context.get(key.lower()), [str(value) for value in items(values)])
        for operator, keys in condition.items()
        for key, values in mapping(keys).items()
    )


def satisfying(condition: Json, given: Context) -> dict[str, str]:
    """Return the context changed so that a condition on it holds, as far as a caller can choose."""
    found = dict(given)
    for operator, keys in condition.items():
        for key, values in mapping(keys).items():
            value = str(items(values)[0])
            if operator == "Null" and value == "true":
                found.pop(key, None)
            elif operator == "Null":
                found[key] = "other"
            elif "Not" not in operator:
                found[key] = value.replace("*", "x")
    return found


def _like(text: str, pattern: str) -> bool:
    return text == pattern or fnmatchcase(text, pattern.replace("[", "[[]"))


def _any(context: str | None, patterns: Sequence[str]) -> bool:
    return context is not None and any(_like(context, pattern) for pattern in patterns)


_OPERATORS: Mapping[str, Callable[[str | None, Sequence[str]], bool]] = {
    "ArnLike": _any,
    "ArnNotEquals": lambda context, values: not _any(context, values),
    "Bool": _any,
    "Null": lambda context, values: (context is None) == (values == ["true"]),
    "StringEquals": _any,
    "StringLike": _any,
    "StringLikeIfExists": lambda context, values: context is None or _any(context, values),
    "StringNotEquals": lambda context, values: not _any(context, values),
}
