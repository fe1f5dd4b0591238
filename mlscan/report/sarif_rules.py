"""A rule as SARIF's reportingDescriptor, with every property GitHub requires or shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlscan.model import Rule
from mlscan.report.prose import ignore_comment, sentence, shortened

if TYPE_CHECKING:
    import sarif_om as om

HOME = "https://pypi.org/project/mlscan/"
# GitHub refuses a longer description and more tags.
_MAX_TEXT = 1024
_MAX_TAGS = 20


def descriptor(rule: Rule) -> om.ReportingDescriptor:
    """The rule with its descriptions, help and grading."""
    import sarif_om as om

    return om.ReportingDescriptor(
        id=rule.id,
        name="".join(word.capitalize() for word in rule.id.split("-")),
        short_description=om.MultiformatMessageString(text=shortened(sentence(rule.title), _MAX_TEXT)),
        full_description=om.MultiformatMessageString(text=shortened(sentence(rule.why), _MAX_TEXT)),
        help=om.MultiformatMessageString(text=_help(rule), markdown=_markdown(rule)),
        help_uri=rule.references[0] if rule.references else HOME,
        default_configuration=om.ReportingConfiguration(level=rule.severity.level),
        properties={
            "precision": rule.precision,
            "security-severity": f"{rule.score:.1f}",
            "tags": tags(rule),
        },
    )


def tags(rule: Rule) -> list[str]:
    """Family, `security`, the CWE numbers as GitHub spells them, then the rule's own; none twice."""
    weaknesses = (f"external/cwe/cwe-{number:03d}" for number in rule.cwe)
    return list(dict.fromkeys([rule.family.value, "security", *weaknesses, *rule.tags]))[:_MAX_TAGS]


def _help(rule: Rule) -> str:
    return f"{sentence(rule.why)}\n\nFix: {sentence(rule.fix)}"


def _markdown(rule: Rule) -> str:
    parts = [
        f"# {rule.title}",
        sentence(rule.why),
        f"## Fix\n\n{sentence(rule.fix)}",
        "## If this is intended\n\nAdd this comment with your reason on the line or the line above:",
        f"```\n{ignore_comment(rule.id)}\n```",
    ]
    if rule.references:
        parts.append("## References\n\n" + "\n".join(f"- <{link}>" for link in rule.references))
    return "\n\n".join(parts)
