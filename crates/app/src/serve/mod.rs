//! `qudao serve`: the console, the phone pages and the interface behind them, on one folder and one database.
//!
//! A request passes [`web::dress`] (a name for the log, refusals as problem details, protecting headers) and [`web::ours_only`] (changes from our
//! own pages only) and reaches a handler, which asks [`signed::Signed`] what its caller may do and where. Handlers parse, call and print.
//!
//! Invariant: each operation names its permission in the OpenAPI document (`x-permission`; `any` is whoever signed in, `none` is
//! everybody), and a test calls each of them as each role.

mod account;
mod accounts;
mod agreements;
mod aims;
mod airtime;
mod answers;
mod arrivals;
mod assets;
mod attribution;
mod audit;
mod blacklist;
mod booked;
mod business;
mod called;
mod counters;
pub(crate) mod demo;
mod demo_documents;
mod demo_papers;
mod desk;
mod difference;
mod display;
mod disputes;
mod distribution;
mod document_reader;
mod documents;
mod drafts;
mod duties;
mod effects;
mod exceptions;
mod exits;
mod export_notes;
mod export_rows;
mod exports;
mod fact_rounds;
mod field;
mod figures;
mod figures_file;
pub(crate) mod first;
mod flows;
mod grading;
mod handover;
mod home;
mod homepage;
mod imports;
mod invoices;
mod jobs;
mod ledger;
mod letter;
mod life;
mod lines;
mod listed;
mod mailing;
mod main_push;
mod margins;
mod masking;
mod metric_rows;
mod metrics;
mod my;
mod network;
mod nodes;
mod oidc;
mod onboarding;
mod open_tables;
mod opened;
mod orders;
mod outlet_all;
mod papers;
mod parameters;
mod paying;
mod payments;
mod people;
mod periods;
mod places;
mod policies;
mod policy_views;
mod portfolios;
mod post;
mod posts;
mod price;
mod proofs;
mod reach;
mod receivables;
mod recruit;
mod rewards;
mod roll;
mod search;
mod session;
mod settling;
mod shares;
mod shelf;
mod shown;
mod signed;
mod simulations;
mod sql;
mod standards;
mod standing;
mod statements;
mod supply;
mod switches;
mod targets;
mod territories;
mod todos;
mod twins;
mod uploads;
mod verdicts;
mod views;
mod web;

use crate::say::{self, Say};
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use desk::Desk;
use home::Home;
use post::Post;
use qudao_kernel::{Lang, Refusal};
use qudao_platform::db::{Durability, Limits};
use qudao_platform::nodes::Node;
use qudao_platform::{Clock, Db, SystemClock};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 工作文件夹：主数据、政策、事实库、结算结果、账本、上传文件 Folder of master data, policies, facts, runs, ledger, uploads
    #[arg(long)]
    home: PathBuf,
    /// 数据库，默认工作文件夹中的 SQLite 文件 Database: sqlite:FILE or postgres://…; a SQLite file in the folder where absent
    #[arg(long, env = "QUDAO_DB", hide_env_values = true)]
    db: Option<String>,
    /// 本机在多台服务器中的名字，重启后不变；不填则为主机名与端口 Name of this server among several on one PostgreSQL, the same after a restart; host name and port where absent
    #[arg(long, env = "QUDAO_NODE", hide_env_values = true)]
    node: Option<String>,
    /// PostgreSQL 连接数上限 Most connections to PostgreSQL
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=500))]
    db_connections: u32,
    /// PostgreSQL 单条语句的最长秒数，0 为不限 Longest a statement may run on PostgreSQL, seconds; 0 for no limit
    #[arg(long, default_value_t = 300)]
    db_timeout: u64,
    /// 监听地址 Address to listen on
    #[arg(long, default_value = "127.0.0.1:8600")]
    listen: SocketAddr,
    /// 只读 SQL 端口（PostgreSQL 协议），如 127.0.0.1:5433；不填则不开 Address of the read-only SQL endpoint (PostgreSQL's protocol); none where absent
    #[arg(long)]
    sql: Option<SocketAddr>,
    /// 随每个新快照更新开放表（Delta 日志），供其他引擎直接读取事实文件 Keep the open tables (Delta logs) up with each snapshot, for other engines that read the fact files in place
    #[arg(long)]
    open_tables: bool,
    /// 由前置代理提供 HTTPS：会话只经加密连接发送 A proxy before us speaks TLS: sessions are sent over nothing else
    #[arg(long)]
    behind_tls: bool,
    /// 发信的邮件服务器，如 127.0.0.1:25 或 smtps://用户:密码@主机:465；不填则邮件存入工作文件夹的 outbox Mail relay, host:port or smtps://user:password@host:port; where absent, mails are files in the folder `outbox`
    #[arg(long, env = "QUDAO_SMTP", hide_env_values = true)]
    smtp: Option<String>,
    /// 发件地址 Sender of mails
    #[arg(long, default_value = "qudao@localhost.localdomain")]
    mail_from: String,
    /// 用户访问本系统的网址，用于邮件中的链接；不填则为监听地址 Where people reach this server, for links in mails; the address listened on where absent
    #[arg(long)]
    address: Option<String>,
    /// 演示：文件夹为空时先生成演示数据，每个角色一个登录名 Demo: fill an empty folder with an invented city, one login per role
    #[arg(long)]
    demo: bool,
    /// 演示规模 Scale of the demo: county, city, wide, province
    #[arg(long, default_value = "city", requires = "demo")]
    scale: String,
}

/// Longest a request may take, uploads and event streams aside.
const LONGEST: Duration = Duration::from_mins(1);
/// Longest the end is put off for requests and jobs under way.
const GOODBYE: Duration = Duration::from_secs(10);
/// Most bytes a request may bring, except where a route takes files.
const MOST_BYTES: usize = 2 << 20;

#[derive(OpenApi)]
#[openapi(info(title = "Qudao", version = "1", description = "渠道运营系统接口 The interface of the channel operating system"))]
struct Document;

/// All operations, under `/api/v1`.
fn api() -> OpenApiRouter<Arc<Desk>> {
    let routes = OpenApiRouter::new().merge(session::routes()).merge(jobs::routes());
    let figures = metrics::routes().merge(metric_rows::routes()).merge(views::routes()).merge(mailing::routes()).merge(exports::routes());
    let figures = figures.merge(targets::routes()).merge(standing::routes());
    let figures = figures.merge(grading::routes()).merge(verdicts::routes()).merge(export_rows::routes()).merge(main_push::routes());
    let settlement = imports::routes().merge(uploads::routes()).merge(arrivals::routes()).merge(attribution::routes());
    let settlement = settlement.merge(periods::routes()).merge(difference::routes()).merge(exceptions::routes());
    let money = payments::routes().merge(accounts::routes()).merge(ledger::routes());
    let network = network::routes()
        .merge(places::routes())
        .merge(territories::routes())
        .merge(documents::routes())
        .merge(margins::routes())
        .merge(search::routes())
        .merge(homepage::routes());
    let network = network.merge(life::routes()).merge(exits::routes()).merge(blacklist::routes());
    let network = network.merge(twins::routes()).merge(portfolios::routes()).merge(outlet_all::routes()).merge(onboarding::routes());
    let routes = routes.merge(figures).merge(settlement).merge(money).merge(network);
    let people = account::routes().merge(oidc::routes()).merge(people::routes()).merge(handover::routes()).merge(masking::routes());
    let access = people
        .merge(duties::routes())
        .merge(posts::routes())
        .merge(parameters::routes())
        .merge(standards::routes())
        .merge(switches::routes())
        .merge(shares::routes())
        .merge(audit::routes());
    let policies = policies::routes().merge(drafts::routes()).merge(simulations::routes());
    let routes = routes.merge(access).merge(policies);
    let partners = statements::routes()
        .merge(lines::routes())
        .merge(papers::routes())
        .merge(business::routes())
        .merge(paying::routes())
        .merge(proofs::routes())
        .merge(disputes::routes())
        .merge(invoices::routes())
        .merge(my::routes());
    let routes =
        routes.merge(partners).merge(flows::routes()).merge(orders::routes()).merge(receivables::routes()).merge(airtime::routes());
    let routes =
        routes.merge(agreements::routes()).merge(recruit::routes()).merge(price::routes()).merge(supply::routes()).merge(field::routes());
    let routes = routes.merge(display::routes()).merge(distribution::routes());
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", routes)
}

/// The command `openapi`: the document the TypeScript client is generated from.
pub(crate) fn openapi() -> Result<(), Refusal> {
    let text = api().to_openapi().to_pretty_json().map_err(|error| web::bug(&error.to_string()))?;
    println!("{text}");
    Ok(())
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    logging();
    if args.demo {
        demo::fill(say, &args.home, &args.scale)?;
    }
    let home = Home::open(&args.home)?;
    let runtime = say::runtime(std::thread::available_parallelism().map_or(2, usize::from))?;
    let served = runtime.block_on(serve(say, args, home));
    runtime.shutdown_timeout(GOODBYE);
    served
}

async fn serve(say: &Say, args: &Args, home: Home) -> Result<(), Refusal> {
    let url = args.db.clone().unwrap_or_else(|| home.database());
    let clock: Arc<dyn Clock> = if args.demo { Arc::new(demo::DemoClock::of(home.root())?) } else { Arc::new(SystemClock) };
    let db = Db::open_within(&url, clock, Durability::Full, limits(args)).await?;
    let node = Node::new(&nodes::name_of(args.node.as_deref(), args.listen), db.now_us());
    let desk = Desk::open(db, home, node, args.behind_tls).await?;
    nodes::begin(&desk).await?;
    let (told, taken) = tokio::sync::oneshot::channel();
    let beating = tokio::spawn(beats(Arc::clone(&desk), told));
    if args.demo {
        demo::people(&desk).await?;
        accounts::fill(&desk).await?;
        targets::demo_targets(&desk).await?;
        territories::demo_universe(&desk).await?;
        switches::demo_pilot(&desk).await?;
        demo_documents::fill(&desk).await?;
        demo_papers::fill(&desk).await?;
        flows::fill(&desk).await?;
        orders::fill(&desk).await?;
        receivables::fill(&desk).await?;
        airtime::fill(&desk).await?;
        supply::fill(&desk).await?;
        recruit::fill(&desk).await?;
        agreements::fill(&desk).await?;
        field::fill(&desk).await?;
        price::fill(&desk).await?;
        display::fill(&desk).await?;
    }
    let listener = tokio::net::TcpListener::bind(args.listen).await.map_err(|error| {
        Refusal::unavailable(
            "serve.listen",
            format!("不能监听 {}：{error}；请换一个 --listen", args.listen),
            format!("cannot listen on {}: {error}; name another --listen", args.listen),
        )
    })?;
    let at = listener.local_addr().unwrap_or(args.listen);
    let post = Arc::new(Post::new(desk.home.root().join("outbox"), args.smtp.as_deref(), &args.mail_from)?);
    let address = args.address.clone().unwrap_or_else(|| format!("http://{at}"));
    tokio::spawn(recruit::rounds(Arc::clone(&desk), Arc::clone(&post)));
    tokio::spawn(mailing::rounds(Arc::clone(&desk), post, address));
    tokio::spawn(flows::rounds(Arc::clone(&desk)));
    tokio::spawn(fact_rounds::rounds(Arc::clone(&desk), args.demo));
    tokio::spawn(receivables::rounds(Arc::clone(&desk)));
    tokio::spawn(price::rounds(Arc::clone(&desk)));
    if args.open_tables {
        tokio::spawn(open_tables::rounds(Arc::clone(&desk)));
    }
    if let Some(address) = args.sql {
        let at = sql::listen(&desk, address).await?;
        say.note(format_args!("只读 SQL postgres://{at}/qudao"), format_args!("read-only SQL postgres://{at}/qudao"));
    }
    say.note(
        format_args!("控制台 http://{at}/ ，手机页面 http://{at}/m/ ，按 Ctrl+C 停止"),
        format_args!("console http://{at}/, phone pages http://{at}/m/, Ctrl+C stops"),
    );
    if args.demo {
        demo::print_logins(say);
    }
    let stopped = stopped();
    println!("http://{at}/");
    let app = app(Arc::clone(&desk)).into_make_service_with_connect_info::<SocketAddr>();
    let (said, why) = tokio::sync::oneshot::channel();
    let served = axum::serve(listener, app).with_graceful_shutdown(async move {
        let why: Option<Refusal> = tokio::select! { () = stopped => None, refusal = taken => refusal.ok() };
        // Whoever waits for it waits until the server has ended.
        let _ = said.send(why);
    });
    served.await.map_err(|error| web::bug(&error.to_string()))?;
    desk.jobs.stop();
    beating.abort();
    nodes::end(&desk).await;
    desk.db.close().await;
    why.await.ok().flatten().map_or(Ok(()), Err)
}

/// Beats until this server is no longer the one of its name, and tells why.
async fn beats(desk: Arc<Desk>, told: tokio::sync::oneshot::Sender<Refusal>) {
    // Nobody listens any more where the server has ended already.
    let _ = told.send(nodes::beats(desk).await);
}

/// What the sessions of a server may take: nobody waits longer for an answer than [`LONGEST`], but a long list may be read while it is written out.
fn limits(args: &Args) -> Limits {
    let statement = Duration::from_secs(args.db_timeout);
    Limits { connections: args.db_connections, statement, idle: statement, lock: LONGEST }
}

/// The whole server over a desk.
fn app(desk: Arc<Desk>) -> Router {
    let (operations, _) = api().split_for_parts();
    let operations = operations.layer(middleware::from_fn(web::ours_only)).layer(DefaultBodyLimit::max(MOST_BYTES));
    Router::new()
        .merge(operations)
        .route("/health/live", get(async || StatusCode::NO_CONTENT))
        .route("/health/ready", get(ready))
        .route("/metrics", get(counted))
        .fallback(assets::page)
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), web::dress))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CompressionLayer::new())
        .with_state(desk)
}

/// Whether the database answers and the folder is there.
async fn ready(State(desk): State<Arc<Desk>>) -> StatusCode {
    let there = desk.home.root().is_dir() && desk.db.read().await.is_ok();
    if there { StatusCode::NO_CONTENT } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// Counts for Prometheus, for whoever asks from this machine.
async fn counted(State(desk): State<Arc<Desk>>, ConnectInfo(from): ConnectInfo<SocketAddr>) -> Response {
    if !from.ip().is_loopback() {
        return StatusCode::NOT_FOUND.into_response();
    }
    desk.counters.text(desk.jobs.open(), &desk.orders.register.pace.so_far()).into_response()
}

/// Ends when somebody stops the program: a terminal or a service manager. Their signals are heard from now on.
fn stopped() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let asked = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        let [interrupt, terminate] = asked.map(async |signal| match signal {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        });
        tokio::select! { () = interrupt => (), () = terminate => () }
    }
}

/// Logs on standard error, a JSON object a line; `RUST_LOG` chooses what.
fn logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Name of a division; the whole country where the code is empty, the code where it is not known.
fn network_name(code: &str, lang: Lang) -> String {
    if code.is_empty() {
        return match lang {
            Lang::Zh => "全部区域",
            Lang::En => "everywhere",
        }
        .to_owned();
    }
    qudao_network::Territories::official().ok().and_then(|divisions| divisions.full_name(code)).unwrap_or_else(|| code.to_owned())
}
