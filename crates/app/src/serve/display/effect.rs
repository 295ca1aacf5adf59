//! What an approved application for material brings about: a piece, to be made and placed (R7.190).

use super::super::web::bug;
use super::limits;
use qudao_display::places::Catalogue;
use qudao_display::pop::acts::{self, Approved, At};
use qudao_kernel::master::Outlet;
use qudao_kernel::{Date, Fen, Kind, Refusal, Text};
use qudao_network::roster;
use qudao_platform::Tx;
use qudao_platform::params::{self, Register};
use qudao_workflow::effect::Call;

/// Carries it out, in the transaction of the decision.
///
/// # Errors
/// `NotFound display.outlet`; `BadInput display.place.kind`, `display.place.type`; as [`acts::approve`].
pub(in crate::serve) async fn place(tx: &mut Tx, places: &Catalogue, call: &Call, today: Date) -> Result<Text, Refusal> {
    let code = call.text("outlet");
    let record = roster::get::<Outlet>(tx, code).await?;
    let outlet = record.as_ref().and_then(|record| roster::on(record, today)).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "display.outlet",
            format!("网点 {code} 已不在营业，不能投放物料"),
            format!("outlet {code} is not open any more; nothing is placed there"),
        )
    })?;
    let (material, place) = places.fits(call.text("material"), call.text("place"), &outlet.subtype)?;
    let register = params::load(tx, Register::standard()?).await?;
    let limits = limits(&register, &outlet.territory, today)?;
    let cost = Fen(call.number("cost").ok_or_else(|| bug("the application has no cost"))?);
    let new = Approved {
        application: &call.application,
        asked_by: &call.starter,
        at: At { outlet: code, partner: &outlet.owner, territory: &outlet.territory },
        material,
        place,
        campaign: call.text("campaign"),
        cost,
        over_limit: call.text("limit") == "over",
        plan: None,
    };
    let id = acts::approve(tx, &call.who, &new, limits).await?;
    Ok(Text::new(format!("已建立物料 {id}，待制作和投放"), format!("piece {id} was made, to be produced and placed")))
}
