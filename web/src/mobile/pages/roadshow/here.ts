// Where the phone is now, once, as the server takes it; nothing where it does not say.
import type { Schema } from '@/api/client';

type Position = Schema<'PositionSent'>;

const PATIENCE_MS = 8_000;

export function whereNow(): Promise<Position | undefined> {
  const places = navigator.geolocation as Geolocation | null | undefined;
  if (!places) return Promise.resolve(undefined);
  return new Promise((found) => {
    const of = ({ coords, timestamp }: GeolocationPosition) =>
      found({
        lat_e6: Math.round(coords.latitude * 1e6),
        lon_e6: Math.round(coords.longitude * 1e6),
        accuracy_m: Math.min(1_000_000, Math.max(0, Math.round(coords.accuracy))),
        age_s: Math.max(0, Math.round((Date.now() - timestamp) / 1000)),
        mock: false,
      });
    places.getCurrentPosition(of, () => found(undefined), { enableHighAccuracy: true, maximumAge: 30_000, timeout: PATIENCE_MS });
  });
}

/** Now, by the phone's clock, as coming and leaving are noted. */
export const momentNow = () => {
  const now = Date.now() * 1000;
  return { at_us: now, device_now_us: now };
};
