//! 批量入网: a file of outlets, clerks and contacts is looked at, kept under its hash, and applied for with one application (flow `bulk_onboarding`).

use super::desk::Desk;
use super::home::Home;
use super::signed::Signed;
use super::twins::TwinView;
use super::web::{Answer, Asked, Language, heavy, too_large};
use crate::say::{make_folder, unreadable, unwritable};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use qudao_access::Permission;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::onboard::{self, Read};
use qudao_platform::hash::sha256;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes of a file.
const MOST_BYTES: usize = 32 << 20;
/// First bytes of a workbook.
const ZIP: &[u8] = b"PK";

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(check)).layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// Where files lie until they are brought in, and afterwards.
pub(crate) fn folder(home: &Home) -> PathBuf {
    home.uploads().join("onboarding")
}

fn path(folder: &Path, batch: &str, workbook: bool) -> PathBuf {
    folder.join(format!("{batch}.{}", if workbook { "xlsx" } else { "csv" }))
}

/// A file that was looked at before.
///
/// # Errors
/// `NotFound serve.onboarding.none`; `Conflict serve.onboarding.changed` where it is no longer what was looked at.
pub(super) fn read(folder: &Path, batch: &str) -> Result<Read, Refusal> {
    let plain = batch.len() == 64 && batch.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = [true, false].into_iter().map(|workbook| path(folder, batch, workbook)).find(|path| plain && path.is_file());
    let path = found.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "serve.onboarding.none",
            format!("没有编号为 {batch} 的文件；请重新上传并核对"),
            format!("there is no file of the number {batch}; upload and check it again"),
        )
    })?;
    let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
    if sha256(&bytes) != batch {
        return Err(Refusal::new(
            Kind::Conflict,
            "serve.onboarding.changed",
            "文件内容与核对时不同；请重新上传并核对",
            "the file is no longer what was checked; upload and check it again",
        ));
    }
    onboard::read(&path)
}

/// From when on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OnboardingAsked {
    /// First day in the network.
    from: String,
}

/// Something wrong with a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OnboardingWrong {
    /// Line of the file; the header is 1.
    row: u64,
    column: String,
    /// What stood there.
    value: String,
    code: String,
    why: String,
}

/// A line that may be there already.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OnboardingTwin {
    row: u64,
    twin: TwinView,
}

/// What a file comes to. It can be applied for where nothing is rejected.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OnboardingChecked {
    /// Number of the file, for the application.
    batch: String,
    received: usize,
    accepted: usize,
    rejected: usize,
    outlets: usize,
    clerks: usize,
    contacts: usize,
    /// At most a thousand.
    problems: Vec<OnboardingWrong>,
    twins: Vec<OnboardingTwin>,
}

/// Looks at a file of outlets, clerks and contacts, CSV or XLSX, and keeps it under its number. Nothing of the network is changed.
#[utoipa::path(post, path = "/onboarding", tag = "network", operation_id = "check_onboarding", params(OnboardingAsked),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = OnboardingChecked)),
    extensions(("x-permission" = json!("partner.manage"))))]
async fn check(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<OnboardingAsked>,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Json<OnboardingChecked>> {
    signed.may(&desk, Permission::PartnerManage)?;
    let from: Date = asked.from.parse().map_err(|_| {
        Refusal::bad_input("serve.onboarding.day", format!("“{}”不是日期", asked.from), format!("`{}` is no day", asked.from))
    })?;
    let bytes = body.map_err(|_| too_large())?;
    desk.roll_in().await?;
    let folder = folder(&desk.home);
    let (batch, read) = heavy(move || {
        make_folder(&folder)?;
        let batch = sha256(&bytes);
        let path = path(&folder, &batch, bytes.starts_with(ZIP));
        if !path.is_file() {
            let fresh = path.with_extension("new");
            std::fs::write(&fresh, &bytes).map_err(|error| unwritable(&fresh, &error))?;
            std::fs::rename(&fresh, &path).map_err(|error| unwritable(&path, &error))?;
        }
        let read = onboard::read(&path)?;
        Ok((batch, read))
    })
    .await?;
    let found = onboard::check(&mut desk.db.read().await?, &read, from).await?;
    let wrong = |problem: qudao_platform::sheet::Problem| OnboardingWrong {
        row: problem.row,
        column: problem.column,
        value: problem.value,
        code: problem.code.to_owned(),
        why: problem.text.get(lang).to_owned(),
    };
    Ok(Json(OnboardingChecked {
        batch,
        received: found.received,
        accepted: found.accepted,
        rejected: found.rejected,
        outlets: found.outlets,
        clerks: found.clerks,
        contacts: found.contacts,
        problems: found.problems.into_iter().map(wrong).collect(),
        twins: found.twins.into_iter().map(|(row, twin)| OnboardingTwin { row, twin: TwinView::of(twin) }).collect(),
    }))
}
