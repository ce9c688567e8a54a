"""A real standalone cluster on 127.0.0.1: a master, two workers and a Thrift server.

Started from the pip package, as processes of their own that end with the test.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pyspark

HOST = "127.0.0.1"
WORKERS = 2
START_SECONDS = 120
THRIFT_SERVER = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
# Tables of a test are small: one task for each step, nothing compiled that is used once.
SMALL = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
    "spark.hadoop.hive.stats.autogather": "false",
    "spark.shuffle.compress": "false",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.log.level": "WARN",
    "spark.ui.enabled": "false",
}
# What an existing server of an installation needs as well.
NEEDED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
}


@dataclass(frozen=True)
class Cluster:
    """Where to reach it, and where its tables lie."""

    master_url: str
    thrift_port: int
    warehouse: Path


@contextmanager
def running_cluster(root: Path) -> Iterator[Cluster]:
    """Start everything below ``root`` and stop it again, however the block ends."""
    warehouse, metastore = root / "warehouse", root / "metastore"
    with ExitStack() as stack:
        port, page = _free_port(), _free_port()
        master_url = f"spark://{HOST}:{port}"
        address = ["--host", HOST]
        _start(
            *(stack, root, "master", "org.apache.spark.deploy.master.Master", *address),
            *("--port", str(port), "--webui-port", str(page)),
        )
        _wait(root, "master", lambda: _answers(port))
        for number in range(WORKERS):
            _start(
                *(stack, root, f"worker-{number}", "org.apache.spark.deploy.worker.Worker"),
                *(*address, "--webui-port", str(_free_port()), "--work-dir", str(root / "work")),
                *("--cores", "1", "--memory", "2g", master_url),
            )
        _wait(root, "worker-0", lambda: _alive_workers(page) == WORKERS)
        thrift = _free_port()
        configuration = (
            SMALL
            | NEEDED
            | {
                "spark.cores.max": str(WORKERS),
                "spark.executor.memory": "1g",
                "spark.driver.host": HOST,
                "spark.driver.bindAddress": HOST,
                "spark.sql.warehouse.dir": str(warehouse),
                "spark.hadoop.javax.jdo.option.ConnectionURL": (
                    f"jdbc:derby:;databaseName={metastore};create=true"
                ),
            }
        )
        options = [
            part for key, value in configuration.items() for part in ("--conf", f"{key}={value}")
        ]
        _start(
            *(stack, root, "thrift", "org.apache.spark.deploy.SparkSubmit"),
            *("--class", THRIFT_SERVER, "--master", master_url, *options, "spark-internal"),
            *("--hiveconf", f"hive.server2.thrift.bind.host={HOST}"),
            *("--hiveconf", f"hive.server2.thrift.port={thrift}"),
        )
        _wait(root, "thrift", lambda: _answers(thrift))
        yield Cluster(master_url, thrift, warehouse)


def _start(stack: ExitStack, root: Path, name: str, program: str, *arguments: str) -> None:
    home = Path(pyspark.__file__).parent
    folder = root / name
    folder.mkdir(parents=True)
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST}
    log = stack.enter_context((root / f"{name}.log").open("wb"))
    process = subprocess.Popen(
        [str(home / "bin" / "spark-class"), program, *arguments],
        cwd=folder,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    stack.callback(_stop, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(root: Path, name: str, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if time.monotonic() > deadline:
            log = (root / f"{name}.log").read_text(errors="replace")
            raise TimeoutError(f"{name} is not ready after {START_SECONDS} s:\n{log[-3000:]}")
        time.sleep(0.2)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _alive_workers(page: int) -> int:
    try:
        with urlopen(f"http://{HOST}:{page}/json/", timeout=5) as answer:
            return int(json.load(answer)["aliveworkers"])
    except OSError:
        return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
