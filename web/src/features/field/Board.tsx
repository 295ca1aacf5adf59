import { MoreOutlined, PlusOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Dropdown, Tooltip, type MenuProps } from 'antd';
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { weekday } from '@/shared/format/time';
import { StatusTag } from '@/shared/ui/StatusTag';
import { mean, neighbour, weeks } from './plan';
import type { Arranging } from './StopDrawer';
import type { Arrange } from './useArrange';

type Plan = Schema<'FieldPlan'>;
type Day = Schema<'FieldPlanDay'>;
type Stop = Schema<'FieldPlanStop'>;

interface Props {
  plan: Plan;
  arrange: Arrange;
  onArrange: (arranging: Arranging) => void;
}

/** A stop while it is dragged. */
interface Lifted {
  outlet: string;
  from: string;
}

const MONDAY = ['2026-08-03', '2026-08-04', '2026-08-05', '2026-08-06', '2026-08-07', '2026-08-08', '2026-08-09'];

/** The weeks as a calendar. Stops are dragged, moved with Alt and the arrow keys, or by their menu. */
export function Board({ plan, arrange, onArrange }: Props) {
  const t = useT('field');
  const [lifted, setLifted] = useState<Lifted>();
  const focus = useRef<string>(undefined);
  const box = useRef<HTMLTableElement>(null);
  useEffect(() => {
    // The stop that was moved with keys keeps the focus where it is now.
    if (!focus.current || arrange.busy) return;
    box.current?.querySelector<HTMLElement>(`[data-stop="${CSS.escape(focus.current)}"]`)?.focus();
    focus.current = undefined;
  }, [plan, arrange.busy]);
  const most = Math.max(plan.day_minutes, ...plan.days.map((day) => day.minutes), 1);
  const even = mean(plan.days);
  const shared = { plan, arrange, onArrange, lifted, setLifted, most, even };
  return (
    <div className="scroll" role="group" aria-label={t('plan')} tabIndex={0}>
      <table className="board" ref={box}>
        <thead>
          <tr>
            {MONDAY.map((day) => (
              <th key={day} scope="col">
                {weekday(day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks(plan.days).map((week, at) => (
            <tr key={week.find((day) => day)?.day ?? at}>
              {week.map((day, place) =>
                day ? (
                  <Cell key={day.day} day={day} {...shared} onKey={(outlet) => (focus.current = outlet)} />
                ) : (
                  <td key={MONDAY[place]} className="none">
                    <span className="sr">{t('outside')}</span>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps extends Props {
  day: Day;
  lifted: Lifted | undefined;
  setLifted: (lifted: Lifted | undefined) => void;
  most: number;
  even: number;
  onKey: (stop: string) => void;
}

function Cell({ day, plan, arrange, onArrange, lifted, setLifted, most, even, onKey }: CellProps) {
  const t = useT('field');
  const label = useLabel('field');
  const [over, setOver] = useState(false);
  const open = plan.may_change && day.day >= plan.today;
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    setLifted(undefined);
    if (!lifted || !open || arrange.busy) return;
    // On a stop it takes its place, elsewhere it comes to the end.
    const on = (event.target as HTMLElement).closest('li');
    const at = on?.parentElement ? [...on.parentElement.children].indexOf(on) : undefined;
    void arrange.move({ ...lifted, to: day.day, at });
  };
  const classes = [day.kind === 'work' ? '' : day.kind, day.day === plan.today ? 'today' : '', over ? 'over' : '']
    .filter(Boolean)
    .join(' ');
  return (
    <td
      className={classes}
      aria-current={day.day === plan.today ? 'date' : undefined}
      onDragOver={(event) => {
        if (!lifted || !open) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="board-day">
        <strong>{day.day.slice(5)}</strong>
        {day.kind !== 'work' && <StatusTag tone={day.kind === 'holiday' ? 'bad' : 'plain'}>{label('dayKinds', day.kind)}</StatusTag>}
        <span className="grow" />
        {day.stops.length > 0 && (
          <Link
            className="no-print"
            to="/field/route/$manager/$day"
            params={{ manager: plan.manager, day: day.day } as never}
            aria-label={t('routeOf', { day: day.day })}
          >
            {t('route')}
          </Link>
        )}
        {open && (
          <Button
            type="text"
            size="small"
            className="no-print"
            aria-label={t('addTo', { day: day.day })}
            icon={<PlusOutlined />}
            onClick={() => onArrange({ to: day.day })}
          />
        )}
      </div>
      <Load day={day} plan={plan} most={most} even={even} />
      <ol className="board-stops" aria-label={t('stopsOf', { day: day.day })}>
        {day.stops.map((stop, at) => (
          <li key={stop.outlet}>
            <StopCard
              {...{ stop, at, day, plan, arrange, onArrange, open, onKey }}
              lifted={lifted?.outlet === stop.outlet && lifted.from === day.day}
              onLift={(up) => setLifted(up ? { outlet: stop.outlet, from: day.day } : undefined)}
            />
          </li>
        ))}
      </ol>
    </td>
  );
}

/** How full a day is, against the longest one allowed and the mean of all. */
function Load({ day, plan, most, even }: { day: Day; plan: Plan; most: number; even: number }) {
  const t = useT('field');
  if (day.stops.length === 0) return null;
  const words = t('loadOf', { minutes: day.minutes, most: plan.day_minutes, stops: day.stops.length });
  return (
    <>
      <div className={day.over ? 'board-load over' : 'board-load'} role="img" aria-label={words} title={words}>
        <i style={{ width: `${(100 * day.minutes) / most}%` }} />
        <b style={{ insetInlineStart: `${(100 * even) / most}%` }} />
      </div>
      <div className="muted small">
        {t('loadShort', { minutes: day.minutes, stops: day.stops.length })} {day.over && <strong>{t('tooLong')}</strong>}
      </div>
    </>
  );
}

interface StopProps extends Props {
  stop: Stop;
  at: number;
  day: Day;
  open: boolean;
  lifted: boolean;
  onLift: (up: boolean) => void;
  onKey: (stop: string) => void;
}

function StopCard({ stop, at, day, plan, arrange, onArrange, open, lifted, onLift, onKey }: StopProps) {
  const t = useT('field');
  const key = (to: string) => `${to} ${stop.outlet}`;
  const go = (to: string | undefined, place?: number) => {
    if (!to || to < plan.today || arrange.busy) return;
    onKey(key(to));
    void arrange.move({ outlet: stop.outlet, from: day.day, to, at: place });
  };
  const acts: Record<string, () => void> = {
    earlier: () => go(day.day, at - 1),
    later: () => go(day.day, at + 1),
    dayBefore: () => go(neighbour(plan.days, day.day, -1)),
    dayAfter: () => go(neighbour(plan.days, day.day, 1)),
    arrange: () => onArrange({ outlet: stop.outlet, name: stop.name, from: day.day, to: day.day }),
    remove: () => void arrange.remove(day.day, stop.outlet),
  };
  const press = (event: KeyboardEvent) => {
    const way = { ArrowUp: 'earlier', ArrowDown: 'later', ArrowLeft: 'dayBefore', ArrowRight: 'dayAfter' }[event.key];
    if (!event.altKey || !way || !open) return;
    event.preventDefault();
    acts[way]?.();
  };
  const before = neighbour(plan.days, day.day, -1);
  const items: MenuProps['items'] = [
    { key: 'earlier', label: t('moveEarlier'), disabled: at === 0 },
    { key: 'later', label: t('moveLater'), disabled: at === day.stops.length - 1 },
    { key: 'dayBefore', label: t('moveDayBefore'), disabled: before === undefined || before < plan.today },
    { key: 'dayAfter', label: t('moveDayAfter'), disabled: neighbour(plan.days, day.day, 1) === undefined },
    { key: 'arrange', label: t('arrange') },
    { key: 'remove', label: t('removeStop'), danger: true },
  ];
  return (
    <div
      className={['board-stop', stop.manual ? 'manual' : '', lifted ? 'lifted' : ''].filter(Boolean).join(' ')}
      draggable={open}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', stop.outlet);
        onLift(true);
      }}
      onDragEnd={() => onLift(false)}
    >
      <Tooltip title={<About stop={stop} />}>
        <span className="name">
          {`${at + 1}. ${stop.name}`} <span className="muted">{stop.class}</span>
          {stop.visited && <span className="muted"> {t('visitedMark')}</span>}
          {stop.manual && <span className="sr">{t('byHand')}</span>}
        </span>
      </Tooltip>
      {open && (
        <Dropdown trigger={['click']} menu={{ items, onClick: ({ key: act }) => acts[act]?.() }}>
          <Button
            type="text"
            size="small"
            className="no-print"
            data-stop={key(day.day)}
            aria-label={t('moveStop', { name: stop.name, day: day.day })}
            aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight"
            icon={<MoreOutlined />}
            onKeyDown={press}
          />
        </Dropdown>
      )}
    </div>
  );
}

function About({ stop }: { stop: Stop }) {
  const t = useT('field');
  const lines = [
    `${stop.name} ${stop.outlet}`,
    stop.manual ? t('byHand') : '',
    stop.purpose_names.length > 0 ? `${t('purposes')} ${stop.purpose_names.join(t('comma'))}` : '',
    stop.target ? `${t('target')} ${stop.target}` : '',
    `${t('lastVisit')} ${stop.last_visit ?? t('never')}`,
    `${t('risk')} ${stop.risk}`,
    stop.promises > 0 ? t('openPromises', { count: stop.promises }) : '',
  ];
  return (
    <>
      {lines.filter(Boolean).map((words) => (
        <div key={words}>{words}</div>
      ))}
    </>
  );
}
