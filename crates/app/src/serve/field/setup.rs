//! What a phone takes along to work off line: steps, purposes, checklists, limits, parameters.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::{Answer, Language};
use super::shown::{
    FieldFits, FieldItem, FieldLimits, FieldMe, FieldMeasure, FieldOption, FieldParameter, FieldPoints, FieldPurpose, FieldSection,
    FieldSetup, FieldStep, FieldTemplate, FieldVariant,
};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_field::checklist::{Context, Fits, Item, ItemKind, Rule, Template};
use qudao_field::params::At;
use qudao_field::visit::photo::{MOST_BYTES, MOST_PART};
use qudao_field::visit::steps::{Measured, Need};
use qudao_field::visit::store::MOST_AT_ONCE;
use qudao_field::visit::worth::Worth;
use qudao_kernel::{Lang, Refusal};
use qudao_network::portfolio;
use qudao_platform::params::Register;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Parameters of the register that pages of the field show or reckon with.
const PARAMETERS: [&str; 13] = [
    "gps_radius_m",
    "min_visit_min",
    "visits_by_class",
    "visit_min_by_class",
    "field_day_from",
    "field_day_min",
    "size_by_class",
    "fix_sales_by_class",
    "core_on_shelf",
    "price_over_limit",
    "price_spread_limit",
    "calls_per_working_day",
    "customers_per_week",
];

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(setup))
}

/// All a phone keeps to work off line: steps, purposes and checklists in their present versions, limits and parameters where the asker works.
#[utoipa::path(get, path = "/field/setup", tag = "field", operation_id = "field_setup", responses((status = 200, body = FieldSetup)),
    extensions(("x-permission" = json!("visit.read"))))]
async fn setup(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<FieldSetup>> {
    let scope = signed.scope(&desk, Permission::VisitRead)?;
    let (register, today) = (desk.parameters(), desk.today());
    let login = signed.0.login.clone();
    let outlets = portfolio::held(&mut desk.db.read().await?, &login, today).await?.len();
    let area = scope.territories.first().cloned().unwrap_or_default();
    let at = At { register: &register, territory: &area, day: today };
    let limits = at.limits()?;
    let course = &desk.field.course;
    let steps = course.steps().iter().map(|step| FieldStep {
        no: step.no,
        id: step.id.clone(),
        name: step.title().get(lang).to_owned(),
        needs: step.needs.iter().map(|need| need_name(*need).to_owned()).collect(),
    });
    let purposes = course.purposes().iter().map(|purpose| FieldPurpose {
        no: purpose.no,
        id: purpose.id.clone(),
        name: purpose.title().get(lang).to_owned(),
        result: measured_name(purpose.result).to_owned(),
        outcome: purpose.outcome().get(lang).to_owned(),
    });
    Ok(Json(FieldSetup {
        me: FieldMe { name: signed.0.name.clone(), login, territories: scope.territories.clone(), outlets, today: today.to_string() },
        course_version: course.version,
        train_pass: course.train_pass,
        steps: steps.collect(),
        purposes: purposes.collect(),
        templates: desk.field.catalogue.iter().map(|template| of_template(template, &desk.field.worth, lang)).collect(),
        limits: FieldLimits {
            radius_m: limits.doubt.radius_m,
            accuracy_m: limits.doubt.accuracy_m,
            age_s: limits.doubt.age_s,
            least_minutes: limits.least_minutes,
            most_kmh: limits.most_kmh,
            skew_s: limits.skew_s,
            photo_bytes: MOST_BYTES,
            part_bytes: MOST_PART as u64,
            writes: MOST_AT_ONCE,
        },
        parameters: PARAMETERS.into_iter().map(|name| parameter(&register, name, &at, lang)).collect::<Result<_, _>>()?,
    }))
}

fn parameter(register: &Register, name: &str, at: &At<'_>, lang: Lang) -> Result<FieldParameter, Refusal> {
    let reading = register.on(name, at.territory, at.day)?;
    Ok(FieldParameter {
        id: name.to_owned(),
        name: reading.definition.title.get(lang).to_owned(),
        unit: reading.definition.unit.to_string(),
        value: reading.value.to_owned(),
    })
}

const fn need_name(need: Need) -> &'static str {
    match need {
        Need::Goal => "goal",
        Need::CheckIn => "check_in",
        Need::Answer => "answer",
        Need::Ending => "ending",
        Need::CheckOut => "check_out",
    }
}

const fn measured_name(measured: Measured) -> &'static str {
    match measured {
        Measured::YesNo => "yes_no",
        Measured::Count => "count",
        Measured::Percent => "percent",
        Measured::Delta => "delta",
        Measured::Choice => "choice",
    }
}

fn of_fits(fits: &Fits) -> FieldFits {
    let Fits { outlet_types, sizes, settings, purposes } = fits.clone();
    FieldFits { outlet_types, sizes, settings, purposes }
}

fn of_template(template: &Template, worth: &Worth, lang: Lang) -> FieldTemplate {
    let items = |section: usize| template.items.iter().filter(move |item| item.section == section);
    let sections = template.sections.iter().enumerate().map(|(at, section)| FieldSection {
        id: section.id.clone(),
        name: section.name.get(lang).to_owned(),
        weight: section.weight,
        floor: section.floor,
        items: items(at).map(|item| of_item(template, item, worth, lang)).collect(),
    });
    let measures = template.measures.iter();
    FieldTemplate {
        id: template.id.clone(),
        version: template.version,
        name: template.name.get(lang).to_owned(),
        about: template.about.get(lang).to_owned(),
        kind: template.kind.clone(),
        hidden: template.hidden,
        fits: of_fits(&template.fits),
        pass_mark: template.pass_mark,
        sections: sections.collect(),
        measures: measures.map(|one| FieldMeasure { id: one.id.clone(), name: one.name.get(lang).to_owned() }).collect(),
    }
}

fn of_item(template: &Template, item: &Item, worth: &Worth, lang: Lang) -> FieldItem {
    let variants = item.variants.iter().map(|variant| FieldVariant {
        fits: of_fits(&variant.fits),
        drop: variant.drop,
        weight: variant.weight,
        required: variant.required,
    });
    let mut shown = FieldItem {
        id: item.id.clone(),
        name: item.name.get(lang).to_owned(),
        kind: String::new(),
        required: item.required,
        na: item.na,
        weight: item.weight,
        points: item.kind.most(),
        worth_ppm: worth.ppm(template, &Context::default(), &item.id),
        veto: item.veto,
        photo: item.photo,
        evidence: item.evidence.name().to_owned(),
        good: None,
        unit: None,
        scale: None,
        pass_min: None,
        pass_max: None,
        steps: Vec::new(),
        levels: None,
        pass: None,
        imei: false,
        options: Vec::new(),
        variants: variants.collect(),
    };
    of_kind(&mut shown, &item.kind, lang);
    shown
}

/// What belongs to a kind alone.
fn of_kind(shown: &mut FieldItem, kind: &ItemKind, lang: Lang) {
    let mut rule = |rule: &Rule| {
        (shown.pass_min, shown.pass_max) = (rule.pass_min, rule.pass_max);
        shown.steps = rule.steps.iter().map(|(from, points)| FieldPoints { from: *from, points: *points }).collect();
    };
    let name = match kind {
        ItemKind::YesNo(good) => {
            shown.good = Some(*good);
            "yes_no"
        }
        ItemKind::Number { unit, scale, rule: of } => {
            rule(of);
            (shown.unit, shown.scale) = (Some(unit.clone()), Some(*scale));
            "number"
        }
        ItemKind::Price(of) => {
            rule(of);
            "price"
        }
        ItemKind::Count(of) => {
            rule(of);
            "count"
        }
        ItemKind::Grade { levels, pass, compare } => {
            (shown.levels, shown.pass) = (Some(*levels), Some(*pass));
            if *compare { "compare" } else { "grade" }
        }
        ItemKind::Scan { imei, rule: of } => {
            rule(of);
            shown.imei = *imei;
            "scan"
        }
        ItemKind::Photo => "photo",
        ItemKind::Choice(options) => {
            let option =
                options.iter().map(|one| FieldOption { id: one.id.clone(), name: one.name.get(lang).to_owned(), points: one.points });
            shown.options = option.collect();
            "choice"
        }
        ItemKind::Signature => "signature",
        ItemKind::Place => "place",
    };
    name.clone_into(&mut shown.kind);
}
