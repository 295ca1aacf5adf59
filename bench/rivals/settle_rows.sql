-- The event rules of definitions/policies/bench/province.policy as a stored procedure that goes row by row, as billing systems often
-- do: one event at a time in order of partner, day and id, a look-up for every question, an insert for every answer. What follows the events is settle.sql.

create temp table e (event_id text, kind text, d date, p text, outlet text, clerk text, subscriber text, plan_fee bigint, prior_fee bigint,
  amount bigint, cost bigint, term bigint, class text, verified boolean, slip boolean, has_imei boolean, line text, tier text, parent text, std text);
create temp table reason (partner text, c integer, basis text, day date, code text, until date, forgone bigint);
create temp table pay (c integer, event_id text, d date, p text, outlet text, clerk text, subscriber text, amount bigint);

create function judge(r e, c integer, fails text, wanted bigint, used bigint) returns bigint language plpgsql as $body$
declare
  code text := coalesce(r.std, fails);
  granted bigint := wanted;
begin
  if code is null and wanted = 0 then
    code := 'zero_amount';
  end if;
  if code is not null then
    insert into reason values (r.p, c, r.event_id, r.d, code,
      case code when 'no_identity' then (r.d + interval '3 months')::date when 'slip_missing' then r.d + 10 end, 0);
    return 0;
  end if;
  if c <= 3 and wanted > 0 then
    granted := least(wanted, greatest(0, {cap} - used));
    if granted < wanted then
      insert into reason values (r.p, c, r.event_id, r.d, 'capped', null, wanted - granted);
    end if;
  end if;
  if granted <> 0 then
    insert into pay values (c, r.event_id, r.d, r.p, r.outlet, r.clerk, r.subscriber, granted);
  end if;
  return wanted;
end $body$;

create procedure settle_events() language plpgsql as $body$
declare
  v record;
  r e;
  o outlets;
  s partner_day;
  m record;
  current_partner text := '';
  used bigint := 0;
  no_identity text;
  no_slip text;
  age integer;
begin
  for v in select * from event where attributed <> '' order by attributed, occurred_on, event_id loop
    select * into o from outlets where code = v.outlet and v.occurred_on >= f and v.occurred_on < t;
    continue when not found or o.channel <> '社会渠道';
    select * into s from partner_day where code = v.attributed and d = v.occurred_on;
    continue when not found;
    r := null;
    r.event_id := v.event_id; r.kind := v.kind; r.d := v.occurred_on; r.p := v.attributed; r.outlet := v.outlet;
    r.clerk := coalesce(v.clerk, ''); r.subscriber := coalesce(v.subscriber, '');
    r.plan_fee := coalesce(v.plan_fee, 0); r.prior_fee := coalesce(v.prior_fee, 0); r.amount := coalesce(v.amount, 0); r.cost := coalesce(v.cost, 0);
    r.term := coalesce(v.term_months, 0); r.class := v.customer_class; r.verified := coalesce(v.identity_verified, false);
    r.slip := coalesce(v.slip_on >= v.occurred_on and v.slip_on - v.occurred_on <= 10, false); r.has_imei := coalesce(v.imei, '') <> '';
    r.tier := s.tier; r.parent := s.parent;
    r.std := case when s.std is not null then s.std when coalesce(v.hold, '') <> '' then 'on_hold' end;
    select line into r.line from products where code = v.product and v.occurred_on >= f and v.occurred_on < t;
    insert into e values (r.*);
    if r.p <> current_partner then
      current_partner := r.p;
      used := 0;
    end if;
    no_identity := case when not r.verified then 'no_identity' end;
    no_slip := case when not r.slip then 'slip_missing' end;
    case r.kind
      when 'activation' then
        if r.line = '移动' then
          used := used + judge(r, 1, coalesce(no_identity, no_slip), least(half_up(r.plan_fee * 20, 100), 6000), used);
        end if;
        if r.class in ('品牌客户', '中高端客户') then
          used := used + judge(r, 2, no_identity, half_up(r.plan_fee * case r.class when '中高端客户' then 125 else 75 end, 1000), used);
        end if;
        if r.line = '3G无线宽带' then
          used := used + judge(r, 3, no_identity, 6000, used);
        end if;
        if r.term >= 12 then
          perform judge(r, 4, no_slip, case when r.term >= 24 then 1500 else 800 end, 0);
        end if;
        if r.plan_fee >= 5900 then
          perform judge(r, 5, case when not r.has_imei then 'no_handset' end, 500, 0);
        end if;
      when 'terminal_sale' then
        perform judge(r, 6, no_slip, least(half_up((r.amount - r.cost) * 30, 100), 12000), 0);
      when 'broadband_install' then
        perform judge(r, 7, coalesce(no_identity, no_slip), case when r.plan_fee >= 8000 then 8000 else 5000 end, 0);
      when 'vas_sale' then
        perform judge(r, 8, case when r.amount < 600 then 'too_small' end, least(half_up(r.amount * 30, 100), 600), 0);
      when 'recharge' then
        perform judge(r, 9, case when r.amount < 5000 then 'too_small' end, least(half_up(r.amount * 8, 1000), 500), 0);
        select active, joined_on into m from sub_one where subscriber = r.subscriber;
        if found then
          age := r.d - m.joined_on;
          perform judge(r, 12, case when not m.active then 'not_active' end,
            case when age is null then 200 when age < 0 then 0 when age < 31 then 200 when age < 61 then 100 when age < 91 then 50 else 0 end, 0);
        end if;
      when 'renewal' then
        perform judge(r, 10, case when r.term < 12 then 'short_term' end, least(half_up(r.plan_fee * r.term * 5, 100), 10000), 0);
      when 'plan_change' then
        perform judge(r, 11, case when r.plan_fee <= r.prior_fee then 'not_up' end, least(half_up((r.plan_fee - r.prior_fee) * 50, 100), 8000), 0);
      else null;
    end case;
  end loop;
end $body$;
