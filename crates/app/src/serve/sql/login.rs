//! Signing in: a login, and as password a token of that person which allows `sql.read`.

use super::text::VERSION;
use super::{Talk, info, said};
use async_trait::async_trait;
use futures::{Sink, SinkExt};
use pgwire::api::auth::ServerParameterProvider;
use pgwire::api::auth::{StartupHandler, finish_authentication, protocol_negotiation, save_startup_parameters_to_metadata};
use pgwire::api::{ClientInfo, METADATA_USER, PgWireConnectionState, PidSecretKeyGenerator};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::startup::Authentication;
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use qudao_kernel::{Kind, Refusal};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

/// Who signed in on a connection.
pub(super) struct Session {
    /// Login.
    pub(super) login: String,
    /// The token, which every question shows again: what is taken back gives nothing from that moment.
    pub(super) token: String,
}

/// One answer for a wrong login and a wrong token.
pub(super) fn refused() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "sql.sign_in.refused",
        "登录名或令牌不对，或令牌没有 sql.read 权限；请在“我的账号”新建接口令牌，用它作密码",
        "the login or the token is wrong, or the token does not allow sql.read; make a token under “My account” and use it as the password",
    )
}

/// Whoever signed in.
pub(super) fn session<C: ClientInfo>(client: &C) -> PgWireResult<Arc<Session>> {
    client.session_extensions().get::<Session>().ok_or_else(|| said(&refused()))
}

/// What clients are told of the server.
struct Told;

impl ServerParameterProvider for Told {
    fn server_parameters<C>(&self, client: &C) -> Option<HashMap<String, String>>
    where
        C: ClientInfo,
    {
        let mut told: HashMap<String, String> = [
            ("server_version", VERSION),
            ("server_encoding", "UTF8"),
            ("client_encoding", "UTF8"),
            ("DateStyle", "ISO, YMD"),
            ("TimeZone", "Asia/Shanghai"),
            ("IntervalStyle", "postgres"),
            ("integer_datetimes", "on"),
            ("standard_conforming_strings", "on"),
            ("default_transaction_read_only", "on"),
            ("in_hot_standby", "off"),
            ("is_superuser", "off"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        if let Some(login) = client.metadata().get(METADATA_USER) {
            told.insert("session_authorization".to_owned(), login.clone());
        }
        Some(told)
    }
}

#[async_trait]
impl StartupHandler for Talk {
    async fn on_startup<C>(&self, client: &mut C, message: PgWireFrontendMessage) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        match message {
            PgWireFrontendMessage::Startup(startup) => {
                protocol_negotiation(client, &startup).await?;
                save_startup_parameters_to_metadata(client, &startup);
                client.set_state(PgWireConnectionState::AuthenticationInProgress);
                client.send(PgWireBackendMessage::Authentication(Authentication::CleartextPassword)).await?;
            }
            PgWireFrontendMessage::PasswordMessageFamily(sent) => {
                let login = client.metadata().get(METADATA_USER).cloned().unwrap_or_default();
                let session = Session { login, token: sent.into_password()?.password };
                if let Err(refusal) = self.0.scope(&session).await {
                    tracing::warn!(login = session.login, from = %client.socket_addr(), code = refusal.code, "signing in to the SQL endpoint was refused");
                    // Whoever is not signed in learns no more than that, and the connection ends.
                    return Err(PgWireError::UserError(Box::new(info(&refused(), "FATAL"))));
                }
                let (pid, key) = self.0.keys.generate(client);
                client.set_pid_and_secret_key(pid, key.clone());
                let (handle, guard) = self.0.manager.register(pid, key);
                client.session_extensions().insert(handle);
                client.session_extensions().insert(guard);
                client.session_extensions().insert(session);
                finish_authentication(client, &Told).await?;
            }
            _ => {}
        }
        Ok(())
    }
}
