//! What the tests of this module share.

use qudao_kernel::master::{Master, Outlet, Partner, Span};

/// A partner's row.
pub(super) fn partner(code: &str, from: &str, to: &str) -> Partner {
    let span = Span { from: from.parse().unwrap(), to: to.parse().unwrap() };
    Partner {
        code: code.into(),
        name: code.into(),
        kind: "代理商".into(),
        tier: String::new(),
        level: 0,
        parent: String::new(),
        territory: "430102".into(),
        since: span.from,
        blacklisted: false,
        span,
    }
}

/// An outlet's row.
pub(super) fn outlet(code: &str, owner: &str, from: &str, to: &str) -> Outlet {
    Outlet {
        code: code.into(),
        name: code.into(),
        owner: owner.into(),
        territory: "430102".into(),
        channel: "社会渠道".into(),
        subtype: "代理点".into(),
        grade: "B".into(),
        district: String::new(),
        span: Span { from: from.parse().unwrap(), to: to.parse().unwrap() },
    }
}

/// Master data of these rows.
pub(super) fn master(partners: &[Partner], outlets: &[Outlet]) -> Master {
    let mut master = Master::default();
    for row in partners {
        master.add_partner(row.clone());
    }
    for row in outlets {
        master.add_outlet(row.clone());
    }
    master
}
