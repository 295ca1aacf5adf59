//! What is learned from a visit that counts: where assigned models stand, stock that was counted, and the chain of main push.

use crate::kept::At;
use crate::push::{self, Chain};
use crate::shelf::{self, Look, Shown};
use qudao_field::visit::Counts;
use qudao_field::visit::record::Stand;
use qudao_field::visit::store::Visit;
use qudao_kernel::Refusal;
use qudao_platform::db::Tx;
use std::collections::BTreeSet;

/// Learns from a visit. One that does not count says nothing, nor one that outlets may not know of (R0.39); the same one again says the same.
///
/// # Errors
/// The database does not answer.
pub async fn visit(tx: &mut Tx, visit: &Visit) -> Result<(), Refusal> {
    if visit.counts != Counts::Yes || visit.sheets.iter().any(|(template, _)| template.hidden) {
        return Ok(());
    }
    let at = At { outlet: &visit.site.outlet, partner: &visit.site.partner, territory: &visit.site.territory };
    let view = &visit.view;
    let models: BTreeSet<&String> = view.counts.keys().chain(view.shelves.keys()).collect();
    for product in models {
        let seen = view.shelves.get(product);
        let shown = seen.map(|seen| match seen.stands {
            Stand::Shelf => Shown::Shelf,
            Stand::Store => Shown::Store,
            Stand::Missing => Shown::Missing,
        });
        let (sample, tag) = (seen.and_then(|seen| seen.sample), seen.and_then(|seen| seen.tag));
        let look = Look { product, shown, sample, tag, counted: view.counts.get(product).map(|one| one.counted) };
        shelf::keep(tx, at, &look, visit.day, &visit.id).await?;
    }
    if let Some(chain) = view.answers.get(push::TEMPLATE).and_then(Chain::of) {
        push::keep(tx, at, visit.day, &visit.id, &chain).await?;
    }
    Ok(())
}
