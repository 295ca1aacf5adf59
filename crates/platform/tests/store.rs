//! What the platform's store promises, on both databases.

#[cfg(test)]
#[path = "store/audit.rs"]
mod audit;
#[cfg(test)]
#[path = "store/db.rs"]
mod db;
#[cfg(test)]
#[path = "store/jobs.rs"]
mod jobs;
#[cfg(test)]
#[path = "store/keys.rs"]
mod keys;
#[cfg(test)]
#[path = "store/migrate.rs"]
mod migrate;
#[cfg(test)]
#[path = "store/nodes.rs"]
mod nodes;
#[cfg(test)]
#[path = "store/outbox.rs"]
mod outbox;
#[cfg(test)]
#[path = "store/params.rs"]
mod params;
#[cfg(test)]
#[path = "store/shape.rs"]
mod shape;
#[cfg(test)]
#[path = "store/upgrade.rs"]
mod upgrade;
