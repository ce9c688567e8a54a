"""Shipped dbt project + this installation's rules -> the project a run uses, parsed once."""

import csv
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject

from orchestration import lineage, parsed
from orchestration.data_tests import carried, description
from orchestration.engines import Engine, engine_of
from warehouse.errors import UserError
from warehouse.judging.currencies import minor_unit
from warehouse.rules.effective import effective_rules, prepare_rules
from warehouse.rules.table import nearest
from warehouse.serving.comments import Meaning
from warehouse.serving.marts import SCHEMA as MARTS
from warehouse.settings import Settings
from warehouse.storage.files import remove

SHIPPED = Path(__file__).parents[1] / "dbt_project"
# What is written to the lake between the models it is made from and those that read it.
VALUES = ("clv_fits", "clv_predictions")
CHOSEN = "chosen"
LINKED = ("macros", "models", "tests", "dbt_project.yml", "profiles.yml")


@dataclass(frozen=True, eq=False)
class Project:
    """A dbt project parsed for one engine: where it lies, dbt's manifest, the same as plain data.

    ``rules`` is a digest of the rule files in it, ``files`` of all its files.
    """

    engine: Engine
    folder: Path
    target: Path
    manifest: Any
    nodes: Mapping[str, Any]
    rules: str
    files: str

    @cached_property
    def for_dagster(self) -> DbtProject:
        """Return the project as Dagster knows it."""
        return DbtProject(project_dir=self.folder, target_path=self.target)

    def assets_in(self, schema: str) -> list[dg.AssetKey]:
        """Return every model of a schema."""
        nodes = self.nodes["nodes"].values()
        models = (node for node in nodes if node["resource_type"] == "model")
        return sorted(_asset(node) for node in models if node["schema"] == schema)

    def meanings_in(self, schema: str) -> dict[str, Meaning]:
        """Return what each model of a schema holds, and each of its columns."""
        return {
            node["name"]: Meaning(
                node["description"],
                {name: column["description"] for name, column in node["columns"].items()},
            )
            for node in self.nodes["nodes"].values()
            if node["resource_type"] == "model" and node["schema"] == schema
        }

    def assets_of(self, exposure: str) -> list[dg.AssetKey]:
        """Return the models that a declared exposure is made from."""
        declared = {each["name"]: each for each in self.nodes["exposures"].values()}
        if exposure not in declared:
            what, where = f"there is no exposure {exposure!r}", "dbt_project/models/exposures.yml"
            raise UserError(what, where=where, cure=nearest(exposure, declared))
        parents = declared[exposure]["depends_on"]["nodes"]
        return sorted(_asset(self.nodes["nodes"][key]) for key in parents)

    @cached_property
    def outgoing(self) -> frozenset[dg.AssetKey]:
        """Return what is published or goes into an export: what other steps of a run wait for."""
        exposed = (
            key for name in self.nodes["exposures"].values() for key in self.assets_of(name["name"])
        )
        return frozenset([*self.assets_in(MARTS), *exposed])

    @cached_property
    def valued(self) -> Mapping[str, str]:
        """Name the models and tests that need the value of buyers, by key: they come after it."""
        found = lineage.made_from(self.nodes, [f"source.userops.raw.{name}" for name in VALUES])
        nodes = self.nodes["nodes"]
        return {key: nodes[key]["name"] for key in sorted(found & nodes.keys())}

    @cached_property
    def funnel_steps(self) -> int:
        """Count the steps of the longest funnel: the models follow no more than there are."""
        with (self.folder / "seeds/rules/funnels.csv").open(encoding="utf-8", newline="") as rules:
            return max((int(row["step"]) for row in csv.DictReader(rules)), default=1)

    def built(self, skipped: Collection[str] = ()) -> frozenset[str]:
        """Return the keys of rules, models and their tests, but for some of these types."""
        kinds = {"seed", "model", "test"}.difference(skipped)
        nodes = self.nodes["nodes"].items()
        return frozenset(key for key, node in nodes if node["resource_type"] in kinds)

    def chosen(self, keys: Collection[str]) -> str:
        """Return a selector of these nodes and no others, for one invocation at a time.

        It is a tag: of many names dbt compares each with all nodes, which takes a second.
        """
        for key, node in self.manifest.nodes.items():
            others = [tag for tag in node.tags if tag != CHOSEN]
            node.tags = [*others, CHOSEN] if key in keys else others
        return f"tag:{CHOSEN}"

    @cached_property
    def standing(self) -> Mapping[str, str]:
        """Name the models that stand as they are while the project and its rules do, by key."""
        if not self.engine.judges_its_tables:
            return {}
        nodes = self.nodes["nodes"]
        found = lineage.standing(self.nodes).items()
        # What other steps wait for is told of by each run, or they would be skipped.
        return {key: name for key, name in found if _asset(nodes[key]) not in self.outgoing}

    def data_tests(self, *, seeds: bool) -> dict[str, list[dict[str, Any]]]:
        """Say which tests each model runs itself; with or without the rules loaded before it."""
        if not self.engine.judges_its_tables:
            return {}
        kinds = ("model", "seed") if seeds else ("model",)
        nodes = self.nodes["nodes"].items()
        return carried(self.nodes, {key for key, node in nodes if node["resource_type"] in kinds})


def _asset(node: Mapping[str, Any]) -> dg.AssetKey:
    return dg.AssetKey([node["schema"], node["name"]])


def project_of(settings: Settings) -> Project:
    """Check the rules and parse the project they belong to; once while all its files stay.

    Raises UserError for a bad rule, before any table is built.
    """
    prepare_rules(settings)
    folder = _folder(settings)
    # The contracts of money say how many places it has: parsed with a project, not compiled.
    places = minor_unit(settings.currency)
    key = (settings.engine, folder, parsed.fingerprint(folder, f"{settings.engine} {places}"))
    if key not in _PARSED:
        target = settings.dbt_dir
        flags = _arguments(settings.engine, folder, target)
        flags += ["--vars", json.dumps({"currency_places": places})]
        engine = engine_of(settings.engine)
        manifest, nodes = parsed.load(target, key[-1], flags, with_tests=engine.judges_its_tables)
        _describe_tests(nodes)
        _PARSED[key] = Project(engine, folder, target, manifest, nodes, _digest(folder), key[-1])
    return _PARSED[key]


def _describe_tests(nodes: Mapping[str, Any]) -> None:
    """Say what each data test asks for where Dagster looks for it."""
    for node in nodes["nodes"].values():
        if node["resource_type"] == "test":
            node["meta"] = {"description": description(node), **node["meta"]}


# By engine, folder and files: installations with the shipped rules share one.
_PARSED: dict[tuple[str, Path, str], Project] = {}


def dbt_arguments(project: Project, settings: Settings) -> list[str]:
    """Return the flags every dbt call of an installation needs."""
    return _arguments(settings.engine, project.folder, settings.dbt_dir)


def definition_fingerprint(project: Project, settings: Settings) -> str:
    """Hash everything that decides what rows already built should look like.

    That is the code of the models rebuilt by day and all they are made from, rules included, and
    the clock and money of the installation. When it changes, history is built anew.
    """
    nodes = project.nodes["nodes"]
    wanted = sorted(lineage.remembered(project.nodes))
    content = {key: nodes[key]["checksum"]["checksum"] for key in wanted if key in nodes}
    macros = {
        key: macro["macro_sql"]
        for key, macro in sorted(project.nodes["macros"].items())
        if macro["package_name"] == "userops"
    }
    whole = [content, macros, settings.timezone, settings.currency, settings.phone_country]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _folder(settings: Settings) -> Path:
    """Return the shipped project, or one of links with the installation's own rules in it.

    dbt writes what it compiles under its target by the path of the source. Seeds have to lie
    inside the project, or dbt would write over them.
    """
    if not any(rule.is_own for rule in effective_rules(settings)):
        return SHIPPED
    for name in LINKED:
        _link(settings.project_dir / name, SHIPPED / name)
    _link(settings.project_dir / "seeds" / "_rules__seeds.yml", SHIPPED / "seeds/_rules__seeds.yml")
    return settings.project_dir


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    remove(link)  # also a folder: a home copied with its links followed has one here
    link.symlink_to(target)


def _digest(folder: Path) -> str:
    rules = sorted((folder / "seeds" / "rules").glob("*.csv"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in rules)).hexdigest()


def _arguments(engine: str, folder: Path, target: Path) -> list[str]:
    return [
        *("--target", engine),
        *("--project-dir", str(folder), "--profiles-dir", str(folder)),
        *("--target-path", str(target), "--log-path", str(target)),
        *("--log-level", "none", "--log-level-file", "none"),
    ]
