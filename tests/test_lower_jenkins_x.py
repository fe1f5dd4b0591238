"""Jenkins X: promotions, sections, and files that are no YAML."""

from __future__ import annotations

from deliveries import graph_of, kinds_of

TEXT = """
    pipelineConfig:
      pipelines:
        release:
          pipeline:
            stages:
              - name: promote
                agent: {image: x}
              - sh: "jx promote -b --all-auto"
                name: promote-staging
        pullRequest:
          pipeline:
            stages:
              - sh: jx preview
"""


def test_names_of_steps_say_nothing_about_the_target() -> None:
    assert kinds_of({"jenkins-x.yml": TEXT}) == [("release", "ungated-implicit")]


def test_broken_yaml_is_read_too() -> None:
    broken = TEXT.replace("agent: {image: x}", "agent:\n        image: x")
    assert kinds_of({"jenkins-x.yml": broken}) == [("release", "ungated-implicit")]
    assert [pipeline.jobs[0].id for pipeline in graph_of({"jenkins-x.yml": broken}).pipelines] == [
        "release",
        "pullRequest",
    ]


def test_environment_named_on_the_line() -> None:
    assert kinds_of({"x.yml": TEXT.replace("--all-auto", "--env staging")}) == [("release", "no-prod")]
    assert kinds_of({"x.yml": TEXT.replace("--all-auto", "--env production")}) == [("release", "ungated")]
