//! The workspace's integration tests: one binary, because each would link the engine anew.

#![expect(clippy::unwrap_used, reason = "a test ends where a result is missing")]

mod agree;
mod agreed;
mod cli;
mod cli_bucket;
mod cli_cluster;
mod cli_kill;
mod cli_proof;
mod cli_rerun;
mod cli_tours;
mod cli_walk;
mod county;
mod cover;
mod house;
mod random;
mod random_component;
mod random_expr;
mod random_policy;
mod random_world;
mod reached;
mod served;
mod served_access;
mod served_calls;
mod served_design;
mod served_display;
mod served_field;
mod served_flows;
mod served_money;
mod served_network;
mod served_nodes;
mod served_orders;
mod served_plan;
mod served_price;
mod served_recruit;
mod served_reward;
mod served_scope;
mod served_sql;
mod served_sso;
mod served_supply;
mod shrink;
mod upkeep;
