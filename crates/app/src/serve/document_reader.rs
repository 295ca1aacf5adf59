//! Who reads documents: from a caller's roles and places to what the store asks.

use super::desk::Desk;
use super::opened::chain_of;
use super::reach;
use super::signed::Signed;
use qudao_access::{Over, Permission, Scope};
use qudao_documents::{Held, Reader, Seat};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Refusal};

/// The switch that opens the store to partners and their people.
const EXCHANGE: &str = "document_exchange";

/// Who asks, as documents see them. Whoever stands on a partner's side reads where the exchange of documents is switched on.
pub(super) fn reader(desk: &Desk, signed: &Signed, master: Option<&Master>) -> Result<Reader, Refusal> {
    let (today, parameters) = (desk.today(), desk.parameters());
    let mut reader = Reader::default();
    for (role, grant) in signed.0.grants_for(&desk.roles, Permission::DocumentRead)? {
        // A place nobody knows gives nothing.
        let Some(stands) = reach::stands(master, role.over, &grant.over, today) else { continue };
        if role.over != Over::Territory && !parameters.on(EXCHANGE, &stands, today)?.is_on() {
            continue;
        }
        reader.held.push(Held { role: role.id.clone(), reads: Scope::of(&[(role, grant)]), stands });
    }
    reader.keeps = signed.scope(desk, Permission::DocumentManage).unwrap_or_default();
    Ok(reader)
}

/// Asks a question about where the partner of a document stands.
pub(super) fn seated<T>(master: Option<&Master>, partner: &str, day: Date, ask: impl FnOnce(Seat<'_>) -> T) -> T {
    let known = master.and_then(|master| Some((master, master.partner(partner, day)?)));
    let Some((master, row)) = known.filter(|_| !partner.is_empty()) else { return ask(Seat::default()) };
    let chain = chain_of(master, partner, day);
    let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
    ask(Seat { territory: &row.territory, partners: &partners })
}
