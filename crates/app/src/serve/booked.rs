//! The network as of today, read once and kept until the master data or the day change.

use super::desk::Desk;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Refusal};
use qudao_network::book::Book;
use std::sync::{Arc, Mutex, PoisonError};

/// What is kept.
#[derive(Default)]
pub(crate) struct Booked(Mutex<Option<(Arc<Master>, Arc<Book>)>>);

impl Booked {
    /// The book of these master data on a day.
    fn book(&self, master: Arc<Master>, day: Date) -> Arc<Book> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, book)) = &*kept
            && Arc::ptr_eq(then, &master)
            && book.day() == day
        {
            return Arc::clone(book);
        }
        let book = Arc::new(Book::of(&master, day));
        *kept = Some((master, Arc::clone(&book)));
        book
    }
}

impl Desk {
    /// The network as of today. Reads files: call it where blocking is allowed.
    pub(crate) fn book(&self) -> Result<Arc<Book>, Refusal> {
        Ok(self.booked.book(self.master()?, self.today()))
    }
}
