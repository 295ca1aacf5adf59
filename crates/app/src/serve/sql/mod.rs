//! Facts and figures for other programs, by PostgreSQL's protocol: read only, within the scope of whoever signs in with a token.
//!
//! A connection signs in with a login and a token of its person that allows `sql.read`. Each question asks anew who that is and what they reach
//! today, is entered in the audit chain before it is answered, and is answered from the newest snapshot. There is no TLS here: it is a proxy's work, as for the pages.

mod login;
mod psql;
mod text;
mod wire;

use super::desk::Desk;
use super::figures::{masked_id, within};
use super::web::bug;
use async_trait::async_trait;
use futures::Sink;
use login::{Session, session};
use pgwire::api::auth::StartupHandler;
use pgwire::api::cancel::{CancelHandler, DefaultCancelHandler};
use pgwire::api::portal::{Format, Portal};
use pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use pgwire::api::results::{FieldInfo, QueryResponse, Response, Tag};
use pgwire::api::stmt::QueryParser;
use pgwire::api::store::PortalStore;
use pgwire::api::{ClientInfo, ClientPortalStore, ConnectionManager, PgWireServerHandlers, RandomPidSecretKeyGenerator, Type};
use pgwire::error::{ErrorInfo, PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use qudao_access::private::{PrivateKind, mask};
use qudao_access::sessions::{self, Token};
use qudao_access::{Permission, Scope};
use qudao_engine::metrics::sql::{Asker, Cell, Column, Kind, Limits, Question, Rows};
use qudao_kernel::facts::Col;
use qudao_kernel::{Kind as No, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::write_tx;
use serde_json::json;
use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use text::{Meaning, meaning, statements};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How far a question may go.
const LIMITS: Limits = Limits { time: Duration::from_mins(1), rows: 200_000, memory: 256 << 20 };
/// Connections at once.
const CONNECTIONS: usize = 64;
/// Questions answered at once; others wait.
const TURNS: usize = 4;
/// Most rows of a question that others follow in the same message: they wait for its answer, which waits for theirs.
const GATHERED: usize = 10_000;
/// Most characters of a question that are entered in the audit chain.
const AUDITED: usize = 2_000;

/// What connections share.
struct Endpoint {
    desk: Arc<Desk>,
    asker: Asker,
    turns: Arc<Semaphore>,
    manager: Arc<ConnectionManager>,
    keys: RandomPidSecretKeyGenerator,
}

/// A connection's talk.
#[derive(Clone)]
struct Talk(Arc<Endpoint>);

/// A statement that was made ready.
#[derive(Debug, Clone)]
struct Ready {
    text: String,
    columns: Vec<Column>,
    parameters: Vec<Option<Kind>>,
}

/// Listens until the server stops; where.
///
/// # Errors
/// `Unavailable serve.sql.listen` for an address that cannot be listened on.
pub(super) async fn listen(desk: &Arc<Desk>, address: SocketAddr) -> Result<SocketAddr, Refusal> {
    let refused = |error: std::io::Error| {
        Refusal::unavailable(
            "serve.sql.listen",
            format!("不能监听 {address}：{error}；请换一个 --sql"),
            format!("cannot listen on {address}: {error}; name another --sql"),
        )
    };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let at = listener.local_addr().unwrap_or(address);
    let talk = Talk(Arc::new(Endpoint {
        desk: Arc::clone(desk),
        asker: Asker::new(LIMITS, shown)?,
        turns: Arc::new(Semaphore::new(TURNS)),
        manager: Arc::new(ConnectionManager::new()),
        keys: RandomPidSecretKeyGenerator::default(),
    }));
    tokio::spawn(accept(listener, talk));
    Ok(at)
}

async fn accept(listener: TcpListener, talk: Talk) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            // No more files can be opened: somebody has to leave first.
            tokio::time::timeout(Duration::from_secs(1), std::future::pending::<()>()).await.ok();
            continue;
        };
        // One too many is closed at once: a client says that the server closed the connection.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%from, "too many connections to the SQL endpoint");
            continue;
        };
        let talk = talk.clone();
        tokio::spawn(async move {
            if let Err(error) = pgwire::tokio::process_socket(stream, None, talk).await {
                tracing::debug!(%from, "{error}");
            }
            drop(place);
        });
    }
}

/// A subscriber, and an id that begins with one, as pages show them.
fn shown(col: Col, text: &str) -> String {
    match col {
        Col::Subscriber => mask(PrivateKind::Phone, text),
        Col::EventId | Col::Ref => masked_id(text),
        _ => text.to_owned(),
    }
}

impl Endpoint {
    /// Where whoever signed in may read facts now.
    ///
    /// # Errors
    /// As [`sessions::caller`] and [`qudao_access::Caller::scope`]; `Forbidden sql.sign_in.refused` for somebody else's token and for what is no token.
    async fn scope(&self, session: &Session) -> Result<Scope, Refusal> {
        let caller = sessions::caller(&self.desk.db, &self.desk.parameters(), &Token::sent(&session.token)).await?;
        // The token of a session in a browser is no token of a program.
        if caller.login != session.login || caller.only.is_none() {
            return Err(login::refused());
        }
        caller.scope(&self.desk.roles, Permission::SqlRead)
    }

    /// Plans a question within the scope of whoever asks; with the number of the snapshot it reads.
    async fn plan(&self, session: &Session, text: &str) -> Result<(Question, u64), Refusal> {
        let within = within(self.scope(session).await?);
        let desk = Arc::clone(&self.desk);
        let reached = tokio::task::spawn_blocking(move || desk.figures.reach(&desk, within)).await;
        let reach = reached.map_err(|error| bug(&error.to_string()))??;
        let snapshot = reach.snapshot();
        Ok((self.asker.plan(reach, text).await?, snapshot))
    }

    /// What a statement will answer with.
    async fn ready(&self, session: &Session, text: &str) -> Result<Ready, Refusal> {
        let (columns, parameters) = match meaning(text, &session.login) {
            Meaning::Asks(question) => {
                let (question, _) = self.plan(session, &question).await?;
                (question.columns, question.parameters)
            }
            Meaning::Shows(name, _) => (vec![Column { name, kind: Kind::Text }], Vec::new()),
            _ => (Vec::new(), Vec::new()),
        };
        Ok(Ready { text: text.to_owned(), columns, parameters })
    }

    /// Answers a statement; `last` where none follows in the same message.
    async fn answer(
        &self,
        session: &Session,
        text: &str,
        values: &[Option<String>],
        format: &Format,
        last: bool,
    ) -> Result<Response, Refusal> {
        Ok(match meaning(text, &session.login) {
            Meaning::Nothing => Response::EmptyQuery,
            Meaning::Settles(tag) => Response::Execution(Tag::new(tag)),
            Meaning::Begins => Response::TransactionStart(Tag::new("BEGIN")),
            Meaning::Ends(tag) => Response::TransactionEnd(Tag::new(tag)),
            Meaning::Shows(name, value) => {
                let fields = Arc::new(wire::fields(&[Column { name, kind: Kind::Text }], format));
                let row = wire::row(&fields, &[Cell::Text(value)]);
                let mut shown = QueryResponse::new(fields, futures::stream::iter([Ok(row)]));
                shown.set_command_tag("SHOW");
                Response::Query(shown)
            }
            Meaning::Asks(question) => self.ask(session, (text, &question), values, format, last).await?,
            Meaning::Encoding => {
                return Err(Refusal::bad_input(
                    "sql.question.encoding",
                    "这里只用 UTF-8；请把客户端编码设为 UTF8",
                    "everything here is UTF-8; set the client's encoding to UTF8",
                ));
            }
            Meaning::Changes => {
                return Err(Refusal::new(
                    No::Forbidden,
                    "sql.question.changes",
                    "这里只能查询，不能修改；请用 SELECT、EXPLAIN 或 SHOW",
                    "nothing can be changed here, only read; use SELECT, EXPLAIN or SHOW",
                ));
            }
        })
    }

    async fn ask(
        &self,
        session: &Session,
        (text, question): (&str, &str),
        values: &[Option<String>],
        format: &Format,
        last: bool,
    ) -> Result<Response, Refusal> {
        let (question, snapshot) = self.plan(session, question).await?;
        let asked: String = text.chars().take(AUDITED).collect();
        let entry = Entry::new(&session.login, "sql.ask", "fact", &snapshot.to_string()).after(json!({ "question": asked }).to_string());
        write_tx!(self.desk.db, |tx| {
            tx.audit(entry.clone());
            Ok(())
        })?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|error| bug(&error.to_string()))?;
        let fields = Arc::new(wire::fields(&question.columns, format));
        let told = Told { login: session.login.clone(), snapshot, from: Instant::now(), rows: 0 };
        let mut rows = self.asker.run(question, values, turn)?;
        // What is refused is refused before a row went out, and as long as nothing went out the client can call it off.
        let mut ready = rows.next().await?.unwrap_or_default();
        while !last && let Some(more) = rows.next().await? {
            ready.extend(more);
            if ready.len() > GATHERED {
                return Err(several());
            }
        }
        let sending = Sending { rows, ready: ready.into_iter(), fields: Arc::clone(&fields), told };
        Ok(Response::Query(QueryResponse::new(fields, futures::stream::try_unfold(sending, Sending::next))))
    }
}

/// An answer on its way.
struct Sending {
    rows: Rows,
    ready: std::vec::IntoIter<Vec<Cell>>,
    fields: Arc<Vec<FieldInfo>>,
    told: Told,
}

impl Sending {
    async fn next(mut self) -> PgWireResult<Option<(pgwire::messages::data::DataRow, Self)>> {
        loop {
            if let Some(cells) = self.ready.next() {
                self.told.rows += 1;
                return Ok(Some((wire::row(&self.fields, &cells), self)));
            }
            match self.rows.next().await.map_err(|refusal| said(&refusal))? {
                Some(more) => self.ready = more.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

/// Tells the log what a question took, however it ended.
struct Told {
    login: String,
    snapshot: u64,
    from: Instant,
    rows: u64,
}

impl Drop for Told {
    fn drop(&mut self) {
        let ms = u64::try_from(self.from.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(login = self.login, snapshot = self.snapshot, rows = self.rows, ms, "facts were asked in SQL");
    }
}

/// A refusal as clients of PostgreSQL know it: Chinese, with the English beside it.
fn info(refusal: &Refusal, severity: &str) -> ErrorInfo {
    let code = match refusal.code {
        "sql.sign_in.refused" => "28P01",
        "sql.question.changes" => "25006",
        "sql.question.time" => "57014",
        "sql.question.memory" => "53200",
        "sql.question.rows" => "54000",
        "sql.question.encoding" => "0A000",
        _ => match refusal.kind {
            No::Forbidden => "42501",
            No::BadInput => "42601",
            No::Unavailable => "58030",
            _ => "XX000",
        },
    };
    let mut info = ErrorInfo::new(severity.to_owned(), code.to_owned(), refusal.text.zh.clone());
    info.detail = Some(refusal.text.en.clone());
    info.hint = Some(refusal.code.to_owned());
    info
}

fn several() -> Refusal {
    Refusal::bad_input(
        "sql.question.several",
        format!("一次发送的几条语句，除最后一条外结果最多 {GATHERED} 行，预备语句只能一条；请分开发送"),
        format!(
            "of several statements sent at once all but the last bring {GATHERED} rows at most, and one is made ready at a time; send them apart"
        ),
    )
}

fn said(refusal: &Refusal) -> PgWireError {
    PgWireError::UserError(Box::new(info(refusal, "ERROR")))
}

#[async_trait]
impl SimpleQueryHandler for Talk {
    async fn do_query<C>(&self, client: &mut C, query: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let session = session(client)?;
        let mut all = Vec::new();
        let sent = statements(query);
        for (at, statement) in sent.iter().enumerate() {
            match self.0.answer(&session, statement, &[], &Format::UnifiedText, at + 1 == sent.len()).await {
                Ok(response) => all.push(response),
                Err(refusal) => {
                    // What stands before it was answered; what stands after it is not looked at.
                    all.push(Response::Error(Box::new(info(&refusal, "ERROR"))));
                    break;
                }
            }
        }
        Ok(all)
    }
}

#[async_trait]
impl QueryParser for Endpoint {
    type Statement = Arc<Ready>;

    async fn parse_sql<C>(&self, client: &C, sql: &str, _: &[Option<Type>]) -> PgWireResult<Option<Arc<Ready>>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let session = session(client)?;
        match statements(sql).as_slice() {
            [] => Ok(None),
            [one] => self.ready(&session, one).await.map(|ready| Some(Arc::new(ready))).map_err(|refusal| said(&refusal)),
            _ => Err(said(&several())),
        }
    }

    fn get_parameter_types(&self, ready: &Arc<Ready>) -> PgWireResult<Vec<Type>> {
        Ok(ready.parameters.iter().map(|kind| kind.map_or(Type::TEXT, wire::type_of)).collect())
    }

    fn get_result_schema(&self, ready: &Arc<Ready>, format: Option<&Format>) -> PgWireResult<Vec<FieldInfo>> {
        Ok(wire::fields(&ready.columns, format.unwrap_or(&Format::UnifiedText)))
    }
}

#[async_trait]
impl ExtendedQueryHandler for Talk {
    type Statement = Arc<Ready>;
    type QueryParser = Endpoint;

    fn query_parser(&self) -> Arc<Endpoint> {
        Arc::clone(&self.0)
    }

    async fn do_query<C>(&self, client: &mut C, portal: &Portal<Arc<Ready>>, _: usize) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Arc<Ready>>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let session = session(client)?;
        let (statement, ready) = (&portal.statement, &portal.statement.statement);
        let mut values = Vec::with_capacity(ready.parameters.len());
        for (at, kind) in ready.parameters.iter().enumerate() {
            let told = statement.parameter_types.get(at).cloned().flatten().filter(|kind| *kind != Type::UNKNOWN);
            let kind = told.unwrap_or_else(|| kind.map_or(Type::TEXT, wire::type_of));
            let sent = portal.parameters.get(at).and_then(Option::as_ref);
            values.push(wire::value(sent, &portal.parameter_format, at, &kind).map_err(|refusal| said(&refusal))?);
        }
        self.0.answer(&session, &ready.text, &values, &portal.result_column_format, true).await.map_err(|refusal| said(&refusal))
    }
}

impl PgWireServerHandlers for Talk {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        Arc::new(self.clone())
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        Arc::new(self.clone())
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        Arc::new(self.clone())
    }

    fn cancel_handler(&self) -> Arc<impl CancelHandler> {
        Arc::new(DefaultCancelHandler::new(Arc::clone(&self.0.manager)))
    }
}
