//! For the demo: what partners confirmed and invoiced before it begins, so that every reason to wait for payment is there, and most can be paid.

use super::desk::Desk;
use super::payments::statements;
use super::settling;
use qudao_access::people;
use qudao_kernel::{Fen, Refusal};
use qudao_settle::attachment;
use qudao_settle::confirm::{self, Subject};
use qudao_settle::invoice::{self, Taken};
use std::sync::Arc;

/// A picture of an invented invoice.
const PICTURE: &[u8] = include_bytes!("demo-invoice.png");
/// Of so many statements one is not confirmed, and one is confirmed without an invoice.
const EVERY: usize = 7;
/// Invoices of the last month that wait to be looked at.
const WAITING: usize = 6;

/// Confirms and invoices the published months of a demo in which nobody did yet. The statements of the partner who can sign in are left to them.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let shared = Arc::clone(desk);
    let work = move || {
        let mut months = Vec::new();
        for month in settling::published(&shared.home)? {
            months.push((month, statements(&shared, month)?));
        }
        Ok::<_, Refusal>(months)
    };
    let months = tokio::task::spawn_blocking(work).await.map_err(|error| super::web::bug(&error.to_string()))??;
    for (month, _) in &months {
        if !confirm::of_period(&mut desk.db.read().await?, *month).await?.is_empty() {
            return Ok(());
        }
    }
    let partner = people::get(&mut desk.db.read().await?, "partner").await?;
    let own: Vec<String> = partner.into_iter().flat_map(|person| person.grants).map(|grant| grant.over).collect();
    let folder = desk.home.uploads().join("attachments");
    let written = tokio::task::spawn_blocking(move || attachment::write(&folder, PICTURE));
    let written = written.await.map_err(|error| super::web::bug(&error.to_string()))??;
    let paper = attachment::note(&desk.db, "demo", "演示发票.png", PICTURE.len() as u64, written).await?;
    let (today, last) = (desk.today(), months.len().saturating_sub(1));
    for (index, (_, candidates)) in months.into_iter().enumerate() {
        let due = candidates.into_iter().map(|one| one.subject);
        let due = due.filter(|subject| subject.payment > Fen::ZERO && !own.contains(&subject.partner));
        let is_last = index == last;
        // Of the last month some wait for their partner, of earlier ones none.
        let confirmed: Vec<(usize, Subject)> = due.enumerate().filter(|(at, _)| !(is_last && at % EVERY == 0)).collect();
        let subjects: Vec<Subject> = confirmed.iter().map(|(_, subject)| subject.clone()).collect();
        confirm::take_over(&desk.db, "demo", &desk.parameters(), &subjects, subjects.first().map_or(today, |one| one.issued_on)).await?;
        let invoiced = confirmed.iter().filter(|(at, _)| !(is_last && at % EVERY == 1));
        let numbered: Vec<(&Subject, String, bool)> = invoiced
            .enumerate()
            .map(|(at, (_, subject))| (subject, format!("0000{:016}", (index + 1) * 1_000_000 + at * 17), !(is_last && at < WAITING)))
            .collect();
        let taken: Vec<Taken<'_>> =
            numbered.iter().map(|(subject, number, accepted)| Taken { subject, number, accepted: *accepted }).collect();
        let on = taken.first().map_or(today, |one| one.subject.issued_on);
        invoice::take_over(&desk.db, ("demo", "demo2"), &paper.id, &taken, on).await?;
    }
    Ok(())
}
