import { App } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, queries, type Schema } from '@/api/client';
import { ApiError } from '@/api/errors';
import { text, useT } from '@/i18n';
import { before, changedStop, moved, sent, type Changed, type Move } from './plan';

type Plan = Schema<'FieldPlan'>;
type Stop = Plan['days'][number]['stops'][number];

/** What the hand may do to a plan, written day by day at the version that was seen. */
export interface Arrange {
  busy: boolean;
  /** What was done last, for readers that do not see it. */
  said: string;
  /** Takes back what was done last; absent where there is nothing. */
  undo: (() => void) | undefined;
  move: (move: Move) => Promise<void>;
  remove: (day: string, outlet: string) => Promise<void>;
  /** Writes days as they are to be; a refusal is thrown. */
  write: (changes: Changed<Stop>[], said: string) => Promise<void>;
}

/** Moves of a plan's stops, with the last one to be taken back. */
export function useArrange(plan: Plan, queryKey: readonly unknown[]): Arrange {
  const t = useT('field');
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const [last, setLast] = useState<Changed<Stop>[]>();
  const now = () => queries.getQueryData<Plan>(queryKey) ?? plan;
  const write = async (changes: Changed<Stop>[], words: string) => {
    const was = before(now().days, changes);
    const written: string[] = [];
    setBusy(true);
    try {
      for (const change of changes) {
        const version = now().days.find((day) => day.day === change.day)?.version ?? 0;
        const params = { path: { manager: plan.manager, day: change.day }, header: ifMatch(version) };
        const kept = await answer(
          http.PUT('/api/v1/field/plan/{manager}/{day}', { params, body: { stops: sent(change.stops), reason: '' } }),
        );
        written.push(kept.day);
        queries.setQueryData<Plan>(queryKey, (all) => all && { ...all, days: all.days.map((day) => (day.day === kept.day ? kept : day)) });
      }
      setSaid(words);
    } finally {
      setBusy(false);
      // What was written can be taken back, even where the second day was refused.
      if (written.length > 0) setLast(was.filter(({ day }) => written.includes(day)));
      // What is left out and how even the days are is counted by the server.
      void queries.invalidateQueries({ queryKey });
    }
  };
  const tried = async (changes: Changed<Stop>[], words: string) => {
    try {
      await write(changes, words);
      return true;
    } catch (error) {
      void message.error(error instanceof ApiError ? error.message : text('common', 'state.failed'));
      return false;
    }
  };
  const nameOf = (outlet: string) =>
    now()
      .days.flatMap((day) => day.stops)
      .find((stop) => stop.outlet === outlet)?.name ?? outlet;
  return {
    busy,
    said,
    write,
    undo: last && (() => void tried(last, t('undone')).then((done) => done && setLast(undefined))),
    move: async (move) => {
      const changes = moved(now().days, move);
      if (changes) await tried(changes, t('movedTo', { name: nameOf(move.outlet), day: move.to }));
      else if (move.from !== move.to) void message.info(t('alreadyThere'));
    },
    remove: async (day, outlet) => {
      const from = now().days.find((one) => one.day === day);
      if (from) await tried([changedStop(from, outlet, undefined)], t('removedFrom', { name: nameOf(outlet), day }));
    },
  };
}
