//! A served demo with some of its people signed in.

use crate::served::{Answer, Served, send};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeMap;

/// A server, and who is signed in there.
pub(crate) struct House {
    pub(crate) served: Served,
    /// By login.
    pub(crate) cookies: BTreeMap<&'static str, String>,
}

impl House {
    /// A county's demo.
    pub(crate) async fn open(people: &[&'static str]) -> Self {
        let served = Served::county();
        let mut cookies = BTreeMap::new();
        for login in people {
            cookies.insert(*login, served.sign_in(login).await);
        }
        Self { served, cookies }
    }

    /// What somebody is told.
    pub(crate) async fn get(&self, login: &str, path: &str) -> Value {
        let answer = self.served.get(&format!("/api/v1{path}"), &self.cookies[login]).await;
        assert_eq!(answer.status, StatusCode::OK, "{login} {path}: {}", answer.text);
        answer.json()
    }

    /// What somebody does, on a version they saw.
    pub(crate) async fn post(&self, login: &str, path: &str, version: u64, body: &Value) -> Answer {
        let request = self.served.request(&Method::POST, &format!("/api/v1{path}"), Some(&self.cookies[login]));
        send(request.header("if-match", format!("\"{version}\"")).body(body.to_string())).await
    }
}
