//! Threads that work together and fail together.

use qudao_kernel::{Kind, Refusal};
use std::thread::ScopedJoinHandle;

/// Waits for all; their results, or the first refusal.
pub(super) fn join<T>(threads: Vec<ScopedJoinHandle<'_, Result<T, Refusal>>>) -> Result<Vec<T>, Refusal> {
    let results: Vec<Result<T, Refusal>> = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(panicked()))).collect();
    results.into_iter().collect()
}

/// The refusal of a thread that broke.
pub(super) fn panicked() -> Refusal {
    Refusal::new(
        Kind::Bug,
        "facts.worker.broken",
        "内部错误：工作线程异常终止，什么都没有保存；请附上文件的前几行报告此问题",
        "internal error: a worker thread broke off, nothing was saved; please report this with the first rows of the file",
    )
}

/// How many threads to work with: one for each processor.
pub(super) fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get)
}
