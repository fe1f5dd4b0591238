"""Expressions that say only that a file is worth parsing. They are wide on purpose; some fire once a file,
and the places of the others are worth a cheap look before anything is parsed, see `LOCATED`.

`name`: a secret-like name beside a literal. `default`: the default of an environment variable or option.
`sink`: a call of a known SDK; `login`: one that takes a password by position. `opaque`: a quoted value that
could be a key. `command`: a credential that has no name, such as `mysql -p...`. `promotion`: a call that
deploys, promotes or approves, `commanded`: a command that may, `runs`: a call that runs one; `production`: a
word or number that says where to. `setting`, `quoted`, `bare`: a name and a value as command lines, SQL and
XML, as JSON and code, and as INI files write them.
`magic`: an IPython magic or shell line; `leak`: a cell that may print a secret. `pipeline`: keys of a
pipeline; `delivery`: of one that is no list of jobs; `groovy`: a stage of a Jenkinsfile. `access`: rights
that are granted; `exposed`: a secret handed to where others may read it. `unsafe`: a call whose argument
takes a protection off; `load`: one that runs code of what it reads, beside `loader`, a word without which it
does not, and `origin`, a call that brings in bytes or a text that starts as a URL; `mutable`: one that names
what may change, beside `serves`, the mark of a server. `lax`: an option or setting that takes a protection
off. `ignore`: a suppression comment. Those of release evidence open no file, see `mlscan.catalog.sightings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from mlscan.catalog.schema import Catalog
from mlscan.catalog.sightings import expressions
from mlscan.catalog.unsafe import UnsafeCall

_NAME = (
    r"(?:passw|passphrase|passcode|_?psw|senha|[_.\-]pass|pass[\"']?[\]]?\s{0,3}[=:]|pwd|_pw\b|secret|token|credential|creds|"
    r"api[_\-.]?key|auth|_key|key\b|-key|[a-z]key|[_.\-]pat\b|dsn|conn_?str|connection_?string|"
    r"[_\"'.]sas)"
)
_LITERAL = (
    r"""(?:[rbuf]{0,2}|\(\s{0,80}|[\w.]{1,30}\(\s{0,40}(?:\w{1,20}\s?=\s?)?|[\w.]{1,30}\s?\+\s?|"""
    r"""["']{2}\.join\([(\[]\s{0,20})\\?["'][^"'\s<{]{3}"""
)
_AFTER_NAME = (
    r"""\w{0,30}\\?["']?\]?\s{0,4}(?::\s{0,3}[\w\[\]., |]{1,40})?[=:,]\s{0,4}"""
    r"""(?:["']?\w{1,20}["']?\s?[=:]\s?)?"""
)
_DEFAULTED = (
    r"(?:environ\.(?:get|setdefault)|getenv|option|add_argument|config|field|variable)\s{0,2}\([^()]{0,200}"
)
_DEFAULT = r"""[^()]{0,200}["'][^"'\s]{4}"""
# Passwords may be shorter than keys.
_YAML_HUMAN = r"""(?:pass|pwd)\w{0,20}["']?\s?[:=]\s{0,3}["']?[^\s${<\[|>&*#!"'][^\s{]{3}"""
_YAML_VALUE = (
    r"""\w{0,30}["']?\s{0,3}(?::|=|\n\s{0,40}["']?(?:value|default)\w{0,8}["']?:)\s{0,3}"""
    r"""[^\s${<\[|>&*#!][^\s{]{5}"""
)


_OPAQUE = (
    r"""["'](?:[A-Za-z_\-+=/!@#%^*]{0,60}[0-9]){2}[\w\-+=/!@#%^*]{0,100}[A-Za-z][\w\-+=/!@#%^*]{5,200}["']|"""
    r"""["'][\w\-.]{50,200}["']|b64decode|fromhex|[?&]\w{0,20}(?:key|token|sig|secret)=[\w\-%]{8}"""
)
_IGNORE = (
    r"(?i)mlscan:\s*ignore|pragma: ?(?:allow|white)list|leaks:allow|hog:ignore|fisher:ignore|ggignore|"
    r"secretlint-disable|nosec|noqa:"
)
# The end of a secret's name and no more; files without Python are many, and most of them hold no setting.
_ENDING = (
    r"(?:passw\w{0,5}|passphrase|passcode|pass|pwd|psw|pw|senha|secrets?|token|credentials?|creds?|authorization|"
    r"auth[_\-]?header|[_\-.]pat|dsn|conn\w{0,7}_?str\w{0,3}|[_\-]sas|requirepass|[_\-.a-z]key)"
    r"(?:[_\-]\w{1,20}|\d{1,2})?"
)
# Such a name with a literal in quotes: JSON, code, TOML; and one with any value: dotenv, INI, shell.
_QUOTED = (
    rf"""{_ENDING}["']?\]?\s{{0,8}}(?::\s{{0,3}}\w{{1,20}}\s{{0,3}})?(?:=|:|<-|\|\||\?\?|,)\s{{0,8}}["'`][^"'\s<{{$]{{4}}|"""
    rf"""{_ENDING}["']?\s{{0,3}}(?:[:=]\s{{0,3}})?\{{|["']-{{0,2}}\w{{0,40}}{_ENDING}(?:["'],\s{{0,20}}["']|=[^\s"'$<]{{4}})|"""
    rf"""(?:name|key)["']?\s{{0,3}}[:=]\s{{0,3}}["'`][\w.\-]{{0,40}}{_ENDING}["'`]"""
)
_BARE = (
    rf"""{_ENDING}["']?\s{{0,3}}[=:]\s{{0,3}}["']?"""
    r"""(?:[^\s"'$<{(\[%\\]{4}|\$\{\w{1,40}:?-[^}\s$]{4})"""
)
# Beside these: options, `NAME value`, elements, name and value objects, SQL, commands, .pgpass, Secrets.
_SETTING = (
    rf"""-[\w\-]{{0,30}}{_ENDING}["']?,?\s{{1,12}}(?:-\s)?["']?[^\s$<\-]\S{{3}}|\bpassword\s{{1,20}}\S{{4}}|"""
    rf"""^[ \t]{{0,8}}(?:env[ \t]{{1,4}})?[\w.\-]{{0,60}}{_ENDING}[ \t]{{1,8}}[^\s=:$]\S{{5}}|"""
    rf"""{_ENDING}(?:>\s{{0,40}}[^<\s$]{{4}}|</name>|["']\s{{1,20}}value=)|"""
    rf"""{_ENDING}["']?:(?:\s{{0,2}}[|>]|\r?\n\s{{1,40}}\w{{6}})|\$\{{\w{{0,60}}{_ENDING}:?[-=]["']?[^}}\s$]{{3}}|"""
    rf"""\b(?:name|key)["']?\s{{0,3}}[:=]\s{{0,3}}["']?[\w.\-]{{0,40}}{_ENDING}|"""
    rf"""{_ENDING}\w{{0,10}}"?\s{{0,3}}[=(]?\s{{0,3}}N?'[^'\s]{{4}}|"""
    rf"""{_ENDING}\\"\s{{0,3}}:\s{{0,3}}\\"[^"\s\\<{{$]{{4}}"""  # JSON in a scalar of YAML
)
# A credential whose role only a command, a keyword or a position tells, and objects that hold nothing else.
_COMMAND = (
    r"""\bby\s{1,4}['"]\S|bearer [\w\-]{8}|"auths?"|\*/key["']|"""
    r"""^[ \t]{0,40}-(?:u|-user)\s{1,3}["']?[^\s:"'$]{1,60}:[^\s"'$]{4}|"""
    r"""\b(?:login|mysql\w{0,6})\b[^\n]{0,100}\s-p|\bsshpass\s|\bredis-cli\b[^\n]{0,60}\s-a\s|"""
    r"""\b(?:curl|http)\b[^\n]{0,300}\s-(?:[ua]|-user|-auth)\s|\bwandb\s{1,3}login\s|\b(?:config\w{0,3}|alias)\s{1,3}set\s|"""
    r""":(?:\d{2,5}|\*):[^:\s]{1,60}:[^:\s]{1,60}:\S{4}|\bkind["']?:\s{0,3}["']?Secret\b"""
)
# A line or cell for another program, or for a file.
# Programs that take a credential on their command line.
_COMMANDS = (
    r"(?:set_)?env\b|export|config|sql\b|curl|wget\s[^\n]{0,80}\s-|http\s|mysql|psql|pg_|mongo|redis|sshpass|docker|"
    r"az\b|aws\sconfigure|gcloud\sauth|databricks|kaggle|dvc|mlflow|wandb|huggingface|hf\b|neptune|comet|clearml|"
    r"modal|zenml|prefect|dbt|snow|twine|npm|echo|printf|cat\b[^\n]{0,20}<<|ssh|rclone|s3cmd|mc\b|ngrok|"
    r"[a-z]+ login|git\s(?:clone|config|remote)"
)
_MAGIC = (
    # What stands before the sign is not told apart further: that costs a quarter of the whole pass.
    rf"(?:^|[ \t=])[!%][ \t]?(?:\w{{0,30}}{_NAME}|{_COMMANDS})|"
    r"%%(?:bash|sh|zsh|script|shell|sx|system|writefile|writetemplate|file|sql|powershell|cmd|js|javascript|r)\b|"
    r"^# MAGIC %(?:sh|sql|r)\b|^# ?%%[^\n]{0,80}language=|^%(?:sh|sql|r)[ \t]*$"
)
# A cell that shows its environment, a name or an element of it; `\\n\\x00` ends a cell of a notebook.
_SHOWABLE = (
    r"(?:environ|passw\w{0,6}|pwd|secret\w{0,6}|token|credentials?|creds|get_keys|"
    r"(?:api|access|account|secret|auth)_?keys?)"
)
_LEAK = (
    rf"(?im)(?:print|display|write|pp)\s{{0,3}}\([^\n]{{0,200}}{_SHOWABLE}\w?[^\w\n]|"
    rf"^[\w.]{{0,60}}{_SHOWABLE}(?:[\[(][^\n]{{0,80}})?"
    r"\s{0,40}(?:#[^\n%]{0,80}\s{0,9}){0,3}(?:\x00|\z|# COMMAND|# ?%%)|"
    r"environ(?:\.items\(\))?\s{0,3}:|%(?:set_)?env\b|"
    r"^[ \t]*(?:# MAGIC )?(?:!|%sh)?[ \t]{0,4}(?:env|printenv|set|export)(?:\s|\z)|"
    r"^[ \t]*(?:# MAGIC )?!?[ \t]{0,4}(?:echo\s[^\n]{0,80}[$%]|printenv\s|"
    r"(?:cat|head|tail|type|less|more)\s[^\n]{0,80}(?:env\b|secret|cred|token|passw|netrc|kaggle|\.pem|\.key|"
    r"config|id_rsa|\.aws|\.json))"
)
_PRODUCTION = (
    r"""(?i)["'](?:[\w\-./{}]{0,40}[_\-./}])?(?:prod|prd|production|champion|live|stable|release|approved?)"""
    r"""(?:[_\-./{][\w\-./{}]{0,40})?["']|\.(?:production|approved)\b|"""
    r"""(?:traffic|percent)\w{0,20}\W[^;()]{0,60}\b100\b|alias\w{0,3}\W{1,5}default|"""
    r"""is_default|/approve/|/proceed|:deploymodel|/serving-endpoints|/onlineendpoints|/transition-stage|/inferenceservices"""
)

# Only what may hold a secret: build arguments and settings are many.
_EXPOSED = (
    rf"""--build-arg[ =]["']?\w{{0,60}}{_ENDING}|build[-_]args["']?[ \t]*:|env[-_]vars["']?[ \t]*[:= ]|"""
    rf"""\bset[ ]env\s|update-function-configuration|task\.setvariable|"""
    rf"""^[ \t]{{2,20}}["']?[\w\-]{{0,60}}{_ENDING}["']?:[ \t]*\r?\n[ \t]+(?:description|required|type):|"""
    rf"""\becho\s[^\n]{{0,80}}\$[^\n]{{0,60}}{_ENDING}|^[ \t]*ARG[ \t]+\w{{0,60}}{_ENDING}"""
)

# Delivery pipelines of clouds, GitOps objects, and code that makes or passes gates: exact words, so that a
# megabyte of Kubernetes definitions does not fire.
DELIVERY = (
    r"""(?m)^apiVersion:[ \t]*["']?(?:deploy\.cloud\.google\.com|argoproj\.io|tekton\.dev|"""
    r"""kustomize\.toolkit\.fluxcd\.io)/|\bautoPromotionEnabled:|"""
    r"""^(?:bundle|phases|pipelineConfig|approvalConfig|filename|environments)[ \t]*:|"""
    r"""AWS::CodePipeline::Pipeline|"actionTypeId"|"preDeployApprovals"|PutApprovalResult|put_approval_result|update_model_package|"""
    r"""SageMaker Model Package State|\btask_key:[ \t]*["']?[\w\-]{0,40}[Aa]pprov|"""
    r"""\baws_codepipeline\b|\bManualApproval(?:Step|Action)\b|aws_cdk\.pipelines|"""
    r"""(?:\bfrom|\brequire\()[ \t]*["'](?:aws-cdk-lib|@aws-cdk)/(?:aws-codepipeline|pipelines)["']|"""
    r"""\bpipelines\.C(?:ode|dk)Pipeline\(|token\.actions\.githubusercontent\.com:sub|"""
    r"""^[ \t]*resource[ \t]+"(?:google_cloudbuild_trigger|google_clouddeploy_target|aws_codepipeline|"""
    r"""github_repository_environment|azuredevops_check_approval|gitlab_project_protected_environment|"""
    r"""tfe_workspace|spacelift_stack)\"|^[ \t]*resource[ \t]+"?oci_devops_deploy_stage\b|"""
    r"""^[ ]{1,4}(?:org|project)Identifier[ \t]*:|"requisiteStageRefIds"|"""
    r"""^[ ]{0,8}(?:- )?(?:apply_requirements|autoplan)[ \t]*:"""
)

# Pipelines of data and models, in code or as they are compiled. They matter where a word says that one may
# bring a model somewhere, see `acts`: most only train.
ORCHESTRATION = (
    r"""(?m)^[ \t]*(?:from|import)[ \t]+"""
    r"""(?:airflow|prefect|dagster|flytekit|kfp|sagemaker(?:\.mlops)?\.workflow)\b|"""
    r"""^[ \t]*"?deploymentSpec"?[ \t]*:|"Version"[ \t]*:[ \t]*"2020-12-01\"|"""
    r"""\bStartAt\\?["']?[ \t]*[:=]|::(?:StepFunctions|Serverless)::StateMachine\b|"""
    r"""\baws_sfn_state_machine\b"""
)
_ACTS = (
    r"""(?i)deploy(?!mentspec)|promot|releas|rollout|publish|kubectl|helm|argocd|transition_|alias|champion|"""
    r"""traffic|approv|serving|inferenceservice|\blive\b|prod(?!uct|uce)|[_a-z]endpoint|endpoint_"""
)

# Grants of rights and trusts in identities: names of broad roles, of what attaches them, and of what may
# approve; the version of the language of AWS policies.
ACCESS = (
    r"""2012-10-17|AdministratorAccess|PowerUserAccess|IAMFullAccess|sts:AssumeRole|"""
    r"""(?:"|Type:[ \t]*["']?)AWS::IAM::|"""
    r"""(?i:Microsoft\.Authorization/roleAssignments|federatedIdentityCredentials)|azurerm_role_assignment|"""
    r"""federated_identity_credential|federated-credential|role\s{1,4}assignment\s{1,4}create|create-for-rbac|"""
    r"""\broles/(?:owner|editor|resourcemanager\.|iam\.(?:securityAdmin|workloadIdentityUser))|clouddeploy\.approver|"""
    r"""\baws_iam_|workload_identity_pool|providers\s{1,4}create-oidc|principalSet://|"""
    r"""\bcluster-admin\b|verbs:\s{0,40}[\[\-]\s{0,40}["']\*["']|"""
    r"""permissions:[ \t]*["']?write-all|"""
    r"""iam\.PolicyStatement|from_aws_managed_policy_name|attach_role_policy"""
)

# Keys of lists of jobs, and those of a single GitLab job, which stand no deeper than a job's own keys do.
PIPELINE = (
    r"""(?m)^["']?(?:jobs|stages|steps|extends|workflows|pipelines|include)["']?[ \t]*:|"""
    r"""^(?: {1,4}|\t)(?:script|trigger)[ \t]*:"""
)
GROOVY = r"""(?m)^[ \t]*stage[ \t]*\(?[ \t]*["'][^"'\n]{1,100}["'][ \t]*\)?[ \t\r]*(?:\{|$)"""

# Commands in Python and notebooks that may promote a model, as one text or as a list of words.
_GAP = r"""["', ]{1,6}"""
_COMMANDED = (
    rf"""\b(?:az{_GAP}(?:ml|pipelines)|aws{_GAP}(?:sagemaker|codepipeline|bedrock|lambda)|"""
    rf"""gcloud{_GAP}(?:ai|run|deploy|builds|beta|alpha)|databricks{_GAP}(?:bundle|serving|registered|model|apps)|"""
    rf"""mlflow{_GAP}(?:deployments|sagemaker)|kubectl{_GAP}(?:apply|patch|set|rollout|-n|--)|helm{_GAP}(?:upgrade|install)|"""
    rf"""seldon{_GAP}(?:model|pipeline)|bentoml{_GAP}deploy|modal{_GAP}deploy|sky{_GAP}serve|truss{_GAP}push|"""
    rf"""hf{_GAP}endpoints|zenml{_GAP}model|wandb{_GAP}artifact|gto{_GAP}assign|feast{_GAP}apply|argo{_GAP}resume|"""
    rf"""gh{_GAP}api|cdk{_GAP}deploy|terraform{_GAP}apply)\b"""
)

# Functions that run a command, see `mlscan.checks.code.commands`.
RUNS = (
    "run", "call", "check_call", "check_output", "Popen", "system", "popen", "getoutput", "getstatusoutput",
    "create_subprocess_shell", "create_subprocess_exec",
)  # fmt: skip
# Triggers whose places are worth a look of their own before a file is parsed.
LOCATED = frozenset({"name", "opaque", "yaml-name", "setting", "command", "quoted", "bare", "lax"})
# Kinds of calls that are findings by themselves, see `mlscan.checks.code`.
REPORTED = ("promote", "approve", "deploy", "traffic")


def acts(data: bytes) -> bool:
    """Whether a word in an orchestrator's file says that it may bring a model somewhere."""
    return _acting().search(data) is not None


@cache
def _acting() -> re.Pattern[bytes]:
    return re.compile(_ACTS.encode())


def triggers(catalog: Catalog) -> dict[str, str]:
    """Trigger name to expression, in a fixed order."""
    credentials = [sink for sdk in catalog.sdks for sink in sdk.credentials]
    sinks = _last_words(call for sink in credentials for call in sink.calls)
    logins = _last_words(
        call
        for sink in credentials
        if sink.kind == "password" and sink.position is not None
        for call in sink.calls
    )
    promotions = _last_words(
        call
        for sdk in catalog.sdks
        for entry in sdk.promotions
        if entry.kind in REPORTED
        for call in entry.calls
    )
    found = {
        "name": f"(?i){_NAME}{_AFTER_NAME}{_LITERAL}",
        "default": f"(?i){_DEFAULTED}(?:{_NAME}){_DEFAULT}",
        "yaml-name": f"(?i){_NAME}{_YAML_VALUE}|{_YAML_HUMAN}",
        "opaque": _OPAQUE,
        "setting": f"(?im){_SETTING}",
        "command": f"(?im){_COMMAND}",
        "quoted": f"(?i){_QUOTED}",
        "bare": f"(?i){_BARE}",
        "pipeline": PIPELINE,
        "groovy": GROOVY,
        "delivery": DELIVERY,
        "orchestration": ORCHESTRATION,
        "access": ACCESS,
        "production": _PRODUCTION,
        "commanded": _COMMANDED,
        "runs": rf"\b(?:{'|'.join(RUNS)})\s{{0,40}}\(",
        "magic": f"(?im){_MAGIC}",
        "leak": _LEAK,
        "ignore": _IGNORE,
        "exposed": f"(?im){_EXPOSED}",
        **expressions(catalog.evidence),
    }
    found |= _integrity(catalog)
    if sinks:
        found["sink"] = rf"(?:{_alternatives(sinks)})\("
    if logins:
        positional = rf"(?:{_alternatives(logins)})\([^()=]{{0,200}},\s{{0,40}}[\"'][^\"'\s]{{4}}"
        found["login"] = rf"{positional}|auth\s{{0,3}}=\s{{0,3}}\(\s{{0,20}}[\"']"
    if promotions:
        own = _alternatives({name for name in promotions if name.count("_") > 1})
        called = _alternatives({name for name in promotions if not name.endswith("=")})
        assigned = _alternatives({name[:-1] for name in promotions if name.endswith("=")}) or "(?!)"
        found["promotion"] = (
            rf"(?m)(?:{called})\(|\.(?:{assigned})[ ]?\+?=[^=]|"
            rf"(?:getattr|partial)\([^()\n]{{1,100}}\b(?:{own})\b|"
            rf"=[ ]?[\w.]{{1,60}}\.(?:{own})[ \t\r]{{0,8}}$"
        )
    return found


def _integrity(catalog: Catalog) -> dict[str, str]:
    """The triggers of the rules about what may be trusted."""
    unsafe = [entry for sdk in catalog.sdks for entry in sdk.unsafe]
    origins = [call for sdk in catalog.sdks for origin in sdk.origins for call in origin.calls]
    scoped = {
        name: _last_words(call for entry in unsafe if entry.scope == scope for call in entry.calls)
        for name, scope in (("load", "outside"), ("mutable", "serving"))
    }
    always = [entry for entry in unsafe if entry.scope in ("anywhere", "deployed")]
    given = [entry for entry in always if entry.argument and not entry.missing]
    # A plain value is looked for as well: many a function has an argument called `type`.
    values = {entry.values if entry.values.isalnum() else "" for entry in given}
    arguments = "|".join(
        rf"(?:{_alternatives({entry.argument for entry in given if entry.values == value})})"
        rf"[\"']?\]?\s{{0,4}}[=:]\s{{0,4}}[\"']?{value}\b"
        if value
        else rf"(?:{_alternatives({entry.argument for entry in given if not entry.values.isalnum()})})"
        r"[\"']?\]?\s{0,4}[=:]\s{0,4}[\"'\w]"
        for value in sorted(values)
    )
    whole = _last_words(
        call for entry in always if entry.missing or not entry.argument for call in entry.calls
    )
    outside = [entry for entry in unsafe if entry.scope == "outside"]
    known = catalog.surroundings
    texts = [entry.expression for tool in catalog.tools for entry in tool.unsafe if entry.where == "anywhere"]
    serving = _alternatives(set(known.serving))
    return {
        "unsafe": rf"\b(?:{arguments}|(?:{_alternatives(whole)})\()",
        "load": rf"\b(?:{_alternatives(scoped['load'])})\(",
        "loader": "|".join(sorted({text for entry in outside for text in _telling(entry)})),
        "origin": rf"\b(?:{_alternatives(_last_words(origins))})\b|[\"'}}](?i:https?|s3a?|gc?s|abfss?|hf)://",
        "mutable": rf"\b(?:{_alternatives(scoped['mutable'])})\(",
        "serves": rf"(?m)^[ \t]*(?:from|import)[ \t]+(?:{serving})\b|"
        rf"^(?:async )?(?:def|class) (?:{_alternatives(set(known.handlers))}|run)\b",
        "lax": "|".join(
            f"(?m:{text.removeprefix('(?m)')})" if "(?m)" in text else f"(?:{text})" for text in texts
        ),
    }


def _telling(entry: UnsafeCall) -> Iterator[str]:
    """Expressions of which a program that makes a call holds one: many a function is called `load`."""
    if entry.argument:
        yield re.escape(entry.argument)
    for call in entry.calls:
        owner, _, name = call.rpartition(".")
        if entry.argument and entry.position is not None:
            yield rf"\b{re.escape(name)}\([^\n]{{1,200}},\s{{0,4}}(?:{entry.values})\b"
        elif not entry.argument:
            yield re.escape(name if "_" in name else owner.rpartition(".")[2])


def _last_words(calls: Iterable[str]) -> set[str]:
    return {call.rpartition(".")[2] for call in calls}


def _alternatives(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words) if word)
