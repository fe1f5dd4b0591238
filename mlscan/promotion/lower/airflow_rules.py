"""Airflow's trigger rules: whether a task runs although a task before it was refused, skipped or failed.

https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules
A refused approval skips the tasks right after it, whatever their rules say; those further on ask their rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlscan.promotion.lower.plain import all_of, any_of, plain
from mlscan.promotion.lower.tasks import Task
from mlscan.promotion.scope import Scope

_DEFAULT = frozenset(("", "all_success", "none_skipped"))
_ALWAYS = frozenset(("all_done", "always", "dummy", "one_done", "all_done_setup_success"))
_FAILED = frozenset(("all_failed", "one_failed", "all_skipped", "all_done_min_one_failed"))


def ruled(tasks: Sequence[Task]) -> None:
    """Give every task the condition its rule is.

    A task without a rule of its own gets one only behind a task with one: it asks no more than those right
    before it, which may have run although something earlier was refused.
    """
    known = {task.id: task for task in tasks}
    skips = {task.id: task.skips for task in tasks if task.skips is not None}
    open_: set[str] = set()
    for task in tasks:
        if task.rule not in _DEFAULT:
            open_.add(task.id)
    for _ in tasks:
        more = {task.id for task in tasks if task.id not in open_ and open_ & set(task.after)}
        if not more:
            break
        open_ |= more
    for task in tasks:
        if task.id not in open_ or not task.after:
            continue
        if task.rule in _FAILED:
            task.condition = plain("failure()", task.place, Scope())
            continue
        refused = [name for name in task.after if name in skips]
        refused += [name for name in _before(task, known) if skips.get(name) and name not in refused]
        demands = [f"needs.{name}.result == 'success'" for name in refused]
        others = [name for name in task.after if name not in skips]
        demands.append(_rule(task.rule, others))
        task.condition = plain(all_of(("always()", *demands)), task.place, Scope())


def _rule(rule: str, names: Sequence[str]) -> str:
    succeeded = [f"needs.{name}.result == 'success'" for name in names]
    unharmed = [f"needs.{name}.result != 'failure'" for name in names]
    if not names or rule in _ALWAYS:
        return "true"
    if rule in _DEFAULT:
        return all_of(succeeded)
    if rule == "one_success":
        return any_of(succeeded)
    if rule == "none_failed":
        return all_of(unharmed)
    if rule in ("none_failed_min_one_success", "none_failed_or_skipped"):
        return all_of((*unharmed, any_of(succeeded)))
    return all_of(succeeded)


def _before(task: Task, known: Mapping[str, Task]) -> list[str]:
    seen: dict[str, None] = {}
    queue = [task]
    while queue:
        for name in queue.pop().after:
            if name not in seen and name in known:
                seen[name] = None
                queue.append(known[name])
    return list(seen)
