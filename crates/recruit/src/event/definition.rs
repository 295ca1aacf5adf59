//! The tasks of an event: `definitions/recruiting/event.toml`.

use qudao_kernel::{Refusal, Text};
use serde::Deserialize;

const STANDARD: &str = include_str!("../../../../definitions/recruiting/event.toml");
/// Most days between an event and a task.
const FAR: i32 = 365;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    remind: Vec<i32>,
    contact: i32,
    task: Vec<WrittenTask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTask {
    id: String,
    zh: String,
    en: String,
    days: i32,
    required: bool,
    evidence_zh: String,
    evidence_en: String,
    serves: String,
}

/// A task every event has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRule {
    /// Id.
    pub id: String,
    /// Name.
    pub title: Text,
    /// Due so many days after the event, before it where negative.
    pub days: i32,
    /// Whether the event waits for it to be closed.
    pub required: bool,
    /// What is written down when it is done.
    pub evidence: Text,
    /// The requirement it serves.
    pub serves: String,
}

/// How events run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Version; an event says which it was made with.
    pub version: u32,
    /// Days before an event on which guests are reminded, the farthest first.
    pub remind: Vec<i32>,
    /// Days after an event on which an attendee is called where nobody said otherwise.
    pub contact: i32,
    /// Tasks, in their order.
    pub tasks: Vec<TaskRule>,
}

impl Definition {
    /// The standard one.
    ///
    /// # Errors
    /// As [`Definition::read`]; a test shows that the embedded file is right.
    pub fn standard() -> Result<Self, Refusal> {
        Self::read(STANDARD)
    }

    /// Reads a definition.
    ///
    /// # Errors
    /// `BadInput recruit.definitions.wrong` with what is wrong: a task named twice, a day out of bounds, reminders that do not fall.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let Written { version, remind, contact, task } = toml::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        let mut tasks: Vec<TaskRule> = Vec::new();
        for WrittenTask { id, zh, en, days, required, evidence_zh, evidence_en, serves } in task {
            if days.abs() > FAR || tasks.iter().any(|task| task.id == id) {
                return Err(wrong(&format!("task {id}: named twice, or more than {FAR} days away")));
            }
            tasks.push(TaskRule { id, title: Text::new(zh, en), days, required, evidence: Text::new(evidence_zh, evidence_en), serves });
        }
        if remind.iter().any(|days| *days < 1) || remind.windows(2).any(|pair| pair[0] <= pair[1]) || !(0..=FAR).contains(&contact) {
            return Err(wrong("remind falls and is before the event; contact is after it"));
        }
        Ok(Self { version, remind, contact, tasks })
    }

    /// A task by its id.
    pub fn task(&self, id: &str) -> Option<&TaskRule> {
        self.tasks.iter().find(|task| task.id == id)
    }
}

fn wrong(why: &str) -> Refusal {
    Refusal::bad_input(
        "recruit.definitions.wrong",
        format!("招商会任务模板 definitions/recruiting/event.toml 有误：{why}"),
        format!("the definition definitions/recruiting/event.toml is wrong: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_its_seventeen_tasks() {
        // R8.17 to R8.34
        let definition = Definition::standard().unwrap();
        assert_eq!(definition.tasks.len(), 17);
        let serves: Vec<String> = (18..=34).map(|row| format!("R8.{row}")).collect();
        assert_eq!(definition.tasks.iter().map(|task| task.serves.clone()).collect::<Vec<_>>(), serves);
        assert_eq!((definition.remind, definition.contact), (vec![3, 1], 3));
        for (from, to) in [("remind = [3, 1]", "remind = [1, 3]"), ("id = \"speech\"", "id = \"agenda\""), ("days = -12", "days = -999")] {
            assert_eq!(Definition::read(&STANDARD.replace(from, to)).unwrap_err().code, "recruit.definitions.wrong", "{to}");
        }
    }
}
