//! 统一认证: sign-in through another house by OpenID Connect, code flow with PKCE.
//!
//! This is the part without a network: what is asked of the provider, and what is believed of its answer. Signatures are checked by the
//! `jsonwebtoken` library; the one question put to it is whether this token, for us, of this sign-in, was signed with one of these keys.

use crate::secret;
use crate::sessions::{self, Token};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::Db;
use qudao_platform::params::Register;
use qudao_platform::{args, hash, write_tx};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How long somebody may take at the other house.
const PATIENCE_US: i64 = 10 * sessions::MINUTE_US;
/// How far the other house's clock may be from ours, seconds.
const SKEW: i64 = 60;
/// What is believed: public-key signatures only, so that nobody signs with a secret of ours.
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::ES256, Algorithm::ES384, Algorithm::PS256];

/// What the operator writes about the other house.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its address, as in its tokens.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; empty for a client without one.
    #[serde(default)]
    pub client_secret: String,
    /// Our own address, as browsers see it, without a path.
    pub public_url: String,
    /// The claim that says the login of a person.
    #[serde(default = "preferred_username")]
    pub login_claim: String,
    /// What the button says.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

fn preferred_username() -> String {
    "preferred_username".to_owned()
}

/// What the other house says of itself under `/.well-known/openid-configuration`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Discovery {
    /// Its address; must be the one of the settings.
    pub issuer: String,
    /// Where people sign in.
    pub authorization_endpoint: String,
    /// Where codes are changed into tokens.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
}

/// A sign-in that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What it brings back; it also stays in a cookie, so that nobody's browser ends another's sign-in.
    pub state: String,
}

/// The part of the other house's answer to a code that is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answered {
    /// Who it is, signed.
    pub id_token: String,
}

/// What a code is exchanged with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    nonce: String,
    /// The half of PKCE that only we know.
    pub verifier: String,
}

/// The file the operator writes; other parts of it belong to others.
#[derive(Deserialize)]
struct File {
    oidc: Option<Settings>,
}

impl Settings {
    /// Reads the table `[oidc]` of a configuration, if there is one. `place` names the file in messages.
    ///
    /// # Errors
    /// `BadInput access.sso.config`.
    pub fn read(toml: &str, place: &str) -> Result<Option<Self>, Refusal> {
        let file: File = toml::from_str(toml).map_err(|error| {
            Refusal::bad_input(
                "access.sso.config",
                format!("配置 {place} 有误：{error}；请修改"),
                format!("the configuration {place} is wrong: {error}; correct it"),
            )
        })?;
        Ok(file.oidc)
    }

    /// Where the other house says what it is.
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))
    }

    /// Where the other house sends the browser back to.
    pub fn redirect(&self) -> String {
        format!("{}/api/v1/oidc/callback", self.public_url.trim_end_matches('/'))
    }

    /// Checks what was discovered.
    ///
    /// # Errors
    /// `BadInput access.sso.issuer` if the house calls itself otherwise.
    pub fn accept(&self, found: &Discovery) -> Result<(), Refusal> {
        if found.issuer.trim_end_matches('/') == self.issuer.trim_end_matches('/') {
            return Ok(());
        }
        Err(Refusal::bad_input(
            "access.sso.issuer",
            format!("统一认证服务自称 {}，与配置的 {} 不符；请核对配置", found.issuer, self.issuer),
            format!("the provider calls itself {} and the configuration {}; correct it", found.issuer, self.issuer),
        ))
    }
}

/// Begins a sign-in.
pub async fn begin(db: &Db, settings: &Settings, found: &Discovery) -> Result<Begun, Refusal> {
    let [state, nonce, verifier] = [fresh()?, fresh()?, fresh()?];
    write_tx!(db, |tx| {
        let now = tx.now_us();
        tx.execute("delete from access_sso where begun_us < $1", args![now - PATIENCE_US]).await?;
        let sql = "insert into access_sso (state, nonce, verifier, begun_us) values ($1, $2, $3, $4)";
        tx.execute(sql, args![hash::sha256(&state), &nonce, &verifier, now]).await?;
        Ok(())
    })?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let redirect = settings.redirect();
    let query = [
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("client_id", &settings.client_id),
        ("redirect_uri", &redirect),
        ("state", &state),
        ("nonce", &nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let joint = if found.authorization_endpoint.contains('?') { '&' } else { '?' };
    let query = query.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&");
    Ok(Begun { url: format!("{}{joint}{query}", found.authorization_endpoint), state })
}

/// Takes up the sign-in that a state names, once.
///
/// # Errors
/// `Forbidden access.sso.state` for one that was not begun here, took too long, or was taken up before.
pub async fn take_up(db: &Db, state: &str) -> Result<Pending, Refusal> {
    write_tx!(db, |tx| {
        let sql = "delete from access_sso where state = $1 and begun_us >= $2 returning nonce, verifier";
        let row = tx.query_opt(sql, args![hash::sha256(state), tx.now_us() - PATIENCE_US]).await?;
        let row = row.ok_or_else(|| {
            Refusal::new(
                Kind::Forbidden,
                "access.sso.state",
                "统一认证登录已过期或不是从本页发起；请重新登录",
                "this sign-in took too long or was not begun here; sign in again",
            )
        })?;
        Ok(Pending { nonce: row.string("nonce")?, verifier: row.string("verifier")? })
    })
}

#[derive(Deserialize)]
struct Claims {
    exp: i64,
    #[serde(default)]
    nonce: String,
    #[serde(flatten)]
    others: BTreeMap<String, serde_json::Value>,
}

/// The form in which a code is exchanged, as names and values.
pub fn exchange(settings: &Settings, pending: &Pending, code: &str) -> String {
    let redirect = settings.redirect();
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect),
        ("client_id", &settings.client_id),
        ("code_verifier", &pending.verifier),
    ];
    if !settings.client_secret.is_empty() {
        fields.push(("client_secret", &settings.client_secret));
    }
    fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}

/// The login an ID token stands for. `now_us` is our clock.
///
/// # Errors
/// `Forbidden access.sso.token` for one that is not signed by one of the keys, not for us, not of this sign-in, or too old.
pub fn login_of(settings: &Settings, keys: &JwkSet, id_token: &str, pending: &Pending, now_us: i64) -> Result<String, Refusal> {
    let header = jsonwebtoken::decode_header(id_token).map_err(|error| wrong_token(&error.to_string()))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(wrong_token("its algorithm is not one of public keys"));
    }
    let key = match &header.kid {
        Some(kid) => keys.find(kid),
        None => keys.keys.first().filter(|_| keys.keys.len() == 1),
    };
    let key = key.ok_or_else(|| wrong_token("its key is not among the provider's"))?;
    let key = DecodingKey::from_jwk(key).map_err(|error| wrong_token(&error.to_string()))?;
    let mut rules = Validation::new(header.alg);
    rules.set_audience(&[&settings.client_id]);
    rules.set_issuer(&[settings.issuer.trim_end_matches('/'), &format!("{}/", settings.issuer.trim_end_matches('/'))]);
    rules.set_required_spec_claims(&["exp", "aud", "iss"]);
    // By our clock, below: the library asks the machine's.
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(id_token, &key, &rules).map_err(|error| wrong_token(&error.to_string()))?.claims;
    if claims.exp + SKEW <= now_us / 1_000_000 {
        return Err(wrong_token("it is too old"));
    }
    if claims.nonce != pending.nonce {
        return Err(wrong_token("it is of another sign-in"));
    }
    let login = claims.others.get(&settings.login_claim).and_then(|value| value.as_str());
    login.map(str::to_owned).ok_or_else(|| wrong_token(&format!("it lacks the claim {}", settings.login_claim)))
}

/// Signs in the person an ID token stands for.
///
/// # Errors
/// As [`login_of`]; `Forbidden access.sso.unknown` for somebody without an account here.
pub async fn sign_in(
    db: &Db,
    parameters: &Register,
    settings: &Settings,
    keys: &[u8],
    id_token: &str,
    pending: &Pending,
) -> Result<Token, Refusal> {
    let keys: JwkSet = serde_json::from_slice(keys).map_err(|error| wrong_token(&error.to_string()))?;
    let login = login_of(settings, &keys, id_token, pending, db.now_us())?;
    sessions::vouched(db, parameters, &login).await
}

fn fresh() -> Result<String, Refusal> {
    Ok(URL_SAFE_NO_PAD.encode(secret::random::<32>()?))
}

/// A value as part of an address.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn wrong_token(why: &str) -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "access.sso.token",
        format!("统一认证的答复不可信（{why}）；请重新登录，仍不行请联系系统管理员"),
        format!("the provider's answer cannot be trusted: {why}; sign in again, or ask an administrator"),
    )
}
