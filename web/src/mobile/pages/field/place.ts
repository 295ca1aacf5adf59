// Where the phone is, as far as it can say: a level of evidence, never a wall. Counted as the server counts it (crates/field, `visit::position`).
import type { Position, Setup } from './records';

const EARTH_M = 6_371_008.8;

export interface Point {
  lat_e6: number;
  lon_e6: number;
}

const radians = (e6: number) => (e6 / 1e6) * (Math.PI / 180);

/** Distance over the great circle, whole metres. */
export function distance(from: Point, to: Point): number {
  const lat = Math.sin(radians(to.lat_e6 - from.lat_e6) / 2);
  const lon = Math.sin(radians(to.lon_e6 - from.lon_e6) / 2);
  const chord = lat * lat + Math.cos(radians(from.lat_e6)) * Math.cos(radians(to.lat_e6)) * lon * lon;
  return Math.round(2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord))));
}

export type Level = 'away' | 'unknown' | 'fair' | 'strong';

type Doubt = Pick<Setup['limits'], 'radius_m' | 'accuracy_m' | 'age_s'>;

/** What a position is worth as evidence of being at an outlet, and how far it is. */
export function level(position: Position | null, outlet: Point | undefined, doubt: Doubt): { level: Level; metres?: number } {
  if (position === null || outlet === undefined) return { level: 'unknown' };
  const metres = distance(position, outlet);
  if (Math.max(0, metres - position.accuracy_m) > doubt.radius_m) return { level: 'away', metres };
  const poor = position.mock || position.accuracy_m > doubt.accuracy_m || position.age_s > doubt.age_s;
  return { level: poor || metres + position.accuracy_m > doubt.radius_m ? 'fair' : 'strong', metres };
}

/** Where an outlet stands, if anybody measured it. */
export const pointOf = (outlet: { lat_e6: number | null; lon_e6: number | null }): Point | undefined =>
  outlet.lat_e6 === null || outlet.lon_e6 === null ? undefined : { lat_e6: outlet.lat_e6, lon_e6: outlet.lon_e6 };

/** A fix of the browser as the server takes it. A page is not told where a fix comes from. */
export function positionOf(fix: GeolocationPosition, now = Date.now()): Position {
  return {
    lat_e6: Math.round(fix.coords.latitude * 1e6),
    lon_e6: Math.round(fix.coords.longitude * 1e6),
    accuracy_m: Math.min(1_000_000, Math.max(0, Math.round(fix.coords.accuracy))),
    age_s: Math.max(0, Math.round((now - fix.timestamp) / 1000)),
    source: 'unknown',
    mock: false,
  };
}

let latest: GeolocationPosition | undefined;
let watching = 0;

/** Follows where the phone is while somebody needs it. Ends it, gives back. */
export function follow(onFix: () => void): () => void {
  const places = navigator.geolocation as Geolocation | null | undefined;
  if (!places) return () => undefined;
  watching += 1;
  const id = places.watchPosition(
    (fix) => {
      latest = fix;
      onFix();
    },
    // Without one the visit goes on; the check-in says so.
    () => onFix(),
    { enableHighAccuracy: true, maximumAge: 30_000, timeout: 20_000 },
  );
  return () => {
    watching -= 1;
    places.clearWatch(id);
    if (watching === 0) latest = undefined;
  };
}

/** The last fix, at the age it has now; null where the phone says nothing. */
export const here = (): Position | null => (latest ? positionOf(latest) : null);
