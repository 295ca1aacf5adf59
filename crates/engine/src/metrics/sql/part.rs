//! A part of a table's rows, read on a thread that may wait.

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use qudao_kernel::Refusal;
use std::fmt;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Takes batches until nobody wants any more, which it tells by `false`.
pub(super) type Taker<'t> = dyn FnMut(RecordBatch) -> bool + 't;

/// What gives a part's batches.
pub(super) type Giver = Arc<dyn Fn(&mut Taker<'_>) -> std::result::Result<(), Refusal> + Send + Sync>;

/// A part.
struct Part {
    schema: SchemaRef,
    give: Giver,
    readers: Handle,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Part")
    }
}

impl PartitionStream for Part {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut builder = RecordBatchReceiverStreamBuilder::new(Arc::clone(&self.schema), 2);
        let (sender, give) = (builder.tx(), Arc::clone(&self.give));
        let read = move || {
            // Nobody hears us once the question was stopped: then there is nothing more to read.
            let mut take = |batch: RecordBatch| sender.blocking_send(Ok(batch)).is_ok();
            give(&mut take).map_err(|refusal| DataFusionError::External(Box::new(refusal)))
        };
        builder.spawn_blocking_on(read, &self.readers);
        builder.build()
    }
}

/// A plan of some parts.
pub(super) fn plan(schema: &SchemaRef, parts: Vec<Giver>, readers: &Handle) -> Result<Arc<dyn ExecutionPlan>> {
    if parts.is_empty() {
        return Ok(Arc::new(EmptyExec::new(Arc::clone(schema))));
    }
    let part = |give: Giver| Arc::new(Part { schema: Arc::clone(schema), give, readers: readers.clone() }) as Arc<dyn PartitionStream>;
    let parts = parts.into_iter().map(part).collect();
    Ok(Arc::new(StreamingTableExec::try_new(Arc::clone(schema), parts, None, [], false, None)?))
}
