// What may be done to a plan of four weeks with the hand, apart from the page that shows it.

/** A stop as far as moving it asks. */
export interface Stop {
  outlet: string;
  manual: boolean;
  purposes: string[];
  target: string;
}

/** A planned day. */
export interface Day<S extends Stop> {
  day: string;
  version: number;
  stops: S[];
}

/** A day as it is to be. */
export interface Changed<S extends Stop> {
  day: string;
  stops: S[];
}

/** Where a stop goes. `at` is its place among the stops of that day; absent for the end. */
export interface Move {
  outlet: string;
  from: string;
  to: string;
  at?: number;
}

const without = <S extends Stop>(stops: S[], outlet: string) => stops.filter((stop) => stop.outlet !== outlet);

/** The days a move changes, the one it goes to first: should the second write fail, the stop is there twice and not lost. `undefined` for what changes nothing. */
export function moved<S extends Stop>(days: Day<S>[], move: Move): Changed<S>[] | undefined {
  const from = days.find((day) => day.day === move.from);
  const to = days.find((day) => day.day === move.to);
  const stop = from?.stops.find((one) => one.outlet === move.outlet);
  if (!from || !to || !stop) return undefined;
  const rest = without(to.stops, move.outlet);
  const at = Math.max(0, Math.min(move.at ?? rest.length, rest.length));
  const stops = [...rest.slice(0, at), { ...stop, manual: true }, ...rest.slice(at)];
  if (from !== to) {
    // An outlet is visited once a day.
    if (rest.length < to.stops.length) return undefined;
    return [
      { day: to.day, stops },
      { day: from.day, stops: without(from.stops, move.outlet) },
    ];
  }
  const same = stops.every((one, place) => one.outlet === to.stops[place]?.outlet);
  return same ? undefined : [{ day: to.day, stops }];
}

/** The days as they are before a change, in the order in which they are written back. */
export const before = <S extends Stop>(days: Day<S>[], changed: Changed<S>[]): Changed<S>[] =>
  changed.toReversed().flatMap(({ day }) => days.filter((one) => one.day === day).map(({ stops }) => ({ day, stops })));

/** A day with one stop changed, added at the end, or taken away. */
export const changedStop = <S extends Stop>(day: Day<S>, outlet: string, stop: S | undefined): Changed<S> => {
  const known = day.stops.some((one) => one.outlet === outlet);
  const stops = stop && known ? day.stops.map((one) => (one.outlet === outlet ? stop : one)) : without(day.stops, outlet);
  return { day: day.day, stops: stop && !known ? [...stops, stop] : stops };
};

/** Stops as the server takes them. */
export const sent = (stops: Stop[]): Stop[] => stops.map(({ outlet, manual, purposes, target }) => ({ outlet, manual, purposes, target }));

/** Seven days each, from Monday on; days of the first and last week that are not of the plan are absent. */
export function weeks<D extends { day: string }>(days: D[]): (D | undefined)[][] {
  const found: (D | undefined)[][] = [];
  for (const day of days) {
    const at = (new Date(`${day.day}T00:00:00Z`).getUTCDay() + 6) % 7;
    if (at === 0 || found.length === 0) found.push(Array.from({ length: 7 }, () => undefined));
    found.at(-1)![at] = day;
  }
  return found;
}

/** The next or last working day of a plan from a day on. */
export function neighbour<D extends { day: string; kind: string }>(days: D[], from: string, step: 1 | -1): string | undefined {
  const order = step === 1 ? days : days.toReversed();
  const at = order.findIndex((day) => day.day === from);
  return at < 0 ? undefined : order.slice(at + 1).find((day) => day.kind === 'work')?.day;
}

/** Minutes of the fullest day beyond those of the emptiest working day count as uneven from this share of the mean on. */
export const mean = (days: { kind: string; minutes: number }[]): number => {
  const work = days.filter((day) => day.kind === 'work');
  return work.length === 0 ? 0 : Math.round(work.reduce((sum, day) => sum + day.minutes, 0) / work.length);
};
