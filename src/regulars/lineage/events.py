"""Events of OpenLineage as its own client types them: a run with its stages as children."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from regulars import __version__
from regulars.lineage.datasets import Dataset
from regulars.logs import told

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

State = Literal["START", "COMPLETE", "FAIL", "ABORT"]
PRODUCER = f"https://pypi.org/project/regulars/{__version__}"
# By it and a run's id in the journal, an event's run can be found again by anybody.
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://pypi.org/project/regulars")


def id_of(run_id: str, stage: str = "") -> str:
    """The UUID that a run of the journal, or a stage of it, has in its events."""
    return str(uuid.uuid5(_IDS, f"{run_id}/{stage}" if stage else run_id))


def event(
    state: State,
    moment: dt.datetime,
    namespace: str,
    run_id: str,
    *,
    stage: str = "",
    about: str = "",
    error: BaseException | None = None,
    inputs: Sequence[Dataset] = (),
    outputs: Sequence[Dataset] = (),
) -> RunEvent:
    """One event of a run, or of a stage of one.

    Args:
        state: What happened.
        moment: When, in UTC without a zone.
        namespace: Of the jobs.
        run_id: The run in the journal.
        stage: The stage; none = the run itself.
        about: What the job does.
        error: What ended it; its words are redacted.
        inputs: What it read.
        outputs: What it made.
    """
    from openlineage.client import facet_v2 as facets
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState

    engine = facets.processing_engine_run.ProcessingEngineRunFacet(__version__, "Regulars", producer=PRODUCER)
    of_run: dict[str, facets.RunFacet] = {"processing_engine": engine}
    if stage:
        parent = facets.parent_run
        of_run["parent"] = parent.ParentRunFacet(
            parent.Run(id_of(run_id)), parent.Job(namespace, job_name()), producer=PRODUCER
        )
    if error is not None:
        of_run["errorMessage"] = facets.error_message_run.ErrorMessageRunFacet(told(error), "python", producer=PRODUCER)
    kind = facets.job_type_job.JobTypeJobFacet("BATCH", "REGULARS", "STAGE" if stage else "RUN", producer=PRODUCER)
    of_job: dict[str, facets.JobFacet] = {"jobType": kind}
    if about:
        of_job["documentation"] = facets.documentation_job.DocumentationJobFacet(about, producer=PRODUCER)

    def shape(dataset: Dataset) -> dict[str, facets.DatasetFacet]:
        fields = [
            facets.schema_dataset.SchemaDatasetFacetFields(column.name, column.type, column.meaning or None)
            for column in dataset.columns
        ]
        return {"schema": facets.schema_dataset.SchemaDatasetFacet(fields, producer=PRODUCER)} if fields else {}

    def read(dataset: Dataset) -> InputDataset:
        rows = facets.input_statistics_input_dataset.InputStatisticsInputDatasetFacet(dataset.rows, producer=PRODUCER)
        counted: dict[str, facets.InputDatasetFacet] = {"inputStatistics": rows} if dataset.rows is not None else {}
        return InputDataset(dataset.namespace, dataset.name, counted, facets=shape(dataset))

    def made(dataset: Dataset) -> OutputDataset:
        rows = facets.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            dataset.rows, producer=PRODUCER
        )
        counted: dict[str, facets.OutputDatasetFacet] = {"outputStatistics": rows} if dataset.rows is not None else {}
        return OutputDataset(dataset.namespace, dataset.name, counted, facets=shape(dataset))

    return RunEvent(
        eventTime=moment.replace(tzinfo=dt.UTC).isoformat(timespec="milliseconds"),
        run=Run(id_of(run_id, stage), of_run),
        job=Job(namespace, job_name(stage), of_job),
        eventType=RunState(state),
        inputs=[read(dataset) for dataset in inputs],
        outputs=[made(dataset) for dataset in outputs],
        producer=PRODUCER,
    )


def job_name(stage: str = "") -> str:
    """What the job of a run, or of a stage, is called."""
    return f"run.{stage}" if stage else "run"
