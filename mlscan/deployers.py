"""Who can deploy what: the identities of pipelines, and what files give to identities for machines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from mlscan.access.grant import Grant, Identity, Reach, Trust
from mlscan.access.purpose import Purpose
from mlscan.audit import DeployerShown, DeployShown, HolderShown, RightShown
from mlscan.checks.access.case import Rights
from mlscan.checks.gates.case import Case, World
from mlscan.checks.identity.acting import Acting, acting
from mlscan.mask import veiled
from mlscan.picture import Standing
from mlscan.promotion.depict import way_shown
from mlscan.promotion.graph import Identity as Actor
from mlscan.promotion.verdicts import Kind

_REACHES = {Reach.ORGANISATION: "the organisation", Reach.ACCOUNT: "the whole account"}
_TAIL = re.compile(r"[^\w.@-]+")
_SHORTEST = 4  # letters of a name that tell one identity from all others
_SHOWN = 6
_PURPOSES = {"pipeline": "for pipelines", "training": "for training", "serving": "for serving"}

Key = tuple[str, str, str]


def deployers(world: World, rights: Rights) -> tuple[DeployerShown, ...]:
    """The identities with deploys that may reach production, those with the most open ones first;
    jobs that deploy as nobody knows whom come last."""
    found: dict[Key, dict[DeployShown, None]] = {}
    actors: dict[Key, Actor] = {}
    for case in world.cases:
        if case.worst.kind is Kind.NO_PROD or case.deploy.action.kind == "approve":
            continue
        one = Acting(case.deploy.pipeline, case.job, case)
        for actor in one.identities:
            actors.setdefault(_key(actor), actor)
        for key in [_key(actor) for actor in one.identities] or [("", "", "")]:
            found.setdefault(key, {})[_deploy(case)] = None
    training = {
        _key(actor): one.job.title
        for one in reversed(list(acting(world)))
        if one.trains is not None
        for actor in one.identities
    }
    shown = [
        DeployerShown(
            name=veiled(key[2]),
            kind=key[1],
            cloud=key[0],
            deploys=tuple(sorted(done, key=_worst_first)),
            rights=_granted(actors.get(key), rights),
            trains=training.get(key, ""),
        )
        for key, done in found.items()
    ]
    return tuple(sorted(shown, key=_order))


def holders(rights: Rights) -> tuple[HolderShown, ...]:
    """The identities for machines of which it is known what they are for, pipelines first."""
    granted: dict[Identity, list[Grant]] = defaultdict(list)
    for grant in rights.reading.grants:
        if not grant.identity.person and not rights.purposes.elsewhere(grant.place.path):
            granted[grant.identity].append(grant)
    found: list[tuple[int, HolderShown]] = []
    for identity, grants in granted.items():
        purpose = rights.purposes.of(grants[0])
        if not purpose.kind or purpose.harmless:
            continue
        shown = _merged(_right(grant, rights) for grant in grants)
        trusts = tuple(dict.fromkeys(_trust(trust, rights) for trust in _trusts(identity, rights)))
        holder = HolderShown(_name(identity), grants[0].place.path, _purpose(purpose), shown, trusts)
        found.append((list(_PURPOSES).index(purpose.kind), holder))
    found.sort(key=lambda pair: (pair[0], not any(one.wide for one in pair[1].rights), pair[1].name))
    return tuple(holder for _, holder in found)


def _worst_first(done: DeployShown) -> int:
    return list(Standing).index(done.way.standing)


def _order(one: DeployerShown) -> tuple[bool, int, int, str, str]:
    return not one.kind, _worst_first(one.deploys[0]), -len(one.deploys), one.kind, one.name


def _deploy(case: Case) -> DeployShown:
    pipeline = case.deploy.pipeline
    return DeployShown(
        way_shown(case.worst), " ".join(case.job.title.split()), pipeline.path, pipeline.template
    )


def _key(actor: Actor) -> Key:
    return actor.cloud, actor.kind, actor.name


def _granted(actor: Actor | None, rights: Rights) -> tuple[RightShown, ...]:
    """What files give to the very identity that a pipeline names; only a literal says which one it is."""
    if actor is None or not actor.literal:
        return ()
    tail = _TAIL.split(actor.name.strip())[-1].lower()
    if len(tail) < _SHORTEST:
        return ()
    grants = (grant for grant in rights.reading.grants if tail in _names(grant.identity))
    return _merged(_right(grant, rights) for grant in grants)


def _names(identity: Identity) -> set[str]:
    return {text.strip("\"' ").lower() for text in (identity.name, identity.title, *identity.words)}


def _right(grant: Grant, rights: Rights) -> RightShown:
    """A grant in words: the role or the actions, on what."""
    role = rights.role(grant.role) if grant.role else None
    what = role.name if role is not None else grant.role or _listed(grant.actions)
    if not what and grant.excluded:
        what = f"everything but {_listed(grant.excluded)}"
    wide = (
        (role is not None and (role.broad or "administer" in role.lets) and grant.reach in _REACHES)
        or "*" in grant.actions
        or bool(grant.excluded)
    )
    return RightShown(
        veiled(what), veiled(_listed(grant.scope) or _REACHES.get(grant.reach, "")), grant.place, wide
    )


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _merged(rights: Iterable[RightShown]) -> tuple[RightShown, ...]:
    """The rights, widest first; those on the same thing in one file are one."""
    same: dict[tuple[bool, str, str], list[RightShown]] = {}
    for one in rights:
        same.setdefault((not one.wide, one.on, one.place.path), []).append(one)
    merged = (
        replace(found[0], what=_listed(tuple(dict.fromkeys(one.what for one in found))))
        for found in same.values()
    )
    return tuple(sorted(merged, key=lambda one: not one.wide))


def _trusts(identity: Identity, rights: Rights) -> list[Trust]:
    return [
        trust
        for trust in rights.reading.trusts
        if (trust.identity.home, trust.identity.name) == (identity.home, identity.name)
    ]


def _trust(trust: Trust, rights: Rights) -> RightShown:
    issuer = rights.purposes.issuer(trust.issuer)
    subjects = (limit for limit in trust.limits if limit.key.endswith(("sub", "subject")))
    on = _listed(tuple(value for limit in subjects for value in limit.values)) or (
        "any subject" if issuer is not None else ""
    )
    return RightShown(veiled(issuer.service if issuer is not None else trust.issuer), veiled(on), trust.place)


def _purpose(purpose: Purpose) -> str:
    told = _PURPOSES[purpose.kind]
    return f"{told}: {purpose.because}" if purpose.because else told


def _name(identity: Identity) -> str:
    return veiled(identity.title or identity.name.strip("${}()\"' ")) or "an identity without a name"
