//! From a driver's error to a refusal, and to the question whether trying again can help. Classified by code, because the
//! drivers' own kinds do not cover busy and serialisation errors.

use qudao_kernel::{Kind, Refusal};

/// A failed statement.
#[derive(Debug)]
pub(super) struct Fault {
    /// What to tell the caller.
    pub(super) refusal: Refusal,
    /// The same transaction, run again from its start, can succeed.
    pub(super) again: bool,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        fault.refusal
    }
}

/// A defect of ours inside the database layer.
pub(super) fn bug(what: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "platform.db.statement",
        format!("数据库语句有误({what});请把此信息报告给维护者"),
        format!("a database statement is wrong: {what}; report this to the maintainers"),
    )
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) => by_code(inner.code().as_deref().unwrap_or(""), inner.message()),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Fault { refusal: unreachable(&error), again: false }
            }
            other => Fault { refusal: bug(&other.to_string()), again: false },
        }
    }
}

fn unreachable(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::unavailable(
        "platform.db.unreachable",
        format!("连接不上数据库({why});请检查数据库服务与地址后重试"),
        format!("the database cannot be reached ({why}); check the server and its address, then try again"),
    )
}

fn by_code(code: &str, message: &str) -> Fault {
    let mut again = false;
    let refusal = match code {
        // SQLITE_BUSY with its extended forms (recovery, snapshot), SQLITE_LOCKED; serialisation failure, deadlock.
        "5" | "261" | "517" | "6" | "40001" | "40P01" => {
            again = true;
            Refusal::unavailable(
                "platform.db.busy",
                "数据库正忙,多次重试仍未成功;请稍后再试",
                "the database is busy and repeated attempts did not get through; try again later",
            )
        }
        "2067" | "1555" | "23505" => Refusal::new(
            Kind::Conflict,
            "platform.db.unique",
            format!("已存在同样标识的记录({message});请先查询再修改"),
            format!("a record with the same identity exists already ({message}); look it up and change that one"),
        ),
        "787" | "23503" => Refusal::new(
            Kind::Conflict,
            "platform.db.reference",
            format!("引用的记录不存在或仍被引用({message});请先补齐或解除引用"),
            format!("a referenced record is missing or still in use ({message}); create it or detach it first"),
        ),
        "275" | "1299" | "23514" | "23502" => Refusal::bad_input(
            "platform.db.check",
            format!("数值不在允许范围内({message});请检查后重新提交"),
            format!("a value is outside what its column allows ({message}); correct it and send again"),
        ),
        // A guard of the schema raised: append-only tables.
        "1811" | "P0001" => Refusal::new(
            Kind::Forbidden,
            "platform.db.append_only",
            format!("该表只能追加,不能修改或删除({message});请用冲正或新记录更正"),
            format!("this table is append-only ({message}); correct it with a reversal or a new record"),
        ),
        "8" | "1032" | "25006" => bug("a write was attempted in a read-only transaction"),
        // A statement ran longer than it may, or waited longer for what another one holds.
        "57014" | "55P03" => Refusal::unavailable(
            "platform.db.slow",
            format!("数据库没有在规定时间内完成（{message}）；请缩小查询范围，或稍后再试"),
            format!("the database did not get done within its time limit ({message}); ask for less, or try again later"),
        ),
        // The server is told to stop, crashed, is starting, takes no more connections, or ended a transaction that did nothing.
        "57P01" | "57P02" | "57P03" | "53300" | "25P03" => unreachable(&message),
        "13" | "53100" => Refusal::unavailable(
            "platform.db.full",
            "数据库所在磁盘已满;请清理空间后重试,本次没有写入任何内容",
            "the database's disk is full; free some space and try again, nothing was written",
        ),
        "14" | "26" | "11" => Refusal::unavailable(
            "platform.db.file",
            format!("无法打开数据库文件({message});请检查路径、权限以及文件是否为数据库"),
            format!("the database file cannot be opened ({message}); check its path, its permissions and that it is a database"),
        ),
        _ => bug(&format!("{message} (code {code})")),
    };
    Fault { refusal, again }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_busy_and_serialisation_are_worth_another_try() {
        for code in ["5", "517", "40001", "40P01"] {
            assert!(by_code(code, "").again, "{code}");
        }
        for code in ["2067", "23505", "1811", "13", "57P01", "57014", "55P03", ""] {
            assert!(!by_code(code, "").again, "{code}");
        }
    }

    #[test]
    fn a_database_that_stops_or_starts_is_out_of_reach_and_no_defect_of_ours() {
        for code in ["57P01", "57P02", "57P03", "53300", "25P03", "57014", "55P03"] {
            assert_eq!(by_code(code, "").refusal.kind, Kind::Unavailable, "{code}");
        }
    }
}
