//! 招商会 (R8.17–R8.34): a recruiting event as a project, from its approved application to the outcome of every attendee.
//!
//! ```text
//! event  preparing → held → closed        preparing → cancelled
//! guest  invited → answered → checked in → signed, nurtured or lost
//! ```

mod definition;
mod floor;
mod guest;
mod store;

pub use definition::{Definition, TaskRule};
pub use floor::{Card, Incident, NewCard, Prize, add_prize, cards, enter, give, incident, incidents, prizes};
pub use guest::{
    Answer, Delivery, Guest, GuestAct, NewGuest, Outcome, act, check_in, delivered, due_mails, guests, invite, queue_invitations, reminded,
};
pub use store::{
    Approved, Event, EventState, Figures, Task, TaskChange, TaskState, change_task, figures, get, list, make, tasks, to_state,
};
