"""Compose file, example of variables, Dockerfile and docs agree; no Docker engine is needed to see that."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from regulars.cli import app

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@pytest.fixture(scope="module")
def compose(repository: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((repository / "compose.yaml").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def dockerfile(repository: Path) -> str:
    """The Dockerfile with its lines joined where they are broken."""
    return (repository / "docker" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


@pytest.fixture(scope="module")
def example(repository: Path) -> dict[str, str]:
    """The variables of .env.example with their values."""
    lines = (repository / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_variable_of_the_compose_file_is_in_the_example_and_the_other_way_round(
    repository: Path, example: dict[str, str]
) -> None:
    used = VARIABLE.findall((repository / "compose.yaml").read_text(encoding="utf-8"))
    assert {name for name, _, _ in used} == set(example)
    for name, kind, value in used:
        assert kind, f"{name} has no default and does not say that it is missing"
        # What must be filled in is empty in the example; what has a default stands there with it.
        assert example[name] == (value if kind == "-" else ""), name


def test_every_command_of_a_service_is_one_of_regulars_or_airflow(compose: dict[str, Any], dockerfile: str) -> None:
    commands = {name: service["command"] for name, service in compose["services"].items() if "command" in service}
    assert commands.pop("airflow-migrate") == ["airflow", "db", "migrate"]
    assert {words[0] for words in commands.values()} == {"airflow"}
    assert {words[1] for words in commands.values()} == {"api-server", "scheduler", "dag-processor"}
    assert re.search(r'^ENTRYPOINT \["regulars"\]$', dockerfile, re.MULTILINE)


def test_what_the_server_starts_and_asks_for_its_health_exists(dockerfile: str, repository: Path) -> None:
    words = re.findall(r'^CMD \["(\w+)"', dockerfile, re.MULTILINE)
    assert words[-1] in typer.main.get_command(app).commands  # type: ignore[attr-defined]
    [path] = re.findall(r"^HEALTHCHECK.*127\.0\.0\.1:8000(/\w+)", dockerfile, re.MULTILINE)
    served = [file.read_text(encoding="utf-8") for file in (repository / "src/regulars/serve").rglob("*.py")]
    assert any(f'"{path}"' in text for text in served)


def test_ports_of_containers_are_those_that_their_programs_listen_on(
    compose: dict[str, Any], dockerfile: str, example: dict[str, str], repository: Path
) -> None:
    [listened] = re.findall(r'^CMD \["serve".*"--port", "(\d+)"', dockerfile, re.MULTILINE)
    assert f"EXPOSE {listened}" in dockerfile
    airflow = compose["services"]["airflow-api-server"]["command"][-1]
    ports = {name: service.get("ports", []) for name, service in compose["services"].items()}
    assert ports["server"] == [f"127.0.0.1:${{REGULARS_PORT:-{example['REGULARS_PORT']}}}:{listened}"]
    assert ports["airflow-api-server"] == [f"127.0.0.1:${{AIRFLOW_PORT:-{example['AIRFLOW_PORT']}}}:{airflow}"]
    assert not [name for name, given in ports.items() if given and name not in ("server", "airflow-api-server")]
    page = (repository / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert f"port {example['AIRFLOW_PORT']}" in page and f"port {example['REGULARS_PORT']}" in page


def test_services_wait_for_services_that_can_be_waited_for(compose: dict[str, Any], dockerfile: str) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], (name, other)
            else:
                assert services[other]["restart"] == "no", (name, other)
        if "build" in service:
            assert re.search(rf"^FROM \S+ AS {service['build']['target']}$", dockerfile, re.MULTILINE)
        else:
            assert ":" in service["image"], f"{name} names no version"
        mounted = {volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(("$", "."))}
        assert mounted <= set(compose["volumes"])


def test_the_images_hold_no_secret_nobody_is_root_and_what_they_copy_is_there(
    dockerfile: str, repository: Path
) -> None:
    stages = re.split(r"^FROM ", dockerfile, flags=re.MULTILINE)[1:]
    assert [re.search(r"AS (\S+)", stage)[1] for stage in stages][-3:] == ["base", "airflow", "regulars"]  # type: ignore[index]
    assert re.search(r"^USER 10001:10001$", stages[-3], re.MULTILINE)
    assert "USER" not in stages[-2] + stages[-1]
    ignored = (repository / "docker" / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE):
        for path in shlex.split(line)[:-1]:
            assert (repository / path).exists(), path
            assert f"!{Path(path).parts[0]}\n" in ignored, path
    assert not re.search(r"^(ENV|ARG).*(PASSWORD|SECRET|TOKEN|FERNET)", dockerfile, re.MULTILINE)


def test_secrets_come_from_the_file_that_git_ignores(repository: Path, example: dict[str, str]) -> None:
    secret = [name for name in example if re.search("PASSWORD|SECRET|KEY|WEBHOOK", name)]
    assert len(secret) == 6 and not [name for name in secret if example[name]]
    assert "/.env\n" in (repository / ".gitignore").read_text(encoding="utf-8")


def test_the_variables_of_the_dag_are_those_of_the_docs(repository: Path) -> None:
    page = (repository / "docs" / "deployment.md").read_text(encoding="utf-8")
    dag = (repository / "airflow" / "dags" / "regulars_dag.py").read_text(encoding="utf-8")
    read = dict(re.findall(r'setting\("(\w+)", "([^"]*)"\)', dag))
    told = dict(re.findall(r"^\| `REGULARS_DAG_(\w+)` \| `([^`]*)` \|", page, re.MULTILINE))
    assert read == told
    alerts = (repository / "airflow" / "dags" / "regulars_alert.py").read_text(encoding="utf-8")
    for name in re.findall(r'^\w+ = "(regulars_alert_\w+)"', alerts, re.MULTILINE):
        assert f"`{name}` | `AIRFLOW_VAR_{name.upper()}`" in page
        assert f"AIRFLOW_VAR_{name.upper()}:" in (repository / "compose.yaml").read_text(encoding="utf-8")


def test_the_dag_imports_nothing_but_airflow_and_what_python_brings(repository: Path) -> None:
    folder = repository / "airflow" / "dags"
    own = {file.stem for file in folder.glob("*.py")}
    for file in folder.glob("*.py"):
        modules = re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(modules) <= own | {"airflow"} | set(sys.stdlib_module_names), file.name
