"""What the SQL rivals share: names, the statements of settle.sql, the overrides, the columns that are written."""

import pathlib

COMPONENTS = [
    "act_basic", "act_class", "act_wireless", "act_term", "act_handset", "handset_margin", "broadband", "vas", "recharge_rebate",
    "renewal_fee", "upgrade", "early_recharge", "step_whole", "step_marginal", "outlet_marginal", "clerk_step", "silver_step",
    "up1", "up2", "up3", "up4", "quality", "pool", "best",
]  # fmt: skip
NUMBER = {name: number for number, name in enumerate(COMPONENTS, 1)}
# Fen a partner can earn by the first three components in a month.
CAP = 20_000_000

# One level of the cascade: each partner's parent gets a share of the partner's total.
OVERRIDE = """
create temp table up{c} as
select g.p, g.total, half_up(g.total * {percent}, 100) as amount,
  coalesce(case when s.code is null then 'agreement_inactive' else s.std end, case when {c} = 18 and g.total <= 0 then 'nothing_earned' end) as code,
  case when u.code is null then 'no_payee' when u.std = 'blacklisted' then 'payee_blacklisted' when u.std is not null then 'payee_agreement_inactive' end as unpayable,
  u.code as parent
from (select partner as p, cast(sum(amount) as bigint) as total from out_line where {of} group by partner) g
left join today s on s.code = g.p left join today u on u.code = s.parent;

insert into reason
select p, {c}, p, date '{last}', case when code is not null then code when amount = 0 then 'zero_amount' else unpayable end, null,
  case when code is null and amount <> 0 then amount else 0 end
from up{c} where code is not null or amount = 0 or unpayable is not null;

insert into out_line
select parent, {c}, 'earn', p, date '{last}', 'partner', parent, 0, '', p, '', '', amount, amount
from up{c} where code is null and amount <> 0 and unpayable is null
"""

UNATTRIBUTED = """
insert into reason
select '', 0, event_id, occurred_on, 'unattributed', cast(null as date), 0 from event where attributed = ''
union all
select '', 0, event_id, occurred_on, 'unattributed', cast(null as date), 0 from sub where attributed = '' and (coalesce(outlet, '') <> '' or coalesce(partner, '') <> '')
"""


def statements(period, first, last, division, cap=CAP):
    """Every statement in order, for a dialect with this sign for integer division."""
    text = (pathlib.Path(__file__).parent / "settle.sql").read_text()
    text = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    for c, of, percent in [(18, "c <= 12", 5), (19, "c = 18", 40), (20, "c = 19", 40), (21, "c = 20", 40)]:
        text += ";" + OVERRIDE.replace("{c}", str(c)).replace("{of}", of).replace("{percent}", str(percent))
    text += ";" + UNATTRIBUTED
    for word, value in [("period", period), ("first", first), ("last", last), ("cap", cap)]:
        text = text.replace("{" + word + "}", str(value))
    text = text.replace("//", division)
    return [statement.strip() for statement in text.split(";") if statement.strip()]


def lines(period, last):
    """The lines as they are written."""
    return f"""select {period} as period, l.partner, 'bench-province' as policy, 1 as version, n.name as component, l.kind, l.basis, l.day, l.payee_kind,
      l.payee, l.part, l.subscriber, '' as once, l.own_partner, l.outlet, l.clerk, {period} as origin, l.kind as counts_as, l.accrued, l.amount,
      n.destination, date '{last}' as pay_on
    from out_line l join component n on n.c = l.c"""


def reasons(period):
    """The reasons as they are written."""
    return f"""select {period} as period, r.partner, case when r.c = 0 then '' else 'bench-province' end as policy, case when r.c = 0 then 0 else 1 end as version,
      coalesce(n.name, '') as component, r.basis, r.day, r.code, r.until, r.forgone
    from reason r left join component n on n.c = r.c"""


def obligations():
    """The obligations as they are written."""
    return """select partner, 'bench-province' as policy, 1 as version, 'act_basic' as component, basis, day, 'partner' as payee_kind, partner as payee, 0 as part,
      instalment, own_partner, subscriber, amount, origin, due, 0 as tries, state from obligation"""
