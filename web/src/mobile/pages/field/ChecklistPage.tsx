import { useNavigate, useParams } from '@tanstack/react-router';
import { useT } from '@/i18n';
import { Badge, Btn, Page, Progress, Skeleton, Strip, Trouble } from '../../kit';
import { discard } from './draft';
import { useMark, useStandards, useVisit, type Visiting } from './hooks';
import { ItemField } from './Items';
import { standardFor } from './kept';
import { Camera, shown, Unsent } from './parts';
import { answersOf, path, seen, type Answer, type Item } from './records';
import { asLast, contextOf, type Sheet } from './steps';
import { asked } from './scores';
import { Standard } from './Standard';

/** A checklist, item by item, with its score as it stands. */
export default function ChecklistPage() {
  const t = useT('phoneField');
  const { code = '', template: id = '' } = useParams({ strict: false }) as { code?: string; template?: string };
  const { visiting, error, refetch } = useVisit(code);
  const navigate = useNavigate();
  const back = `/field/visit/${encodeURIComponent(code)}/check`;
  const sheet = visiting?.sheets.find((one) => one.template.id === id);
  return (
    <Page
      title={sheet?.template.name ?? t('check.lists')}
      back={back}
      foot={
        <Btn kind="main" wide onClick={() => void navigate({ to: back as never })}>
          {sheet ? t('check.done', { score: shown(sheet.outcome.score), open: sheet.outcome.open.length }) : t('step.back')}
        </Btn>
      }
    >
      <Unsent />
      {visiting && sheet ? (
        <Items visiting={visiting} sheet={sheet} />
      ) : visiting ? (
        <Strip tone="warn">{t('check.none')}</Strip>
      ) : error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton rows={6} />
      )}
    </Page>
  );
}

/** An answer that is right beyond doubt, where there is one. */
function right(item: Item): Answer | undefined {
  if (item.kind === 'yes_no') return { yes_no: item.good ?? true };
  return item.kind === 'grade' ? { grade: item.levels ?? 2 } : undefined;
}

function Items({ visiting, sheet }: { visiting: Visiting; sheet: Sheet }) {
  const t = useT('phoneField');
  const mark = useMark(visiting.stop);
  const standards = useStandards() ?? [];
  const { template, outcome } = sheet;
  const { as, fields, visit, last } = visiting;
  const answers = answersOf(fields, template.id);
  const items = asked(template, contextOf(as.stop.outlet, as.header.purposes ?? []));
  const owner = as.owner;
  const id = visit?.id ?? '';
  const shows = (item: Item) => {
    const picture = standardFor(standards, template.id, item.id, as.stop.outlet.outlet_type);
    return picture && <Standard owner={owner} sha256={picture.sha256} item={item.name} note={picture.note} />;
  };
  const fromLast = asLast([sheet], as, fields, last, '-').length;
  const plain = items.flatMap(({ item }) => {
    const answer = right(item);
    return answer && answers[item.id] === undefined ? [{ item, answer }] : [];
  });
  return (
    <>
      <div className="m-row">
        <span className="m-muted">{t('visit.answered', { done: outcome.answered, of: outcome.asked })}</span>
        <strong className="m-big" aria-live="polite">
          {shown(outcome.score)}
        </strong>
      </div>
      <Progress share={outcome.asked === 0 ? 1 : outcome.answered / outcome.asked} label={template.name} />
      {template.about && <p className="m-muted">{template.about}</p>}
      <div className="m-tools">
        {fromLast > 0 && (
          <Camera mark={mark} onShot={(shot) => visiting.write(asLast([sheet], as, fields, last, shot.sha256), [shot])}>
            {t('visit.asLast')}
          </Camera>
        )}
        {plain.length > 0 && (
          <Camera
            mark={mark}
            onShot={(shot) =>
              visiting.write(
                plain.map(({ item, answer }) => ({
                  path: path.answer(template.id, item.id),
                  value: seen(answer, item.photo ? [shot.sha256] : []),
                })),
                [shot],
              )
            }
          >
            {t('check.allRight', { count: plain.length })}
          </Camera>
        )}
      </div>
      {template.sections.map((section, at) => (
        <section key={section.id} aria-label={section.name} style={{ display: 'grid', gap: 8 }}>
          <div className="m-row">
            <h2>{section.name}</h2>
            <Badge>{shown(outcome.sections[at])}</Badge>
          </div>
          {items
            .filter((one) => one.section === at)
            .map(({ item, required }) => (
              <ItemField
                key={item.id}
                item={item}
                required={required}
                given={answers[item.id]}
                failed={outcome.failed.includes(item.id)}
                unproven={outcome.unproven.includes(item.id)}
                standard={shows(item)}
                visit={id}
                mark={mark}
                onGive={(given, shots) => void visiting.write([{ path: path.answer(template.id, item.id), value: given }], shots)}
                onDrop={(sha256, given) => void discard(owner, id, sha256, [{ path: path.answer(template.id, item.id), value: given }])}
              />
            ))}
        </section>
      ))}
    </>
  );
}
