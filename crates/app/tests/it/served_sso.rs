//! A small provider of the test's own: it signs with a key made on the spot, and lies when told to.

use crate::served::{Served, send};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, StatusCode};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

struct House {
    url: String,
    key: EcdsaKeyPair,
    /// The claims of the next token.
    claims: Mutex<Value>,
}

impl House {
    fn token(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": "k1" })), part(&self.claims.lock().unwrap()));
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn keys(&self) -> Value {
        let point = self.key.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k1", "x": x, "y": y }] })
    }
}

async fn house() -> Arc<House> {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let house = Arc::new(House { url, key, claims: Mutex::default() });
    let about = async |State(house): State<Arc<House>>| {
        let at = |path: &str| format!("{}/{path}", house.url);
        json!({ "issuer": house.url, "authorization_endpoint": at("auth"), "token_endpoint": at("token"), "jwks_uri": at("keys") })
            .to_string()
    };
    let app = Router::new()
        .route("/.well-known/openid-configuration", get(about))
        .route("/keys", get(async |State(house): State<Arc<House>>| house.keys().to_string()))
        .route("/token", post(async |State(house): State<Arc<House>>| json!({ "id_token": house.token() }).to_string()))
        .with_state(Arc::clone(&house));
    tokio::spawn(async move { axum::serve(listener, app).await });
    house
}

/// Sign-in through another house, and everything that is not believed of it.
pub(crate) async fn another_house_vouches(served: &Served) {
    let ways = async || send(served.request(&Method::GET, "/api/v1/oidc", None)).await.json()["sso"].clone();
    assert_eq!(ways().await, Value::Null, "nothing is offered before it is configured");
    let house = house().await;
    let config = format!(
        "[oidc]\nissuer = \"{}\"\nclient_id = \"qudao\"\nclient_secret = \"s\"\npublic_url = \"{}\"\nzh = \"统一认证登录\"\nen = \"Single sign-on\"\n",
        house.url, served.url
    );
    std::fs::write(served.home.path().join("config.toml"), config).unwrap();
    assert_eq!(ways().await, "统一认证登录");

    let enter = async |login: &str, lie: &str, value: Value| {
        let begun = served.request(&Method::GET, "/api/v1/oidc/start", None).send().await.unwrap();
        assert_eq!(begun.status(), StatusCode::SEE_OTHER);
        let head = |name: &str| begun.headers()[name].to_str().unwrap().to_owned();
        let place = head("location");
        let kept = head("set-cookie").split(';').next().unwrap().to_owned();
        let part = |name: &str| place.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap().to_owned();
        assert!(place.starts_with(&format!("{}/auth?", house.url)) && part("code_challenge_method") == "S256", "{place}");
        let mut claims =
            json!({ "iss": house.url, "aud": "qudao", "exp": 9_999_999_999_i64, "nonce": part("nonce"), "preferred_username": login });
        if !lie.is_empty() && lie != "cookie" {
            claims[lie] = value;
        }
        *house.claims.lock().unwrap() = claims;
        let back = format!("/api/v1/oidc/callback?code=c&state={}", part("state"));
        let cookie = if lie == "cookie" { "qudao_sso=another" } else { kept.as_str() };
        let answer = served.request(&Method::GET, &back, Some(cookie)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let session = answer.headers().get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()?.split(';').next());
        let session = session.filter(|pair| pair.starts_with("qudao_session=")).map(str::to_owned).next();
        (answer.headers()["location"].to_str().unwrap().to_owned(), session)
    };
    let (place, session) = enter("auditor", "", Value::Null).await;
    assert_eq!(place, "/");
    let me = served.get("/api/v1/me", &session.unwrap()).await.json();
    assert_eq!(me["login"], "auditor");
    for (login, lie, value, code) in [
        ("nobody", "", Value::Null, "access.sso.unknown"),
        ("auditor", "aud", json!("another"), "access.sso.token"),
        ("auditor", "iss", json!("https://elsewhere"), "access.sso.token"),
        ("auditor", "exp", json!(1), "access.sso.token"),
        ("auditor", "nonce", json!("of another sign-in"), "access.sso.token"),
        ("auditor", "preferred_username", json!(7), "access.sso.token"),
        ("auditor", "cookie", Value::Null, "access.sso.state"),
    ] {
        let (place, session) = enter(login, lie, value).await;
        assert_eq!((place, session), (format!("/?sso={code}"), None), "{lie}");
    }
}
