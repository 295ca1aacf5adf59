use qudao_demo::{Scale, World};
use qudao_kernel::Date;
use std::collections::BTreeSet;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn the_city_has_the_figures_of_the_source() {
    // R0.26: 10 counties / 8 reached; 200 outlets / 180 reached
    let world = World::new(Scale::city(), 42).unwrap();
    let month = "2026-07".parse().unwrap();
    let mut selling = BTreeSet::new();
    world
        .events(month, world.everyone(), &mut |event| {
            selling.insert(event.outlet.to_string());
            Ok(())
        })
        .unwrap();
    let master = world.master();
    let outlets: BTreeSet<_> = master.outlets().map(|outlet| outlet.code.clone()).collect();
    let selling: BTreeSet<_> = selling.intersection(&outlets).collect();
    // Outlets stand in townships and villages; six digits are the county.
    let county = |code: &str| master.outlet(code, day("2026-07-31")).unwrap().territory[..6].to_owned();
    let counties: BTreeSet<_> = outlets.iter().map(|code| county(code)).collect();
    let reached: BTreeSet<_> = selling.iter().map(|code| county(code)).collect();
    assert_eq!((counties.len(), reached.len(), outlets.len(), selling.len()), (10, 8, 200, 180));
    let coverage = world.coverage();
    assert_eq!((coverage.counties, coverage.counties_reached, coverage.outlets, coverage.outlets_active), (10, 8, 200, 180));
}

#[test]
fn the_tree_holds_together_at_every_scale() {
    // R8.54: three tiers, five in a province
    let province = Scale { partners: 2_000, outlets: 6_000, outlets_active: 5_400, ..Scale::province() };
    let wide = Scale { partners: 2_000, outlets: 3_000, outlets_active: 2_700, events_per_month: 10_000, ..Scale::wide() };
    for (scale, depth) in [(Scale::county(), 3), (Scale::city(), 3), (wide, 3), (province, 5)] {
        let world = World::new(scale, 7).unwrap();
        let master = world.master();
        assert_eq!(master.check(), []);
        let tiers: BTreeSet<_> = master.partners().map(|partner| partner.tier.as_str()).collect();
        assert_eq!(tiers.len(), depth);
        let deepest =
            (1..16).filter(|steps| master.partners().any(|one| master.ancestor(&one.code, *steps, day("2026-07-31")).is_some())).count();
        assert_eq!(deepest, depth - 1, "steps from the lowest to the highest");
        for outlet in master.outlets() {
            assert!(master.partner(&outlet.owner, outlet.span.from).is_some(), "{} has no owner", outlet.code);
        }
    }
}

#[test]
fn stories_are_in_the_master_data() {
    // N9, N29
    let world = World::new(Scale::city(), 42).unwrap();
    let master = world.master();
    let of = |what: &str| world.stories().iter().filter(|story| story.what == what).collect::<Vec<_>>();
    let silver = of("silver_relinked")[0];
    let above = |text: &str| master.partner(&silver.code, day(text)).unwrap().parent.clone();
    assert_eq!(vec![above("2026-06-30"), above("2026-07-01")], silver.partners);
    assert_ne!(silver.partners[0], silver.partners[1]);
    let lapsed = of("agreement_lapsed")[0];
    assert!(master.agreement(&lapsed.code, day("2026-06-30")).is_some() && master.agreement(&lapsed.code, day("2026-07-01")).is_none());
    let listed = of("blacklisted")[0];
    assert!(master.partner(&listed.code, day("2026-07-01")).unwrap().blacklisted);
    let sold = of("outlet_sold")[0];
    let owner = |day: Date| master.outlet(&sold.code, day).unwrap().owner.clone();
    let from = sold.from.unwrap();
    assert_eq!(vec![owner(from.plus_days(-1)), owner(from)], sold.partners);
    assert_eq!(of("county_unreached").len(), 2);
}

#[test]
fn sizes_that_contradict_each_other_are_refused() {
    let refused = |scale: Scale| World::new(scale, 1).err().map(|refusal| refusal.code);
    assert_eq!(refused(Scale { outlets_active: 201, ..Scale::city() }), Some("demo.scale.size"));
    assert_eq!(refused(Scale { mix: [1; 7], ..Scale::city() }), Some("demo.scale.size"));
    assert_eq!(refused(Scale { partners: 4, ..Scale::city() }), Some("demo.scale.size"));
    assert_eq!(Scale::by_name("国").err().map(|refusal| refusal.code), Some("demo.scale.unknown"));
    assert_eq!(Scale::by_name("市").unwrap(), Scale::city());
    assert!(Scale::by_name("全网").unwrap().check().is_ok());
}
