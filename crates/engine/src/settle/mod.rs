//! Settlement in columns: the fast reading of a checked policy. What a policy means is defined by the interpreter in `settle`; this must give
//! the same lines, obligations and reasons.
//!
//! | file | what |
//! |---|---|
//! | `plan` | what is evaluated where, and which months and columns are read |
//! | `block`, `items`, `eval`, `num`, `master`, `subs` | whole partners at a time, expressions a column at a time |
//! | `measure`, `totals` | measures within a block, and what crosses blocks |
//! | `each`, `on_lines`, `group`, `payees`, `release`, `reverse` | the work on a block |
//! | `passes`, `end` | collect first, then pay; ranks, pools and crossing groups at the end |
//! | `stream`, `range`, `source`, `earlier`, `arrow_out`, `results`, `others` | files of any size: DataFusion scans, prunes, merges and sorts; results as Parquet |
//! | `elsewhere`, `control` | ranges settled by other processes; what facts come to, counted in two ways |
//! | `kept`, `basis` | what a run leaves for the next run of the same month, and when that may take it |
//! | `read`, `rows` | what a run wrote, read back |
//! | `point`, `collected` | the same for a proof: rows of one partner, totals over all |
//! | `unequal` | the lines in which two runs of one month differ |
//! | `memory`, `output` | facts in memory in, rows out |

mod arrow_out;
mod basis;
mod block;
mod collected;
mod control;
mod each;
mod earlier;
mod elsewhere;
mod end;
mod eval;
mod fast;
mod group;
mod items;
mod kept;
mod master;
mod measure;
mod memory;
mod num;
mod on_lines;
mod others;
mod output;
mod passes;
mod payees;
mod plan;
mod point;
mod range;
mod read;
mod release;
mod results;
mod reverse;
mod rows;
mod sink;
mod source;
mod stream;
pub(crate) mod subs;
mod totals;
mod unequal;

pub use collected::Collected;
pub use elsewhere::{Elsewhere, PassWork, Settler, settle_elsewhere};
pub use memory::{MemoryInput, settle_in_memory};
pub use point::Accounts;
pub use range::RANGE_ROWS;
pub use read::{Before, Places, RowStream, Rows, months_needed, read_lines, read_lines_in_order, read_obligations, read_reasons, rows_in};
pub use results::{ComponentTotals, SettleReport};
pub use rows::{LineColumns, ObligationColumns, ReasonColumns, Row};
pub use source::in_store;
pub use stream::{SettleJob, settle};
pub use unequal::{Unequal, UnequalLines, unequal_lines};
