//! Stores of a whole run of tests, made once.

use crate::postgres::Server;
use std::io::Write as _;
use tempfile::NamedTempFile;

/// Names the folder of the run's PostgreSQL.
pub(crate) const POSTGRES: &str = "QUDAO_TEST_POSTGRES";
/// Names the run's migrated SQLite file.
pub(crate) const SQLITE: &str = "QUDAO_TEST_SQLITE";

/// A PostgreSQL with a migrated template, and a migrated SQLite file. They are gone with this.
pub struct Stores {
    postgres: Server,
    sqlite: NamedTempFile,
}

impl Stores {
    /// Starts and migrates.
    ///
    /// # Errors
    /// A sentence about what is missing.
    pub fn start() -> Result<Self, String> {
        let postgres = Server::migrated(crate::migrate)?;
        let mut sqlite = NamedTempFile::new().map_err(|error| error.to_string())?;
        sqlite.write_all(&crate::sqlite_template()).map_err(|error| error.to_string())?;
        Ok(Self { postgres, sqlite })
    }

    /// What a test process finds them by: environment variables with their values.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [(POSTGRES, self.postgres.folder.display().to_string()), (SQLITE, self.sqlite.path().display().to_string())]
    }
}
