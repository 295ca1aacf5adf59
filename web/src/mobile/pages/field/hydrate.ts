// A visit as the server shows it, read back into fields: for a phone that goes on with what another one began, and for “as last time”.
import { path, type Answer, type Fields, type Given, type Whole } from './records';
import type { Answers } from './kept';

const givenOf = (one: Whole['sheets'][number]['answers'][number]): Given | undefined =>
  one.answer === null || one.answer === undefined
    ? undefined
    : { answer: one.answer as Answer, evidence: (one.evidence || 'told') as Given['evidence'], photos: one.photos, note: one.note };

/** Answers by checklist and item; those that were not right are left out: they are looked at anew. */
export function answersOfWhole(whole: Pick<Whole, 'sheets'>): Answers {
  const found: Answers = {};
  for (const sheet of whole.sheets) {
    const right: Record<string, Given> = {};
    for (const one of sheet.answers) {
      const given = givenOf(one);
      if (given && !one.failed) right[one.item] = given;
    }
    found[sheet.template] = right;
  }
  return found;
}

/** What the server has of a visit, by path. */
export function fieldsOfWhole(whole: Whole): Fields {
  const fields: Fields = {};
  const began = whole.header.began_us;
  const entered = whole.track.find((one) => one.what === 'check_in');
  if (entered) {
    const { lat_e6, lon_e6, accuracy_m } = entered;
    const known = lat_e6 !== null && lon_e6 !== null;
    const position = known ? { lat_e6, lon_e6, accuracy_m: accuracy_m ?? 0, age_s: 0, source: 'unknown', mock: false } : null;
    const door = whole.photos.find((photo) => photo.of === 'door')?.sha256 ?? null;
    fields[path.checkIn] = { at_us: entered.at_us, position, door, met: whole.met, reason: '' };
  }
  for (const step of whole.steps)
    if (step.state !== 'open')
      fields[path.step(step.id)] = { skipped: step.state === 'skipped', reason: step.reason, at_us: step.at_us ?? began };
  for (const { id, ...goal } of whole.goals) fields[path.goal(id)] = goal;
  for (const { id, ...issue } of whole.issues) fields[path.issue(id)] = issue;
  for (const { product, counted, book, serials, sold } of whole.counts) fields[path.count(product)] = { counted, book, serials, sold };
  for (const sheet of whole.sheets)
    for (const one of sheet.answers) {
      const given = givenOf(one);
      if (given) fields[path.answer(sheet.template, one.item)] = given;
      if (one.fix) fields[path.fix(sheet.template, one.item)] = one.fix;
    }
  if (whole.ending) fields[path.ending] = whole.ending;
  return fields;
}
