//! Rows for accounts outside their range: kept until all are there, then sorted and written.

use super::arrow_out;
use super::results::{Lazy, Others};
use super::source;
use super::stream::Files;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::datasource::MemTable;
use datafusion::prelude::col;
use qudao_kernel::Refusal;
use std::sync::Arc;

impl Files<'_> {
    /// Sorts and writes what goes to accounts outside their block.
    pub(super) fn write_others(&self, others: Others) -> Result<(), Refusal> {
        let kinds: [(&str, SchemaRef, Vec<RecordBatch>); 3] = [
            ("lines", arrow_out::LINES.clone(), others.lines),
            ("obligations", arrow_out::OBLIGATIONS.clone(), others.obligations),
            ("reasons", arrow_out::REASONS.clone(), others.reasons),
        ];
        for (name, schema, batches) in kinds {
            if batches.is_empty() {
                continue;
            }
            let sorted = self.sorted(name, &schema, batches)?;
            let mut writer = Lazy::new(self.job.out.join(name).join("other.parquet"), schema);
            for batch in sorted {
                writer.write(&batch)?;
            }
            writer.close()?;
        }
        Ok(())
    }

    fn sorted(&self, name: &str, schema: &SchemaRef, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Refusal> {
        let leading: &[&str] = match name {
            "lines" => &["partner", "policy", "version", "component", "day", "basis", "part", "kind"],
            "obligations" => &["partner", "policy", "version", "component", "day", "basis", "part", "instalment"],
            _ => &["partner", "policy", "version", "component", "day", "basis", "code", "forgone"],
        };
        let mut order: Vec<&str> = leading.to_vec();
        order.extend(schema.fields().iter().map(|field| field.name().as_str()).filter(|name| !leading.contains(name)));
        let sort = order.iter().map(|name| col(*name).sort(true, true)).collect();
        let run = async {
            let table = MemTable::try_new(schema.clone(), vec![batches])?;
            self.session.read_table(Arc::new(table))?.sort(sort)?.collect().await
        };
        self.handle.block_on(run).map_err(|error| source::failed(&error))
    }
}
