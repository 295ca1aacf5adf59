//! Documents of the demo.

use super::desk::Desk;
use super::documents::keep;
use axum::body::Bytes;
use qudao_documents::folders;
use qudao_documents::store::{self, About};
use qudao_kernel::Refusal;
use std::sync::Arc;

/// Folders and some documents of the demo.
pub(super) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    if !folders::all(&mut desk.db.read().await?).await?.is_empty() {
        return Ok(());
    }
    let leaders = ["leader", "supervisor", "settlement_support", "auditor", "partner_owner"].map(str::to_owned);
    for (title, readers, documents) in
        [("方案", &[][..], &DEMO[..2]), ("合同", &leaders[..], &DEMO[2..3]), ("产品资料", &[][..], &DEMO[3..])]
    {
        let folder = folders::add(&desk.db, "demo", None, title, readers).await?.id;
        for (title, kind, territory, name, text) in documents {
            let kept =
                keep(desk, Ok(Bytes::from_static(text.as_bytes()))).await.map_err(|_| super::web::bug("a demo document was not kept"))?;
            let about = About { folder: &folder, title, kind, territory, partner: "" };
            store::add(&desk.db, "demo", &format!("demo-{name}"), about, kept.brought(name, "演示数据")).await?.into_inner();
        }
    }
    Ok(())
}

/// Title, kind, division, name and text.
const DEMO: [(&str, &str, &str, &str, &str); 5] = [
    (
        "乡镇渠道拓展方案",
        "plan",
        "",
        "乡镇渠道拓展方案.txt",
        "目标：每个乡镇至少一个网点；先覆盖空白乡镇，再提升行政村触点。\n分工：渠道经理选点，营销支撑经理提供物料。",
    ),
    ("秋季主推机型培训安排", "training", "3609", "培训安排.csv", "日期,地点,对象\n2026-09-05,市公司,全部店长\n2026-09-12,各县,店员\n"),
    ("代理协议范本", "contract", "", "代理协议范本.txt", "甲方与乙方就代理业务约定如下：酬金按公布的政策计算，按月结算。"),
    ("主推套餐一页纸", "product", "", "主推套餐一页纸.txt", "适用客户、资费、办理口径与常见问题。"),
    ("门店陈列规范", "material", "3609", "门店陈列规范.txt", "主推机型陈列在入口第一柜；价签与公布价一致。"),
];
