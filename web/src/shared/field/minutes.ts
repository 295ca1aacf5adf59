// Minutes after midnight as a clock shows them.

const two = (value: number) => String(value).padStart(2, '0');

/** `09:05` of 545. */
export const minuteClock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
