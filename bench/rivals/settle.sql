-- definitions/policies/bench/province.policy in set-based SQL, for DuckDB and PostgreSQL alike.
--
-- The runner provides: event (facts of the period), sub (subscriber months of the period), outlets, products (dated rows), partner_day
-- (each partner on each day of the period: std, tier, parent, province), prev_lines (what earlier months paid and took back),
-- prev_obligations; the functions half_up(n, d) = n / d rounded half away from zero and full_months(a, b); and it replaces
-- {period}, {first}, {last}, {cap} and the integer division sign.

-- in scope: outlets of the channel the policy is about, with everything the rules read
create temp table e as
select e.event_id, e.kind, e.occurred_on as d, e.attributed as p, coalesce(e.outlet, '') as outlet, coalesce(e.clerk, '') as clerk,
  coalesce(e.subscriber, '') as subscriber, coalesce(e.plan_fee, 0) as plan_fee, coalesce(e.prior_fee, 0) as prior_fee,
  coalesce(e.amount, 0) as amount, coalesce(e.cost, 0) as cost, coalesce(e.term_months, 0) as term, e.customer_class as class,
  coalesce(e.identity_verified, false) as verified,
  coalesce(e.slip_on >= e.occurred_on and e.slip_on - e.occurred_on <= 10, false) as slip,
  coalesce(e.imei, '') <> '' as has_imei, r.line, s.tier, s.parent,
  case when s.std is not null then s.std when coalesce(e.hold, '') <> '' then 'on_hold' end as std
from event e
join outlets o on o.code = e.outlet and e.occurred_on >= o.f and e.occurred_on < o.t and o.channel = '社会渠道'
join partner_day s on s.code = e.attributed and s.d = e.occurred_on
left join products r on r.code = e.product and e.occurred_on >= r.f and e.occurred_on < r.t;

-- one row for each event a component considers: the reason it pays nothing, or the amount
create temp table claim as
select 1 as c, event_id, d, p, outlet, clerk, subscriber,
  coalesce(std, case when not verified then 'no_identity' when not slip then 'slip_missing' end) as code,
  least(half_up(plan_fee * 20, 100), 6000) as amount
from e where kind = 'activation' and line = '移动'
union all
select 2, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when not verified then 'no_identity' end),
  half_up(plan_fee * case class when '中高端客户' then 125 else 75 end, 1000)
from e where kind = 'activation' and class in ('品牌客户', '中高端客户')
union all
select 3, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when not verified then 'no_identity' end), 6000
from e where kind = 'activation' and line = '3G无线宽带'
union all
select 4, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when not slip then 'slip_missing' end),
  case when term >= 24 then 1500 else 800 end
from e where kind = 'activation' and term >= 12
union all
select 5, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when not has_imei then 'no_handset' end), 500
from e where kind = 'activation' and plan_fee >= 5900
union all
select 6, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when not slip then 'slip_missing' end),
  least(half_up((amount - cost) * 30, 100), 12000)
from e where kind = 'terminal_sale'
union all
select 7, event_id, d, p, outlet, clerk, subscriber,
  coalesce(std, case when not verified then 'no_identity' when not slip then 'slip_missing' end),
  case when plan_fee >= 8000 then 8000 else 5000 end
from e where kind = 'broadband_install'
union all
select 8, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when amount < 600 then 'too_small' end),
  least(half_up(amount * 30, 100), 600)
from e where kind = 'vas_sale'
union all
select 9, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when amount < 5000 then 'too_small' end),
  least(half_up(amount * 8, 1000), 500)
from e where kind = 'recharge'
union all
select 10, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when term < 12 then 'short_term' end),
  least(half_up(plan_fee * term * 5, 100), 10000)
from e where kind = 'renewal'
union all
select 11, event_id, d, p, outlet, clerk, subscriber, coalesce(std, case when plan_fee <= prior_fee then 'not_up' end),
  least(half_up((plan_fee - prior_fee) * 50, 100), 8000)
from e where kind = 'plan_change'
union all
select 12, e.event_id, e.d, e.p, e.outlet, e.clerk, e.subscriber, coalesce(e.std, case when not s.active then 'not_active' end),
  case when s.joined_on is null then 200 when e.d < s.joined_on then 0 when e.d - s.joined_on < 31 then 200
    when e.d - s.joined_on < 61 then 100 when e.d - s.joined_on < 91 then 50 else 0 end
from e join sub_one s on s.subscriber = e.subscriber where e.kind = 'recharge';

create temp table reason as
select p as partner, c, event_id as basis, d as day, coalesce(code, 'zero_amount') as code,
  cast(case when code = 'no_identity' then d + interval '3 months' when code = 'slip_missing' then d + interval '10 days' end as date) as until,
  cast(0 as bigint) as forgone
from claim where code is not null or amount = 0;

-- the joint cap on components 1 to 3: only partners beyond it need their claims in order
create temp table over_cap as
select p from claim where c <= 3 and code is null group by p having sum(amount) > {cap};

create temp table cut as
select c, event_id, amount, least(amount, greatest(0, {cap} - earlier)) as admitted
from (
  select c, event_id, amount, coalesce(sum(amount) over (partition by p order by d, event_id, c rows between unbounded preceding and 1 preceding), 0) as earlier
  from claim where c <= 3 and code is null and amount > 0 and p in (select p from over_cap)
) ordered;

insert into reason
select claim.p, claim.c, claim.event_id, claim.d, 'capped', null, cut.amount - cut.admitted
from cut join claim on claim.c = cut.c and claim.event_id = cut.event_id where cut.admitted < cut.amount;

create temp table pay as
select c, event_id, d, p, outlet, clerk, subscriber, amount from claim
where code is null and amount <> 0 and (c > 3 or p not in (select p from over_cap))
union all
select claim.c, claim.event_id, claim.d, claim.p, claim.outlet, claim.clerk, claim.subscriber, cast(cut.admitted as bigint)
from cut join claim on claim.c = cut.c and claim.event_id = cut.event_id where cut.admitted > 0;

-- lines of events
create temp table out_line as
select p as partner, c, 'earn' as kind, event_id as basis, d as day, 'partner' as payee_kind, p as payee, 0 as part, subscriber,
  p as own_partner, outlet, clerk, cast(amount as bigint) as accrued,
  cast(case when c = 1 then amount * 40 // 100 when c = 7 then amount - amount * 30 // 100 else amount end as bigint) as amount
from pay where c not in (5, 7)
union all
select p, c, 'earn', event_id, d, 'partner', p, 0, subscriber, p, outlet, clerk, amount - amount * 30 // 100, amount - amount * 30 // 100
from pay where c = 7
union all
select p, c, 'earn', event_id, d, 'clerk', clerk, case c when 7 then 1 else 0 end, subscriber, p, outlet, clerk,
  case c when 7 then amount * 30 // 100 else amount end, case c when 7 then amount * 30 // 100 else amount end
from pay where c in (5, 7) and clerk <> '';

insert into reason
select p, c, event_id, d, 'no_payee', null, case c when 7 then amount * 30 // 100 else amount end from pay where c in (5, 7) and clerk = '';

-- instalments: new ones, and those of earlier months that fall due
create temp table obligation as
select p as partner, event_id as basis, d as day, p as own_partner, subscriber, 1 as instalment, cast(amount * 30 // 100 as bigint) as amount,
  {period} as origin, {period} + 3 as due, 'scheduled' as state
from pay where c = 1
union all
select p, event_id, d, p, subscriber, 2, cast(amount - amount * 40 // 100 - amount * 30 // 100 as bigint), {period}, {period} + 6, 'scheduled'
from pay where c = 1
union all
select o.partner, o.basis, o.day, o.own_partner, o.subscriber, o.instalment, o.amount, o.origin, o.due,
  case when o.due > {period} then 'scheduled' when s.active and s.minutes >= 50 then 'released' else 'forfeited' end
from prev_obligations o left join sub_one s on s.subscriber = o.subscriber and o.due <= {period};

delete from obligation where amount = 0;

insert into out_line
select partner, 1, 'release', basis, day, 'partner', partner, instalment * 16777216, subscriber, own_partner, '', '', amount, amount
from obligation where state = 'released';

insert into reason
select own_partner, 1, basis, day, 'gate_failed', null, amount from obligation where state = 'forfeited';

-- claw-back: what was paid for a cancelled activation or a returned handset, in this and earlier months
create temp table undo as
select * from (
  select ref_event, kind, occurred_on as d, event_id, row_number() over (partition by ref_event, kind order by occurred_on, event_id) as n
  from event where kind in ('cancellation', 'return') and ref_event is not null
) ordered where n = 1;

create temp table back as
select l.*, u.d as undone, u.kind as cause
from (
  select partner, c, kind, basis, day, payee, subscriber, own_partner, amount from out_line where c in (1, 2, 3, 4, 6) and kind in ('earn', 'release')
  union all
  select partner, c, kind, basis, day, payee, subscriber, own_partner, amount from prev_lines
) l
join undo u on u.ref_event = l.basis and u.kind = case when l.c = 6 then 'return' else 'cancellation' end
where u.d >= l.day and u.d <= cast(l.day + case when l.c = 6 then interval '1 month' else interval '3 months' end as date);

create temp table reversed as
select partner, c, basis, min(day) as day, payee, min(subscriber) as subscriber, min(own_partner) as own_partner, min(undone) as undone,
  sum(case when kind <> 'reverse' then amount else 0 end) as paid
from back group by partner, c, basis, payee
having sum(case when kind = 'reverse' then amount else 0 end) = 0 and sum(case when kind = 'earn' then 1 else 0 end) > 0;

insert into out_line
select partner, c, 'reverse', basis, day, 'partner', payee, 0, subscriber, own_partner, '', '', -taken, -taken
from (
  select *, case when c = 6 then cast(paid as bigint) else half_up(cast(paid as bigint) * greatest(0, 3 - full_months(day, undone)), 3) end as taken
  from reversed
) r where taken <> 0;

update obligation set state = 'reversed' where state = 'scheduled' and exists (
  select 1 from reversed r where r.c = 1 and r.basis = obligation.basis and r.partner = obligation.partner);

-- groups; their own partner is looked at on the last day
create temp table today as select * from partner_day where d = date '{last}';

create temp table cards as select p, count(*) as n from e where kind = 'activation' and verified and std is null group by p;
create temp table handsets as select p, sum(amount) as x from e where kind = 'terminal_sale' and std is null group by p;

create temp table found as
select g.*, case when s.code is null then 'agreement_inactive' else s.std end as std, s.parent
from (
  select 13 as c, p, '' as within, cast(case when n < 100 then 0 when n < 200 then 100000 when n < 300 then 300000 else 600000 end as bigint) as amount
  from cards
  union all
  select 14, p, '', half_up(cast(least(x, 5000000) + 2 * greatest(0, least(x, 20000000) - 5000000) + 3 * greatest(0, x - 20000000) as bigint), 1000)
  from handsets
  union all
  select 15, p, outlet, cast(1000 * greatest(0, least(count(*), 10) - 5) + 2000 * greatest(0, count(*) - 10) as bigint)
  from e where kind = 'broadband_install' and std is null group by p, outlet
  union all
  select 16, p, clerk, cast(case when count(*) < 50 then 0 when count(*) < 100 then 50 * count(*) else 100 * count(*) end as bigint)
  from e where kind in ('activation', 'plan_change', 'renewal') and std is null and clerk <> '' group by p, clerk
  union all
  select 17, p, '', case when x < 10000000 then 0 else half_up(cast(x * 15 as bigint), 10000) end
  from (
    select p, sum(x) as x from (
      select p, amount as x from e where kind = 'terminal_sale' and std is null
      union all
      select e.parent, e.amount from e join partner_day up on up.code = e.parent and up.d = e.d
      where e.kind = 'terminal_sale' and e.std is null and e.tier = '银牌增值代理商'
    ) both_ways group by p
  ) rolled where p in (select code from today where tier = '增值服务商')
  union all
  select 22, p, '', cast(case when 10 * kept >= 9 * tracked then 20 * kept else -1 end as bigint)
  from (
    select s.attributed as p, count(*) as tracked, sum(case when s.active then 1 else 0 end) as kept
    from sub s
    join outlets o on o.code = s.outlet and s.occurred_on >= o.f and s.occurred_on < o.t and o.channel = '社会渠道'
    join partner_day d on d.code = s.attributed and d.d = s.occurred_on and d.std is null
    group by s.attributed
  ) q
  union all
  select 24, p, '', cast(case place when 1 then 2000000 when 2 then 1000000 when 3 then 1000000 else 500000 end as bigint)
  from (
    select h.p, row_number() over (partition by t.province order by h.x desc, h.p) as place
    from handsets h left join today t on t.code = h.p
  ) ranked where place <= 10
) g left join today s on s.code = g.p;

insert into reason
select p, c, case within when '' then p else p || '/' || within end, date '{last}',
  case when std is not null then std when amount = -1 then 'low_quality' else 'zero_amount' end, null, 0
from found where std is not null or amount <= 0;

insert into out_line
select p, c, 'earn', case within when '' then p else p || '/' || within end, date '{last}',
  case c when 15 then 'outlet' when 16 then 'clerk' else 'partner' end, case within when '' then p else within end, 0, '', p,
  case c when 15 then within else '' end, case c when 16 then within else '' end, amount, amount
from found where std is null and amount > 0;

-- the pool: floor of each share, the fen left over to the largest remainders, ties to the smaller code
create temp table sharer as
select cards.p, n, case when t.code is null then 'agreement_inactive' else t.std end as std from cards left join today t on t.code = cards.p;

insert into reason select p, 23, p, date '{last}', std, null, 0 from sharer where std is not null;

create temp table share as
select p, floor_part + case when row_number() over (order by rest desc, p) <= 130000000 - sum(floor_part) over () then 1 else 0 end as part
from (
  select p, 130000000 * n // total as floor_part, 130000000 * n % total as rest
  from (select p, n, cast(sum(n) over () as bigint) as total from sharer where std is null) w
) f;

insert into reason select p, 23, p, date '{last}', 'zero_amount', null, 0 from share where part = 0;

insert into out_line
select p, 23, 'earn', p, date '{last}', 'partner', p, 0, '', p, '', '', part, part from share where part <> 0;
